"""What every registered checker promises, in `harness/checkers/base.py`."""

import pytest

from harness.checkers.base import CheckSession
from harness.claims.scoring import faithfulness
from harness.records import Article, Cluster, Reference, Verdict

FIRE = (
    "A fire destroyed the old library of Rivertown on Friday. Nobody was hurt, the fire service said. "
    "Mayor Ann Lee promised to rebuild it. Twelve firefighters fought the flames for five hours."
)
FLOOD = (
    "Heavy rain flooded the valley near Rivertown on Saturday. At least 40 people left their homes. "
    "The governor declared a state of emergency and sent 200 soldiers to help."
)
TRUE = "Fire destroys old library of Rivertown"


def cluster(*texts: str, ids: list[str] | None = None) -> Cluster:
    ids = ids or [f"a{n}" for n in range(len(texts))]
    return Cluster(
        cluster_id="c",
        articles=tuple(Article(article_id=i, text=t) for i, t in zip(ids, texts, strict=True)),
        references=(Reference(text="SECRET REFERENCE"),),
    )


def well_formed(text: str, verdicts: list[Verdict]) -> None:
    assert verdicts
    assert (verdicts[0].claim.part, verdicts[0].claim.text) == ("whole", text)
    for verdict in verdicts:
        claim = verdict.claim
        assert text[claim.start : claim.end] == claim.text
        assert verdict.reason
        assert verdict.checker


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (FIRE, ""),
        (FIRE, " \n\t"),
        (FIRE, "?!…"),
        (FIRE, "Fire"),
        (FIRE, "🔥🔥🔥"),
        (FIRE, "Президент приказал стрелять без предупреждения"),
        (FIRE, "El presidente de la república dice que no hay acuerdo con los manifestantes"),
        (FIRE, "FIRE DESTROYS OLD LIBRARY OF RIVERTOWN"),
        (FIRE, "a" * 3000),
        (FIRE, "Fire: “library” lost — 12 firemen, 5 hours; (no one hurt) … & more"),
        (FIRE, "Line one\nLine two\n\nLine three"),
        ("", TRUE),
        ("…", TRUE),
        ("大統領は警告なしに発砲するよう命じた。", TRUE),
        ("word", TRUE),
    ],
)
def test_odd_input_gets_a_verdict_or_an_abstention_with_a_reason(session: CheckSession, article: str, text: str):
    well_formed(text, session.check(cluster(article), text))


def test_nothing_to_check_is_an_abstention(session: CheckSession):
    for article, text in ((FIRE, ""), (FIRE, "?!"), ("", TRUE)):
        (verdict,) = session.check(cluster(article), text)
        assert (verdict.label, verdict.probability) == ("abstained", None)


def test_a_very_long_article_is_read(session: CheckSession):
    long = " ".join(f"In village {n} the council met and spoke about road {n * 7}." for n in range(4700)) + " " + FIRE
    assert len(long.split()) > 50_000
    verdicts = session.check(cluster(long), TRUE)
    well_formed(TRUE, verdicts)
    assert verdicts[0].label != "abstained"


def test_equal_input_gives_equal_verdicts_singly_and_in_a_batch(session: CheckSession):
    texts = [
        TRUE,
        "",
        "Flood kills 40 people in Rivertown",
        "Mayor Ann Lee promises to rebuild library. Nobody was hurt.",
    ]
    made = cluster(FIRE, FLOOD)
    together = session.check_all(made, texts)
    assert together == [session.check(made, text) for text in texts]
    assert together == session.check_all(made, texts)
    for text, verdicts in zip(texts, together, strict=True):
        well_formed(text, verdicts)


def test_evidence_quotes_the_articles(session: CheckSession):
    made = cluster(FIRE, FLOOD)
    bodies = {article.article_id: article for article in made.articles}
    for verdict in session.check(made, TRUE):
        for found in verdict.evidence:
            body = bodies[found.article_id]
            assert (body.title if found.title else body.text)[found.start : found.end] == found.text


def test_references_change_nothing(session: CheckSession):
    bare = cluster(FIRE).without_references()
    assert session.check(cluster(FIRE), TRUE) == session.check(bare, TRUE)


@pytest.mark.parametrize("text", [TRUE, "Flood kills 45 people in Rivertown", "Library opens in Rivertown"])
def test_a_doubled_source_and_another_order_change_no_score_and_no_count(session: CheckSession, text: str):
    once = session.check(cluster(FIRE, FLOOD), text)
    doubled = session.check(cluster(FIRE, FLOOD, FIRE, ids=["a0", "a1", "b"]), text)
    turned = session.check(cluster(FLOOD, FIRE, ids=["a1", "a0"]), text)
    assert [(v.label, v.probability, v.witnesses) for v in doubled] == [
        (v.label, v.probability, v.witnesses) for v in once
    ]
    assert turned == once


@pytest.mark.parametrize("text", ["Flood kills 45 people in Rivertown", "Governor Ann Lee burns down library", TRUE])
def test_padding_with_true_sentences_does_not_raise_the_score(session: CheckSession, text: str):
    made = cluster(FIRE, FLOOD)
    alone, padded = (
        session.check(made, f"{text}."),
        session.check(made, f"{text}. Nobody was hurt. Heavy rain flooded the valley."),
    )
    assert padded[0].probability is not None
    assert alone[0].probability is not None
    assert padded[0].probability <= alone[0].probability + 1e-9
    score, before = faithfulness(padded), faithfulness(alone)
    assert score is not None
    assert before is not None
    assert score <= before + 1e-9

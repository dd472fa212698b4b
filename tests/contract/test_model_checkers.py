"""What every registered checker promises, whatever it is made of (`harness.checkers.base` says it in words)."""

import pytest

from harness.records import Article, Cluster, Reference

FIRE = (
    "A fire destroyed a cannery in Tarn on Monday, killing three people, police said. "
    "The mayor, Anna Berg, visited the site. About 40 workers were evacuated."
)
STRIKE = "Teachers in Hale went on strike over pay on Tuesday. The union said 200 schools were closed."
PADDING = "The mayor, Anna Berg, visited the site."
CLUSTER = Cluster(
    cluster_id="c",
    articles=(Article(article_id="a", title="Cannery burns", text=FIRE), Article(article_id="b", text=STRIKE)),
    references=(Reference(text="Three die in cannery fire"),),
)
TEXTS = (
    "Fire in Tarn cannery kills three",
    "Fire in Tarn cannery kills nine",
    "Teachers strike over pay. The fire was deliberate.",
    "Mayor Anna Berg resigned on Friday after the strike.",
)
ODD = {
    "empty": "",
    "blank": " \n\t",
    "marks": "?!",
    "one word": "Fire",
    "other script": "Пожар уничтожил завод",
    "other language": "El presidente de la república dice que no hay acuerdo con los manifestantes",
    "lone surrogate and controls": "Fire \ud83d \x00 in Tarn",
    "one sentence of 400 words": "fire " * 400,
    "forty sentences": "The fire was in Tarn. " * 40,
}


def articles(*texts):
    held = tuple(Article(article_id=f"a{number}", text=text) for number, text in enumerate(texts))
    return Cluster(cluster_id="c", articles=held)


def findings(verdicts):
    return [(verdict.label, verdict.probability, verdict.errors, verdict.witnesses) for verdict in verdicts]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize(
    "cluster", [CLUSTER, articles(" "), articles("Пожар."), articles("x")], ids=["news", "blank", "script", "letter"]
)
def test_odd_input_gets_a_verdict_or_a_reason(session, cluster, text):
    found = session.check(cluster, text)
    assert found
    assert all(bool(verdict.reason) for verdict in found if verdict.label == "abstained")
    if not any(character.isalnum() for character in text) or cluster.articles[0].text == " ":
        assert [verdict.label for verdict in found] == ["abstained"]


def test_a_very_long_article_is_read(session):
    sentences = (f"Witness {number} of Tarn said that day {number} was cold and grey." for number in range(1_500))
    found = session.check(articles(" ".join(sentences)), "Witness said day was cold")
    assert found[0].claim.part == "whole"


@pytest.mark.parametrize("text", TEXTS)
def test_verdicts_are_whole_first_with_true_spans(session, text):
    found = session.check(CLUSTER, text)
    assert (found[0].claim.part, found[0].claim.text) == ("whole", text)
    by_id = {article.article_id: article for article in CLUSTER.articles}
    for verdict in found:
        assert verdict.checker == session.signature
        assert text[verdict.claim.start : verdict.claim.end] == verdict.claim.text
        assert {*verdict.supporters, *verdict.contradictors} <= set(by_id)
        for evidence in verdict.evidence:
            article = by_id[evidence.article_id]
            assert (article.title if evidence.title else article.text)[evidence.start : evidence.end] == evidence.text


def test_equal_input_gives_equal_verdicts_whatever_stands_beside_it(session):
    together = session.check_all(CLUSTER, TEXTS)
    for text, verdicts in zip(TEXTS, together, strict=True):
        alone = session.check(CLUSTER, text)
        assert [verdict.label for verdict in alone] == [verdict.label for verdict in verdicts]
        assert [verdict.probability for verdict in alone] == pytest.approx(
            [verdict.probability for verdict in verdicts], abs=1e-5
        )
    assert session.check_all(CLUSTER, TEXTS) == together


def test_references_and_the_order_of_articles_are_without_effect(session):
    found = session.check_all(CLUSTER, TEXTS)
    assert session.check_all(CLUSTER.model_copy(update={"references": ()}), TEXTS) == found
    turned = CLUSTER.model_copy(update={"articles": CLUSTER.articles[::-1]})
    assert [findings(verdicts) for verdicts in session.check_all(turned, TEXTS)] == [
        findings(verdicts) for verdicts in found
    ]


def test_a_doubled_source_adds_no_witness_and_raises_nothing(session):
    doubled = CLUSTER.model_copy(
        update={"articles": (*CLUSTER.articles, Article(article_id="z", title="Cannery burns", text=FIRE))}
    )
    before, after = session.check_all(CLUSTER, TEXTS), session.check_all(doubled, TEXTS)
    for one, two in zip(before, after, strict=True):
        assert two[0].witnesses <= max(1, one[0].witnesses)
        assert two[0].probability <= one[0].probability + 1e-6


@pytest.mark.parametrize("text", TEXTS)
def test_padding_with_a_true_sentence_raises_nothing(session, text):
    sentence = text if text.endswith(".") else f"{text}."
    before = session.check(CLUSTER, sentence)[0]
    for padded in (f"{sentence} {PADDING}", f"{PADDING} {sentence}", f"{sentence} {PADDING} {PADDING}"):
        assert session.check(CLUSTER, padded)[0].probability <= before.probability + 1e-6


def test_an_abstention_keeps_its_place(session):
    found = session.check_all(CLUSTER, [TEXTS[0], "", TEXTS[1]])
    assert [verdicts[0].label == "abstained" for verdicts in found] == [False, True, False]

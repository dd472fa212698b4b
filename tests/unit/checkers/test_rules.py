from datetime import UTC, datetime

import pytest

from harness.checkers.aggregate import whole_probability
from harness.checkers.rules import Rules
from harness.checkers.weights import Weights, hinged, load_weights
from harness.claims.scoring import flagged
from harness.records import Article, Cluster

ARTICLE = (
    "The Supreme Court overturned the ban on Friday. France sent 200 soldiers to Mali to help the government. "
    "Mayor Ann Lee opened the new bridge in Rivertown. At least 40 people were killed in the flood. "
    "Police arrested Mark Jones after the robbery. Shares of Acme rose by 5 per cent in London. "
    "President Omar Hasan claimed foreign agents were behind the riot. "
    "Officials said 13 workers were injured at the plant."
)
OTHER = "Rescue teams went on with their search at dawn. At least 55 people were killed in the flood. Roads stay shut."


def cluster(*texts, days=None):
    return Cluster(
        cluster_id="c",
        articles=tuple(
            Article(article_id=f"a{n}", text=text, published=datetime(2020, 1, days[n], tzinfo=UTC) if days else None)
            for n, text in enumerate(texts)
        ),
    )


@pytest.fixture(scope="module")
def session(parser):
    with Rules().open() as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        "Supreme Court overturns ban",
        "France sends 200 soldiers to Mali",
        "Mayor Ann Lee opens new bridge in Rivertown",
        "At least 40 killed in flood",
        "Police arrest Mark Jones after robbery",
        "Mark Jones arrested after robbery",
        "Shares of Acme rise 5 percent",
        "Hasan claims foreign agents behind riot",
        "13 WORKERS INJURED AT PLANT",
    ],
)
def test_what_the_article_says_is_supported(session, text):
    verdicts = session.check(cluster(ARTICLE), text)
    assert (verdicts[0].label, verdicts[0].supporters, verdicts[0].witnesses) == ("supported", ("a0",), 1)
    assert not flagged(verdicts)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Supreme Court upholds ban", "predicate"),
        ("Supreme Court does not overturn ban", "negation"),
        ("France sends 700 soldiers to Mali", "number"),
        ("Mali sends 200 soldiers to France", "roles"),
        ("Germany sends 200 soldiers to Mali", "entity"),
        ("France sends 200 soldiers to Niger", "place"),
        ("Supreme Court overturns ban on Monday", "time"),
        ("Shares of Acme fall in London", "predicate"),
        ("Foreign agents behind riot", "attribution"),
        ("Zoltan Kovacs wins the Nobel Prize for chemistry", "entity"),
    ],
)
def test_each_kind_of_error_is_flagged_by_its_name(session, text, error):
    verdicts = session.check(cluster(ARTICLE), text)
    assert verdicts[0].label in {"contradicted", "not_found"}
    assert verdicts[0].errors[0] == error
    assert flagged(verdicts)
    assert verdicts[0].probability < 0.5


def test_a_dropped_police_said_is_mentioned_and_no_error(session):
    verdict = session.check(cluster(ARTICLE), "13 workers injured at plant")[0]
    assert (verdict.label, verdict.errors) == ("supported", ())
    assert verdict.reason == "the articles have it only from “Officials”"


def test_a_pronoun_is_named_as_no_speaker(session):
    article = "The water board met on Monday. It said 13 workers were injured at the plant."
    verdict = session.check(cluster(article), "13 workers injured at plant")[0]
    assert (verdict.label, verdict.reason) == ("supported", "the articles only report it")


def test_what_independent_articles_disagree_on_is_contested_with_both_sides(session):
    verdict = session.check(cluster(ARTICLE, OTHER), "At least 40 killed in flood")[0]
    assert (verdict.label, verdict.supporters, verdict.contradictors) == ("contested", ("a0",), ("a1",))
    assert {e.text for e in verdict.evidence} >= {
        "At least 40 people were killed in the flood.",
        "At least 55 people were killed in the flood.",
    }


def test_a_newer_toll_is_supported_and_an_overtaken_one_says_so(session):
    made = cluster(ARTICLE, OTHER, days=[1, 3])
    assert session.check(made, "At least 55 killed in flood")[0].label == "supported"
    old = session.check(made, "At least 40 killed in flood")[0]
    assert (old.label, old.reason) == ("contested", "overtaken: a0 has it, but a1 has 55 later")
    # On one day nobody can tell which is newer.
    assert session.check(cluster(ARTICLE, OTHER, days=[1, 1]), "At least 55 killed in flood")[0].label == "contested"


def test_an_unmatched_figure_without_a_rival_is_not_called_contradicted(session):
    assert session.check(cluster(ARTICLE), "Bridge cost 90 million")[0].label == "not_found"


def test_parts_are_judged_beside_the_whole(session):
    text = "France sends 200 soldiers to Mali. Supreme Court upholds ban."
    verdicts = session.check(cluster(ARTICLE), text)
    sentences = {v.claim.text: v.label for v in verdicts if v.claim.part == "sentence"}
    assert sentences == {
        "France sends 200 soldiers to Mali.": "supported",
        "Supreme Court upholds ban.": "contradicted",
    }
    assert verdicts[0].label == "contradicted"
    assert verdicts[0].probability <= min(v.probability for v in verdicts)


def test_genres_share_the_order_of_scores_but_not_the_prior(parser):
    texts = ["France sends 200 soldiers to Mali", "Supreme Court upholds ban", "Bridge cost 90 million"]
    with Rules().open() as headline, Rules(genre="summary").open() as summary:
        first = [v[0].probability for v in headline.check_all(cluster(ARTICLE), texts)]
        second = [v[0].probability for v in summary.check_all(cluster(ARTICLE), texts)]
    assert sorted(range(3), key=first.__getitem__) == sorted(range(3), key=second.__getitem__)
    assert first[0] > second[0]
    assert Rules().signature() != Rules(genre="summary").signature()


def test_features_are_one_row_a_sentence(session):
    rows = session.features(cluster(ARTICLE), ["France sends 200 soldiers to Mali. Nobody was hurt.", "Fire"])
    assert [len(found) for found in rows] == [2, 1]
    known = {name.partition(">")[0] for name in load_weights("rules").weight}
    assert known <= set(rows[0][0])
    shares = {name: value for row in rows[0] for name, value in row.items() if name.endswith("_share")}
    assert all(0.0 <= value <= 1.0 for value in shares.values())


def test_more_support_never_lowers_and_more_conflict_never_raises_a_probability():
    for name, weight in load_weights("rules").weight.items():
        if name.startswith(("conflict_", "missing_")):
            assert weight < 0, name
        elif "share" in name:
            assert weight > 0, name


def test_a_hinge_counts_what_exceeds_its_knot():
    assert hinged({"x": 0.75}, "x>0.5") == 0.25
    assert hinged({"x": 0.25}, "x>0.5") == 0.0
    assert hinged({"x": 0.25}, "x") == 0.25
    weights = Weights({"x": 0.5}, {"x": 0.25}, {"x": 2.0}, {"headline": 1.0})
    # 1 + 2 * (0.75 - 0.5) / 0.25 = 3
    assert weights.logit({"x": 0.75}, "headline") == 3.0


def test_another_sentence_can_only_lower_a_text():
    # log p = log 0.5 + 0.3 * log 0.8
    assert whole_probability([0.5, 0.8]) == pytest.approx(0.5 * 0.8**0.3)
    assert whole_probability([0.5]) == pytest.approx(0.5)
    assert whole_probability([0.5, 0.8, 0.9]) < whole_probability([0.5, 0.8])


@pytest.mark.parametrize(
    "text", ["Supreme Court overturns ban.\n.", ". Supreme Court overturns ban", "Supreme Court overturns ban – – ."]
)
def test_a_mark_by_itself_is_no_sentence_to_be_judged(session, text):
    assert session.check(cluster(ARTICLE), text)[0].label == "supported"


def test_another_fit_is_another_identity(monkeypatch):
    from harness.checkers import weights
    from harness.checkers.rules import Rules

    before = Rules().identity()
    monkeypatch.setattr(weights, "read_weights", lambda _: {"features": {}, "fitted": "again"})
    assert Rules().identity()["parser"] == before["parser"]
    assert Rules().identity()["weights"] != before["weights"]


@pytest.mark.parametrize(
    ("article", "text", "reason"),
    [
        (
            "The ash cloud drifted for 18 kilometres over the bay.",
            "Ash cloud drifted for 18 miles over the bay",
            "no article has “18 miles”; the closest sentence has “18 kilometres”",
        ),
        (
            "Orrin Mills had a profit of £90m last spring.",
            "Orrin Mills had a profit of $90m last spring",
            "no article has “$90m”; the closest sentence has “£90m”",
        ),
        (
            "Orrin Mills had a profit of £90m last spring.",
            "Orrin Mills had a profit of 90 million dollars last spring",
            "no article has “90 million dollars”; the closest sentence has “£90m”",
        ),
    ],
)
def test_a_figure_in_another_unit_is_named_with_both_units(session, article, text, reason):
    verdict = session.check(cluster(article), text)[0]
    assert verdict.label in {"not_found", "contradicted"}
    assert verdict.reason == reason

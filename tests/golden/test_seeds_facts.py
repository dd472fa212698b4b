"""The five raw articles about one unrest, and what people who read them hold of headlines about it."""

import json
from pathlib import Path

import pytest

from harness.checkers.ensemble import Ensemble
from harness.claims.contested.facts import contested_facts
from harness.claims.scoring import faithfulness, flagged
from harness.records import Article, Cluster


@pytest.fixture(scope="module")
def gold(shared: Path):
    return json.loads((shared / "seeds" / "kazakhstan_gold.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cluster(shared: Path, gold):
    return Cluster(
        cluster_id="kazakhstan",
        articles=tuple(
            Article(article_id=key, text=(shared / "seeds" / name).read_text(encoding="utf-8"))
            for key, name in gold["files"].items()
        ),
    )


@pytest.fixture(scope="module")
def session(parser):
    with Ensemble().open() as opened:
        yield opened


def test_every_unfaithful_headline_is_flagged(session, cluster, gold):
    missed = [row["headline"] for row in gold["unfaithful"] if not flagged(session.check(cluster, row["headline"]))]
    assert missed == []


def test_faithful_headlines_pass_but_for_one_at_most(session, cluster, gold):
    blamed = [row["headline"] for row in gold["faithful"] if flagged(session.check(cluster, row["headline"]))]
    assert len(blamed) <= 1


def test_the_toll_is_contested_with_both_figures(session, cluster):
    verdict = session.check(cluster, "More than 150 people killed in Kazakhstan unrest")[0]
    assert verdict.label == "contested"
    quoted = " ".join(found.text for found in verdict.evidence)
    assert "More than 150 people" in quoted
    assert "More than 140 protesters" in quoted
    # 000 and 001 are one report under two mastheads.
    assert (verdict.supporters, verdict.witnesses, verdict.contradictors) == (("000", "001"), 1, ("004",))


def test_what_only_the_president_claims_has_lost_its_attribution(session, cluster):
    verdict = session.check(cluster, "Foreign-trained terrorists behind Kazakhstan unrest")[0]
    assert verdict.errors == ("attribution",)
    assert "Tokayev claims it" in verdict.reason
    assert any("claimed foreign-trained terrorists were responsible" in found.text for found in verdict.evidence)


def test_error_types_are_named(session, cluster, gold):
    named = {
        "wrong number": "number",
        "swapped roles": "roles",
        "negation": "negation",
        "wrong time": "time",
        "wrong place": "place",
    }
    for row in gold["unfaithful"]:
        if row["error_type"] in named:
            assert named[row["error_type"]] in session.check(cluster, row["headline"])[0].errors, row["headline"]


def test_a_doubled_source_and_another_order_raise_nothing(session, cluster, gold):
    turned = cluster.model_copy(update={"articles": tuple(reversed(cluster.articles))})
    copy = cluster.articles[3].model_copy(update={"article_id": "003-copy"})
    doubled = cluster.model_copy(update={"articles": (*cluster.articles, copy)})
    for row in (*gold["faithful"], *gold["unfaithful"]):
        before = session.check(cluster, row["headline"])
        assert session.check(turned, row["headline"]) == before
        after = session.check(doubled, row["headline"])
        assert faithfulness(after) == faithfulness(before)
        assert after[0].witnesses == before[0].witnesses


def test_figures_offices_blame_and_descriptions_that_differ_are_listed(parser, cluster):
    found = {
        (fact.kind, tuple(version.value for version in fact.versions)) for fact in contested_facts(cluster, parser)
    }
    assert ("figures", ("More than 140", "More than 150")) in found
    assert ("figures", ("13", "more than 20")) in found
    assert {"description", "office", "party"} <= {kind for kind, _ in found}

import ast
from pathlib import Path

import pytest

import harness.checkers
from harness.checkers.aggregate import Judgement, Told, placed, pooled, verdicts_in_detail, verdicts_on, whole_of
from harness.ingest.independence import Sources
from harness.records import Article, Claim, Cluster, Element, Evidence

TEXT = "Dam holds. Three villages flooded."
CLUSTER = Cluster(
    cluster_id="dam",
    articles=(
        Article(article_id="a", text="The dam at Orrin held through the night, engineers found."),
        Article(article_id="b", text="Three villages under the ridge are flooded and nobody can reach them by road."),
    ),
)
SOURCES = Sources(CLUSTER)


def judgement(label="supported", probability=0.9, **more):
    return Judgement(label=label, probability=probability, **more)


def whole(*found):
    return verdicts_on(TEXT, found, "mine|v:1", SOURCES)[0]


def test_a_text_is_supported_by_those_who_support_every_sentence():
    both = frozenset({"a", "b"})
    assert whole(judgement(supporters=both), judgement(supporters=frozenset({"b"}))).supporters == ("b",)
    apart = whole(judgement(supporters=frozenset({"a"})), judgement(supporters=frozenset({"b"})))
    assert (apart.supporters, apart.witnesses) == ((), 0)


def test_whoever_contradicts_one_sentence_contradicts_the_text():
    found = whole(
        judgement("contradicted", 0.1, contradictors=frozenset({"a"})),
        judgement("contradicted", 0.2, contradictors=frozenset({"b"})),
    )
    assert found.contradictors == ("a", "b")


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [
        ("supported", "contested", "contested"),
        ("contested", "not_found", "not_found"),
        ("not_found", "contradicted", "contradicted"),
        ("supported", "contradicted", "contradicted"),
        ("supported", "supported", "supported"),
    ],
)
def test_a_text_is_as_bad_as_its_worst_sentence_wherever_it_stands(one, other, worst):
    first, second = judgement(one, reason=one), judgement(other, reason=other)
    for found in (whole(first, second), whole(second, first)):
        assert (found.label, found.reason) == (worst, worst)


def test_of_two_sentences_with_one_label_the_less_probable_decides():
    found = whole(judgement("not_found", 0.3, reason="first"), judgement("not_found", 0.1, reason="second"))
    assert found.reason == "second"


def test_who_spoke_for_a_text_spoke_for_the_sentences_that_decide_its_label():
    bad = judgement("contradicted", 0.1, decided_by=("account",))
    good = judgement(decided_by=("model",))
    assert whole(bad, good).decided_by == ("account",)
    assert whole(good, judgement(decided_by=("account",))).decided_by == ("account", "model")


def test_another_sentence_can_only_lower_the_probability():
    # .9 * .8 ** .3 = .8417; with a threshold at .5: .5 + .5 * (.6 * .8 ** .3) = .7806
    alone = verdicts_on("Dam holds.", [judgement(probability=0.8)], "s", SOURCES)[0].probability
    together = whole(judgement(probability=0.9), judgement(probability=0.8)).probability
    assert together == pytest.approx(0.8 * 0.9**0.3)
    assert together < alone
    assert pooled("supported", [0.9, 0.8]) == pytest.approx(0.5 + 0.5 * 0.6 * 0.8**0.3)


def test_sentences_and_their_number_are_held_to_the_text():
    with pytest.raises(ValueError, match="1 judgements on 2 sentences"):
        verdicts_on(TEXT, [judgement()], "s", SOURCES)


def test_what_a_label_holds_up_stays_below_a_half():
    assert placed("not_found", 0.8) < 0.5 == placed("supported", 0.2)


def test_evidence_and_elements_are_those_of_all_sentences_the_worst_first():
    here = Evidence(article_id="a", start=4, end=7, text="dam")
    there = Evidence(article_id="b", start=0, end=5, text="Three")
    element = Element(kind="word", start=0, end=3, text="Dam", state="borne_out", evidence=(here,))
    bad = judgement("not_found", 0.1, evidence=(there,))
    found = whole_of([judgement(evidence=(here,), elements=(element,)), bad], 1)
    assert found.evidence == (there, here)
    assert found.elements == (element,)
    assert found.probability == 0.1


def told(start, end, *propositions):
    def claim(start, end, part):
        return Claim(start=start, end=end, text=TEXT[start:end], part=part)

    return Told(claim(start, end, "sentence"), tuple(claim(a, b, "proposition") for a, b in propositions))


def test_propositions_follow_the_elements_inside_them():
    def element(start, end, state, reason=""):
        return Element(kind="word", start=start, end=end, text=TEXT[start:end], state=state, reason=reason)

    wrong = judgement(
        "contradicted", 0.1, reason="two, not three", contradictors=frozenset({"b"}), decided_by=("account", "model"),
        elements=(element(11, 16, "contradicted", "two, not three"), element(17, 25, "borne_out")),
    )  # fmt: skip
    found = verdicts_in_detail(
        TEXT, [judgement(), wrong], [told(0, 10), told(11, 34, (11, 33), (17, 33))], "s", SOURCES
    )
    assert [(each.claim.text, each.label, each.decided_by) for each in found] == [
        (TEXT, "contradicted", ("account", "model")),
        ("Dam holds.", "supported", ("model",)),
        ("Three villages flooded.", "contradicted", ("account", "model")),
        ("Three villages flooded", "contradicted", ("account", "model")),
        ("villages flooded", "supported", ("account",)),
    ]
    assert found[4].probability == 0.5


def test_verdicts_are_made_in_one_file_only():
    # An abstention is made where it is decided that there is nothing to judge.
    makers = {
        file.name
        for file in Path(harness.checkers.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Verdict"
    }
    assert makers == {"aggregate.py", "base.py"}

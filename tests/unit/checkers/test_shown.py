"""Who spoke for a label, and the words that a flagged text names where no rule named any."""

from dataclasses import replace

import pytest

from harness.checkers.account.account import account
from harness.checkers.account.elements import Held
from harness.checkers.account.matching import Matcher
from harness.checkers.ensemble import Ensemble
from harness.checkers.neural.entailment import Entailment
from harness.checkers.rules import Rules
from harness.checkers.shown import instead
from harness.checkers.verdict import judge, voices
from harness.claims.scoring import flagged
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

ARTICLE = (
    "The mayor of Tarn opened a bridge on Monday. Union leaders claimed that the bridge cost two lives. "
    "A ferry struck the pier in Hollin. Police in Tarn closed the old market."
)
CLUSTER = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))


@pytest.mark.parametrize(
    ("label", "entailed", "contradicted", "alone", "spoke"),
    [
        ("supported", 2.0, -3.0, True, ("account", "model")),
        ("supported", 2.0, -3.0, False, ("model",)),
        ("supported", -1.0, -3.0, True, ("account",)),
        ("contested", 2.0, -3.0, True, ("account", "model")),
        ("not_found", -2.0, -3.0, True, ("account", "model")),
        ("not_found", -2.0, -3.0, False, ("model",)),
        ("not_found", 2.0, -3.0, True, ("account",)),
        ("contradicted", 0.5, 0.5, True, ("account", "model")),
        ("contradicted", 0.5, -0.5, True, ("account",)),
    ],
)
def test_who_leans_to_a_label_spoke_for_it(label, entailed, contradicted, alone, spoke):
    assert voices(label, Entailment(entailed, contradicted), alone=alone) == spoke
    assert voices(label, None, alone=True) == ("account",)


@pytest.fixture(scope="module")
def check():
    with Ensemble().open() as both, Rules().open() as account:
        yield lambda text: [session.check(CLUSTER, text)[0] for session in (both, account)]


@pytest.mark.parametrize(
    "text",
    [
        "Bridge cost two lives", "Ferry struck the market in Hollin", "The mayor closed the old market",
        "Mayor", "xqz vrrt plo", "market bridge Tarn ferry the old pier closed", "Police of Hollin opened the bridge",
        "Breaking news", "Tarn", "Ferry closed Hollin", "No bridge was opened in Tarn",
    ],
)  # fmt: skip
def test_every_flagged_text_names_its_words(check, text):
    for verdict in check(text):
        wrong = [element for element in verdict.elements if element.state != "borne_out"]
        assert wrong or not flagged([verdict]), verdict.reason
        for element in verdict.elements:
            assert text[element.start : element.end] == element.text
            assert element.state == "borne_out" or element.reason


def test_a_lost_speaker_is_shown_at_the_verb_with_the_words_that_name_him(check):
    for verdict in check("Bridge cost two lives"):
        (speaker,) = (element for element in verdict.elements if element.kind == "speaker")
        assert (speaker.text, speaker.state, speaker.evidence[0].text) == ("cost", "unaccounted", "Union leaders")
        assert verdict.errors == ("attribution",)


@pytest.mark.parametrize(
    ("text", "read", "words", "reason"),
    [
        ("Police in Tarn closed the old market", Entailment(-5.0, 4.0), ["closed"],
         "the entailment model reads the closest sentences as saying otherwise"),
        ("Police in Tarn closed the old market", Entailment(-5.0, -4.0), ["closed"],
         "its words stand in the closest sentence, but the entailment model does not read it there"),
        ("Police in Tarn closed the old market", None, ["closed"], "its words stand in the articles, but not together"),
        ("Mayor of Tarn opened a bridge by the ferry pier", None, ["ferry", "pier"],
         "the articles have “ferry”, “pier” only apart from the rest"),
    ],
)  # fmt: skip
def test_where_all_words_are_borne_out_those_that_fit_least_are_named(text, read, words, reason):
    with Rules().open() as session:
        ((one,),) = session.examined(CLUSTER, [text])
        cluster = session.reading_of(CLUSTER)
    held = account(cluster, Matcher(cluster, one.reading), one.reading, one.alignment, one.features)
    borne = tuple(replace(each, state="borne_out") for each in held.elements if each.kind != "party")
    held = replace(
        held,
        elements=borne,
        features={"no_links": 0.0, "refers_back": 0.0, "saying_missing": 3.0, "uncovered_sentence": 3.0},
    )
    found = judge(cluster, one.reading, 1e-9, one.alignment, held, 0, read)
    assert (found.label, found.reason) == ("not_found", reason)
    assert [element.text for element in found.elements if element.state == "unaccounted"] == words
    assert all(element.evidence for element in found.elements if element.text in words)


def test_what_the_model_reads_takes_no_other_element_of_its_words_away():
    party, word = Held("party", 0, 5, "unaccounted"), Held("word", 0, 5, "unaccounted")
    verb = Held("predicate", 6, 9, "borne_out")
    assert instead([party, word, verb], [replace(party, state="borne_out")]) == [word, verb]
    assert instead([party, word, verb], [replace(verb, kind="speaker", state="unaccounted")]) == [party, word]

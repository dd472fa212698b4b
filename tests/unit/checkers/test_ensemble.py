import json
import math
from importlib.resources import files

import pytest

from harness.checkers.doubt import doubts_digest
from harness.checkers.ensemble import Blend, Ensemble, load_blend
from harness.checkers.neural.entailment import shipped_digest
from harness.checkers.rules import Rules
from harness.checkers.signals import text_signals
from harness.records import Article, Cluster, content_digest

pytest.importorskip("spacy", reason="the claims extra is not installed")

FIRE = (
    "A fire destroyed the old library of Rivertown on Friday. Nobody was hurt, the fire service said. "
    "Mayor Ann Lee promised to rebuild it. Twelve firefighters fought the flames for five hours."
)


def cluster(*texts):
    return Cluster(cluster_id="c", articles=[Article(article_id=f"a{n}", text=text) for n, text in enumerate(texts)])


@pytest.fixture(scope="module")
def session():
    with Ensemble().open() as opened:
        yield opened


def blend(**changed):
    parts = {
        "gate": "copied", "centre": 0.5, "width": 0.1, "intercepts": (0.0, 1.0), "others": 1.0, "slope": 1.0,
        "offset": 0.0,
        "mean": {"good": 1.0}, "scale": {"good": 2.0}, "novel": {"good": 1.0}, "copied": {"good": 3.0}, "digest": "x",
    }  # fmt: skip
    return Blend(**{**parts, **changed})


def test_the_two_models_are_blended_by_how_copied_a_sentence_is():
    # At the centre each model has half a say: standard score (3 - 1) / 2 = 1, log-odds (1 + 3) / 2 + (0 + 1) / 2 = 2.5.
    assert blend().doubt({"good": 3.0, "copied": 0.5}) == pytest.approx(math.log(1 + math.exp(-2.5)))
    # Far from it only one has: log-odds 1 without the intercept, or 3 with it.
    assert blend(width=0.01).doubt({"good": 3.0, "copied": 0.0}) == pytest.approx(math.log(1 + math.exp(-1)))
    assert blend(width=0.01).doubt({"good": 3.0, "copied": 1.0}) == pytest.approx(math.log(1 + math.exp(-4)))


def test_doubts_add_up_and_are_calibrated():
    # offset - slope * log(0.5 + 1.5) = 1 - 2 * log 2
    found = blend(slope=2.0, offset=1.0).probability([0.5, 1.5])
    assert found == pytest.approx(1 / (1 + math.exp(-(1 - 2 * math.log(2)))))
    assert blend().probability([0.5, 1e-6]) < blend().probability([0.5])
    # 1.5 + 0.2 * 0.5
    assert blend(others=0.2).pooled([0.5, 1.5]) == pytest.approx(1.6)


def test_a_signal_far_out_counts_no_further():
    assert blend().contributions({"good": 1e9, "copied": 0.0})["good"] == pytest.approx(4.0, rel=0.05)


def test_the_weights_name_what_the_code_measures_and_say_where_they_come_from():
    with Rules().open() as rules:
        (sentences,) = rules.examined(cluster(FIRE), ["Fire destroys library"])
        (measured,) = text_signals(rules.reading_of(cluster(FIRE)), sentences)
    known = load_blend()
    weighed = {name.partition(">")[0] for name in known.mean}
    assert weighed | {known.gate} <= set(measured), "run benchmarks/fit_ensemble.py again"
    raw = json.loads(files("harness.checkers").joinpath("ensemble_weights.json").read_text(encoding="utf-8"))
    assert {"command", "fitted_on", "rows", "each_part_by_the_others", "data_set_left_out", "genres"} <= set(
        raw["provenance"]
    )


def test_signs_are_as_the_words_say():
    known = load_blend()
    for weights in (known.novel, known.copied):
        assert all(weight <= 0 for name, weight in weights.items() if "missing" in name or name.startswith("conflict"))
        assert all(weight >= 0 for name, weight in weights.items() if name.endswith("share"))


def test_the_weights_are_in_the_signature():
    signature = Ensemble().signature()
    assert content_digest([load_blend().digest, doubts_digest(model=True)]) in signature
    assert f"entailment:{shipped_digest()}" in signature
    assert "entailment:none" in Ensemble(entailment=False).signature()
    assert Ensemble().identity()["ensemble"] == load_blend().digest


def test_a_true_text_ranks_above_false_ones(session):
    true, number, name, role = (
        session.check(cluster(FIRE), text)[0].probability
        for text in (
            "Fire destroys old library of Rivertown",
            "Fire destroys 30 old libraries of Rivertown",
            "Fire destroys old library of Milltown",
            "Mayor Ann Lee destroys old library",
        )
    )
    assert true > max(number, name, role)


def test_a_whole_is_below_each_of_its_sentences_and_they_below_their_parts(session):
    text = "The mayor promised to rebuild it. Twelve firefighters fought the flames."
    whole, *parts = session.check(cluster(FIRE), text)
    sentences = [verdict for verdict in parts if verdict.claim.part == "sentence"]
    assert len(sentences) == 2
    assert whole.probability < min(verdict.probability for verdict in sentences)
    for verdict in parts:
        held = next(s for s in sentences if s.claim.start <= verdict.claim.start and verdict.claim.end <= s.claim.end)
        assert verdict.probability >= held.probability


def test_labels_agree_with_probabilities(session):
    texts = ("Fire destroys old library of Rivertown", "Aliens land in Paris", "Library opens. Nobody was hurt.")
    for verdicts in session.check_all(cluster(FIRE), texts):
        for verdict in verdicts[:1]:
            assert verdict.label != "supported" or verdict.probability >= 0.5
            assert verdict.label == "supported" or verdict.probability < 0.5
    assert [session.check(cluster(FIRE), text)[0].label for text in texts[:2]] == ["supported", "not_found"]


def test_what_rules_contradict_stays_contradicted(session):
    article = "Police said that three people were killed in the fire in Tarn on Monday."
    with Rules().open() as rules:
        found = rules.check(cluster(article), "Fire in Tarn kills nine people")[0]
    (whole, *_) = session.check(cluster(article), "Fire in Tarn kills nine people")
    assert found.label == whole.label == "contradicted"
    assert (whole.errors, whole.contradictors) == (found.errors, ("a0",))


def test_open_refutation_of_a_headline_counts(session):
    plain = session.check(cluster("Durex is making pumpkin spice condoms"), "Durex launches a pumpkin spice condom")[0]
    denied = session.check(cluster("Durex denies making pumpkin spice condoms"), "Durex launches pumpkin spice condom")[
        0
    ]
    assert denied.probability < plain.probability

import numpy as np
import pytest

from harness.checkers.nli.checker import Nli
from harness.checkers.nli.parameters import read_labels
from harness.checkers.nli.session import NliSession, Scorer
from harness.errors import UsageError
from harness.records import Article, Cluster
from tests.tiny import save_classifier

LABELS = ("entailment", "neutral", "contradiction")
RULING = "The Supreme Court overturned the ban on Monday."


class Words(Scorer):
    """Entails what has all its words in the premise; contradicts `upheld` by `overturned`; remembers what it saw."""

    labels = LABELS

    def __init__(self, max_tokens=100):
        self.max_tokens = max_tokens
        self.seen = []

    def count(self, premise, claim):
        return len(premise.split()) + len(claim.split())

    def logits(self, pairs):
        self.seen += pairs
        return np.array([self._row(premise.lower(), claim.lower()) for premise, claim in pairs])

    def _row(self, premise, claim):
        if "upheld" in claim and "overturned" in premise:
            return [0.0, 0.0, 5.0]
        known = all(word.strip(".") in premise for word in claim.split())
        return [5.0, 0.0, 0.0] if known else [0.0, 5.0, 0.0]


def cluster(*texts):
    return Cluster(cluster_id="c", articles=[Article(article_id=f"a{n}", text=text) for n, text in enumerate(texts)])


def judged(texts, claim, scorer=None, **parameters):
    return NliSession(Nli(model="m", **parameters), scorer or Words()).check(cluster(*texts), claim)


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["ENTAILMENT", "NEUTRAL", "CONTRADICTION"], LABELS),
        (["contradiction", "entailment", "neutral"], ("contradiction", "entailment", "neutral")),
        (["entailment", "not_entailment"], ("entailment", "neutral")),
        (["SUPPORTS", "REFUTES", "NOT ENOUGH INFO"], ("entailment", "contradiction", "neutral")),
    ],
)
def test_labels_are_read_in_any_order_and_case(names, labels):
    assert read_labels(dict(enumerate(names)), len(names), "m") == labels


@pytest.mark.parametrize("names", [["LABEL_0", "LABEL_1"], ["neutral"], ["entailment", "entails"]])
def test_labels_that_say_nothing_are_refused_with_what_to_write(names):
    with pytest.raises(UsageError, match="accepted: `labels:` with"):
        read_labels(dict(enumerate(names)), len(names), "m")


def test_support_and_contradiction_cite_their_sentences():
    (supported,) = judged([f"Rain fell. {RULING}"], "Supreme Court overturned ban")
    assert (supported.label, supported.supporters, supported.witnesses) == ("supported", ("a0",), 1)
    assert RULING in [evidence.text for evidence in supported.evidence]
    (contradicted,) = judged([f"Rain fell. {RULING}"], "Supreme Court upheld ban")
    assert (contradicted.label, contradicted.contradictors) == ("contradicted", ("a0",))
    assert [evidence.text for evidence in contradicted.evidence] == [RULING]
    assert contradicted.probability < 0.01 < 0.9 < supported.probability


def test_claims_spread_over_sentences_are_supported_by_a_passage():
    (verdict,) = judged(["Anna Berg was born in Hale. She won the race in Tarn."], "Anna Berg won race in Tarn")
    assert verdict.label == "supported"
    assert len(verdict.evidence) == 2


def test_contradiction_is_looked_for_in_the_best_aligned_sentences_only():
    scorer = Words()
    text = "Judges upheld the law on Friday in Hale. In Tarn the law was overturned."
    (verdict,) = judged([text], "Judges upheld the law on Friday in Hale", scorer, aligned=1)
    assert verdict.label == "supported"
    # The passage of both sentences holds `overturned`, and the model sees a contradiction there; it does not count.
    assert any("overturned" in premise for premise, _ in scorer.seen)


def test_articles_that_disagree_make_it_contested_and_copies_do_not():
    upheld = "Judges in the capital said that the Supreme Court upheld the ban after a long hearing about it."
    (contested,) = judged([upheld, RULING], "Supreme Court upheld ban")
    assert (contested.label, contested.supporters, contested.contradictors) == ("contested", ("a0",), ("a1",))
    assert {evidence.article_id for evidence in contested.evidence} == {"a0", "a1"}
    (doubled,) = judged([upheld, upheld, RULING], "Supreme Court upheld ban")
    assert (doubled.witnesses, doubled.probability) == (1, contested.probability)


def test_premises_fit_the_window():
    scorer = Words(max_tokens=14)
    judged(["One fire in Tarn. Two fires in Tarn. Three fires in Tarn. Four fires in Tarn."], "Fires in Tarn", scorer)
    assert max(scorer.count(premise, claim) for premise, claim in scorer.seen) <= 14
    assert any(premise.count(".") > 1 for premise, _ in scorer.seen)


def test_a_longer_text_is_no_better_than_its_worst_sentence():
    alone = judged([RULING], "Nobody was there.")[0]
    padded = judged([RULING], "Nobody was there. The Supreme Court overturned the ban.")
    # The worst sentence, times the 0.3rd power of the other.
    assert padded[0].probability == pytest.approx(alone.probability * padded[2].probability ** 0.3, abs=1e-6)
    assert padded[0].label == alone.label
    assert [verdict.label for verdict in padded[1:]] == ["not_found", "supported"]


def test_a_model_without_neutral_supports_what_it_does_not_contradict():
    class Two(Words):
        labels = ("contradiction", "neutral")

        def logits(self, pairs):
            return super().logits(pairs)[:, [2, 1]]

    assert judged([RULING], "Supreme Court upheld ban", Two())[0].label == "contradicted"
    assert judged([RULING], "Zinc prices rose", Two())[0].label == "supported"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch", reason="the models extra is not installed")
    return save_classifier(tmp_path_factory.mktemp("nli"), {0: "Contradiction", 1: "ENTAILMENT", 2: "neutral"})


SOURCE = cluster("The court overturns the ban. Police said two people were hurt in town on Monday. " * 9)
TEXTS = ["Court upholds ban", "Three people hurt, police said. The mayor welcomes the ruling.", "flood " * 90, "ban"]


def test_a_transformers_model_gives_the_same_whatever_the_batch(folder):
    found = []
    for size in (1, 16):
        with Nli(model=str(folder), batch_size=size).open() as session:
            assert session._scorer.labels == ("contradiction", "entailment", "neutral")
            assert session._scorer.max_tokens == 64
            found.append(
                [[verdict.probability for verdict in verdicts] for verdicts in session.check_all(SOURCE, TEXTS)]
            )
    assert [len(verdicts) for verdicts in found[0]] == [1, 3, 1, 1]
    for one, sixteen in zip(*found, strict=True):
        assert one == pytest.approx(sixteen, abs=1e-6)


def test_labels_change_the_signature_and_weights_the_identity(folder, tmp_path):
    other = save_classifier(tmp_path, {0: "contradiction", 1: "entailment", 2: "neutral"}, seed=1)
    assert Nli(model=str(folder)).identity()["weights"] != Nli(model=str(other)).identity()["weights"]
    assert Nli(model="m").signature() != Nli(model="m", support=0.6).signature()
    assert Nli(model="m").signature() == Nli(model="m", batch_size=3).signature()


def test_missing_weights_say_where_they_were_looked_for(tmp_path):
    (problem,) = Nli(model=str(tmp_path / "nowhere")).problems()
    assert "there is no such folder" in str(problem)
    with pytest.raises(UsageError, match=r"no such file: .*model\.onnx"):
        Nli(model=str(tmp_path / "model.onnx")).onnx_file()
    (tmp_path / "m.onnx").write_bytes(b"x")
    messages = [str(problem) for problem in Nli(model=str(tmp_path / "m.onnx")).problems()]
    assert any("looked for" in message and "tokenizer.json" in message for message in messages)


def test_missing_onnxruntime_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "m.onnx").write_bytes(b"x")
    monkeypatch.setattr("harness.extras.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"onnxruntime and tokenizers, .*pip install 'headline-harness\[onnx\]'"):
        Nli(model=str(tmp_path)).open()


def test_a_damaged_onnx_file_is_a_message_not_a_traceback(tmp_path):
    pytest.importorskip("onnxruntime", reason="the onnx extra is not installed")
    save_classifier(tmp_path / "t", {0: "entailment", 1: "neutral"})
    (tmp_path / "m.onnx").write_bytes(b"x")
    with (
        pytest.raises(UsageError, match=r"m\.onnx cannot be loaded"),
        Nli(model=str(tmp_path / "m.onnx"), tokenizer=str(tmp_path / "t")).open(),
    ):
        pass

import math

import pytest

from harness.checkers.generative.likelihood import Likelihood
from harness.errors import MissingExtraError, UsageError
from harness.records import Article, Cluster
from tests.tiny import save_causal, save_classifier

torch = pytest.importorskip("torch", reason="the models extra is not installed")

SOURCE = Cluster(
    cluster_id="c",
    articles=(Article(article_id="a", text="The court overturns the ban. Two people were hurt in town. " * 30),),
)
TEXTS = ["Court upholds the ban", "Three people hurt. The mayor welcomes the ruling.", "flood " * 200, "ban"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_causal(tmp_path_factory.mktemp("causal"))


def test_equal_whatever_the_batch(folder):
    found = []
    for size in (1, 8):
        with Likelihood(checkpoint=str(folder), batch_size=size).open() as session:
            found.append(
                [[verdict.probability for verdict in verdicts] for verdicts in session.check_all(SOURCE, TEXTS)]
            )
    assert [len(verdicts) for verdicts in found[0]] == [1, 3, 1, 1]
    for one, eight in zip(*found, strict=True):
        assert one == pytest.approx(eight, abs=2e-6)


def test_means_are_those_of_the_model_itself(folder):
    with Likelihood(checkpoint=str(folder)).open() as session:
        before, after = [2, 5, 9, 7], [6, 11, 4]
        (found,) = session._model.chances([(before, after)])
        # The same by the model's own loss, which is the mean negative log-probability of the labels it is given.
        ids = torch.tensor([before + after])
        labels = torch.tensor([[-100] * len(before) + after])
        loss = session._model.model(input_ids=ids, labels=labels).loss
    assert found.mean == pytest.approx(-loss.item(), abs=1e-5)
    assert all(own <= best for own, best in zip(found.own, found.best, strict=True))


def test_the_curve_and_its_parameters():
    checker = Likelihood(checkpoint="m", slope=2.0, middle=1.0)
    assert checker.probability(1.0) == 0.5
    assert checker.probability(2.0) == pytest.approx(1 / (1 + math.exp(-2)))
    assert checker.probability(-1e9) == pytest.approx(0.0)
    assert checker.signature() != Likelihood(checkpoint="m", slope=3.0).signature()


def test_what_is_missing_is_said(folder, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="there is no such folder"):
        Likelihood(checkpoint=str(tmp_path / "nowhere")).open()
    classifier = save_classifier(tmp_path, {0: "entailment", 1: "neutral"})
    (classifier / "config.json").write_text('{"model_type": "t5", "is_encoder_decoder": true}')
    with pytest.raises(UsageError, match="seq2seq"), Likelihood(checkpoint=str(classifier)).open():
        pass
    monkeypatch.setattr("harness.extras.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"torch and transformers.*headline-harness\[models\]"):
        Likelihood(checkpoint=str(folder)).open()

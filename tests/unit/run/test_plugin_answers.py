"""What a component of another package gives or raises fails its cluster, or the component, with a reason."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.base import CheckSession, whole_claim
from harness.errors import UsageError
from harness.metrics.base import Findings, Measure, Metric, Unit
from harness.models.base import Answer, Model
from harness.records import Article, Cluster, ConfigurationRecord, Failure, MetricScore, Prediction, Verdict
from harness.run.check import Questions, Unchecked, check
from harness.run.generate import generate
from harness.run.plan import Configuration, measure_records
from harness.run.score import Scorable, score

CLUSTERS = [Cluster(cluster_id=f"c{at}", articles=(Article(article_id="a", text="t"),)) for at in range(4)]

RAISED = [
    GeneratorExit,
    StopIteration,
    SystemExit,
    RecursionError,
    type("OddError", (BaseException,), {}),
    type("SilentError", (Exception,), {"__str__": lambda _: 1 / 0}),
]


def throwing(error: type[BaseException]) -> Callable[..., Any]:
    def throw(*_: Any) -> Any:
        raise error

    return throw


raising = st.sampled_from(RAISED).map(throwing)


# Metrics


class Odd(Metric):
    """Finds whatever `finds` gives."""

    name: ClassVar[str] = "odd"
    finds: ClassVar[Callable[[], Any]]
    unit: Unit = "share"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("odd", "whatever it is", unit=self.unit),)

    def findings(self, case: Any) -> Any:
        if case.cluster.cluster_id == "c2":
            return type(self).finds()
        return Findings({"odd": 0.5})


def scored(finds: Callable[[], Any], unit: Unit = "share") -> list[MetricScore | Failure]:
    Odd.finds = staticmethod(finds)
    block = [
        Scorable(
            cluster, Prediction(prediction_id="p", cluster_id=cluster.cluster_id, configuration="m", text="t"), [()]
        )
        for cluster in CLUSTERS
    ]
    return [rows[0] for rows in score([Odd(unit=unit)], block)]


def fails_alone(rows: Sequence[Any]) -> Failure:
    """The failure of the third of four, which can be written; the others have what they should."""
    failed = [row for row in rows if isinstance(row, Failure)]
    assert [row.cluster_id for row in failed] == ["c2"]
    assert [row.cluster_id for row in rows] == ["c0", "c1", "c2", "c3"]
    assert failed[0].message
    for row in rows:
        row.to_json()
    return failed[0]


NO_SHARE = st.one_of(
    st.floats().filter(lambda number: not -1e-9 <= number <= 1 + 1e-9),
    st.integers().filter(lambda number: number not in (0, 1)),
    st.booleans(),
    st.booleans().map(np.bool_),
    st.sampled_from(["0.5", "", "nan", None, 0.5j, [0.5], b"0.5", np.float32(7.5), np.nan, np.array([0.5, 0.5])]),
    st.sampled_from([Decimal("0.5"), Decimal("sNaN"), np.float64("nan"), np.array(0.5), type("Text", (str,), {})("1")]),
)


@settings(max_examples=60, deadline=None)
@given(NO_SHARE)
def test_what_is_no_share_fails_its_cluster_and_is_not_averaged(value: Any):
    failure = fails_alone(scored(lambda: Findings({"odd": value})))
    assert "accepted: a number from 0 to 1" in failure.message


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(
        raising,
        st.sampled_from(
            [
                lambda: None,
                lambda: {"odd": 0.5},
                lambda: Findings({"other": 0.5}),
                lambda: Findings({1: 0.5}),  # type: ignore[dict-item]
                lambda: Findings({"odd": 0.5}, {"odd": "none"}),
                lambda: Findings({}, {"odd": "half a pair: \ud83d"}),
                lambda: Findings({}, {"odd": None}),  # type: ignore[dict-item]
                lambda: Findings({}, {}),
            ]
        ),
    )
)
def test_what_is_no_finding_fails_its_cluster(finds: Callable[[], Any]):
    fails_alone(scored(finds))


def test_a_reason_of_any_length_is_kept_with_its_beginning():
    row = scored(lambda: Findings({}, {"odd": "no reference, " * 1_000_000}))[2]
    assert isinstance(row, MetricScore)
    assert row.unscorable["odd"] == ("no reference, " * 1_000)[:2000]


@pytest.mark.parametrize("value", [0, 1, np.float64(0.25), np.float32(0.25), np.int64(1), 1 + 1e-12, -1e-12])
def test_numbers_of_other_types_and_shares_a_rounding_error_too_large_are_numbers(value: Any):
    rows = scored(lambda: Findings({"odd": value}))
    found = rows[2].statistics["odd"] if isinstance(rows[2], MetricScore) else math.nan
    assert type(found) is float
    assert 0 <= found <= 1
    assert found == pytest.approx(float(value), abs=1e-11)


def test_a_number_of_words_may_be_any_finite_number():
    assert isinstance(scored(lambda: Findings({"odd": -7}), unit="words")[2], MetricScore)
    assert "accepted: a finite number" in fails_alone(scored(lambda: Findings({"odd": math.inf}), unit="words")).message


# Models


class Strange(Model):
    """Answers with what `script` gives for a cluster."""

    name: ClassVar[str] = "strange"
    script: ClassVar[Callable[[Cluster], Any]]
    at_once: ClassVar[Any] = 4

    def clusters_at_once(self) -> Any:
        return self.at_once

    def open(self, seed: int) -> Any:  # noqa: ARG002 - the signature of a model
        return nullcontext(self)

    def answer(self, clusters: Sequence[Cluster]) -> Any:
        return (type(self).script(cluster) for cluster in clusters)


def configuration(model: Model) -> Configuration:
    record = ConfigurationRecord(name="m", model=model.name, signature="s", parameters={}, seed=0)
    return Configuration("m", model, 0, record)


def answered(script: Callable[[Cluster], Any]) -> list[Prediction | Failure]:
    Strange.script = staticmethod(lambda cluster: script(cluster) if cluster.cluster_id == "c2" else Answer(text="Dam"))
    return list(generate(configuration(Strange()), CLUSTERS))


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(
        raising,
        st.sampled_from(
            [
                lambda _: "a bare text",
                lambda _: None,
                lambda _: {"text": "Dam"},
                lambda _: Answer(text="Dam", raw_text="half a pair: \ud83d"),
                lambda _: Answer.model_construct(text="half a pair: \ud83d"),
                lambda _: Answer.model_construct(text=7),
                lambda _: Answer(text="Dam", tokens_in=10**30),
                lambda _: GeneratorExit("given, not raised"),
            ]
        ),
    )
)
def test_what_is_no_answer_fails_its_cluster(script: Callable[[Cluster], Any]):
    fails_alone(answered(script))


@pytest.mark.parametrize("at_once", [0, -1, "4", None, True, 2.0, [4]], ids=repr)
def test_a_model_that_names_no_number_of_clusters_fails_them_all(at_once: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Strange, "at_once", at_once)
    rows = answered(lambda _: Answer(text="Dam"))
    assert [row.cluster_id for row in rows] == ["c0", "c1", "c2", "c3"]
    assert all(isinstance(row, Failure) and "a whole number of 1 or more" in row.message for row in rows)


def test_a_model_may_want_more_clusters_than_there_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Strange, "at_once", 10**30)
    assert all(isinstance(row, Prediction) for row in answered(lambda _: Answer(text="Dam")))


class Streaming(Strange):
    """Answers as it can, as `stream` says."""

    name: ClassVar[str] = "streaming"
    stream: ClassVar[Callable[[Iterator[Cluster]], Any]]

    def answer_each(self, clusters: Iterator[Cluster], seconds: float | None = None) -> Any:  # noqa: ARG002
        return type(self).stream(clusters)


def breaks_off(clusters: Iterator[Cluster]) -> Iterator[Any]:
    yield next(clusters), Answer(text="Dam")
    raise GeneratorExit


def answers_another(clusters: Iterator[Cluster]) -> Iterator[Any]:
    yield next(clusters), Answer(text="Dam")
    yield CLUSTERS[3].model_copy(), Answer(text="Dam")


def answers_twice(clusters: Iterator[Cluster]) -> Iterator[Any]:
    shown = next(clusters)
    yield shown, Answer(text="Dam")
    yield shown, Answer(text="Dam")


def leaves_out(clusters: Iterator[Cluster]) -> Iterator[Any]:
    yield next(clusters), Answer(text="Dam")
    next(clusters)


@pytest.mark.parametrize("stream", [breaks_off, answers_another, answers_twice, leaves_out])
def test_a_session_that_answers_as_it_can_fails_what_it_does_not_answer(stream: Callable[..., Any]):
    Streaming.stream = staticmethod(stream)
    rows = list(generate(configuration(Streaming()), CLUSTERS))
    assert [row.cluster_id for row in rows] == ["c0", "c1", "c2", "c3"]
    assert [isinstance(row, Prediction) for row in rows] == [True, False, False, False]


# Checkers


def verdict(text: str, **given: Any) -> Verdict:
    return Verdict(claim=whole_claim(text), label="supported", probability=0.5, checker="s", **given)


class StrangeSession(CheckSession):
    def __init__(self, script: Callable[[str], Any]) -> None:
        super().__init__("s")
        self._script = script

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> Any:  # noqa: ARG002
        return [self._script(text) if text == "Third" else [verdict(text)] for text in texts]


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(
        raising,
        st.sampled_from(
            [
                lambda _: None,
                lambda _: [],
                lambda _: ["supported"],
                lambda _: [verdict("another text")],
                lambda text: [verdict(text, reason="half a pair: \ud83d")],
                lambda text: [verdict(text), None],
            ]
        ),
    )
)
def test_what_is_no_verdict_fails_its_text(script: Callable[[str], Any]):
    texts = ["First", "Second", "Third", "Fourth"]
    found = check(StrangeSession(script), Questions(CLUSTERS[0], texts))
    assert [isinstance(one, Unchecked) for one in found] == [False, False, True, False]


# While a run is planned


class Unplannable(Odd):
    """Fails when it is asked what it measures."""

    name: ClassVar[str] = "unplannable"
    gives: ClassVar[Callable[[], Any]]

    def measures(self) -> Any:
        return type(self).gives()


@settings(max_examples=20, deadline=None)
@given(st.one_of(raising, st.sampled_from([lambda: None, lambda: (), lambda: ["odd"], lambda: [Measure("odd", 7)]])))  # type: ignore[arg-type]
def test_a_metric_that_fails_while_a_run_is_planned_is_named(gives: Callable[[], Any]):
    Unplannable.gives = staticmethod(gives)
    config = SimpleNamespace(source=SimpleNamespace(where="x.yaml"))
    with pytest.raises(UsageError, match=r"^metric 'unplannable' cannot be used: "):
        measure_records((Unplannable(),), config)  # type: ignore[arg-type] # as much of one as it looks at

from collections.abc import Sequence
from typing import ClassVar

from harness.metrics.base import Findings, Measure, Metric
from harness.records import Article, Case, Cluster, Failure, MetricScore, Prediction, Verdict
from harness.run.score import Scorable, score


class Length(Metric):
    """Characters of the prediction; refuses one text, and counts how often it is asked."""

    name: ClassVar[str] = "length"
    asked: ClassVar[list[int]] = []

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("length", "characters", unit="characters"),)

    def findings(self, case: Case) -> Findings:
        if case.prediction.text == "bad":
            raise RuntimeError("cannot be measured")
        return Findings(statistics={"length": float(len(case.prediction.text))})

    def findings_all(self, cases: Sequence[Case]) -> Sequence[Findings]:
        self.asked.append(len(cases))
        return super().findings_all(cases)


class Width(Length):
    """The same under another name."""

    name: ClassVar[str] = "width"

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("width", "characters", unit="characters"),)

    def findings(self, case: Case) -> Findings:
        return Findings(statistics={"width": float(len(case.prediction.text))})


def case(cluster: str, text: str, *verdicts: tuple[Verdict, ...] | None) -> Scorable:
    return Scorable(
        Cluster(cluster_id=cluster, articles=(Article(article_id="a", text="t"),)),
        Prediction(prediction_id=cluster, cluster_id=cluster, configuration="m", text=text),
        verdicts or ((), ()),
    )


def rows_of(metrics: Sequence[Metric], block: Sequence[Scorable]) -> list[MetricScore | Failure]:
    return [row for rows in score(metrics, block) for row in rows]


def test_one_bad_case_fails_alone_and_rows_keep_the_order_of_predictions_then_metrics():
    block = [case("c1", "one"), case("c2", "bad"), case("c3", "three")]
    rows = rows_of([Length(), Width()], block)
    assert [(type(row), row.cluster_id) for row in rows] == [
        (MetricScore, "c1"),
        (MetricScore, "c1"),
        (Failure, "c2"),
        (MetricScore, "c2"),
        (MetricScore, "c3"),
        (MetricScore, "c3"),
    ]
    failure = rows[2]
    assert isinstance(failure, Failure)
    assert (failure.component, failure.error, failure.message) == ("length", "RuntimeError", "cannot be measured")
    assert isinstance(rows[4], MetricScore)
    assert rows[4].statistics == {"length": 5.0}


def test_a_whole_block_is_asked_for_at_once():
    Length.asked.clear()
    rows_of([Length()], [case("c1", "one"), case("c2", "two")])
    assert Length.asked == [2]


def test_a_case_without_verdicts_has_no_row():
    rows = rows_of([Length(), Width()], [case("c1", "one", None, ()), case("c2", "two")])
    assert [(row.cluster_id, row.metric) for row in rows if isinstance(row, MetricScore)] == [
        ("c1", "width"),
        ("c2", "length"),
        ("c2", "width"),
    ]

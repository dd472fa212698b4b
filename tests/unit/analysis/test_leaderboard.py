"""Ranking by one measure, and what can be said of it."""

import math

import numpy as np
import pytest

from harness.analysis.compare import compare_and_resample
from harness.analysis.leaderboard import Leaderboard, leading_measures, rank
from harness.analysis.summary import summaries_of
from harness.errors import UsageError
from harness.records import MeasureRecord
from harness.report.answer import sentences


def measure(name: str, metric: str = "rouge", direction: str = "higher", *, shown: bool = True) -> MeasureRecord:
    return MeasureRecord.model_validate(
        {"name": name, "metric": metric, "summary": "", "signature": "s", "direction": direction, "shown": shown}
    )


def board(
    scores: np.ndarray, measures: list[MeasureRecord], primary: MeasureRecord | None = None, names: str = "abc"
) -> Leaderboard:
    configurations = list(names[: len(scores)])
    directions = {each.name: each.direction for each in measures}
    pairs, _ = compare_and_resample(scores, configurations=configurations, measures=directions, resamples=500, seed=1)
    summaries = summaries_of(scores, np.isnan(scores), configurations, measures, seed=1, resamples=500)
    return rank(
        {(each.configuration, each.measure): each for each in summaries},
        pairs,
        measures,
        configurations=configurations,
        baseline=configurations[0],
        clusters=scores.shape[1],
        primary=primary,
    )


def clearly_apart(clusters: int = 40) -> np.ndarray:
    """Three configurations: the second better than the first on every cluster, the third like the second."""
    draws = np.random.default_rng(1)
    first = draws.random(clusters) * 0.2
    second = first + 0.3
    third = second + draws.normal(0, 0.05, clusters)
    return np.stack([first, second, third])[:, :, None]


def test_the_best_stands_first_and_only_what_a_test_tells_apart_is_not_like_it():
    found = board(clearly_apart(), [measure("rouge1-f")])
    assert [each.configuration for each in found.standings][-1] == "a"
    assert [each.like_best for each in found.standings] == [True, True, False]
    marks = {each.configuration: each.beside_baseline["rouge1-f"] for each in found.standings}
    assert marks == {"a": "", "b": "better", "c": "better"}


def test_where_lower_is_better_the_lowest_stands_first_and_a_rise_is_worse():
    contradicted = measure("factual-contradicted", "factual", "lower")
    found = board(clearly_apart(), [contradicted])
    assert found.best.configuration == "a"
    assert {each.configuration: each.beside_baseline[contradicted.name] for each in found.standings} == {
        "a": "",
        "b": "worse",
        "c": "worse",
    }


def test_equal_means_share_a_rank_and_what_has_no_score_stands_last():
    scores = np.array([[math.nan] * 3, [0.5, 0.6, 0.7], [0.5, 0.6, 0.7]])[:, :, None]
    found = board(scores, [measure("rouge1-f")])
    assert [(each.rank, each.configuration) for each in found.standings] == [(1, "b"), (1, "c"), (0, "a")]
    assert not found.standings[-1].like_best
    assert sentences(found) == ["b and c have equal scores on all 3 clusters.", "a has no score."]


def test_a_few_measures_of_each_metric_lead_and_none_that_is_better_neither_way():
    measures = [
        measure("rouge1-f"),
        measure("rouge1-p", shown=False),
        measure("rougeL-f"),
        measure("words", "headline", "neither"),
        measure("within-limit", "headline"),
        measure("factual-supported", "factual"),
        measure("factual-contradicted", "factual", "lower"),
        measure("factual-worst", "factual"),
        measure("readability", "mine"),
        measure("warmth", "mine"),
    ]
    assert [each.name for each in leading_measures(measures)] == [
        "rouge1-f",
        "rougeL-f",
        "within-limit",
        "factual-supported",
        "factual-contradicted",
        "readability",
    ]


def test_the_primary_measure_is_the_first_column_whatever_it_is():
    precision = measure("rouge1-p", shown=False)
    found = board(np.repeat(clearly_apart(), 2, axis=2), [measure("rouge1-f"), precision], precision)
    assert [each.name for each in found.measures] == ["rouge1-p", "rouge1-f"]


def test_nothing_to_rank_by_is_an_error():
    with pytest.raises(UsageError, match="nothing to rank by"):
        board(clearly_apart(), [measure("words", "headline", "neither")])


def test_sentences_say_what_differs_what_does_not_and_what_could_have_been_seen():
    first, *rest = sentences(board(clearly_apart(), [measure("rouge1-f")]))
    best, other = ("b", "c") if first.startswith("b") else ("c", "b")
    assert first.startswith(f"{best} is better than a (ROUGE-1 +3")  # 0.3 ± the noise of the third
    assert rest[0] == f"{best} and {other} cannot be told apart with 40 clusters."
    assert "cannot be seen with so few" in rest[1]


def test_one_configuration_has_nothing_to_be_said_of():
    found = board(clearly_apart()[:1], [measure("rouge1-f")])
    assert [(each.rank, each.like_best) for each in found.standings] == [(1, True)]
    assert sentences(found) == []


def test_a_small_difference_that_could_not_be_seen_is_no_nought():
    draws = np.random.default_rng(2)
    first = draws.random(4_000)
    apart = draws.normal(0, 0.05, 4_000)
    scores = np.stack([first, first + apart - apart.mean()])[:, :, None]
    # (1.960 + 0.842) · 0.05 / √4000 = 0.0022 of a share: 0.2 points
    assert sentences(board(scores, [measure("rouge1-f")]))[-1].startswith("Differences under about 0.2 points")

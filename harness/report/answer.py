"""The answer first: a leaderboard in cells, and what it shows in one to three sentences."""

from collections.abc import Iterator, Sequence

from harness.analysis.compare import PairComparison
from harness.analysis.leaderboard import Leaderboard, Standing, is_significant
from harness.analysis.summary import Summary
from harness.language.text import counted
from harness.records import MeasureRecord, Unit
from harness.report import numbers

NAMES = {
    "rouge1-f": "ROUGE-1",
    "rouge2-f": "ROUGE-2",
    "rougeL-f": "ROUGE-L",
    "rougeLsum-f": "ROUGE-Lsum",
    "factual-supported": "supported",
    "factual-contradicted": "contradicted",
    "within-limit": "within limit",
}
"""Names of measures for readers; others have their own name."""
MARKS = {"better": "▲", "worse": "▼", "": ""}
LARGE = 0.1
"""Share from which on a difference that could not be seen is told in whole points."""
NAMED_PAIRS = 3
"""Pairs that a sentence names; further ones are counted."""


def name_of(measure: MeasureRecord) -> str:
    """Name a measure for a heading: `ROUGE-1`, `supported`."""
    return NAMES.get(measure.name, measure.name.removeprefix(f"{measure.metric}-"))


def full_name(measure: MeasureRecord) -> str:
    """Name a measure, with the name that commands take for it where that differs: `ROUGE-1 (rouge1-f)`."""
    name = name_of(measure)
    return name if name == measure.name else f"{name} ({measure.name})"


def half(summary: Summary, measure: MeasureRecord) -> str:
    """Print half an interval, `±10.0`; nothing where there is no interval."""
    if summary.low is None or summary.high is None:
        return ""
    return f"±{numbers.show((summary.high - summary.low) / 2, measure.unit)}"


def sentences(board: Leaderboard) -> list[str]:
    """Say what is really different, what cannot be told apart, and what difference could have been seen."""
    return [*_differences(board), *_alike(board), *_detectable(board)]


def bounds(board: Leaderboard) -> Iterator[str]:
    """Say for each configuration that failed on clusters where its mean would lie had these scored 0, or 1."""
    for standing in board.standings:
        summary = standing.summaries[board.primary.name]
        if not summary.failed or summary.mean is None or board.primary.unit != "share":
            continue
        total, count = summary.mean * summary.scored, summary.scored + summary.failed
        low, high = (numbers.show(each / count, board.primary.unit) for each in (total, total + summary.failed))
        said = f"had they scored 0 or 100, its {name_of(board.primary)} would be {low} or {high}"
        yield f"{standing.configuration} has no score on {counted(summary.failed, 'cluster')} that failed: {said}."


def _differences(board: Leaderboard) -> Iterator[str]:
    """Name the configurations that the best one beats, each with its difference and interval."""
    beaten = [
        (standing, pair)
        for standing in board.standings[1:]
        if is_significant(pair := board.pair(board.best.configuration, standing.configuration)) and pair is not None
    ]
    if not beaten:
        return
    named = [
        f"{standing.configuration} ({name_of(board.primary)} {_difference(pair, board.primary.unit)})"
        for standing, pair in beaten[:NAMED_PAIRS]
    ]
    rest = len(beaten) - len(named)
    yield f"{board.best.configuration} is better than {_join_names([*named, *([f'{rest} more'] if rest else [])])}."


def _difference(pair: PairComparison, unit: Unit) -> str:
    """Print a difference with the interval that agrees with the corrected test."""
    return f"{numbers.show_change(pair.difference, unit)} {numbers.ends(pair.low_holm, pair.high_holm, unit)}".rstrip()


def _alike(board: Leaderboard) -> Iterator[str]:
    alike = [standing for standing in board.standings if standing.like_best]
    clusters = numbers.clusters(board.clusters)
    unscored = [standing.configuration for standing in board.standings if _mean(standing, board) is None]
    if len(alike) > 1:
        if all(_is_equal(board, standing) for standing in alike[1:]):
            yield f"{_join_names([each.configuration for each in alike])} have equal scores on all {clusters}."
        else:
            yield f"{_join_names([each.configuration for each in alike])} cannot be told apart with {clusters}."
    if unscored:
        yield f"{_join_names(unscored)} {'has' if len(unscored) == 1 else 'have'} no score."


def _is_equal(board: Leaderboard, standing: Standing) -> bool:
    pair = board.pair(board.best.configuration, standing.configuration)
    return pair is not None and pair.both > 0 and pair.ties == pair.both == board.clusters


def _mean(standing: Standing, board: Leaderboard) -> float | None:
    return standing.summaries[board.primary.name].mean


def _detectable(board: Leaderboard) -> Iterator[str]:
    """Find how large a difference had to be to be seen: the largest over the pairs not told apart."""
    unseen = [pair.detectable for pair in board.pairs if pair.detectable and not is_significant(pair)]
    if unseen:
        size = max(unseen)
        decimals = 0 if board.primary.unit == "share" and size >= LARGE else 1
        points = "points" if board.primary.unit == "share" else board.primary.unit
        least = numbers.show(size, board.primary.unit, decimals)
        if not float(least):  # scores that differ by rounding alone
            return
        yield f"Differences under about {least} {points} cannot be seen with so few."


def _join_names(names: Sequence[str]) -> str:
    """Join names as `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

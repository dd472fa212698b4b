"""Rank the configurations of runs, with what their paired tests say where that is quick enough to find out."""

from collections.abc import Sequence

from harness.analysis.leaderboard import Leaderboard, rank
from harness.analysis.summary import Summary
from harness.comparison.compare import Comparison, compare_joined
from harness.comparison.score_matrix import ScoreMatrix, find_measure, join
from harness.config import Config
from harness.errors import Problem, UsageError
from harness.records import MeasureRecord, RunManifest
from harness.results.run_folder import RunFolder

TESTED = 20_000
"""Predictions that are compared at once where a run is only shown: more would take seconds, `harness compare` does."""


def primary_of(manifest: RunManifest, wanted: str | None = None) -> MeasureRecord | None:
    """Find the measure to rank by: the one wanted, else the one that the run's configuration names, else None.

    Raises UsageError for a name that is none.
    """
    named = wanted if wanted is not None else manifest.config.get("primary")
    return None if named is None else find_primary(manifest.measures, str(named))


def find_primary(measures: Sequence[MeasureRecord], wanted: str) -> MeasureRecord:
    """Find a measure to rank by. Raises UsageError for a name that is none, and for one that is better neither way."""
    found = find_measure(measures, wanted)
    if found.direction == "neither":
        raise UsageError(f"{found.name!r} is better neither way, so nothing can be ranked by it")
    return found


def primary_problems(config: Config, measures: Sequence[MeasureRecord]) -> list[Problem]:
    """Find what is wrong with the measure that a configuration ranks by, with its line."""
    try:
        if config.primary is not None:
            find_primary(measures, config.primary)
    except UsageError as error:
        where, line = config.source.place(("primary",))
        return [Problem(str(error), where, line, "primary")]
    return []


def leaderboard(
    joined: ScoreMatrix, compared: Comparison | None, baseline: str, primary: MeasureRecord | None = None
) -> Leaderboard:
    """Rank joined configurations. Raises UsageError where there is no measure to rank by."""
    summaries = (
        compared.summaries if compared else {(each.configuration, each.measure): each for each in joined.summaries()}
    )
    return rank(
        summaries,
        compared.every_pair if compared else (),
        joined.measures,
        configurations=joined.labels,
        baseline=baseline,
        clusters=len(joined.clusters),
        primary=primary,
        upper_bounds=[column.label for column in joined.columns if column.record.reads_references],
        equal=compared.equal if compared else {},
    )


def leaderboard_of_run(
    folder: RunFolder, manifest: RunManifest, summaries: Sequence[Summary], *, primary: str | None = None
) -> Leaderboard:
    """Rank the configurations of one run against its first, tested where the run is complete and not too large.

    Raises UsageError for names that are none, and where there is no measure to rank by.
    """
    ranked_by = primary_of(manifest, primary)
    names = [item.name for item in manifest.configurations]
    if manifest.status == "complete" and len(names) > 1 and manifest.clusters * len(names) <= TESTED:
        joined = join([folder])
        shown = joined.only([each for each in joined.measures if each.shown or each == ranked_by])
        return leaderboard(shown, compare_joined(shown, names[0]), names[0], ranked_by)
    return rank(
        {(each.configuration, each.measure): each for each in summaries},
        (),
        [each for each in manifest.measures if each.shown or each == ranked_by],
        configurations=names,
        baseline=names[0],
        clusters=manifest.clusters,
        primary=ranked_by,
        upper_bounds=[item.name for item in manifest.configurations if item.reads_references],
    )

"""Why clusters have no answer, or no statistic: reasons with their counts, read from a run's folder."""

from collections import Counter
from collections.abc import Collection, Mapping

from harness.results.run_folder import RunFolder

Reasons = tuple[tuple[str, int], ...]
"""Reason → on how many clusters, the commonest first."""


def no_answer(folder: RunFolder) -> Mapping[str, Reasons]:
    """Configuration → why it has no prediction for some clusters."""
    found: dict[str, Counter[str]] = {}
    for row in folder.failures():
        if row.stage == "generate":
            found.setdefault(row.configuration or "", Counter())[f"{row.error}: {row.message}"] += 1
    return {name: tuple(counted.most_common()) for name, counted in found.items()}


def no_statistic(
    folder: RunFolder, wanted: Collection[tuple[str, str]], metric_of: Mapping[str, str]
) -> Mapping[tuple[str, str], Reasons]:
    """(configuration, measure) → why answered clusters have no statistic; `metric_of` maps a measure to its metric.

    The metric gave a reason in place of the statistic, or failed; or its checker failed before it.
    """
    found: dict[tuple[str, str], Counter[str]] = {each: Counter() for each in wanted}
    if not found:
        return {}
    unchecked: dict[str, Counter[str]] = {}
    for score in folder.scores():
        for measure, reason in score.unscorable.items():
            if (score.configuration, measure) in found:
                found[score.configuration, measure][reason] += 1
    for row in folder.failures():
        said = f"{row.error}: {row.message}"
        if row.stage == "check":
            unchecked.setdefault(row.configuration or "", Counter())[f"{row.component}: {said}"] += 1
        elif row.stage == "score":
            for name, measure in found:
                if name == row.configuration and metric_of.get(measure) == row.component:
                    found[name, measure][f"{row.component}: {said}"] += 1
    # A metric that failed by itself has rows of its own; one whose checker failed has none.
    return {
        (name, measure): tuple((counted or unchecked.get(name, Counter())).most_common())
        for (name, measure), counted in found.items()
    }

"""Metrics that failed on every prediction of a configuration, and why: such a run has no number to show for them.

A metric that gave a reason in place of every statistic (no reference, no figure in the headline) has not failed: it
looked, and found nothing to score.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.records import Counts, Failure, RunManifest
from harness.results.run_folder import SCORES, RunFolder

NO_REASON = "no failure is on record; the scores are missing from scores.jsonl"


@dataclass(frozen=True)
class Unscored:
    """A metric that failed on every prediction of a configuration."""

    configuration: str
    metric: str
    reason: str
    """The commonest reason, as `error: message`."""
    count: int
    """Predictions that it failed on: all that there are."""
    other_reasons: int = 0
    """How many other reasons there are."""

    def __str__(self) -> str:
        """Say it in one sentence without a full stop."""
        others = f" (and {self.other_reasons} other reason{'s' * (self.other_reasons > 1)})" * bool(self.other_reasons)
        every = f"all {self.count} predictions" if self.count > 1 else "the only prediction"
        return f"metric {self.metric} failed on {every} of {self.configuration}: {self.reason}{others}"


def find_unscored(folder: RunFolder, manifest: RunManifest) -> list[Unscored]:
    """List each metric without a row in the scores of a configuration that answered, in manifest order.

    Reads scores only until every metric of every such configuration was seen: in a sound run that is one cluster.
    """
    if manifest.status != "complete" and not folder.size(SCORES):
        return []  # it has not come to scoring yet
    metrics = list(dict.fromkeys(measure.metric for measure in manifest.measures))
    counts = {item.name: manifest.counts.get(item.name, Counts()) for item in manifest.configurations}
    answered = [name for name, count in counts.items() if count.predicted]
    missing = {(configuration, metric): None for configuration in answered for metric in metrics}
    for score in folder.scores() if missing else ():
        missing.pop((score.configuration, score.metric), None)
        if not missing:
            break
    if not missing:
        return []
    failures = [row for row in folder.failures() if row.stage in ("check", "score")]
    settings = settings_by_metric(manifest)
    return [
        _reason_unscored(configuration, metric, manifest.counts[configuration].predicted, failures, settings)
        for configuration, metric in missing
    ]


def _reason_unscored(
    configuration: str, metric: str, count: int, failures: Sequence[Failure], settings: Mapping[str, Any]
) -> Unscored:
    checkers = set(names_in(settings.get(metric)))
    reasons = Counter(
        f"{row.error}: {row.message}"
        for row in failures
        if row.configuration == configuration
        and (row.component == metric if row.stage == "score" else row.component in checkers)
    )
    reason = reasons.most_common(1)[0][0] if reasons else NO_REASON
    return Unscored(configuration, metric, reason, count, max(len(reasons) - 1, 0))


def settings_by_metric(manifest: RunManifest) -> dict[str, Any]:
    """Metric → its parameters, by the resolved configuration."""
    found: dict[str, Any] = {}
    entries = manifest.config.get("metrics", ())
    for entry in entries if isinstance(entries, Sequence) else ():
        if isinstance(entry, Mapping):
            found |= entry
    return found


def names_in(settings: Any) -> Iterator[str]:
    """List every name in a metric's parameters, that of its checker among them, however deep it stands."""
    if isinstance(settings, Mapping):
        for key, value in settings.items():
            yield str(key)
            yield from names_in(value)
    elif isinstance(settings, str):
        yield settings

"""What every tracker sends of a run: metrics, parameters, and where the numbers come from, whatever names it takes."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from harness.records import ConfigurationRecord
from harness.trackers.base import TrackedRun

if TYPE_CHECKING:
    from harness.analysis.summary import Summary

_PLACES = 6
"""Decimal places of an interval, which people read."""


def group(run: TrackedRun) -> str:
    """Return the name that the configurations of a run have in common. It holds letters, digits and `.-_` only."""
    return f"{run.manifest.name}-{run.manifest.digest[:10]}"


def identity(run: TrackedRun) -> dict[str, str]:
    """Return what a run is known by: the same run sent again has it, one made anew with equal numbers has not.

    The values hold letters, digits and `.:+-_` only.
    """
    return {"run": group(run), "started": run.manifest.started.isoformat()}


def identifier(run: TrackedRun, record: ConfigurationRecord, *place: str) -> str:
    """Return an identifier of one configuration of a run in a place, made of what these are known by."""
    return sha256("\0".join((*identity(run).values(), record.name, *place)).encode()).hexdigest()[:32]


def metrics(run: TrackedRun, record: ConfigurationRecord, summaries: "Sequence[Summary]") -> dict[str, float]:
    """Return the mean of each measure that has one, as it is, and the configuration's counts."""
    counts = run.manifest.counts.get(record.name)
    told: dict[str, float | None] = {each.measure: each.mean for each in summaries}
    if counts is not None:
        told |= {"counts/predicted": counts.predicted, "counts/failed": counts.failed, "counts/seconds": counts.seconds}
        told |= {"counts/tokens_in": counts.tokens_in or None, "counts/tokens_out": counts.tokens_out or None}
    return {key: float(value) for key, value in told.items() if value is not None}


def parameters(run: TrackedRun, record: ConfigurationRecord) -> dict[str, Any]:
    """Return what the configuration is made of, and what it was run on; the model's own under the model's name."""
    told = {"model": record.model, "seed": record.seed, "data": run.manifest.data, "clusters": run.manifest.clusters}
    return {**told, record.model if record.model not in told else f"{record.model}_": record.parameters}


def origin(run: TrackedRun, record: ConfigurationRecord) -> dict[str, dict[str, Any]]:
    """Return where the numbers come from: the run, the weights, and all that determines each measure."""
    manifest = run.manifest
    told: dict[str, Any] = {
        **identity(run),
        "configuration": record.name,
        "folder": run.name,
        "status": manifest.status,
        "data_digest": manifest.data_digest,
        "version": manifest.versions.get("headline-harness", "unknown"),
        "signature": record.signature,
    }
    if manifest.git_commit is not None:
        told["commit"] = manifest.git_commit
    measures = {measure.name: measure.signature for measure in manifest.measures}
    return {"harness": told, "identity": dict(record.identity), "signature": measures}


def spread(summaries: "Sequence[Summary]") -> dict[str, dict[str, Any]]:
    """Return each measure's interval, and how many clusters it is of: a measure without a mean has no metric."""
    intervals: dict[str, Any] = {}
    counted: dict[str, Any] = {}
    for each in summaries:
        if each.low is not None and each.high is not None:
            intervals[each.measure] = [round(each.low, _PLACES), round(each.high, _PLACES)]
        counted[each.measure] = f"scored {each.scored}, unscorable {each.unscorable}, failed {each.failed}" + (
            f", pending {each.pending}" if each.pending else ""
        )
    return {"interval": intervals, "n": counted}


def flat(told: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield nested values by dotted path. A group of values without any is left out, an empty parameter is not."""
    for key, value in told.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and (value or not path):
            yield from flat(value, here)
        else:
            yield here, value


def distinct(told: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    """Rename values; of two whose names become equal the second has a number."""
    renamed: dict[str, Any] = {}
    for key, value in told.items():
        wanted, at = name(key), 1
        while (found := wanted if at == 1 else f"{wanted}_{at}") in renamed:
            at += 1
        renamed[found] = value
    return renamed


def text(value: Any) -> str:
    """Write a value as text: strings as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

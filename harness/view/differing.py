"""Differences between runs, key by key: configuration, data, parameters of models and metrics, versions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.records import ConfigurationRecord, RunManifest
from harness.results.listing import shown_value
from harness.results.unscored import settings_by_metric

ABSENT = "–"
Row = tuple[str, tuple[str, ...]]
"""A key, and its value in each run."""


def differing(manifests: Sequence[RunManifest]) -> list[Row]:
    """List the keys whose values are not equal in all runs, with the values."""
    found = _compared([_of_run(manifest) for manifest in manifests])
    configurations = [{item.name: item for item in manifest.configurations} for manifest in manifests]
    for name in dict.fromkeys(name for held in configurations for name in held):
        found += _configuration(name, [held.get(name) for held in configurations])
    return found


def _configuration(name: str, items: Sequence[ConfigurationRecord | None]) -> Iterator[Row]:
    """Compare a configuration among the runs that have it; where some have not, that is what differs."""
    models = tuple(item.model if item else ABSENT for item in items)
    if len(set(models)) > 1:
        yield name, models
    having = [at for at, item in enumerate(items) if item]
    held = [_of_configuration(name, item) for item in items if item]
    for key, values in _compared(held):
        told = dict(zip(having, values, strict=True))
        yield key, tuple(told.get(at, ABSENT) for at in range(len(items)))


def _of_configuration(name: str, item: ConfigurationRecord) -> dict[str, str]:
    identity = {f"{name}: {part}": value for part, value in item.identity.items()}
    return {**dict(_flat(name, item.parameters)), f"{name}.seed": str(item.seed), **identity}


def _of_run(manifest: RunManifest) -> dict[str, str]:
    rest = {key: value for key, value in manifest.config.items() if key not in ("models", "metrics", "name")}
    metrics = settings_by_metric(manifest)
    return {
        "name": manifest.name,
        **dict(_flat("", rest)),
        "seed": str(manifest.seed),
        "limit": shown_value(manifest.limit),
        "clusters": str(manifest.clusters),
        "data digest": manifest.data_digest,
        **{key: value for name in manifest.metrics for key, value in _flat(f"metrics.{name}", metrics.get(name) or {})},
        **{f"metrics.{name}: signature": signature for name, signature in manifest.metrics.items()},
        **{f"version of {name}": version for name, version in manifest.versions.items()},
        "git commit": manifest.git_commit or ABSENT,
    }


def _compared(held: Sequence[Mapping[str, str]]) -> list[Row]:
    keys = dict.fromkeys(key for values in held for key in values)
    rows = ((key, tuple(values.get(key, ABSENT) for values in held)) for key in keys)
    return [(key, values) for key, values in rows if len(set(values)) > 1]


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every value that is no mapping with its dotted path."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
    else:
        yield path, shown_value(value)

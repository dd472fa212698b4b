"""Runs side by side: when each was started, how far it got, and what differs from the run of its NAME before it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import StoreError, UsageError
from harness.records import ConfigurationRecord, RunManifest
from harness.results.find import Told, newest_first, nothing_found, run_name
from harness.results.pending import answered_and_failed
from harness.results.results_folder import run_folders
from harness.results.run_folder import RunFolder
from harness.results.unscored import settings_by_metric
from harness.stores.places import local, shown

NOTHING = "nothing that can change a number"
_LONGEST = 40
"""Characters of a value that a difference shows."""


@dataclass(frozen=True)
class ListedRun:
    """A run in a list."""

    folder: RunFolder
    manifest: RunManifest
    previous: str | None
    """Folder of the run of the same NAME that was started before it."""
    differs: tuple[str, ...]
    """Differences from that run, a few words each; empty where there is none."""
    answered: int
    """Predictions, over all configurations."""
    failed: int
    """Clusters without one since generation failed, over all configurations."""

    @property
    def pending(self) -> int:
        """Predictions that the run has not come to yet."""
        if self.manifest.status == "complete":
            return 0
        return max(self.expected - self.answered - self.failed, 0)

    @property
    def expected(self) -> int:
        """Predictions that the run is to make: a cluster, a configuration."""
        return self.manifest.clusters * len(self.manifest.configurations)


def list_runs(results: Path, wanted: str | None, told: Told) -> list[ListedRun]:
    """List the runs below a results folder, newest first; of the NAME `wanted`, else of folders that begin so.

    `told` hears of runs that cannot be read. Raises UsageError where no run fits `wanted`, and for a file.
    """
    results = local(results)
    if results.exists() and not results.is_dir():
        raise UsageError(f"{results}: not a folder; accepted: a folder of runs")
    folders = run_folders(results)
    if wanted is not None:
        named = [folder for folder in folders if run_name(folder) == wanted]
        fitting = named or [folder for folder in folders if folder.path.name.startswith(wanted)]
        if not fitting:
            raise UsageError(nothing_found(results, folders, wanted))
        names = {run_name(folder) for folder in fitting}
        shown = {folder.path for folder in fitting}
        folders = [folder for folder in folders if run_name(folder) in names]  # the run before may not begin so
    else:
        shown = {folder.path for folder in folders}
    listed: list[ListedRun] = []
    before: dict[str, ListedRun] = {}
    for run in reversed(newest_first(folders, told)):
        name = run_name(run.folder)
        previous = before.get(name)
        try:
            counts = answered_and_failed(run.folder, run.manifest)
            for damage in run.folder.damage():
                told(f"{run.folder.place}: {damage}; `harness eval` with its configuration makes it again")
        except StoreError as error:
            told(f"left out: {error}")
            continue
        made = ListedRun(
            run.folder,
            run.manifest,
            previous.folder.path.name if previous else None,
            tuple(differences(previous.manifest, run.manifest)) if previous else (),
            *counts,
        )
        before[name] = made
        if run.folder.path in shown:
            listed.append(made)
    return listed[::-1]


def place_of(results: Path) -> str:
    """Write where runs are as the user named it: a folder, or an address with both its slashes."""
    return shown(local(results))


def differences(old: RunManifest, new: RunManifest) -> list[str]:
    """Tell what differs between two runs: seed, data, configurations, metrics, and whose predictions they score."""
    found = [] if old.seed == new.seed else [f"seed {old.seed} → {new.seed}"]
    found += _data(old, new)
    found += _configurations(old, new)
    found += _metrics(old, new)
    if new.predictions_from and new.predictions_from != old.predictions_from:
        found.append(f"scores the predictions of {new.predictions_from.run}")
    return found or [NOTHING]


def _data(old: RunManifest, new: RunManifest) -> Iterator[str]:
    if old.limit != new.limit:
        yield f"limit {shown_value(old.limit)} → {shown_value(new.limit)}"
    changed = list(_changes("data", old.config.get("data"), new.config.get("data")))
    if old.clusters != new.clusters:
        yield f"data {old.clusters} → {new.clusters} clusters"
    elif old.data_digest != new.data_digest and not changed:
        yield "data: other content"
    yield from changed


def _configurations(old: RunManifest, new: RunManifest) -> Iterator[str]:
    before = {item.name: item for item in old.configurations}
    after = {item.name: item for item in new.configurations}
    yield from (f"+{name}" for name in after if name not in before)
    yield from (f"-{name}" for name in before if name not in after)
    for name, item in after.items():
        if name in before:
            yield from _configuration(name, before[name], item, told_seed=old.seed != new.seed)


def _configuration(name: str, old: ConfigurationRecord, new: ConfigurationRecord, *, told_seed: bool) -> Iterator[str]:
    if old.model != new.model:
        yield f"{name}: {old.model} → {new.model}"
        return
    changed = list(_changes(name, old.parameters, new.parameters))
    yield from changed
    if old.seed != new.seed and not told_seed:
        yield f"{name}.seed {old.seed} → {new.seed}"
    for part in sorted(old.identity.keys() | new.identity.keys()):
        if old.identity.get(part) != new.identity.get(part):
            yield f"{name}: other {part}"
            changed.append(part)
    if old.signature != new.signature and not changed:
        yield f"{name}: other version of {new.model}"


def _metrics(old: RunManifest, new: RunManifest) -> Iterator[str]:
    yield from (f"+{name}" for name in new.metrics if name not in old.metrics)
    yield from (f"-{name}" for name in old.metrics if name not in new.metrics)
    before, after = settings_by_metric(old), settings_by_metric(new)
    for name, signature in new.metrics.items():
        if name in old.metrics and old.metrics[name] != signature:
            changed = list(_changes(name, before.get(name), after.get(name)))
            yield from changed or [f"{name}: other version"]


def _changes(path: str, old: Any, new: Any) -> Iterator[str]:
    """Yield the values that differ, each with its dotted path; what is wholly another kind of thing as one."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if len(old) == len(new) == 1 and old.keys() != new.keys():  # another component
            yield f"{path}: {next(iter(old))} → {next(iter(new))}"
            return
        for key in dict.fromkeys([*old, *new]):
            yield from _changes(f"{path}.{key}", old.get(key), new.get(key))
    else:
        yield f"{path} {shown_value(old)} → {shown_value(new)}"


def shown_value(value: object) -> str:
    """Write a value of a configuration on one line of at most 40 characters."""
    if value is None:
        return "none"
    whole = isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str))
    text = json.dumps(value, ensure_ascii=False, default=str) if whole or isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

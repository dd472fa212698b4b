"""The runs of a results folder as a list: how far each got, what differs, which are damaged."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

from harness.errors import HarnessError, UsageError
from harness.records import RunManifest
from harness.results.find import run_name
from harness.results.listing import differences
from harness.results.pending import answered_and_failed
from harness.results.run_folder import FAILURES, MANIFEST, NUMBERS, PREDICTIONS, RunFolder
from harness.stores.places import refresh, shown

STATES = ("running", "complete", "interrupted", "failed", "damaged")
_MADE_BY_US = re.compile(r".+-[0-9a-f]{10}\Z")
Stamp = tuple[int, ...]


@dataclass(frozen=True)
class SeenRun:
    """A run's folder as it was when it was last looked at."""

    folder: RunFolder
    manifest: RunManifest | None
    """None where it cannot be read."""
    problem: str = ""
    """Why it cannot be read, or which files are not what the run left."""
    answered: int = 0
    failed: int = 0
    differs: tuple[str, ...] = ()
    """What differs from the run of the same NAME that was started before it."""

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.path.name

    @property
    def state(self) -> str:
        """How far it got, or `damaged`."""
        return self.manifest.status if self.manifest and not self.problem else "damaged"

    @property
    def expected(self) -> int:
        """Predictions that it is to make."""
        return self.manifest.clusters * len(self.manifest.configurations) if self.manifest else 0

    @property
    def done(self) -> int:
        """Hundredths of its predictions that are made or failed."""
        return round(100 * min((self.answered + self.failed) / self.expected, 1)) if self.expected else 0

    @property
    def started(self) -> str:
        """When it was started; empty where that is not known."""
        return f"{self.manifest.started:%Y-%m-%d %H:%M}" if self.manifest else ""

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"compare?{urlencode({'run': self.name})}"

    @property
    def data(self) -> str:
        """The data in a few characters: the path where it has one."""
        return _data_name(self.manifest.config.get("data")) if self.manifest else ""

    @property
    def configurations(self) -> tuple[str, ...]:
        """The names of its configurations."""
        return tuple(item.name for item in self.manifest.configurations) if self.manifest else ()

    def fits(self, words: Iterable[str], state: str) -> bool:
        """Tell whether every word stands in its name, data, models, date, metrics or state."""
        if state and state != self.state:
            return False
        held = [self.name, self.state, self.started, self.problem]
        if self.manifest:
            data = json.dumps(self.manifest.config.get("data"), ensure_ascii=False, default=str)
            models = [f"{item.name} {item.model}" for item in self.manifest.configurations]
            held += [self.manifest.name, data, *models, *self.manifest.metrics]
        text = "\n".join(held).casefold()
        return all(word.casefold() in text for word in words)


class Runs:
    """The runs of one results folder."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self._lock = Lock()
        self._manifests: dict[Path, tuple[Stamp, RunManifest]] = {}
        self._damaged: dict[Path, tuple[Stamp, str]] = {}
        self._counts: dict[Path, tuple[Stamp, tuple[int, int]]] = {}

    def all(self) -> list[SeenRun]:
        """List every run, the one started last first; those that cannot be read at the end."""
        with self._lock:
            read = [self._read(folder) for folder in self._folders()]
        good = [(seen, seen.manifest) for seen in read if seen.manifest]
        before: dict[str, RunManifest] = {}
        listed = []
        for seen, manifest in sorted(good, key=lambda pair: (pair[1].started, pair[0].name)):
            name = run_name(seen.folder)
            previous = before.get(name)
            differs = tuple(differences(previous, manifest)) if previous else ()
            listed.append(replace(seen, differs=differs))
            before[name] = manifest
        return listed[::-1] + [seen for seen in read if not seen.manifest]

    def named(self, names: Sequence[str]) -> list[SeenRun]:
        """Look at some runs, each once. Raises UsageError for a name that no folder has."""
        folders = {folder.path.name: folder for folder in self._folders()}
        for name in names:
            if name not in folders:
                raise UsageError(f"no run {name!r} in {shown(self.results)}")
        with self._lock:
            return [self._read(folders[name]) for name in dict.fromkeys(names)]

    def _folders(self) -> list[RunFolder]:
        """List the folders that hold a run, and those that by their names should."""
        refresh(self.results)
        try:
            with os.scandir(self.results) as entries:
                names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
        except OSError:
            return []
        paths = (self.results / name for name in names)
        return [RunFolder(path) for path in paths if _MADE_BY_US.match(path.name) or (path / MANIFEST).is_file()]

    def _read(self, folder: RunFolder) -> SeenRun:
        try:
            if not folder.exists:
                return SeenRun(folder, None, f"no {MANIFEST}: the run was ended as it began, or the file is lost")
            manifest = self._manifest(folder)
            return SeenRun(folder, manifest, self._damage(folder, manifest), *self._count(folder, manifest))
        except (HarnessError, OSError, ValueError) as error:
            return SeenRun(folder, None, " ".join(str(error).split()))

    def _manifest(self, folder: RunFolder) -> RunManifest:
        stamp = stamp_of(folder, MANIFEST)
        held = self._manifests.get(folder.path)
        if held is not None and held[0] == stamp and held[1].status not in ("running", "interrupted"):
            return held[1]
        manifest = folder.manifest()  # a run that is under way may have lost its process since
        self._manifests[folder.path] = (stamp, manifest)
        return manifest

    def _damage(self, folder: RunFolder, manifest: RunManifest) -> str:
        """Say which files of a complete run are not as long as the run left them."""
        if manifest.status != "complete" or not manifest.files:
            return ""
        stamp = stamp_of(folder, MANIFEST, *NUMBERS)
        held = self._damaged.get(folder.path)
        if held is None or held[0] != stamp:
            held = self._damaged[folder.path] = (stamp, "; ".join(map(str, folder.damage())))
        return held[1]

    def _count(self, folder: RunFolder, manifest: RunManifest) -> tuple[int, int]:
        if manifest.status == "complete":
            return answered_and_failed(folder, manifest)
        stamp = stamp_of(folder, PREDICTIONS, FAILURES)
        held = self._counts.get(folder.path)
        if held is None or held[0] != stamp:
            held = self._counts[folder.path] = (stamp, answered_and_failed(folder, manifest))
        return held[1]


def stamp_of(folder: RunFolder, *names: str) -> Stamp:
    """Tell the state of some of a run's files by which one sees that they changed."""
    stamp: list[int] = []
    folder.fetch([MANIFEST])
    for name in names:
        if not folder.is_here(name):
            stamp += [0, folder.size(name), 0]
            continue
        try:
            held = (folder.path / name).stat()
            stamp += [held.st_mtime_ns, held.st_size, held.st_ino]
        except OSError:
            stamp += [0, -1, 0]
    return tuple(stamp)


def _data_name(entry: object) -> str:
    if isinstance(entry, Mapping) and entry:
        kind, settings = next(iter(entry.items()))
        path = settings.get("path") if isinstance(settings, Mapping) else settings
        return str(path or kind)
    return str(entry or "")

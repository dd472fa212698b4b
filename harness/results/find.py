"""Find the run that is meant: one grammar, wherever a command takes a RUN.

    results/smoke-0a1b2c3d4e    the path of a run's folder
    smoke-0a1b2c3d4e            the name of a folder below the results
    smoke                       the NAME of a run, where only one run has it
    smoke-0a, smo               the beginning of a folder's name, where only one folder begins so
    smoke@latest, smoke@-1      the run of that NAME that was started last, whatever its status
    smoke@-2                    the one that was started before it, and so on
    s3://bucket/results/smoke   any of these in a store: its address in place of the results

The first of these that fits is meant. Runs of one NAME are ordered by when they were started (`started` in their
manifests), then by the names of their folders. Before `@` the beginning of a NAME is enough where only one NAME begins
so. A NAME cannot contain `@`.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness.disk.durable import open_regular
from harness.errors import StoreError, UsageError, nearest_name
from harness.records import RunManifest
from harness.results.results_folder import holds_run, run_folders
from harness.results.run_folder import MANIFEST, RunFolder
from harness.stores.parts import RUN_NAME
from harness.stores.places import in_store, shown

LISTED = 20
"""Candidates that a message about an ambiguous name lists."""
LATEST = "latest"
_FOLDER = re.compile(r"(.+)-[0-9a-f]{10}\Z")
_BACK = re.compile(r"-([1-9][0-9]{0,8})\Z")

Told = Callable[[str], None]
"""Is handed what the user should know about the choice, a sentence each time."""


def _nobody(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class KnownRun:
    """A run whose manifest could be read."""

    folder: RunFolder
    manifest: RunManifest


def find_run(results: Path, wanted: str, told: Told = _nobody) -> RunFolder:
    """Find the run that `wanted` names; `told` hears of a run chosen by its place that is not complete.

    Raises UsageError where no run fits, with the nearest name, and where several do, with each one's date and status.
    """
    there = in_store(wanted)
    if there is not None:
        return _find_in_store(*there, told)
    direct = _at_path(wanted)
    if direct is not None:
        return direct
    folders = run_folders(results)
    if wanted and "/" not in wanted and holds_run(results / wanted):
        return RunFolder(results / wanted)  # a link to a run has its name too
    name, at, place = wanted.rpartition("@")
    if at:
        return _by_place(results, folders, name, place, told)
    named = [folder for folder in folders if run_name(folder) == wanted]
    fitting = named or [folder for folder in folders if wanted and folder.path.name.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(_ambiguous(results, wanted, fitting))
    raise UsageError(nothing_found(results, folders, wanted))


def runs_of(results: Path, name: str, told: Told = _nobody, *, place: str = "") -> list[KnownRun]:
    """List the runs of one NAME, or of the only NAME that begins so, newest first; `place` is what stood behind it.

    `told` hears of runs that are left out since their manifests cannot be read. Raises UsageError where no NAME fits,
    or several.
    """
    folders = run_folders(results)
    by_name = {run_name(folder): folder for folder in folders}
    fitting = [name] if name in by_name else sorted(known for known in by_name if name and known.startswith(name))
    if not fitting:
        near = nearest_name(Path(name).name, by_name)
        hint = f"; did you mean {near + place!r}?" if near else _where_to_look(results, folders)
        raise UsageError(f"no run has the name {name!r} in {shown(results)}{hint}")
    if len(fitting) > 1:
        raise UsageError(
            f"{name!r} begins {len(fitting)} names of runs in {shown(results)}: {', '.join(fitting)}; give more"
        )
    return newest_first([folder for folder in folders if run_name(folder) == fitting[0]], told)


def newest_first(folders: Sequence[RunFolder], told: Told = _nobody) -> list[KnownRun]:
    """Read the manifests of some runs; the run that was started last comes first.

    `told` hears of those that cannot be read; they are left out.
    """
    known = []
    for folder in folders:
        try:
            known.append(KnownRun(folder, folder.manifest()))
        except StoreError as error:
            told(f"left out: {error}")
    return sorted(known, key=lambda run: (run.manifest.started, run.folder.path.name), reverse=True)


def find_merged(results: Path, name: str, digest: str) -> RunFolder | None:
    """Find the run of a name and digest that `harness merge` put below `results` under a name of the user's."""
    for folder in run_folders(results):
        with suppress(OSError, StoreError), open_regular(folder.path / MANIFEST) as stream:
            if f'"{digest}"'.encode() in stream.read():
                manifest = folder.manifest()
                if manifest.shards and (manifest.name, manifest.digest) == (name, digest):
                    return folder
    return None


def run_name(folder: RunFolder) -> str:
    """Tell the NAME of a run: what stands before the digest in its folder's name.

    Where somebody renamed the folder it is what the manifest says, and the folder's own name where that is unreadable.
    """
    found = _FOLDER.match(folder.path.name)
    if found:
        return found[1]
    try:
        return folder.manifest().name
    except StoreError:
        return folder.path.name


def _find_in_store(copies: Path, wanted: str, told: Told) -> RunFolder:
    """Find a run in a store: the one of exactly that name without a look at the others, else by the grammar."""
    if RUN_NAME.match(wanted):
        exact = RunFolder(copies / wanted)
        if exact.exists:
            return exact
    return find_run(copies, wanted, told)


def _at_path(wanted: str) -> RunFolder | None:
    """Take `wanted` for a path. Raises UsageError for one that leads to a folder without a run."""
    path = Path(wanted)
    with suppress(OSError):  # a name longer than a file may have is no folder's
        if wanted and holds_run(path):
            return RunFolder(path.resolve() if path.name in ("", "..") else path)
        if "/" in wanted and path.is_dir():
            raise UsageError(f"{wanted}: a folder, but no run: it has no {MANIFEST}")
    return None


def _by_place(results: Path, folders: Sequence[RunFolder], name: str, place: str, told: Told) -> RunFolder:
    """Find the run of a NAME by its place from the end: `latest`, `-1`, `-2`, …."""
    back = _BACK.match(place)
    if not name or not (back or place == LATEST):
        given = name or (run_name(folders[0]) if folders else "NAME")
        raise UsageError(
            f"no run is called {name + '@' + place!r}; accepted: {given}@latest, or {given}@-1 for the same, "
            f"{given}@-2 for the run before it, and so on"
        )
    runs = runs_of(results, name, told, place=f"@{place}")
    steps = int(back[1]) if back else 1
    if steps > len(runs):
        many = f"{len(runs)} run{'' if len(runs) == 1 else 's'} of that name in {shown(results)}"
        oldest = f"; the oldest is {name}@-{len(runs)}" if runs else ""
        raise UsageError(f"no run {name + '@' + place!r}: there {'is' if len(runs) == 1 else 'are'} {many}{oldest}")
    chosen = runs[steps - 1]
    if chosen.manifest.status != "complete":
        told(f"{name}@{place} is {chosen.folder.place}, which is {chosen.manifest.status}")
    return chosen.folder


def _ambiguous(results: Path, wanted: str, fitting: Sequence[RunFolder]) -> str:
    names = {run_name(folder) for folder in fitting}
    by_place = f", or {names.pop()}@latest" if len(names) == 1 else ""
    lines = [f"{wanted!r} names {len(fitting)} runs in {shown(results)}; give more of the name{by_place}:"]
    known = newest_first(fitting)
    rows: list[tuple[str, str, str]] = [
        (run.folder.path.name, f"{run.manifest.started:%Y-%m-%d %H:%M:%S} UTC", run.manifest.status) for run in known
    ]
    readable = {row[0] for row in rows}
    rows += [(folder.path.name, "–", "unreadable") for folder in fitting if folder.path.name not in readable]
    width = max(len(row[0]) for row in rows[:LISTED])
    lines += [f"  {name:{width}}  {started:23}  {status}" for name, started, status in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(f"  … and {len(rows) - LISTED} more")
    return "\n".join(lines)


def nothing_found(results: Path, folders: Sequence[RunFolder], wanted: str) -> str:
    """Say that no run fits, and which name is nearest or where to look."""
    last = Path(wanted).name
    near = nearest_name(last, [form for folder in folders for form in (folder.path.name, run_name(folder))])
    hint = f"; did you mean {near!r}?" if near else _where_to_look(results, folders)
    return f"no run {wanted!r} in {shown(results)}{hint}"


def _where_to_look(results: Path, folders: Sequence[RunFolder]) -> str:
    if not folders:
        return ": there are no runs yet; `harness eval --config FILE` makes one"
    return f"; `harness list --results {shown(results)}` shows what is there"

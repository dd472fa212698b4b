"""Merging: shards become the run that one machine would have made, equal to it byte by byte but for times.

Rows are copied as they stand, in the order of the whole data set; every number is worked out again from them.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.disk.whole_folder import appearing
from harness.errors import StoreError, UsageError
from harness.merging import rows
from harness.merging.parts import Part, find_parts
from harness.records import ClusterFacts, MergedShard, RunManifest
from harness.results.run_folder import (
    CLUSTERS,
    EVENTS,
    FAILURES,
    MANIFEST,
    PREDICTIONS,
    SCORES,
    SPENDING,
    TABLE,
    VERDICTS,
    RunFolder,
)
from harness.run import manifest as manifests
from harness.run.events import Events
from harness.run.pipeline import Outcome
from harness.run.progress import Progress, Tick
from harness.run.score import read_scores

OPTION = "-o"


def merge(
    folders: Sequence[RunFolder],
    output: Callable[[RunManifest], Path],
    progress: Progress,
    *,
    table: Callable[[Outcome], str],
) -> Outcome:
    """Merge shards into the folder that `output` names for their run's manifest; `table` prints the folder's table.

    Raises UsageError where the shards do not make up one run or the folder is occupied, StoreError where it cannot be
    written; then nothing is left of it.
    """
    parts = find_parts(folders)
    manifest = _manifest_of(parts)
    place = output(manifest)
    if (place.parent / MANIFEST).exists():
        raise UsageError(f"{OPTION} {place}: inside the folder of a run; accepted: a new folder elsewhere")
    if RunFolder(place).exists and RunFolder(place).is_in_store:
        raise UsageError(f"{OPTION} {RunFolder(place).place}: there is a run already; accepted: another name")
    with appearing(place, OPTION) as hidden:
        outcome = _write(RunFolder(hidden), parts, manifest, progress, table)
        _refuse_changed(parts)
    made = RunFolder(place)
    if made.is_in_store:
        made.mark_as_newer()
        with made.locked(told=progress.note):
            pass  # what was written is sent
    return Outcome(made, outcome.manifest, outcome.summaries, outcome.reused)


def _manifest_of(parts: Sequence[Part]) -> RunManifest:
    """Make the manifest of the whole run from those of its shards, which agree in what can change a number."""
    first, whole = parts[0].manifest, parts[0].shard
    seconds: dict[str, float] = {}
    for part in parts:
        for stage, taken in part.manifest.seconds.items():
            seconds[stage] = round(seconds.get(stage, 0.0) + taken, 3)
    machines = [part.manifest.machine for part in parts]
    commits = {(part.manifest.git_commit, part.manifest.git_dirty) for part in parts}
    commit, dirty = commits.pop() if len(commits) == 1 else (None, None)
    return first.model_copy(
        update={
            "digest": whole.run,
            "data_digest": whole.data_digest,
            "clusters": whole.clusters,
            "letters_seen": whole.letters_seen,
            "counts": {},
            "git_commit": commit,
            "git_dirty": dirty,
            "machine": {
                key: value if all(other.get(key) == value for other in machines) else "several"
                for key, value in machines[0].items()
            },
            "started": min(part.manifest.started for part in parts),
            "finished": None,
            "seconds": seconds,
            "files": {},
            "shard": None,
            "shards": tuple(map(_ledger_entry, parts)),
        }
    )


def _ledger_entry(part: Part) -> MergedShard:
    return MergedShard(
        index=part.shard.index,
        of=part.shard.of,
        run=Path(part.folder.place).resolve().name,
        digest=part.folder.manifest_digest(),
        clusters=part.manifest.clusters,
        started=part.manifest.started,
        finished=part.manifest.finished,
        machine=part.manifest.machine,
    )


def _write(
    folder: RunFolder,
    parts: Sequence[Part],
    manifest: RunManifest,
    progress: Progress,
    table: Callable[[Outcome], str],
) -> Outcome:
    """Write all files of the merged run, its manifest last."""
    with progress.stage("merge clusters", manifest.clusters) as tick:

        def counted() -> Iterator[ClusterFacts]:
            for facts in rows.clusters(parts):
                tick(1)
                yield facts

        folder.replace_rows(CLUSTERS, counted())
    streams = (
        (PREDICTIONS, rows.predictions),
        (VERDICTS, rows.verdicts),
        (SCORES, rows.scores),
        (FAILURES, rows.failures),
    )
    for name, stream in streams:
        if any(name in part.manifest.files for part in parts):
            with progress.stage(f"merge {name.partition('.')[0]}", None) as tick:
                folder.replace_lines(name, _counting(stream(parts), tick))
    if any(part.folder.size(SPENDING) for part in parts):
        folder.replace_rows(SPENDING, rows.charges(parts))
    scores = read_scores(folder, manifest)
    finished = manifests.finish(folder, manifest, {})
    ended = [part.manifest.finished for part in parts if part.manifest.finished]
    finished = finished.model_copy(update={"finished": max(ended, default=finished.finished)})
    if finished.status != "complete":
        raise UsageError("the shards are not whole: some clusters are neither answered nor failed")
    outcome = Outcome(folder, finished, scores.summaries(seed=finished.seed), 0)
    folder.write(TABLE, table(outcome))
    events = Events(lambda: folder.appender(EVENTS))
    events.add("note", f"merged from {len(parts)} shards: {', '.join(each.run for each in finished.shards)}")
    events.close()
    sealed = finished.model_copy(update={"files": folder.seal()})
    folder.write_manifest(sealed)
    reused = sum(count.predicted for count in sealed.counts.values())
    return Outcome(folder, sealed, outcome.summaries, reused)


def _counting(lines: Iterator[bytes], tick: Tick) -> Iterator[bytes]:
    for line in lines:
        tick(1)
        yield line


def _refuse_changed(parts: Sequence[Part]) -> None:
    """Raise UsageError where a shard was changed while it was merged."""
    for part in parts:
        try:
            same = part.folder.checked_manifest() == part.manifest
        except StoreError:
            same = False
        if not same:
            raise UsageError(f"{part} was changed while it was merged; merge again")

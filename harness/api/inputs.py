"""Turn what a program may hand to the API into what the harness works with."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from typing import IO

    from harness.checkers.base import Checker
    from harness.component import Kind
    from harness.config import Config
    from harness.datasets.base import Dataset
    from harness.datasets.shards import Shard
    from harness.metaeval.texts import AskedText
    from harness.records import Cluster, RowProblem
    from harness.run.progress import Progress, Tick
    from harness.trackers.base import Tracker

PathLike: TypeAlias = "str | os.PathLike[str]"
ConfigLike: TypeAlias = "PathLike | Mapping[str, Any] | Config"
OverridesLike: TypeAlias = "Sequence[str] | Mapping[str, Any]"
ClusterLike: TypeAlias = "Cluster | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]"
ClustersLike: TypeAlias = "PathLike | Dataset | Sequence[ClusterLike]"
CheckerLike: TypeAlias = "str | Mapping[str, Any] | Checker"
CheckersLike: TypeAlias = "CheckerLike | Sequence[CheckerLike]"
TrackerLike: TypeAlias = "str | Mapping[str, Any] | Tracker"
TrackersLike: TypeAlias = "TrackerLike | Sequence[TrackerLike]"
TextsLike: TypeAlias = "Sequence[str | Mapping[str, Any]]"
TextFileLike: TypeAlias = "PathLike | IO[bytes]"
ShardLike: TypeAlias = "str | tuple[int, int]"
ProgressLike: TypeAlias = "Progress | Callable[[str], object] | None"


def config_of(config: "ConfigLike", overrides: "OverridesLike" = ()) -> "Config":
    """Build the configuration that is meant.

    Raises ConfigError that carries every mistake, UsageError for what is no configuration.
    """
    from harness.config import Config, load, load_values
    from harness.errors import UsageError
    from harness.registry import Registry

    told = _overrides(overrides)
    if isinstance(config, Config):
        if told:
            raise UsageError("overrides change a file or a mapping, not a configuration that is built already")
        return config
    if isinstance(config, Mapping):
        return load_values(config, "config", Registry(), told)
    return load(path_of(config, "config", "the path of a configuration file, a mapping, or a Config"), Registry(), told)


def _overrides(overrides: "OverridesLike") -> list[str]:
    """Write overrides as `--set` takes them: `path=value`, the value in YAML, of which JSON is a part."""
    from harness.errors import UsageError

    if not isinstance(overrides, Mapping):
        return names_of(overrides, "overrides", "`path=value` strings, or a mapping from path to value")
    try:
        return [f"{path}={json.dumps(value, allow_nan=False, default=os.fspath)}" for path, value in overrides.items()]
    except (TypeError, ValueError) as error:
        raise UsageError(f"overrides: not plain values: {error}; accepted: what JSON can hold") from None


def path_of(value: object, name: str, accepted: str) -> Path:
    """Accept a path. Raises UsageError for anything else, which messages call `name`."""
    from harness.errors import UsageError

    if isinstance(value, str | os.PathLike) and isinstance(path := os.fspath(value), str) and path:
        return Path(path)
    raise UsageError(f"{name}: found {value!r:.80}; accepted: {accepted}")


def results_of(results: object) -> Path:
    """Accept the folder that holds the runs; of an address in a store, the folder of its copies.

    Raises UsageError for what is neither a path nor an address that can be written.
    """
    from harness.stores.places import local

    return local(path_of(results, "results", "the folder that holds the runs, or the address of a store"))


def new_folder_of(output: object, name: str) -> Path:
    """Accept the folder of this machine that something is to be written to, which messages call `name`.

    Raises UsageError for the address of a store, and for what is no path.
    """
    from harness.errors import UsageError

    folder = path_of(output, name, "the path of a folder")
    if "://" in str(output):
        raise UsageError(f"{name} {output}: an address of a store; accepted: a folder of this machine")
    return folder


def cache_of(cache: object) -> Path | None:
    """Accept the folder chosen for the cache, or None for none. Raises UsageError for what is neither."""
    if cache is None or isinstance(cache, bool):
        return None
    return path_of(cache, "cache", "the folder of the cache, or False for none")


def text_of(value: object, name: str) -> str:
    """Accept a string. Raises UsageError for anything else, which messages call `name`."""
    from harness.errors import UsageError

    if isinstance(value, str):
        return value
    raise UsageError(f"{name}: found {value!r:.80}; accepted: a string")


def names_of(value: object, name: str, accepted: str = "a name, or a list of names") -> list[str]:
    """List one string or several. Raises UsageError for anything else, which messages call `name`."""
    from harness.errors import UsageError

    several: list[Any] = [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [value]
    if all(isinstance(one, str) for one in several):
        return several
    raise UsageError(f"{name}: found {value!r:.80}; accepted: {accepted}")


def whole_number(value: int | None, name: str) -> int | None:
    """Accept a number of at least 1, or None. Raises UsageError for anything else."""
    from harness.errors import UsageError

    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise UsageError(f"{name}: found {value!r:.80}; accepted: a whole number from 1, or None")


def shard_of(shard: object, name: str = "shard") -> "Shard | None":
    """Read `"2/3"` or `(2, 3)` as shard 2 of 3; None for none. Raises UsageError for anything else."""
    from harness.datasets.shards import ACCEPTED, read_shard
    from harness.errors import UsageError

    if shard is None:
        return None
    numbers = tuple(shard) if isinstance(shard, tuple | list) else ()
    if len(numbers) == 2 and all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
        return read_shard("/".join(map(str, numbers)), name)
    if isinstance(shard, str):
        return read_shard(shard, name)
    raise UsageError(f"{name}: found {shard!r:.80}; accepted: {ACCEPTED}")


def cluster_of(cluster: Any) -> "Cluster":
    """Read the cluster that is meant: a record, a row as a clusters.jsonl has it, or the texts of its articles.

    Raises DataError with the field that cannot be used.
    """
    from harness.datasets.fields import FieldMap, RowReader
    from harness.errors import DataError, Problem
    from harness.inputs.values import RowError
    from harness.records import Cluster

    if isinstance(cluster, Cluster):
        return cluster
    listed = isinstance(cluster, Sequence) and not isinstance(cluster, str | bytes)
    row = {"articles": list(cluster)} if listed else cluster
    if isinstance(row, Mapping):
        row = {"id": "cluster", **row}
    try:
        return RowReader(FieldMap(), id_required=False).cluster(row, 1)
    except RowError as error:
        raise DataError([Problem(error.reason, "cluster", path=error.path)]) from None


def dataset_of(path: Path) -> "Dataset":
    """Choose the data set at a path: a folder of raw articles, or a JSON Lines file."""
    if path.is_dir():
        from harness.datasets.folder import Folder  # what cleans articles takes a while to load

        return Folder(path=str(path))
    from harness.datasets.jsonl import Jsonl

    return Jsonl(path=str(path))


def named_dataset(path: Path) -> "Dataset":
    """Choose the data set that a command is given: that of a configuration, a file of any format, or raw articles."""
    from harness.inputs.tables import format_of

    if path.suffix in (".yaml", ".yml"):
        from harness.config import load
        from harness.registry import Registry
        from harness.run.plan import dataset_of as configured

        return configured(load(path, Registry()))
    if not path.is_dir() and format_of(path.name) not in ("", ".jsonl"):
        from harness.datasets.hub import Hub

        return Hub(path=str(path))
    return dataset_of(path)


def clusters_of(clusters: "ClustersLike") -> "tuple[Iterable[Cluster | RowProblem], str]":
    """Find the clusters that are meant, read as they are asked for, and what messages call their source.

    Raises DataError for an item of a list that is no cluster, and for an id that two of them have; UsageError for what
    is neither a path, a data set nor a list.
    """
    from harness.datasets.base import Dataset
    from harness.errors import DataError, Problem, UsageError

    if isinstance(clusters, Dataset):
        return clusters.read(), clusters.name
    if isinstance(clusters, str | os.PathLike):
        path = path_of(clusters, "clusters", "the path of clusters, a data set, or a list of clusters")
        return dataset_of(path).read(), str(path)
    if isinstance(clusters, Mapping | bytes) or not isinstance(clusters, Iterable):
        raise UsageError(f"clusters: found {clusters!r:.80}; accepted: a path, a data set, or a list of clusters")
    several = [cluster_of(each) for each in clusters]
    seen: set[str] = set()
    for cluster in several:
        if cluster.cluster_id in seen:
            name = repr(cluster.cluster_id)
            raise DataError([Problem("two clusters have one id", "clusters", found=name, accepted="an `id` each")])
        seen.add(cluster.cluster_id)
    return several, "clusters"


def texts_of(texts: "TextsLike", file: "TextFileLike | None") -> "list[AskedText]":
    """List the texts that are meant: those given, then those of a file.

    Raises DataError with the place of each row that has no text, UsageError for what is no list of texts or no file.
    """
    from harness.errors import DataError, Problem, UsageError
    from harness.inputs.json_lines import Row
    from harness.metaeval.texts import AskedText, asked_text, read_texts

    several = [texts] if isinstance(texts, str) else texts
    if isinstance(several, Mapping | bytes) or not isinstance(several, Iterable):
        raise UsageError(f"texts: found {texts!r:.80}; accepted: a list of strings, or of rows with a `text`")
    rows = [
        AskedText(each, None, "texts", number) if isinstance(each, str) else asked_text(Row("texts", number, each))
        for number, each in enumerate(several, start=1)
    ]
    problems = [row for row in rows if isinstance(row, Problem)]
    if problems:
        raise DataError(problems)
    asked = [row for row in rows if isinstance(row, AskedText)]
    if file is None:
        return asked
    if not isinstance(file, str | os.PathLike) and hasattr(file, "read"):
        return asked + read_texts("-", file)
    return asked + read_texts(str(path_of(file, "file", "the path of a file of texts, or a stream of bytes")))


def checker_of(checker: Any, flag: str = "") -> "Checker":
    """Build the checker that is meant: a name, a mapping with its parameters, or a checker.

    With `flag`, the words of a command that messages quote, a string is YAML whatever stands in it. Raises ConfigError
    that carries every mistake.
    """
    from typing import cast

    from harness.checkers.base import Checker

    if isinstance(checker, Checker):
        return checker
    return cast("Checker", _component_of("checker", checker, flag, flag))


def _component_of(kind: "Kind", written: Any, flag: str, where: str) -> Any:
    """Build a component as the command's `flag` or a caller of Python writes it; `where` is what messages quote."""
    from harness.config.build import load_component, load_component_values
    from harness.registry import Registry

    as_yaml = isinstance(written, str) and bool(flag or not written.isidentifier())
    load = load_component if as_yaml else load_component_values
    return load(kind, written, where or kind, Registry())


def checkers_of(checkers: Any) -> "list[Checker]":
    """List one checker or several. Raises ConfigError as `checker_of` does, UsageError for none at all."""
    from harness.errors import UsageError

    several = list(checkers) if isinstance(checkers, list | tuple) else [checkers]
    if several:
        return [checker_of(each) for each in several]
    raise UsageError("checker: found an empty list; accepted: a checker, or a list of checkers")


def trackers_of(trackers: Any, flag: str = "", more: "Mapping[str, Any] | None" = None) -> "list[Tracker]":
    """List one tracker or several, as `checker_of` reads checkers; `more` are parameters of each.

    Raises ConfigError for what is no tracker.
    """
    from typing import cast

    from harness.config.build import load_component_values
    from harness.registry import Registry
    from harness.trackers.base import Tracker

    built: list[Tracker] = []
    for each in trackers if isinstance(trackers, list | tuple) else [trackers]:
        if isinstance(each, Tracker):
            built.append(each)
            continue
        tracker = cast("Tracker", _component_of("tracker", each, flag, f"{flag} {each}" if flag else ""))
        if more:
            written = tracker.model_dump(mode="json", include=tracker.model_fields_set)
            told = {tracker.name: {**written, **more}}
            tracker = cast("Tracker", load_component_values("tracker", told, flag, Registry()))
        built.append(tracker)
    return built


def progress_of(progress: "ProgressLike") -> "Progress":
    """Choose what shows progress: as given; lines for a function such as `print`; else nothing but log records."""
    if progress is None:
        from harness.process import logs

        return Lines(lambda _: None, logs.LOGGER.warning)
    if callable(progress):
        return Lines(progress, progress)
    if not (hasattr(progress, "stage") and hasattr(progress, "note")):
        from harness.errors import UsageError

        raise UsageError(f"progress: found {progress!r:.80}; accepted: a function that takes a line, such as print")
    return progress


class Lines:
    """Progress in lines: one as each stage begins, and one when it has ended."""

    def __init__(self, show: Callable[[str], object], note: Callable[[str], object]) -> None:
        self._show = show
        self._note = note

    @contextmanager
    def stage(self, label: str, total: int | None) -> "Iterator[Tick]":
        """Say what begins, count, and say how much was done."""
        from harness.run.progress import Count

        count = Count()
        self._show(label if total is None else f"{label}: {total}")
        yield count
        self._show(f"{label}: {count.done} done")

    def note(self, message: str) -> None:
        """Say something that the user should know and that is no error."""
        self._note(message)

"""Rows of a run's folder on one cluster, found without reading its files whole, finished or damaged."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from pydantic import ValidationError

from harness.disk.durable import open_regular, unreadable
from harness.errors import StoreError
from harness.inputs.line_search import lines_with
from harness.records import CheckedPrediction, ClusterFacts, Failure, MetricScore, Prediction, Record
from harness.results.run_folder import RunFolder

R = TypeVar("R", ClusterFacts, Prediction, CheckedPrediction, MetricScore, Failure)
Kind = TypeVar("Kind", bound=Record)


def rows_of_cluster(
    folder: RunFolder, name: str, kind: type[R], cluster_id: str, told: Callable[[str], None]
) -> Iterator[R]:
    """Yield the rows of one of the folder's files that are about a cluster, in order; none where there is no file.

    `told` hears of lines with its id that cannot be read. What a run is just writing, a last line without an end, is
    left out. Raises StoreError where the file cannot be read.
    """
    file = folder.file(name)
    unread = 0
    try:
        with open_regular(file) as stream:
            for line in lines_with(stream, cluster_id):
                if not line.endswith(b"\n"):
                    break
                try:
                    row = kind.model_validate_json(line)
                except ValidationError:
                    unread += 1
                    continue
                if row.cluster_id == cluster_id:
                    yield row
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(file, error) from None
    if unread:
        told(f"{name}: {unread} line{'s' * (unread > 1)} on this cluster cannot be read")


def readable_rows(folder: RunFolder, name: str, kind: type[Kind]) -> Iterator[Kind]:
    """Yield every row of one of the folder's files that can be read; none where the file cannot be."""
    with suppress(StoreError):
        for line in folder.raw_lines(name):
            with suppress(ValidationError):
                yield kind.model_validate_json(line)

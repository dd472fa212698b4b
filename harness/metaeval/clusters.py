"""All clusters of a data set at once, for measurements in which a row that cannot be read would be missed."""

from harness.datasets.base import Dataset
from harness.errors import DataError, Problem
from harness.inputs.grouping import group_problems
from harness.records import Cluster, RowProblem

MAX_PROBLEMS = 20
"""Bad rows that are listed; more are only counted."""


def read_clusters(dataset: Dataset, source: str, limit: int | None = None) -> list[Cluster]:
    """Read the first `limit` clusters; a bad row is an error: a measurement over the others would look whole.

    Raises DataError with file and line of every bad row that was met, or where there is no cluster.
    """
    found: list[Cluster] = []
    problems: list[Problem] = []
    for row in dataset.read():
        if limit is not None and len(found) >= limit:
            break
        if isinstance(row, RowProblem):
            problems.append(Problem(row.reason, row.where, row.line, row.path))
        else:
            found.append(row)
    if problems:
        raise DataError(group_problems(problems, MAX_PROBLEMS))
    if not found:
        raise DataError([Problem("no cluster to read", source)])
    return found

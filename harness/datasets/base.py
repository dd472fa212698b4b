"""Base class of data sets: clusters in a fixed order, and a located problem for every row that is not one."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from harness.component import Component, Kind
from harness.records import Cluster, RowProblem


class Dataset(Component):
    """Base of all data sets."""

    kind: ClassVar[Kind] = "dataset"
    light: ClassVar[bool] = True
    """True where reading imports no heavy library, so that `harness validate` may read it."""

    @abstractmethod
    def read(self) -> Iterator[Cluster | RowProblem]:
        """Yield clusters in a fixed order, one at a time, and a RowProblem for each row that is not one.

        Each call reads from the beginning. Ids are unique: of two rows with one id the second is a RowProblem.
        Raises DataError where the source as a whole cannot be read (no such file, a zip instead of text).
        """

    def find(self, cluster_id: str) -> Cluster | None:
        """Find one cluster by its id; None where no row has it.

        Reads from the beginning up to it, unless a data set knows a shorter way. Raises DataError as `read` does.
        """
        rows = (row for row in self.read() if isinstance(row, Cluster) and row.cluster_id == cluster_id)
        return next(rows, None)

    def notes(self) -> Iterable[str]:
        """Tell what a user should know of how the data is read, a line each; nothing by default."""
        return ()

"""Puts what a model answers as it can into the order of the clusters."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from harness.records import Cluster, Failure, Prediction


class InOrder:
    """The clusters that a session was shown, and the rows that wait for those of earlier clusters."""

    def __init__(self, clusters: Iterable[Cluster], show: Callable[[Cluster], Cluster]) -> None:
        """`show` gives a cluster as the model may see it."""
        self._clusters = iter(clusters)
        self._show = show
        self._order: deque[int] = deque()
        # Held with what was shown, so that no id is given to another object meanwhile.
        self._given: dict[int, tuple[Cluster, Cluster]] = {}
        self._rows: dict[int, Prediction | Failure] = {}

    def shown(self) -> Iterator[Cluster]:
        """Yield the clusters as the model may see them."""
        for cluster in self._clusters:
            shown = self._show(cluster)
            self._given[id(shown)] = cluster, shown
            self._order.append(id(shown))
            yield shown

    def cluster_of(self, shown: Cluster) -> Cluster:
        """Return the whole cluster. Raises ValueError for one that the model was not shown, or has answered."""
        if id(shown) not in self._given or id(shown) in self._rows:
            raise ValueError("the model answered a cluster that it was not asked about, or one twice")
        return self._given[id(shown)][0]

    def unanswered(self) -> Iterator[Cluster]:
        """Yield the clusters without a row: those that the model was shown, then those that it never took."""
        for place in [place for place in self._order if place not in self._rows]:
            yield self._given[place][1]
        yield from self.shown()

    def put(self, shown: Cluster, row: Prediction | Failure) -> Iterator[Prediction | Failure]:
        """Add a row, and yield those that wait for no other any more."""
        self._rows[id(shown)] = row
        while self._order and self._order[0] in self._rows:
            del self._given[self._order[0]]
            yield self._rows.pop(self._order.popleft())

"""Count the independent articles of a cluster: near-duplicates (wire copy, re-posts) are one source.

Every count of witnesses and every question whether two articles can disagree is answered here.
"""

from collections.abc import Iterable

from harness.ingest.near_duplicates import groups
from harness.records import Cluster


class Sources:
    """The independent sources of one cluster. Equal clusters give equal sources, in whatever order articles stand."""

    def __init__(self, cluster: Cluster) -> None:
        articles = sorted(cluster.articles, key=lambda article: article.article_id)
        self._source = {
            articles[index].article_id: number
            for number, group in enumerate(groups([article.text for article in articles]))
            for index in group
        }

    def of(self, article_ids: Iterable[str]) -> frozenset[int]:
        """Number the sources that some articles come from."""
        return frozenset(self._source[article_id] for article_id in article_ids)

    def count(self, article_ids: Iterable[str]) -> int:
        """Count how many of some articles are independent."""
        return len(self.of(article_ids))

    def are_apart(self, some: Iterable[str], others: Iterable[str]) -> bool:
        """Tell whether no article of one side comes from a source of the other."""
        return not self.of(some) & self.of(others)

    def disagree(self, some: Iterable[str], others: Iterable[str]) -> bool:
        """Tell whether the other side has a source of its own, so that two sources stand against each other."""
        mine = self.of(some)
        return bool(mine) and bool(self.of(others) - mine)

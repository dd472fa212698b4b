"""What several tests of the account share: a session without a model, and one article to ask it about."""

from collections.abc import Callable, Iterator

import pytest

from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.records import Article, Cluster, Verdict


@pytest.fixture(scope="module")
def judged(parser: object) -> Iterator[Callable[[str, str], Verdict]]:
    """Gives the verdict on a whole text beside one article: `judged(article, text)`."""
    with Rules().open() as session:

        def judge(article: str, text: str) -> Verdict:
            held = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
            return session.check(held, text)[0]

        yield judge


@pytest.fixture(scope="module")
def judged_as_shipped(parser: object) -> Iterator[Callable[[str, str], Verdict]]:
    """Gives the same by the default checker, with the entailment model that ships."""
    with Ensemble().open() as session:

        def judge(article: str, text: str) -> Verdict:
            held = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
            return session.check(held, text)[0]

        yield judge

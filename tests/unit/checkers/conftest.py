"""What several tests of the account share: one article to ask a checker about, without its model or with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.checkers.base import Checker
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.records import Article, Cluster, Verdict

Judge = Callable[[str, str], Verdict]


@contextmanager
def judging(checker: Checker) -> Iterator[Judge]:
    """Give what a checker says of a whole text beside one article: `judge(article, text)`."""
    with checker.open() as session:

        def judge(article: str, text: str) -> Verdict:
            held = Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),))
            return session.check(held, text)[0]

        yield judge


@pytest.fixture(scope="module")
def judged(parser: object) -> Iterator[Judge]:
    """Gives the verdict on a text by the account alone."""
    with judging(Rules()) as judge:
        yield judge


@pytest.fixture(scope="module")
def judged_as_shipped(parser: object) -> Iterator[Judge]:
    """Gives the same by the default checker, with the entailment model that ships."""
    with judging(Ensemble()) as judge:
        yield judge

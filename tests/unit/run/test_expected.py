"""A checker hears which clusters come next, in chunks of as many as it does together, and loses nothing by it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import pytest

from harness.checkers.base import Checker, CheckSession, abstention
from harness.executors.local import Local
from harness.records import Article, Cluster, Verdict
from harness.run.check import Questions, check_in_order


class Listening(CheckSession):
    def __init__(self, trouble: str) -> None:
        super().__init__("listening")
        self.trouble = trouble

    def expect(self, asked: Sequence[tuple[Cluster, Sequence[str]]]) -> None:
        Several.heard.append([cluster.cluster_id for cluster, _ in asked])
        if self.trouble == "raises":
            raise MemoryError
        if self.trouble == "never ends":
            time.sleep(60)

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        return [[abstention(text, cluster.cluster_id, "listening")] for text in texts]


class Several(Checker):
    name: ClassVar[str] = "several"
    version: ClassVar[int] = 1
    together: ClassVar[int] = 3
    heard: ClassVar[list[list[str]]] = []
    trouble: str = ""

    @contextmanager
    def open(self) -> "Iterator[Listening]":
        yield Listening(self.trouble)


@pytest.mark.parametrize("trouble", ["", "raises", "never ends"])
def test_clusters_are_announced_in_chunks_and_checked_one_by_one(trouble: str):
    Several.heard.clear()
    clusters = [Cluster(cluster_id=f"c{n}", articles=(Article(article_id="a", text="Rain fell."),)) for n in range(7)]
    work = [Questions(cluster, ["It rained.", "It snowed."]) for cluster in clusters]
    found = list(check_in_order(Several(trouble=trouble), work, Local(), total=14, seconds=0.05))
    # Chunks of three; a cluster that comes alone has nothing to be done together with.
    assert Several.heard == [["c0", "c1", "c2"], ["c3", "c4", "c5"]]
    assert [[verdicts[0].reason for verdicts in texts] for texts in found] == [[f"c{n}"] * 2 for n in range(7)]

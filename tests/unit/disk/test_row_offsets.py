"""Ids and rows held outside Python objects: places, spools, and the clusters of a plan."""

import random
from collections.abc import Iterator

import pytest

from harness.datasets.base import Dataset
from harness.disk import row_offsets
from harness.disk.row_offsets import RowOffsets
from harness.disk.spool import IN_MEMORY, READ_AT_ONCE, Spool
from harness.records import Article, Cluster, Reference, RowProblem
from harness.run import plan
from harness.run.plan import Clusters


@pytest.mark.parametrize("held", [2001, 2000, 150])
def test_places_are_a_mapping_that_keeps_the_last_of_equal_keys_in_memory_and_on_disk(
    held: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(row_offsets, "HELD_ROWS", held)
    rng = random.Random(1)
    keys = [(f"model {rng.randrange(3)}", f"cluster {rng.randrange(400)}") for _ in range(2000)]
    places = RowOffsets(zip(keys, range(2000), strict=True))
    expected = {key: place for place, key in enumerate(keys)}
    assert {key: places.get(key) for key in expected} == expected
    assert (len(places), places.rows) == (len(expected), 2000)
    assert (places._pages is not None) == (held <= 2000)
    assert not any((f"model {number}", f"cluster {400 + number}") in places for number in range(50))
    assert ("model 0cluster", "1") not in places
    assert not RowOffsets()
    assert RowOffsets().get(("a",)) is None


def test_a_spool_gives_back_what_was_put_aside_in_memory_and_on_disk():
    spool = Spool()
    values = [b"", b"x" * (IN_MEMORY // 2), "é\n".encode(), b"y" * IN_MEMORY, b"end"]
    places = [spool.add(value) for value in values]
    assert [spool.at(place) for place in reversed(places)] == values[::-1]
    first, second = iter(spool), iter(spool)
    assert [next(first), next(second), *first] == [b"", *values]
    assert [*second] == values[1:]


def test_a_spool_is_read_in_order_whatever_ends_where_a_read_ends():
    spool = Spool()
    chance = random.Random(3)
    ends = [READ_AT_ONCE - 8, READ_AT_ONCE - 7, READ_AT_ONCE - 16, 0, READ_AT_ONCE, READ_AT_ONCE + 1]
    values = [bytes([size % 251]) * size for size in [*ends, *(chance.randrange(3000) for _ in range(500)), *ends]]
    for value in values:
        spool.add(value)
    assert [*spool] == values


class Three(Dataset):
    """Three clusters."""

    name = "three"

    def read(self) -> Iterator[Cluster | RowProblem]:
        READS.append(1)
        for number in range(3):
            articles = (
                Article(article_id="a", title="T", text="Dam “holds”.\n", published="2026-01-01T00:00:00+01:00"),
            )
            yield Cluster(
                cluster_id=f"c{number}", articles=articles, references=(Reference(text="x"),), tags={"b": "1", "a": "2"}
            )


READS: list[int] = []


@pytest.mark.parametrize("held", [0, 1 << 20])
def test_clusters_are_read_once_and_are_the_same_from_memory_and_from_the_spool(
    held: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(plan, "HELD_BYTES", held)
    READS.clear()
    clusters = Clusters(Three())
    clusters.scan()
    again = [*clusters]
    fresh = [*Three().read()]
    assert again == fresh
    assert [cluster.digest for cluster in again] == [cluster.digest for cluster in fresh]
    assert [cluster.to_json() for cluster in clusters] == [cluster.to_json() for cluster in fresh]
    assert len(READS) == 2


def test_a_copy_of_a_cluster_with_other_fields_has_another_digest():
    cluster = next(iter(Three().read()))
    assert isinstance(cluster, Cluster)
    before = cluster.digest
    bare = cluster.without_references()
    assert bare.digest != before
    assert bare.digest == Cluster.model_validate(bare.model_dump()).digest
    assert "digest" not in cluster.to_json()
    assert cluster.model_copy().digest == before


def test_no_room_for_temporary_files_is_an_error_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    from harness.errors import StoreError

    spool = Spool()

    class Full:
        def write(self, _: bytes) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(spool, "_file", Full())
    with pytest.raises(StoreError, match="no room for temporary files: No space left"):
        spool.add(b"x")


def test_where_there_can_be_no_temporary_file_nothing_else_is_printed(monkeypatch: pytest.MonkeyPatch):
    from harness.disk import row_offsets, temporary
    from harness.errors import StoreError

    def none() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(row_offsets, "HELD_ROWS", 4)
    monkeypatch.setattr(temporary.tempfile, "TemporaryFile", none)
    with pytest.raises(StoreError, match="no room for temporary files: No space left"):
        RowOffsets(((str(row),), row) for row in range(9))  # what is half made must be freed without a warning

"""Which clusters a shard has."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.datasets.shards import Shard, read_shard, shard_of
from harness.errors import UsageError

ids = st.text(min_size=1, max_size=30)
seeds = st.integers(0, 2**63 - 1)
counts = st.integers(1, 50)


@given(ids, counts, seeds)
def test_every_cluster_is_in_exactly_one_shard(cluster_id: str, of: int, seed: int):
    assert sum(Shard(index, of).holds(cluster_id, seed) for index in range(1, of + 1)) == 1


@given(st.lists(ids, unique=True, max_size=20), counts, seeds, st.randoms())
def test_neither_the_order_nor_the_other_clusters_matter(names: list[str], of: int, seed: int, random):
    before = {name: shard_of(name, of, seed) for name in names}
    random.shuffle(names)
    assert {name: shard_of(name, of, seed) for name in names[: len(names) // 2]}.items() <= before.items()


def test_the_assignment_is_the_documented_one():
    """docs/scale.md promises it, so that another program can say beforehand which cluster goes where."""
    digest = hashlib.sha256(b"13\x00c7").digest()
    assert shard_of("c7", 3, 13) == int.from_bytes(digest[:8], "big") % 3 + 1
    # `printf '13\0c7' | sha256sum` begins with 17dcd688c43b7a9c, and 0x17dcd688c43b7a9c % 3 = 1; the others alike.
    assert [shard_of(f"c{at}", 3, 13) for at in range(8)] == [3, 2, 2, 2, 1, 3, 3, 2]


def test_shards_are_about_equally_large_and_other_with_another_seed():
    names = [f"cluster-{at}" for at in range(3000)]
    sizes = [sum(shard_of(name, 3, 13) == index for name in names) for index in (1, 2, 3)]
    # 3,000 draws with p = 1/3: a standard deviation of 26, so four of them are 104.
    assert all(abs(size - 1000) < 104 for size in sizes)
    assert sum(shard_of(name, 3, 13) == shard_of(name, 3, 14) for name in names) < 1200


@pytest.mark.parametrize(
    "text", ["0/3", "4/3", "1/0", "a/b", "1", "/3", "1/", "1/3/5", "-1/3", " 1/3", "1.0/3", "١/٣", ""]
)
def test_what_is_no_shard_is_refused(text: str):
    with pytest.raises(UsageError, match=r"--shard: not a shard; found .*; accepted: K/N"):
        read_shard(text, "--shard")


def test_too_many_shards_are_refused_with_the_most():
    with pytest.raises(UsageError, match="N may be 1,000,000 at most"):
        read_shard("1/1000001", "--shard")
    assert read_shard("3/3", "--shard") == Shard(3, 3)

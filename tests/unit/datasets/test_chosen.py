"""Samples and chance orders: which clusters are chosen depends on seed and ids alone."""

import json

import pytest

from harness.datasets import chosen, hub
from harness.datasets.hub import Hub
from harness.datasets.seen_ids import SeenIds
from harness.records import Article, Cluster, RowProblem

CLUSTERS = [Cluster(cluster_id=f"c{n}", articles=(Article(article_id="a", text=f"Dam {n} held."),)) for n in range(200)]
BAD = RowProblem(where="f", line=3, reason="no text")


def ids(rows) -> list[str]:
    return [row.cluster_id for row in rows if isinstance(row, Cluster)]


def test_the_rank_of_a_cluster_is_as_documented():
    # printf '1\0c0' | sha256sum begins with these 16 digits (coreutils 9.1).
    import hashlib

    assert chosen.rank("c0", 1) == int(hashlib.sha256(b"1\x00c0").hexdigest()[:16], 16)


def test_a_sample_does_not_depend_on_the_order_of_the_rows():
    taken = ids(chosen.sample(CLUSTERS, 20, 1))
    assert len(taken) == 20
    assert taken == [name for name in ids(CLUSTERS) if name in set(taken)]
    assert set(ids(chosen.sample(reversed(CLUSTERS), 20, 1))) == set(taken)
    assert set(ids(chosen.sample(CLUSTERS, 20, 2))) != set(taken)
    assert set(ids(chosen.sample(CLUSTERS, 10, 1))) < set(taken)
    # Lowest ranks of all, whatever was held on the way.
    assert set(taken) == set(sorted(ids(CLUSTERS), key=lambda name: chosen.rank(name, 1))[:20])


def test_a_chance_order_holds_every_cluster_once_and_the_problems():
    rows = list(chosen.shuffle([CLUSTERS[0], BAD, *CLUSTERS[1:]], 7))
    assert rows[0] == BAD
    assert ids(rows) == sorted(ids(CLUSTERS), key=lambda name: chosen.rank(name, 7))
    assert list(chosen.shuffle([], 7)) == []


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A set on the Hub that answers, read as a stream: the library's own, over a local file."""
    library = pytest.importorskip("datasets", reason="the extra `models` is not installed")
    file = tmp_path / "rows.jsonl"
    rows = [{"id": f"r{n}", "articles": [f"Dam {n} held."], "references": ["It held."]} for n in range(50)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    load = library.load_dataset
    streamed = []

    def local(path, config, *, revision, streaming):
        streamed.append(streaming)
        return load("json", data_files={"test": str(file)}, streaming=streaming, cache_dir=str(tmp_path / "cache"))

    monkeypatch.setattr(library, "load_dataset", local)
    monkeypatch.setattr(library.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "_does_hub_answer", lambda _: True)
    return streamed


def test_a_set_on_the_hub_is_streamed_sampled_and_shuffled(published):
    whole = ids(Hub(path="some/set").read())
    assert whole == [f"r{n}" for n in range(50)]
    taken = ids(Hub.model_validate({"path": "some/set", "sample": 5, "shuffle": {"seed": 3}}).read())
    assert taken == sorted(whole, key=lambda name: chosen.rank(name, 3))[:5]
    assert published == [True, True]


def test_older_runs_find_their_data_set_again():
    assert "sample" not in Hub(path="a.csv").signature()
    assert Hub.model_validate({"path": "a.csv", "sample": 5}).signature() != Hub(path="a.csv").signature()


def test_many_ids_are_known_by_their_places(monkeypatch):
    monkeypatch.setattr("harness.datasets.seen_ids.RECENT", 8)
    seen = SeenIds()
    for number in range(100):
        assert seen.place_of(f"c{number}") is None
        seen.add(f"c{number}", f"file-{number % 2}", number + 1)
    for number in range(100):
        assert seen.place_of(f"c{number}") == (f"file-{number % 2}", number + 1)
    assert seen.place_of("c100") is None
    assert len(seen._runs) < 5

"""The cache: what it keeps, what it refuses to trust, who may share it."""

import multiprocessing
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cache import maintenance
from harness.cache.store import FILE, Cache, opened
from harness.errors import StoreError

KEY, OTHER = b"k" * 32, b"o" * 32
PREDICTION = b'{"prediction_id":"p","cluster_id":"c","configuration":"x","text":"Dam holds"}'


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, notes: list[str]) -> Iterator[Cache]:
    with opened(tmp_path, tmp_path, notes.append) as found:
        assert found is not None
        yield found


def keep(cache: Cache, key: bytes, value: bytes = PREDICTION) -> None:
    cache.keep("prediction", "lead", "lead|v:1", key, value)


def edit(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / FILE) as db:
        db.execute(statement, values)


def test_a_value_comes_back_at_once_and_from_another_process_after_the_file_is_closed(tmp_path: Path, cache: Cache):
    long = b'{"text":"' + b"word " * 1000 + b'"}'
    keep(cache, KEY)
    keep(cache, OTHER, long)
    assert cache.find([KEY, OTHER, b"?" * 32]) == {KEY: PREDICTION, OTHER: long}
    cache.close()
    with opened(tmp_path, tmp_path, print) as again:
        assert again is not None
        assert again.find([OTHER, KEY]) == {KEY: PREDICTION, OTHER: long}
    assert (tmp_path / FILE).stat().st_size < 50_000  # compressed: the long value alone has 5,000 bytes


@pytest.mark.parametrize(
    "damage",
    [
        ("UPDATE entries SET value = ? WHERE key = ?", b'-{"text":"Dam bursts"}', KEY),
        ("UPDATE entries SET value = 'text' WHERE key = ?", KEY),
        ("UPDATE entries SET digest = ? WHERE key = ?", b"0" * 16, KEY),
        ("UPDATE entries SET (value, digest) = (SELECT value, digest FROM entries WHERE key = ?) WHERE key = ?",
         OTHER, KEY),
    ],
    ids=["another value", "no bytes", "another digest", "another key's"],
)  # fmt: skip
def test_what_is_not_what_was_written_is_dropped_with_a_note(
    damage: tuple[object, ...], tmp_path: Path, cache: Cache, notes: list[str]
):
    keep(cache, KEY)
    keep(cache, OTHER, b'{"text":"Another"}')
    cache.flush()
    statement, *values = damage
    edit(tmp_path, str(statement), *values)
    assert maintenance.verify(tmp_path).damaged >= 1
    assert set(cache.find([KEY, OTHER])) == {OTHER}
    assert [note for note in notes if "a damaged entry was dropped and is computed again" in note] == notes
    assert len(notes) == 1
    keep(cache, KEY)
    cache.flush()
    assert cache.find([KEY]) == {KEY: PREDICTION}


def test_a_file_that_is_no_database_is_done_without_and_named(tmp_path: Path, notes: list[str]):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    with opened(tmp_path, tmp_path, notes.append) as cache:
        assert cache is None
    assert len(notes) == 1
    assert "file is not a database" in notes[0]
    with pytest.raises(StoreError, match="not a database"):
        maintenance.verify(tmp_path)
    assert maintenance.clear(tmp_path).entries == 0
    with opened(tmp_path, tmp_path, notes.append) as cache:
        assert cache is not None
    assert len(notes) == 1


def test_tables_of_another_version_are_left_alone(tmp_path: Path, cache: Cache, notes: list[str]):
    keep(cache, KEY)
    cache.close()
    edit(tmp_path, "PRAGMA user_version = 99")
    with opened(tmp_path, tmp_path, notes.append) as other:
        assert other is None
    assert "is laid out by version 99" in notes[0]


def test_a_cache_that_fails_while_it_is_used_is_noted_once_and_done_without(
    tmp_path: Path, cache: Cache, notes: list[str]
):
    keep(cache, KEY)
    cache.flush()
    edit(tmp_path, "DROP TABLE entries")
    assert cache.find([KEY]) == {}
    keep(cache, OTHER)
    cache.flush()
    assert cache.find([KEY]) == {}
    assert [note for note in notes if "goes on without it" in note] == notes
    assert len(notes) == 1


def _write(folder: str, first: int) -> None:
    with opened(Path(folder), Path(folder), print) as cache:
        assert cache is not None
        for number in range(first, first + 400):
            cache.keep("prediction", f"model{number % 3}", "s", number.to_bytes(32), PREDICTION)
            if number % 40 == 0:
                cache.flush()
                cache.find([other.to_bytes(32) for other in range(number)])


def test_processes_that_open_and_write_one_new_cache_at_once_lose_nothing(tmp_path: Path):
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_write, args=(str(tmp_path), first)) for first in (0, 200, 400, 600)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    found = maintenance.contents(tmp_path)
    assert sum(row.entries for row in found.rows) == 1000  # the four ranges overlap by half
    assert [row.component for row in found.rows] == ["model0", "model1", "model2"]
    assert maintenance.verify(tmp_path).problems == ()


def test_prune_takes_out_what_was_not_used_for_long_and_then_the_longest_unused(tmp_path: Path, cache: Cache):
    value = b"x" * 300  # short enough to stand as it is
    for number in range(2000):
        keep(cache, number.to_bytes(32), value)
    cache.flush()
    edit(tmp_path, "UPDATE entries SET used = used - 40 * 86400 WHERE key < ?", (500).to_bytes(32))
    edit(tmp_path, "UPDATE entries SET used = used - 10 * 86400 WHERE key >= ? AND key < ?",
         (500).to_bytes(32), (1000).to_bytes(32))  # fmt: skip
    aged = maintenance.prune(tmp_path, older_than=30 * 86400)
    assert (aged.entries, aged.left) == (500, 1500)
    assert cache.find([(7).to_bytes(32)]) == {}
    small = maintenance.prune(tmp_path, max_size=400_000)
    assert small.file_bytes <= 400_000
    assert 500 <= small.left < 1000  # 1,000 recent ones of some 500 bytes do not fit
    assert cache.find([(600).to_bytes(32)]) == {}
    assert cache.find([(1999).to_bytes(32)]) != {}
    assert maintenance.prune(tmp_path, max_size=400_000).entries == 0


def test_using_an_entry_keeps_it_from_being_pruned(tmp_path: Path, cache: Cache):
    keep(cache, KEY)
    keep(cache, OTHER)
    cache.flush()
    edit(tmp_path, "UPDATE entries SET used = used - 40 * 86400")
    assert cache.find([KEY])
    assert maintenance.prune(tmp_path, older_than=30 * 86400).left == 1
    assert cache.find([KEY])


@pytest.mark.parametrize(
    ("text", "size"), [("1GB", 10**9), ("1.5 MB", 1_500_000), ("2GiB", 2 << 30), ("10k", 10_000), ("0", 0)]
)
def test_sizes(text: str, size: int):
    assert maintenance.size_in_bytes(text) == size


@pytest.mark.parametrize(("text", "seconds"), [("30d", 30 * 86400), ("12h", 43_200), ("0s", 0), ("2w", 1_209_600)])
def test_ages(text: str, seconds: int):
    assert maintenance.age_in_seconds(text) == seconds


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["keep a", "keep b", "flush", "clear", "prune"]), min_size=3, max_size=12))
def test_a_cache_that_is_cleared_and_pruned_while_a_run_keeps_in_it_stays_sound(deeds: list[str]):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with opened(folder, folder, print) as cache:
            assert cache is not None
            for number, deed in enumerate(deeds):
                what, _, component = deed.partition(" ")
                if what == "keep":
                    cache.keep("prediction", component, f"{component}|v:1", bytes([number]) * 32, PREDICTION)
                elif what == "flush":
                    cache.flush()
                elif what == "clear":
                    maintenance.clear(folder)
                else:
                    maintenance.prune(folder, older_than=0)
        found = maintenance.verify(folder)
        assert not found.damaged, found.problems
        # What was kept since all was last taken out; what waited then is written after it.
        listed = {row.component: row.entries for row in maintenance.contents(folder).rows}
        assert sum(listed.values()) == found.entries
        with sqlite3.connect(folder / FILE) as db:
            rows = db.execute("SELECT key, component FROM entries JOIN makers ON makers.id = maker").fetchall()
        assert all(deeds[key[0]] == f"keep {component}" for key, component in rows)

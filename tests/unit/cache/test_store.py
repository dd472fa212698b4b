"""The cache: what it keeps, what it refuses to trust, who may share it."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from harness.cache import maintenance
from harness.cache.store import FILE, Cache, opened
from harness.errors import StoreError
from harness.records import Failure

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
    with TemporaryDirectory() as place:
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


COLUMNS = ("key", "maker", "value", "digest", "made", "used")
VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=9), st.binary(max_size=40)
)


@settings(max_examples=60, deadline=None)
@given(column=st.sampled_from(COLUMNS), value=VALUES, undecodable=st.booleans())
@example(column="used", value="zzz", undecodable=False)
@example(column="used", value=99_999_999_999_999, undecodable=False)
@example(column="made", value=b"\xff", undecodable=True)
def test_no_value_in_any_column_of_an_entry_is_in_the_way(column: str, value: object, undecodable: bool):
    """A damaged row is named and done without, the others are used, and each command of upkeep goes on."""
    assume(not (column in ("made", "used", "maker") and isinstance(value, int) and 0 <= value < 2**40))
    notes: list[str] = []
    with TemporaryDirectory() as place:
        folder = Path(place)
        with opened(folder, folder, notes.append) as cache:
            assert cache is not None
            keep(cache, KEY)
            keep(cache, OTHER)
        put = "CAST(? AS TEXT)" if undecodable else "?"
        with suppress(sqlite3.IntegrityError), sqlite3.connect(folder / FILE) as db:  # a column that is never NULL
            db.execute(f"UPDATE entries SET {column} = {put} WHERE key = ?", (value, KEY))  # noqa: S608 - our own
        is_damaged = maintenance.verify(folder).damaged
        maintenance.contents(folder)
        with opened(folder, folder, notes.append) as cache:
            assert cache is not None
            found = cache.find([KEY, OTHER])
        assert found[OTHER] == PREDICTION
        if is_damaged and column not in ("key", "maker"):
            assert set(found) == {OTHER}
            assert notes == [f"{folder / FILE}: a damaged entry was dropped and is computed again: {KEY.hex()[:16]}…"]
        else:
            assert not notes
        maintenance.prune(folder, older_than=3600)
        assert maintenance.prune(folder, max_size=0).left == 0
        assert maintenance.clear(folder).entries == 0


def test_verify_names_a_row_whose_times_are_damaged_and_list_counts_it(tmp_path: Path, cache: Cache):
    keep(cache, KEY)
    keep(cache, OTHER)
    cache.flush()
    edit(tmp_path, "UPDATE entries SET used = 'zzz' WHERE key = ?", KEY)
    assert maintenance.verify(tmp_path).problems[0] == f"entry {KEY.hex()[:16]}…: its times are no times"
    listed = maintenance.contents(tmp_path)
    assert (listed.undated, [row.entries for row in listed.rows]) == (1, [1])
    assert maintenance.prune(tmp_path, older_than=3600).entries == 1


def test_an_empty_answer_that_is_kept_is_no_damage(tmp_path: Path, cache: Cache):
    failure = Failure(stage="generate", cluster_id="c", component="lead", error="Refused", message="nothing")
    keep(cache, KEY, failure.to_json().encode())
    cache.flush()
    assert maintenance.verify(tmp_path).problems == ()


@pytest.mark.parametrize("kind", ["link", "link to nothing", "hard link"])
@pytest.mark.parametrize("name", [FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"])
def test_nothing_is_written_through_a_link_in_the_place_of_the_cache(
    name: str, kind: str, tmp_path: Path, notes: list[str]
):
    folder, precious = tmp_path / "kept", tmp_path / "precious"
    folder.mkdir()
    if kind != "link to nothing":
        precious.write_bytes(b"")
    if kind == "hard link":
        (folder / name).hardlink_to(precious)
    else:
        (folder / name).symlink_to(precious)
    with opened(tmp_path, folder, notes.append) as found:
        assert found is None
    assert len(notes) == 1
    assert "a link, through which" in notes[0] or "a second name" in notes[0]
    assert name in notes[0]
    with suppress(StoreError):
        maintenance.contents(folder)
    with suppress(StoreError):
        maintenance.prune(folder, older_than=1)
    with suppress(StoreError):
        maintenance.verify(folder)
    maintenance.clear(folder)
    assert (precious.read_bytes() if precious.exists() else b"") == b"", "nothing was written"
    assert precious.exists() == (kind != "link to nothing")


@pytest.mark.parametrize("chosen", [None, "results/.cache", "results/deep/er"])
def test_a_folder_below_the_results_that_is_a_link_holds_no_cache(
    chosen: str | None, tmp_path: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    outside, place = tmp_path / "outside", Path("results", "deep" if chosen and "deep" in chosen else ".cache")
    outside.mkdir()
    place.parent.mkdir()
    place.symlink_to(outside)
    with opened(Path("results"), Path(chosen) if chosen else None, notes.append) as found:
        assert found is None
    assert "a link, through which nothing is written" in notes[0]
    assert not list(outside.iterdir())
    # A folder that is named elsewhere may be a link, as the results folder may.
    Path("link").symlink_to(outside)
    with opened(Path("results"), Path("link"), pytest.fail) as found:
        assert found is not None

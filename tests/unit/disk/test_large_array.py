"""Arrays that lie in a file where they are large."""

from pathlib import Path
from typing import IO

import numpy as np
import pytest

from harness.disk import large_array, temporary
from harness.disk.large_array import is_on_disk, let_go, make_array, map_rows, row_blocks
from harness.errors import StoreError


@pytest.fixture
def everything_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_array, "IN_MEMORY", 0)
    monkeypatch.setattr(large_array, "BLOCK_CELLS", 64)
    monkeypatch.setattr(large_array, "LET_GO", 1024)


@pytest.mark.usefixtures("everything_on_disk")
def test_an_array_on_disk_holds_what_is_written_when_its_pages_were_let_go_of():
    array = make_array((500, 3), np.nan)
    assert is_on_disk(array)
    assert np.isnan(array).all()
    array[7] = 1, 2, 3
    part = array[5:9]
    let_go(part)
    assert is_on_disk(part)
    assert array[7].tolist() == [1, 2, 3]
    assert np.isnan(array[8]).all()
    flags = make_array((2, 3), False)
    assert (flags.dtype, flags.any()) == (np.bool_, False)


@pytest.mark.usefixtures("everything_on_disk")
def test_blocks_take_in_every_row_once():
    array = make_array((101, 3), 1.0)
    assert sum(array[rows].sum() for rows in row_blocks(101, 3, array)) == 303
    doubled = map_rows((101, 3), lambda rows: array[rows] * 2, array)
    assert (is_on_disk(doubled), doubled.sum()) == (True, 606)
    assert [*row_blocks(0, 3)] == [slice(0, 0)]


def test_few_columns_of_an_array_on_disk_are_made_by_blocks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(large_array, "IN_MEMORY", 0)
    wide = make_array((1 << 19, 8), 1.0)  # 32 MiB
    read = []

    def first_column(rows: slice) -> large_array.Array:
        read.append(rows.stop - rows.start)
        return wide[rows][:, :1]

    assert map_rows((1 << 19, 1), first_column, wide).sum() == 1 << 19
    assert max(read) * 8 * 8 <= large_array.LET_GO


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of the process from /proc")
def test_what_was_let_go_of_is_no_memory_of_the_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(large_array, "IN_MEMORY", 0)

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    array = make_array((1 << 20, 4), 1.0)  # 32 MiB
    before = resident()
    assert array.sum() == 4 << 20
    assert resident() - before > 24 << 20
    let_go(array)
    assert resident() - before < 8 << 20


def test_a_small_array_is_in_memory():
    assert not is_on_disk(make_array((10, 10), 0.0))
    assert not is_on_disk(np.zeros(3)[1:])


def test_arrays_are_in_memory_only_as_long_as_all_of_them_are_small_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(large_array, "IN_MEMORY", large_array._bytes_held() + 2000)
    first, second = make_array((100,)), make_array((100, 10), False)
    assert not is_on_disk(first)
    assert not is_on_disk(second)
    third = make_array((100,))
    assert is_on_disk(third)
    part = first[5:]
    del first
    assert is_on_disk(make_array((100,)))  # a part holds the whole
    del part
    assert not is_on_disk(make_array((100,)))


def test_no_room_for_a_large_array_is_an_error_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(large_array, "IN_MEMORY", 0)
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")

    def full() -> IO[bytes]:
        return Path("/dev/full").open("wb", buffering=0)

    monkeypatch.setattr(temporary.tempfile, "TemporaryFile", full)
    with pytest.raises(StoreError, match="no room for temporary files: No space left"):
        make_array((10, 10))

"""Arrays with rows for all clusters: in memory while all of them are small together, else in a temporary file each.

Files are read by blocks. A file's pages that a block read or wrote count as memory of the process until they are let go
of, which `row_blocks` does. The file is in the system's folder for temporary files, and nothing of it is left when the
array is gone.
"""

import mmap
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.disk.temporary import no_room, temporary_file

IN_MEMORY = 40 << 20
"""Bytes that all arrays held in memory may take together."""
BLOCK_CELLS = 1 << 20
"""Cells of a block of rows, 8 MiB of float64."""
LISTED_ROWS = 4096
"""Rows that are turned into lists at once: as a number of Python's a cell takes four to eight times the memory."""
LET_GO = 16 << 20
"""Bytes of a file that are read or written before its pages are let go of."""

Array = NDArray[Any]
_held: list[weakref.ref[Array]] = []
"""The arrays of `make_array` that are in memory."""


def make_array(shape: Sequence[int], fill: float | bool = 0.0) -> Array:
    """Make an array of one value: of bool where `fill` is one, else of float64.

    Raises StoreError where there is no room for its file.
    """
    dtype = np.dtype(np.bool_ if isinstance(fill, bool) else np.float64)
    cells = int(np.prod(shape, dtype=np.int64))
    if cells * dtype.itemsize <= IN_MEMORY - _bytes_held():
        array = np.full(tuple(shape), fill, dtype=dtype)
        _held.append(weakref.ref(array))
        return array
    block = np.full(BLOCK_CELLS, fill, dtype=dtype).tobytes()
    try:
        with temporary_file() as file:
            # Written, not only made longer: where the disk is full this says so, and a mapped page would end us.
            for first in range(0, cells * dtype.itemsize, len(block)):
                file.write(block[: cells * dtype.itemsize - first])
            file.flush()
            return np.asarray(np.memmap(file, dtype=dtype, mode="r+", shape=tuple(shape)))
    except OSError as error:
        raise no_room(error) from None


def _bytes_held() -> int:
    _held[:] = [reference for reference in _held if reference() is not None]
    return sum(array.nbytes for reference in _held if (array := reference()) is not None)


def is_on_disk(array: Array) -> bool:
    """Tell whether an array, or what it is a part of, is in a file."""
    return _mapping(array) is not None


def let_go(*arrays: Array) -> None:
    """Take the pages of arrays that are in files out of this process's memory; what they hold stays."""
    for array in arrays:
        mapping = _mapping(array)
        if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapping.madvise(mmap.MADV_DONTNEED)


def row_blocks(rows: int, columns: int, *arrays: Array, block_rows: int | None = None) -> Iterator[slice]:
    """Part rows into blocks, at least one, and let go of what was read of `arrays`, now and then and at the end."""
    on_disk = [array for array in arrays if is_on_disk(array)]
    bytes_a_row = sum(array.nbytes for array in on_disk) // max(1, rows)
    step = block_rows or max(1, min(BLOCK_CELLS // max(1, columns), LET_GO // max(1, bytes_a_row)))
    touched = 0
    for start in range(0, max(1, rows), step):
        yield slice(start, min(start + step, rows))
        touched += step * bytes_a_row
        if touched >= LET_GO:
            let_go(*on_disk)
            touched = 0
    let_go(*on_disk)


def map_rows(shape: tuple[int, int], make: Callable[[slice], Array], *reads: Array) -> Array:
    """Make an array block by block; `make` returns its rows at a slice, from the arrays that it `reads`."""
    if shape[0] * shape[1] <= BLOCK_CELLS and not any(map(is_on_disk, reads)):
        return make(slice(0, shape[0]))
    made = make_array(shape)
    for rows in row_blocks(*shape, made, *reads):
        made[rows] = make(rows)
    return made


def _mapping(array: Any) -> mmap.mmap | None:
    while array is not None:
        if isinstance(array, mmap.mmap):
            return array
        array = getattr(array, "base", None)
    return None

"""Keeps what is too much for memory in a temporary file that nobody else sees and that no kill leaves behind."""

import tempfile
from collections.abc import Iterator

from harness.disk.temporary import no_room

IN_MEMORY = 8 << 20
"""Bytes up to which nothing touches the disk."""
READ_AT_ONCE = 1 << 18
"""Bytes read at once where values are read in order."""
_FRAME = 8
"""Bytes before each value for its length."""


class Spool:
    """Byte strings, read back by the place that `add` gave them, or all in order.

    The file is in the system's folder for temporary files (`TMPDIR` names another). Raises StoreError where there is
    no room for it.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the spool
        self._end = 0

    def add(self, value: bytes) -> int:
        """Add a value; return its place."""
        place = self._end
        framed = len(value).to_bytes(_FRAME, "little") + value
        try:
            self._file.write(framed)
        except OSError as error:
            raise no_room(error) from None
        self._end += len(framed)
        return place

    def at(self, place: int) -> bytes:
        """Return the value at a place; call it only when the last one was added."""
        size = int.from_bytes(self._read(place, _FRAME), "little")
        return self._read(place + _FRAME, size)

    def _read(self, place: int, size: int) -> bytes:
        try:
            self._file.seek(place)  # writes what is still held back
            return self._file.read(size)
        except OSError as error:
            raise no_room(error) from None

    def __iter__(self) -> Iterator[bytes]:
        """Yield all values in order; another reader does not disturb it."""
        place = 0
        while place < self._end:
            for value in list(_complete(self._read(place, READ_AT_ONCE))) or [self.at(place)]:
                place += _FRAME + len(value)
                yield value

    def __del__(self) -> None:
        """Give the room back with the last reader."""
        self._file.close()


def _complete(block: bytes) -> Iterator[bytes]:
    """Yield the values that are complete in a block of bytes that begins with one."""
    start = 0
    while start + _FRAME <= len(block):
        first = start + _FRAME
        start = first + int.from_bytes(block[start:first], "little")
        if start <= len(block):
            yield block[first:start]

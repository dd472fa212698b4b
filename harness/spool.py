"""What is too much for memory, put aside in a temporary file that nobody else sees and that no kill leaves behind."""

import tempfile
from collections.abc import Iterator

from harness.errors import StoreError

IN_MEMORY = 8 << 20
"""Bytes up to which nothing touches the disk."""


class Spool:
    """Byte strings, read back by the place that `add` gave them, or all in order.

    The file is in the system's folder for temporary files (`TMPDIR` names another). Raises StoreError where there is
    no room for it.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the spool
        self._end = 0

    def add(self, value: bytes) -> int:
        """Put a value aside; returns its place."""
        place = self._end
        framed = len(value).to_bytes(8, "little") + value
        try:
            self._file.write(framed)
        except OSError as error:
            raise self._no_room(error) from None
        self._end += len(framed)
        return place

    def at(self, place: int) -> bytes:
        """The value at a place; call it only when the last one was added."""
        try:
            self._file.seek(place)  # writes what is still held back
            return self._file.read(int.from_bytes(self._file.read(8), "little"))
        except OSError as error:
            raise self._no_room(error) from None

    @staticmethod
    def _no_room(error: OSError) -> StoreError:
        return StoreError(f"{tempfile.gettempdir()}: no room for temporary files: {error.strerror}")

    def __iter__(self) -> Iterator[bytes]:
        """All values in order; another reader does not disturb it."""
        place = 0
        while place < self._end:
            value = self.at(place)
            place += 8 + len(value)
            yield value

    def __del__(self) -> None:
        """Give the room back with the last reader."""
        self._file.close()

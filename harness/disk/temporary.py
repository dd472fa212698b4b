"""Temporary files that nobody else sees and that no kill leaves behind, in the system's folder for them."""

import tempfile
from typing import IO

from harness.errors import StoreError


def temporary_file() -> IO[bytes]:
    """Open one. Raises StoreError where there can be none."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise no_room(error) from None


def no_room(error: OSError) -> StoreError:
    """Make the error to raise where one cannot be written."""
    return StoreError(f"{tempfile.gettempdir()}: no room for temporary files: {error.strerror}")

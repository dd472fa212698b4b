"""Values of a row or a file: describe those that are not what is needed, refuse those that cannot be written again."""

from collections.abc import Mapping, Sequence
from typing import Any


class RowError(Exception):
    """A row that cannot be used: the dotted field, and what was found and what would be accepted."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def describe(value: object) -> str:
    """Describe a value for a message: its JSON type, and enough of it to recognise it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, str):
        return f"the string {value[:40]!r}{'…' if len(value) > 40 else ''}" if value else "an empty string"
    if isinstance(value, Mapping):
        return f"an object with {describe_keys(value)}"
    if isinstance(value, Sequence):
        return f"a list of {len(value)}"
    return f"a value of type {type(value).__name__}"


def describe_keys(row: Mapping[str, Any]) -> str:
    """List the fields of an object for a message."""
    names = [name if name.isprintable() and len(name) <= 40 else repr(name[:40]) for name in map(str, row)]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"the fields {', '.join(names[:12])}{more}" if names else "no fields"


def check_text(value: str, path: str) -> str:
    """Return the string if it can be written to a UTF-8 file and read back; else raise RowError."""
    if "\0" in value:
        raise RowError(path, f"a NUL character at character {value.index(chr(0))}; accepted: text without NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        code = ord(value[error.start])
        if 0xDC80 <= code <= 0xDCFF:  # how a file opened with surrogateescape shows a byte that is not UTF-8
            accepted = "UTF-8 text, such as iconv -f CP1252 -t UTF-8 makes of Windows-1252"
            reason = f"the byte 0x{code - 0xDC00:02x} at character {error.start} is not UTF-8; accepted: {accepted}"
        else:
            reason = f"half a surrogate pair (\\u{code:04x}) at character {error.start}; accepted: whole characters"
        raise RowError(path, reason) from None
    return value

"""Values of a row: found by their path, checked, and named when they are not what is needed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.errors import nearest_name

MAX_ID_CHARACTERS: Final = 512
"""Longer ids are texts that stand in the wrong field; the records refuse them too."""

MISSING: Final = object()
"""What stands for a field that a row does not have, which is not the same as null."""


class RowError(Exception):
    """A row that is no cluster: the dotted field, and what was found and what would be accepted."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def described(value: object) -> str:
    """A value as an error message names it: its JSON type, and enough of it to recognise it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, str):
        return f"the string {value[:40]!r}{'…' if len(value) > 40 else ''}" if value else "an empty string"
    if isinstance(value, Mapping):
        return f"an object with {_keys(value)}"
    if isinstance(value, Sequence):
        return f"a list of {len(value)}"
    return f"a value of type {type(value).__name__}"


def _keys(row: Mapping[str, Any]) -> str:
    names = [name if name.isprintable() and len(name) <= 40 else repr(name[:40]) for name in map(str, row)]
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"the fields {', '.join(names[:12])}{more}" if names else "no fields"


def found_at(row: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or MISSING; a key that itself contains the dots is preferred."""
    value = row.get(path, MISSING)
    if value is not MISSING or "." not in path:
        return value
    value = row
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return MISSING
        value = value.get(key, MISSING)
    return value


def missing(row: Mapping[str, Any], path: str, accepted: str) -> RowError:
    """The error of a field that a row does not have, with the nearest of those it has."""
    nearest = nearest_name(
        path, [name for name in map(str, row) if name.isprintable() and len(name) <= 40], cutoff=0.75
    )
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    return RowError(path, f"missing; found {_keys(row)}; accepted: {accepted}{hint}")


def checked(value: str, path: str) -> str:
    """The string itself, if it can be written to a UTF-8 file and read back by anything."""
    if "\0" in value:
        raise RowError(path, f"a NUL character at character {value.index(chr(0))}; accepted: text without NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        code = ord(value[error.start])
        if 0xDC80 <= code <= 0xDCFF:  # how a file opened with surrogateescape shows a byte that is not UTF-8
            reason = f"the byte 0x{code - 0xDC00:02x} at character {error.start} is not UTF-8; accepted: UTF-8 text"
        else:
            reason = f"half a surrogate pair (\\u{code:04x}) at character {error.start}; accepted: whole characters"
        raise RowError(path, reason) from None
    return value


def string_of(value: object, path: str) -> str:
    """A string; null counts as empty."""
    if isinstance(value, str):
        return checked(value, path)
    if value is None:
        return ""
    raise RowError(path, f"found {described(value)}; accepted: a string")


def identifier_of(value: object, path: str, accepted: str) -> str:
    """An id: a string that is not blank, or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise RowError(path, f"found {described(value)}; accepted: {accepted}")
    if len(value) > MAX_ID_CHARACTERS:
        raise RowError(path, f"found {len(value)} characters; accepted: at most {MAX_ID_CHARACTERS}")
    return checked(value, path)

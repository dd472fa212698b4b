"""Values of a row: found by their path, checked, and named when they are not what is needed."""

from collections.abc import Mapping
from typing import Any, Final

from harness.errors import nearest_name
from harness.inputs.values import RowError, checked, described, keys

MAX_ID_CHARACTERS: Final = 512
"""Longer ids are texts that stand in the wrong field; the records refuse them too."""

MISSING: Final = object()
"""What stands for a field that a row does not have, which is not the same as null."""


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
    return RowError(path, f"missing; found {keys(row)}; accepted: {accepted}{hint}")


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

"""Dotted names of a row's fields: one grammar for data and for predictions, and checks of their values.

A dot enters an object or a list: `meta.headline`, `choices.0.message.content`, `turns.-1` (the last). A key that itself
contains dots is preferred, at every level: `scores.rouge.f` finds the key `scores.rouge.f`, then `f` within
`scores.rouge`, then `rouge` within `scores`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import nearest_name
from harness.inputs.values import RowError, check_text, describe, describe_keys

MAX_ID_CHARACTERS: Final = 512
"""Most characters of an id; a longer one is a text in the wrong field, which the records refuse, too."""

MISSING: Final = object()
"""The value of a field that a row does not have, which is not the same as null."""

_INDEX: Final = re.compile(r"-?[0-9]{1,9}\Z")
_WHOLE_FLOAT: Final = 2**53
"""From here on a float no longer tells neighbouring whole numbers apart."""


def value_at(value: object, path: str) -> Any:
    """Return the value at a dotted path, or MISSING; null where an object on the way is null."""
    if isinstance(value, Mapping):
        if path in value:
            return value[path]
        end = path.rfind(".")
        while end > 0:
            if path[:end] in value:
                inner = value[path[:end]]
                nested = None if inner is None else value_at(inner, path[end + 1 :])
                if nested is not MISSING:
                    return nested
            end = path.rfind(".", 0, end)
    elif isinstance(value, list | tuple):
        index, _, rest = path.partition(".")
        if _INDEX.match(index) and -len(value) <= int(index) < len(value):
            item = value[int(index)]
            return item if not rest or item is None else value_at(item, rest)
    return MISSING


def root_keys(path: str) -> set[str]:
    """Return the keys at which a path may enter a row: each beginning of it that ends before a dot, and all of it."""
    parts = path.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def missing_field(row: Mapping[str, Any], path: str, accepted: str) -> RowError:
    """Make the error for a field that a row does not have, with the nearest name that it has."""
    inner, reached = _innermost(row, path)
    wanted = path.removeprefix(f"{reached}.") if reached else path
    place = f"found in {reached} " if reached else "found "
    if isinstance(inner, list | tuple):
        found = f"found {describe(inner)} in {reached}"
    elif isinstance(inner, Mapping):
        found = f"{place}{describe_keys(inner)}"
    else:
        found = f"{place}{describe(inner)}"
    listed = map(str, inner) if isinstance(inner, Mapping) else ()
    names = [name for name in listed if name.isprintable() and len(name) <= 40]
    nearest = nearest_name(wanted, names, cutoff=0.75) if names else ""
    hint = f"; did you mean {'.'.join(part for part in (reached, nearest) if part)!r}?" if nearest else ""
    return RowError(path, f"missing; {found}; accepted: {accepted}{hint}")


def _innermost(row: Mapping[str, Any], path: str) -> tuple[Any, str]:
    """Return the innermost object or list that a path reaches, and the part of the path that leads to it."""
    end = path.rfind(".")
    while end > 0:
        value = value_at(row, path[:end])
        if isinstance(value, Mapping | list | tuple | str | int | float):
            return value, path[:end]
        end = path.rfind(".", 0, end)
    return row, ""


def string_of(value: object, path: str) -> str:
    """Return a string; null counts as empty."""
    if isinstance(value, str):
        return check_text(value, path)
    if value is None:
        return ""
    raise RowError(path, f"found {describe(value)}; accepted: a string")


def identifier_of(value: object, path: str, accepted: str) -> str:
    """Return an id: a string that is not blank, or a whole number, also as a float (`12.0`, as pandas writes it)."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_FLOAT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise RowError(path, f"found {describe(value)}; accepted: {accepted}")
    if len(value) > MAX_ID_CHARACTERS:
        raise RowError(path, f"found {len(value)} characters; accepted: at most {MAX_ID_CHARACTERS}")
    return check_text(value, path)


def other_spelling(identifier: str) -> str:
    """Spell a whole number as other programs do, `12` for `12.0` and back; empty for any other id."""
    whole = identifier.removesuffix(".0")
    if not re.fullmatch(r"-?(?:0|[1-9][0-9]*)", whole):
        return ""
    return whole if whole != identifier else f"{whole}.0"

"""Dotted paths into a configuration: what `--set` and `matrix` change.

A part of a path is a key, an index, or inside a list of components the `as:` name or the component's own name. The
component's name may be left out on the way to its parameters: `models.smollm2-135m.generation.max_new_tokens` and
`models.3.hf.generation.max_new_tokens` are one place.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.config.source import KeyPath
from harness.errors import nearest_name

COMPONENT_LISTS = ("models", "metrics", "checkers")
COMPONENT_SLOTS = ("data",)
MAX_PARTS = 40
"""Parts of a path; a file may be as many levels deep."""

_INDEX = re.compile(r"[0-9]{1,6}\Z")


class PathError(ValueError):
    """A path that leads nowhere; carries what would be accepted in place of the part that failed."""

    def __init__(self, part: str, accepted: Sequence[str]) -> None:
        self.accepted = list(accepted)
        self.nearest = nearest_name(part, self.accepted)
        super().__init__(f"no {part!r} here")


def component_name(entry: Any) -> str | None:
    """Return the component that an entry of a configuration names, or None where it is malformed."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Mapping):
        names = [key for key in entry if key != "as"]
        if len(names) == 1:
            return str(names[0])
    return None


def display_name(entry: Any) -> str | None:
    """Return the name a configuration goes by: its `as:`, or its component's name."""
    if isinstance(entry, Mapping) and isinstance(entry.get("as"), str):
        return str(entry["as"])
    return component_name(entry)


def select(entries: Sequence[Any], parts: Sequence[str]) -> tuple[list[int], list[str]]:
    """Find the entries of a list of components that the first of `parts` names; return the rest of the parts, too.

    `*` names all. A display name may hold dots, so the longest run of parts that names one is taken.
    Raises PathError where nothing is named.
    """
    head = parts[0]
    if len(parts) > MAX_PARTS:
        raise PathError(head, [f"at most {MAX_PARTS} parts"])
    if head == "*":
        return list(range(len(entries))), list(parts[1:])
    if _INDEX.match(head) and int(head) < len(entries):
        return [int(head)], list(parts[1:])
    for name_of in (display_name, component_name):
        for length in range(len(parts), 0, -1):
            wanted = ".".join(parts[:length])
            indices = [index for index, entry in enumerate(entries) if name_of(entry) == wanted]
            if indices:
                return indices, list(parts[length:])
    accepted = [name for entry in entries if (name := display_name(entry))]
    raise PathError(head, [*accepted, *(str(index) for index in range(len(entries)))])


def assign_in_component(entry: Any, parts: Sequence[str], value: Any) -> Any:
    """Copy a component's entry with the parameter at `parts` set to `value`. Raises PathError."""
    name = component_name(entry)
    if name is None:
        raise PathError(parts[0] if parts else "", ["an entry of the form `name` or `name: {parameters}`"])
    whole = dict(entry) if isinstance(entry, Mapping) else {name: None}
    rest = list(parts)
    if rest == ["as"]:
        return {**whole, "as": value}
    if rest and rest[0] == name:
        rest = rest[1:]
    parameters = whole.get(name)
    if rest and parameters is not None and not isinstance(parameters, Mapping):
        raise PathError(rest[0], [f"`{name}: {{parameter: value}}` in place of the bare value {parameters!r}"])
    whole[name] = _assign(parameters, rest, value)
    return whole


def assign(tree: Any, parts: Sequence[str], value: Any) -> tuple[Any, list[KeyPath]]:
    """Copy a whole configuration with the value at `parts` set; return the exact paths that changed, too.

    Raises PathError where a part names nothing in a list.
    """
    root = dict(tree) if isinstance(tree, Mapping) else {}
    head, rest = parts[0], list(parts[1:])
    entries = root.get(head)
    if head in COMPONENT_LISTS and rest and isinstance(entries, list):
        indices, rest = select(entries, rest)
        root[head] = list(entries)
        changed: list[KeyPath] = []
        for index in indices:
            root[head][index] = assign_in_component(entries[index], rest, value) if rest else value
            changed.append((head, index, *_exact_path(root[head][index], rest)))
        return root, changed
    if head in COMPONENT_SLOTS and rest and component_name(entries) is not None:
        root[head] = assign_in_component(entries, rest, value)
        return root, [(head, *_exact_path(root[head], rest))]
    if head == "matrix" and rest:  # its keys are dotted paths themselves
        root[head] = {**(entries if isinstance(entries, Mapping) else {}), ".".join(rest): value}
        return root, [(head, ".".join(rest))]
    root[head] = _assign(entries, rest, value)
    return root, [tuple(parts)]


def _exact_path(entry: Any, rest: Sequence[str]) -> KeyPath:
    """Return the path below a component's entry, with the component's name where it was left out."""
    name = component_name(entry)
    if not rest or name is None or rest[0] in (name, "as"):
        return tuple(rest)
    return (name, *rest)


def _assign(node: Any, parts: Sequence[str], value: Any) -> Any:
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(node, list):
        if not _INDEX.match(head) or int(head) >= len(node):
            raise PathError(head, [str(index) for index in range(len(node))])
        copy = list(node)
        copy[int(head)] = _assign(node[int(head)], rest, value)
        return copy
    base = dict(node) if isinstance(node, Mapping) else {}
    base[head] = _assign(base.get(head), rest, value)
    return base

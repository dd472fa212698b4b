"""`matrix`: a sweep over dotted paths, expanded into named configurations."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import PurePath
from typing import Any, NamedTuple

from harness.config.paths import PathError, assign_in_component, component_name, display_name, select
from harness.config.source import KeyPath, Source

MAX_CONFIGURATIONS = 1000
MAX_NAME = 120
"""Characters of a configuration's name."""
MAX_LABEL = 40
"""Characters of a value's label; a longer value is cut."""
NAME = re.compile(r"[^\W_][\w.+ -]{0,39}\Z")
"""Name of a value in a sweep: no bracket, comma or equals sign, which separate labels."""

Entry = tuple[Any, KeyPath, int | None]
"""A model's entry, the path it was written at, and the seed a sweep gave it."""


class Value(NamedTuple):
    """One value of a sweep, and what it is called in labels; empty until that is known for a value without a name."""

    label: str
    value: Any


class Axis(NamedTuple):
    """One line of the matrix: a path, the values that it takes, and the models that have it."""

    path: str
    rest: list[str]
    values: list[Value]
    indices: list[int] | None
    """None where every model takes part."""


def expand(source: Source, models: list[Any], matrix: Any) -> list[Entry]:
    """Return every model entry, expanded into each combination of the matrix's values that apply to it.

    `matrix` maps a dotted path to a list of values, or to a mapping from names to values. A path begins with `models.`
    and names one entry or several, or is `seed`, which sweeps every model. A swept configuration is called
    `model[label, …]`: the label of a named value is its name, that of another is `parameter=value`. Mistakes go to
    `source`.
    """
    axes = _read_axes(source, models, matrix)
    entries: list[Entry] = []
    for index, entry in enumerate(models):
        mine = [axis for axis in axes if axis.indices is None or index in axis.indices]
        combinations = 1
        for axis in mine:
            combinations *= len(axis.values)
        if combinations * max(1, len(models)) > MAX_CONFIGURATIONS:
            source.report(
                ("matrix",),
                "too many configurations",
                found=f"{combinations} combinations for models.{index}",
                accepted=f"at most {MAX_CONFIGURATIONS} in all",
            )
            return entries
        if not mine:
            entries.append((entry, ("models", index), None))
            continue
        for number, choice in enumerate(product(*(axis.values for axis in mine)), start=1):
            changed, seed = _combine(source, entry, choice, mine)
            changed["as"] = _name(str(display_name(entry)), [item.label for item in choice], number)
            entries.append((changed, ("models", index), seed))
    return entries


def _read_axes(source: Source, models: list[Any], matrix: Any) -> list[Axis]:
    if matrix is None:
        return []
    if not isinstance(matrix, Mapping):
        source.report(("matrix",), "not a mapping", found=repr(matrix), accepted="dotted path: [value, value]")
        return []
    axes: list[Axis] = []
    for path, given in matrix.items():
        values = _read_values(source, ("matrix", path), given)
        axis = _make_axis(source, models, path, values) if values else None
        if axis is not None:
            axes.append(axis)
    return _label_values(axes)


def _read_values(source: Source, here: KeyPath, given: Any) -> list[Value]:
    """Read the values of one line, labelled by their names alone; empty after a mistake."""
    if isinstance(given, Mapping) and given:
        values = list(given.items())
    elif isinstance(given, list) and given:
        values = [_split_name(item) for item in given]
    else:
        accepted = "a list with at least one value, or a mapping from names to values"
        source.report(here, "not a list of values", found=repr(given), accepted=accepted)
        return []
    plain = [value for _, value in values]
    if any(plain.index(value) != at for at, value in enumerate(plain)):
        source.report(here, "a value given twice", found=repr(given), accepted="distinct values")
        return []
    names = [name for name, _ in values if name is not None]
    for name in names:
        if not (isinstance(name, str) and NAME.match(name)):
            accepted = "1 to 40 letters, digits, spaces and . _ + -, the first a letter or digit"
            source.report(here, "not a name for a value", found=repr(name), accepted=accepted)
            return []
    if len(set(names)) < len(names):
        source.report(here, "two values of one name", found=", ".join(names), accepted="names that differ")
        return []
    return [Value(name or "", value) for name, value in values]


def _split_name(item: Any) -> tuple[Any, Any]:
    """Split a value of a list from its name: `name: {…}` names it, anything else has None.

    A single key whose value is no mapping is a parameter (`{num_beams: 1}`), as it always was.
    """
    if isinstance(item, Mapping) and len(item) == 1:
        ((name, value),) = item.items()
        if isinstance(value, Mapping):
            return name, value
    return None, item


def _make_axis(source: Source, models: list[Any], path: str, values: list[Value]) -> Axis | None:
    here: KeyPath = ("matrix", path)
    parts = path.split(".")
    if path == "seed":
        wrong = [item.value for item in values if not _is_seed(item.value)]
        if wrong:
            source.report(here, "not a seed", found=repr(wrong[0]), accepted="whole numbers, 0 or greater")
            return None
        return Axis(path, [], values, None)
    if parts[0] != "models" or len(parts) < 3:
        source.report(here, "not a path that can be swept", found=path, accepted="seed, or models.<name>.<parameter>")
        return None
    try:
        indices, rest = select(models, parts[1:])
        if not rest:
            raise PathError(parts[-1], ["models.<name>.<parameter>"])
    except PathError as error:
        source.report(here, str(error), accepted=", ".join(error.accepted), nearest=error.nearest)
        return None
    return Axis(path, rest, values, indices)


def _is_seed(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _label_values(axes: Sequence[Axis]) -> list[Axis]:
    """Give each value of an axis a short label that no other value of it has.

    Where two axes end in one parameter (`a.size`, `b.size`) their labels have the part before it, too.
    """
    last = Counter(axis.path.rsplit(".", 1)[-1] for axis in axes)
    made = []
    for axis in axes:
        parts = axis.path.split(".")
        parameter = ".".join(parts[-2:]) if last[parts[-1]] > 1 and len(axis.rest) > 1 else parts[-1]
        shown = [item.label or _shorten(f"{parameter}={_describe(item.value)}") for item in axis.values]
        twice = Counter(shown)
        labels = [label if twice[label] == 1 else f"{label} #{at + 1}" for at, label in enumerate(shown)]
        made.append(
            axis._replace(values=[Value(label, item.value) for label, item in zip(labels, axis.values, strict=True)])
        )
    return made


def _combine(
    source: Source, entry: Any, choice: tuple[Value, ...], axes: Sequence[Axis]
) -> tuple[dict[str, Any], int | None]:
    """Set one value of each axis in a model's entry; return the swept seed, too, if there is one."""
    seed: int | None = None
    changed = entry
    for item, axis in zip(choice, axes, strict=True):
        if axis.path == "seed":
            seed = item.value
            continue
        try:
            changed = assign_in_component(changed, axis.rest, item.value)
        except PathError as error:
            source.report(("matrix", axis.path), str(error), accepted=", ".join(error.accepted), nearest=error.nearest)
    return (dict(changed) if isinstance(changed, Mapping) else {component_name(changed) or "?": None}), seed


def _name(model: str, labels: Sequence[str], number: int) -> str:
    """Name a swept configuration; its number stands for labels that are too long together."""
    name = f"{model}[{', '.join(labels)}]"
    return name if len(name) <= MAX_NAME else f"{model}[#{number}]"


def _describe(value: Any) -> str:
    """Describe a value in few characters: the end of a path, a mapping as `key=value`, all else as written."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _shorten(" ".join(f"{key}={_describe(inner)}" for key, inner in value.items()))
    if isinstance(value, list):
        return _shorten(" ".join(map(_describe, value)))
    text = str(value)
    return _shorten(PurePath(text).name if len(text) > MAX_LABEL and "/" in text else text)


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"

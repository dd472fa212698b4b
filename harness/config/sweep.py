"""`matrix`: a sweep over dotted paths, expanded into named configurations."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from harness.config.paths import PathError, assign_in_component, component_name, display_name, select
from harness.config.source import KeyPath, Source

MAX_CONFIGURATIONS = 1000

Entry = tuple[Any, KeyPath, int | None]
"""A model's entry, the path it was written at, and the seed a sweep gave it."""


def expand(source: Source, models: list[Any], matrix: Any) -> list[Entry]:
    """Every model entry, or each combination of the matrix's values for those that it names.

    `matrix` maps a dotted path to a list of values. A path begins with `models.` and names one entry or several, or is
    `seed`, which sweeps every model. A swept configuration is called `name[parameter=value, …]`, the last part of each
    path naming the parameter. Mistakes are noted in `source`.
    """
    axes = _axes(source, models, matrix)
    entries: list[Entry] = []
    for index, entry in enumerate(models):
        mine = [(path, rest, values) for path, rest, values, indices in axes if indices is None or index in indices]
        combinations = 1
        for _, _, values in mine:
            combinations *= len(values)
        if combinations * max(1, len(models)) > MAX_CONFIGURATIONS:
            source.problem(
                ("matrix",),
                "too many configurations",
                found=f"{combinations} combinations for models.{index}",
                accepted=f"at most {MAX_CONFIGURATIONS} in all",
            )
            return entries
        if not mine:
            entries.append((entry, ("models", index), None))
            continue
        entries.extend(_combined(source, entry, index, choice, mine) for choice in product(*(axis[2] for axis in mine)))
    return entries


Axis = tuple[str, list[str], list[Any], list[int] | None]


def _axes(source: Source, models: list[Any], matrix: Any) -> list[Axis]:
    if matrix is None:
        return []
    if not isinstance(matrix, Mapping):
        source.problem(("matrix",), "not a mapping", found=repr(matrix), accepted="dotted path: [value, value]")
        return []
    axes: list[Axis] = []
    for path, values in matrix.items():
        here: KeyPath = ("matrix", path)
        if not isinstance(values, list) or not values:
            source.problem(here, "not a list of values", found=repr(values), accepted="a list with at least one value")
            continue
        if any(values.index(value) != at for at, value in enumerate(values)):
            source.problem(here, "a value given twice", found=repr(values), accepted="distinct values")
            continue
        parts = path.split(".")
        if path == "seed":
            wrong = [value for value in values if isinstance(value, bool) or not isinstance(value, int) or value < 0]
            if wrong:
                source.problem(here, "not a seed", found=repr(wrong[0]), accepted="whole numbers, 0 or greater")
                continue
            axes.append((path, [], values, None))
            continue
        if parts[0] != "models" or len(parts) < 3:
            source.problem(
                here, "not a path that can be swept", found=path, accepted="seed, or models.<name>.<parameter>"
            )
            continue
        try:
            indices, rest = select(models, parts[1:])
            if not rest:
                raise PathError(parts[-1], ["models.<name>.<parameter>"])
            axes.append((path, rest, values, indices))
        except PathError as error:
            source.problem(here, str(error), accepted=", ".join(error.accepted), nearest=error.nearest)
    return axes


def _combined(
    source: Source, entry: Any, index: int, choice: tuple[Any, ...], axes: list[tuple[str, list[str], list[Any]]]
) -> Entry:
    seed: int | None = None
    changed = entry
    labels = []
    for value, (path, rest, _) in zip(choice, axes, strict=True):
        labels.append(f"{path.rsplit('.', 1)[-1]}={_label(value)}")
        if path == "seed":
            seed = value
            continue
        try:
            changed = assign_in_component(changed, rest, value)
        except PathError as error:
            source.problem(("matrix", path), str(error), accepted=", ".join(error.accepted), nearest=error.nearest)
    named = dict(changed) if isinstance(changed, Mapping) else {component_name(changed) or "?": None}
    named["as"] = f"{display_name(entry)}[{', '.join(labels)}]"
    return named, ("models", index), seed


def _label(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)

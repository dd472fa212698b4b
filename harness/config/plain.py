"""Reads values that a program hands over in place of a YAML file: copies them, within the same limits."""

import math
import os
from collections.abc import Mapping
from typing import Any

from harness.config.source import MAX_DEPTH, MAX_VALUES, KeyPath, Source
from harness.errors import ConfigError, Problem

PLAIN = "what YAML holds: mappings, lists, strings, numbers, true, false, null; paths as strings or `Path`"


def read_values(value: Any, where: str) -> Source:
    """Read a configuration given as plain values; messages name it as `where`.

    Tuples count as lists and paths as strings. Mistakes are collected in `problems`. Raises ConfigError for more
    values, or more levels, than a file may have: a list that holds itself is one.
    """
    source = Source(where, None)
    source.value = _Copier(source).copy(value, ())
    return source


class _Copier:
    """Copies values and notes what no YAML file could hold."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values = 0

    def copy(self, value: Any, path: KeyPath) -> Any:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            limits = f"at most {MAX_VALUES:,} values, {MAX_DEPTH} levels deep"
            raise ConfigError([Problem("too many values or nested too deeply", self._source.where, accepted=limits)])
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if isinstance(value, list | tuple):
            return [self.copy(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        if isinstance(value, str):
            return self._source.checked_text(str(value), path)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return self._number(value, path)
        self._source.report(path, "not a plain value", found=f"a {type(value).__name__}", accepted=PLAIN)
        return None

    def _mapping(self, value: Mapping[Any, Any], path: KeyPath) -> dict[str, Any]:
        copied = {}
        for key, item in value.items():
            if isinstance(key, str):
                copied[self._source.checked_text(str(key), (*path, "?"))] = self.copy(item, (*path, key))
            else:
                self._source.report((*path, "?"), "a key that is no string", found=repr(key), accepted="strings")
        return copied

    def _number(self, number: float, path: KeyPath) -> float | None:
        if math.isfinite(number):
            return float(number)
        self._source.report(path, "not a finite number", found=str(number), accepted="a finite number")
        return None

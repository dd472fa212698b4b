"""The words and phrases of `phrases.toml`, beside this module, as regular expressions."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_LIST = re.compile(r"\{([a-z_]+)\}")
"""The name of a list in a phrase; the numbers of `.{0,60}` are none."""


@cache
def table(name: str) -> Mapping[str, Any]:
    """Read one table of `phrases.toml`."""
    return _tables()[name]


@cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("harness.ingest").joinpath("phrases.toml").read_text(encoding="utf-8"))


@cache
def any_of(name: str) -> str:
    """Make one group of the phrases in a list, as a part of a regular expression."""
    return group(table("lists")[name])


def group(phrases: Iterable[str]) -> str:
    """Make one group of phrases; lists that they name in braces are filled in. Without a phrase it matches nothing."""
    filled = [_LIST.sub(lambda named: any_of(named[1]), phrase) for phrase in phrases]
    return f"(?:{'|'.join(filled) or '(?!)'})"


def words_of(name: str) -> frozenset[str]:
    """Read a list of plain words."""
    return frozenset(table("lists")[name])

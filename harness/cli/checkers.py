"""Checkers as commands name them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.checkers.base import Checker

DEFAULT = ("ensemble",)


def checkers_named(wanted: Sequence[str] | None) -> "dict[str, Checker]":
    """Display name → checker, in the order named; the default where none is named, and numbers for equal names.

    Raises ConfigError for a name that is none.
    """
    from harness.api.inputs import checker_of

    built = [checker_of(text, f"--checker {text}") for text in wanted or DEFAULT]
    names = [component.shown for component in built]
    shown = [name if names.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(names)]
    return dict(zip(shown, built, strict=True))

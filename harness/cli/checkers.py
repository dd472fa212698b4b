"""Checkers as commands name them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.checkers.base import Checker

DEFAULT = ("ensemble",)


def load_checkers(wanted: Sequence[str] | None) -> "dict[str, Checker]":
    """Build the named checkers, or the default, by display name; equal names are numbered.

    Raises ConfigError for a name that is none.
    """
    from harness.api.inputs import checker_of

    built = [checker_of(text, f"--checker {text}") for text in wanted or DEFAULT]
    names = [component.shown for component in built]
    shown = [name if names.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(names)]
    return dict(zip(shown, built, strict=True))

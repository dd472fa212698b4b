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
    from typing import cast

    from harness.config.build import load_component
    from harness.registry import Registry

    registry = Registry()
    built = [
        cast("Checker", load_component("checker", text, f"--checker {text}", registry)) for text in wanted or DEFAULT
    ]
    names = [component.name for component in built]
    shown = [name if names.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(names)]
    return dict(zip(shown, built, strict=True))

"""How a run says how far it is: a protocol that the command line fills with bars, and silence."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Tick(Protocol):
    """Counts work off."""

    def __call__(self, done: int = 1) -> None:
        """`done` more pieces are finished."""


class Count:
    """Counts work off, and knows how much is done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, done: int = 1) -> None:
        """Count `done` more pieces."""
        self.done += done


class Progress(Protocol):
    """Shows how far a run is."""

    def stage(self, label: str, total: int | None) -> AbstractContextManager[Tick]:
        """Show a bar for one stage of `total` pieces of work while the context is open."""

    def note(self, message: str) -> None:
        """Say something that the user should know and that is no error."""


class Silent:
    """Progress that shows nothing."""

    def stage(self, label: str, total: int | None) -> AbstractContextManager[Tick]:  # noqa: ARG002 - the protocol's
        """Open a stage without a bar."""
        return nullcontext(count_nothing)

    def note(self, message: str) -> None:
        """Say nothing."""


def count_nothing(done: int = 1) -> None:
    """Take a tick and forget it."""

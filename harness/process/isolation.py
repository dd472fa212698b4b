"""Keeping what goes wrong with one cluster to that cluster.

An exception of any class (a pyo3 panic or `sys.exit` in a library too), a batch that does not fit into memory, a call
that takes too long, a wrong number of answers: what is tried together and fails together is tried again by halves, so
that the rest is answered and only the culprit fails. What `pass_on` raises goes through.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, NamedTuple, TypeVar

from harness.errors import StoreError, UsageError
from harness.process import interruption
from harness.process.time_limit import RunOver, TimeLimitError, limited

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")

TIME_LIMIT = "TimeLimit"
"""The error of what took longer than it may."""
MAX_MESSAGE = 2000
"""Characters of an error's message that are kept."""
_PASSED_ON = (UsageError, StoreError, RunOver)
"""Errors that are never a cluster's failure: the user's mistakes, a folder that cannot be written, the run's end."""

_LOGGER = logging.getLogger("harness.run")


class Tried(NamedTuple, Generic[R]):
    """The outcome of one piece of work: what was found, or what was raised."""

    found: R | BaseException
    times: int = 1
    """How often it was tried by itself. Tries together with others do not count: who they were depends on the run."""


class Reason(NamedTuple):
    """An error as a Failure row tells it."""

    error: str
    message: str


def isolate(
    work: Callable[[Sequence[T]], Sequence[R]],
    items: Sequence[T],
    seconds: Callable[[Sequence[T]], float | None] = lambda _: None,
) -> list[Tried[R]]:
    """Do `work` on each item, in order; `seconds` is what it may take for several."""
    if not items:
        return []
    try:
        with limited(seconds(items)):
            found = list(work(items))
        if len(found) != len(items):
            raise ValueError(f"{len(found)} answers for {len(items)} pieces of work")
        return [Tried(one) for one in found]
    except BaseException as error:  # noqa: BLE001 - that is what isolation means
        pass_on(error)
        if len(items) == 1:
            return [Tried(error)]
    # Outside the handler: what the exception's frames held, perhaps the memory that was lacking, is free by now.
    half = len(items) // 2
    return [*isolate(work, items[:half], seconds), *isolate(work, items[half:], seconds)]


def pass_on(error: BaseException) -> None:
    """Raise what is never a cluster's failure; return where it is one.

    A KeyboardInterrupt is one where no signal was heard: the component raised it by itself. Where one was heard, so was
    whatever a component made of it.
    """
    if isinstance(error, _PASSED_ON):
        raise error
    if interruption.is_heard() or (isinstance(error, KeyboardInterrupt) and interruption.may_be_heard()):
        raise error if isinstance(error, KeyboardInterrupt) else KeyboardInterrupt from error


@contextmanager
def opened(session: AbstractContextManager[S]) -> Iterator[S]:
    """Open a session; what goes wrong when it is closed after its work was done is logged, and fails nothing."""
    held = session.__enter__()
    try:
        yield held
    except BaseException as error:
        if not session.__exit__(type(error), error, error.__traceback__):
            raise
    else:
        try:
            session.__exit__(None, None, None)
        except BaseException as error:  # noqa: BLE001 - every answer is there
            pass_on(error)
            _LOGGER.warning("closing failed: %s", reason(error).message)


def reason(error: BaseException) -> Reason:
    """Describe an error as a Failure row does; its traceback goes to the log."""
    _LOGGER.debug("%s", type(error).__name__, exc_info=error)
    name = TIME_LIMIT if isinstance(error, TimeLimitError) else type(error).__name__
    try:
        message = str(error)
    except BaseException as worse:  # noqa: BLE001 - an error that cannot be printed is still a reason
        pass_on(worse)
        message = ""
    readable = message.encode("utf-8", "replace").decode()  # lone surrogates cannot be written
    return Reason(name, readable[:MAX_MESSAGE] or name)

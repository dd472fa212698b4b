"""The charges of a run's calls to servers, kept in its folder: a limit holds for all starts of the run.

A call stands in the folder before it is made, by the most it can take, and again when it has ended. So one that was
under way when its process was killed counts in full: nobody knows whether it was paid for.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from harness.component import Component
from harness.disk.durable import Appender
from harness.endpoint.remote import Remote
from harness.records import Charge
from harness.results.run_folder import SPENDING, RunFolder

C = TypeVar("C", bound=Component)


@contextmanager
def charging(folder: RunFolder) -> Iterator[Callable[[C, str], C]]:
    """Turns a component that asks a server into one that is charged to an account of this run; others stay as they are.

    Nothing is read or written where no component asks one. Raises StoreError where what is kept cannot be read.
    """
    with ExitStack() as stack:
        charges: list[_Charges] = []

        def charged(component: C, account: str) -> C:
            if not isinstance(component, Remote):
                return component
            if not charges:
                charges.append(_Charges(folder, stack))
            return component.with_ledger(_Account(charges[0], account))

        yield charged


class _Charges:
    """All charges of a run."""

    def __init__(self, folder: RunFolder, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._file: Appender | None = None
        self._open: dict[int, Charge] = {}
        self._tokens_in: Counter[str] = Counter()
        self._tokens_out: Counter[str] = Counter()
        self._last = 0
        for row in folder.charges():
            self._count(row)

    def tokens(self, account: str) -> tuple[int, int]:
        """Count the tokens in and out that an account was charged so far."""
        return self._tokens_in[account], self._tokens_out[account]

    def begin(self, account: str, tokens_in: int, tokens_out: int) -> int:
        """Note a call that is about to be made; returns its number."""
        self._add(Charge(account=account, call=self._last + 1, tokens_in=tokens_in, tokens_out=tokens_out))
        return self._last

    def end(self, account: str, call: int, tokens_in: int, tokens_out: int) -> None:
        """Note what a call was charged in the end."""
        self._add(Charge(account=account, call=call, tokens_in=tokens_in, tokens_out=tokens_out, ended=True))

    def _add(self, row: Charge) -> None:
        if self._file is None:
            self._file = self._stack.enter_context(self._folder.appending(SPENDING))
        self._file.add(row)
        self._count(row)

    def _count(self, row: Charge) -> None:
        before = self._open.pop(row.call, None)
        self._tokens_in[row.account] += row.tokens_in - (before.tokens_in if before else 0)
        self._tokens_out[row.account] += row.tokens_out - (before.tokens_out if before else 0)
        if not row.ended:
            self._open[row.call] = row
        self._last = max(self._last, row.call)


class _Account:
    """The part of a run's charges that one limit is for."""

    def __init__(self, charges: _Charges, name: str) -> None:
        self._charges = charges
        self._name = name

    def totals(self) -> tuple[int, int]:
        """Count the tokens in and out so far."""
        return self._charges.tokens(self._name)

    def begin(self, most_in: int, most_out: int) -> int:
        """Note a call that is about to be made."""
        return self._charges.begin(self._name, most_in, most_out)

    def end(self, call: int, tokens_in: int, tokens_out: int) -> None:
        """Note what it was charged."""
        self._charges.end(self._name, call, tokens_in, tokens_out)

"""Costs of calls: reserved before each, settled when it ends, so that a limit is never exceeded.

A call is charged once, when it ends: as the server counts it, or by the most it can have cost where its answer was lost
or came without a count. A call that the server refused or never received is free. With a ledger the limit holds for all
sessions that share it, even where one of them was killed, since each call is noted there before it is made.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from harness.errors import ModelError
from harness.records import Prices


class LimitError(ModelError):
    """A call that could exceed the limit on tokens or money; it was not made."""


class Ledger(Protocol):
    """The charges of several sessions, kept together."""

    def totals(self) -> tuple[int, int]:
        """Return the tokens in and out of all calls so far; one that did not end counts as the most it can take."""

    def begin(self, most_in: int, most_out: int) -> int:
        """Note a call that is about to be made, and the most it can take; return its number for `end`."""

    def end(self, call: int, tokens_in: int, tokens_out: int) -> None:
        """Note what a call was charged in the end."""


@dataclass
class Spent:
    """Totals charged so far."""

    answered: int = 0
    """Calls that brought a completion."""
    unusable: int = 0
    """Calls whose answer arrived and was none; charged all the same."""
    lost: int = 0
    """Calls that were sent and whose answer was lost; charged by the most they can have cost."""
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass
class _Reservation:
    """The amount set aside for one call."""

    most_in: int
    most_out: int
    call: int | None = None
    """Its number in the ledger, once it is about to be made."""


class Spending:
    """The spending of one session; all its methods are called from one event loop."""

    def __init__(
        self, max_tokens: int | None, max_cost: float | None, prices: Prices | None, ledger: Ledger | None = None
    ) -> None:
        self._max_tokens = max_tokens
        self._max_cost = max_cost
        self._prices = prices
        self._ledger = ledger
        self._before_in, self._before_out = ledger.totals() if ledger is not None else (0, 0)
        self._reserved: dict[object, _Reservation] = {}
        self._changed: asyncio.Event = asyncio.Event()
        self.spent = Spent()
        """Charges of this session; those of others, by the ledger, count for the limit, too."""

    async def reserve(self, most_in: int, most_out: int) -> object:
        """Set aside the most that a call can cost; return a ticket for the other methods.

        Waits while other calls may yet release what they have set aside. Raises LimitError where the limit is too low.
        """
        while not self._fits(most_in, most_out):
            if not self._reserved:
                raise LimitError(self._why(most_in, most_out))
            self._changed.clear()
            await self._changed.wait()
        ticket = object()
        self._reserved[ticket] = _Reservation(most_in, most_out)
        return ticket

    def note_sent(self, ticket: object) -> None:
        """Note a call before it is made. Raises StoreError where the ledger cannot be written; then do not make it."""
        reservation = self._reserved[ticket]
        if self._ledger is not None:
            reservation.call = self._ledger.begin(reservation.most_in, reservation.most_out)

    def charge(self, ticket: object, tokens_in: int | None, tokens_out: int | None, *, usable: bool) -> None:
        """Charge a call whose answer arrived; None is charged by the most it can have cost."""
        self.spent.answered += usable
        self.spent.unusable += not usable
        self._settle(ticket, tokens_in, tokens_out)

    def charge_lost(self, ticket: object) -> None:
        """Charge a call whose answer was lost."""
        self.spent.lost += 1
        self._settle(ticket, None, None)

    def release(self, ticket: object) -> None:
        """Release what was set aside for a call that the server refused or never received; no effect once settled."""
        self._settle(ticket, 0, 0)

    def _settle(self, ticket: object, tokens_in: int | None, tokens_out: int | None) -> None:
        reservation = self._reserved.pop(ticket, None)
        if reservation is None:
            return
        self._changed.set()
        charged_in = reservation.most_in if tokens_in is None else tokens_in
        charged_out = reservation.most_out if tokens_out is None else tokens_out
        self.spent.tokens_in += charged_in
        self.spent.tokens_out += charged_out
        if self._ledger is not None and reservation.call is not None:
            self._ledger.end(reservation.call, charged_in, charged_out)

    def _budget_used(self) -> tuple[int, int]:
        return self._before_in + self.spent.tokens_in, self._before_out + self.spent.tokens_out

    def _fits(self, most_in: int, most_out: int) -> bool:
        if self._max_tokens is None and self._max_cost is None:
            return True
        used_in, used_out = self._budget_used()
        tokens_in = used_in + most_in + sum(each.most_in for each in self._reserved.values())
        tokens_out = used_out + most_out + sum(each.most_out for each in self._reserved.values())
        within_tokens = self._max_tokens is None or tokens_in + tokens_out <= self._max_tokens
        return within_tokens and (self._max_cost is None or self._money(tokens_in, tokens_out) <= self._max_cost)

    def _money(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self._prices.input + tokens_out * self._prices.output) / 1e6 if self._prices else 0.0

    def _why(self, most_in: int, most_out: int) -> str:
        used_in, used_out = self._budget_used()
        used, more = used_in + used_out, most_in + most_out
        if self._max_tokens is not None and used + more > self._max_tokens:
            return f"not asked: {used} of max_tokens_total {self._max_tokens} are used, and it could take {more} more"
        cost, most = self._money(used_in, used_out), self._money(most_in, most_out)
        return f"not asked: {cost:.6g} of max_cost {self._max_cost:.6g} is spent, and it could cost {most:.6g} more"

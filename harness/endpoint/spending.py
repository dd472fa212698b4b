"""What calls cost: reserved before each, settled when it ends, so that a limit is never exceeded.

A call is charged once, when it ends: as the server counts, or, where an answer was lost on the way or came without a
count, by the most it can have cost. What the server refused or never received is free.
"""

import asyncio
from dataclasses import dataclass

from harness.errors import ModelError
from harness.records import Prices


class LimitError(ModelError):
    """A call that could exceed the limit on tokens or money; it was not made."""


@dataclass
class Spent:
    """What has been charged so far."""

    answered: int = 0
    """Calls that brought a completion."""
    unusable: int = 0
    """Calls whose answer arrived and was none; charged all the same."""
    lost: int = 0
    """Calls that were sent and whose answer was lost; charged by the most they can have cost."""
    tokens_in: int = 0
    tokens_out: int = 0


class Spending:
    """The spending of one session; all its methods are called from one event loop."""

    def __init__(self, max_tokens: int | None, max_cost: float | None, prices: Prices | None) -> None:
        self._max_tokens = max_tokens
        self._max_cost = max_cost
        self._prices = prices
        self._reserved: dict[object, tuple[int, int]] = {}
        self._changed: asyncio.Event = asyncio.Event()
        self.spent = Spent()

    async def reserve(self, most_in: int, most_out: int) -> object:
        """Set aside the most that a call can cost; returns what `settle` wants.

        Waits while what other calls have set aside may yet come back. Raises LimitError where the call cannot be paid.
        """
        while not self._fits(most_in, most_out):
            if not self._reserved:
                raise LimitError(self._why(most_in, most_out))
            self._changed.clear()
            await self._changed.wait()
        ticket = object()
        self._reserved[ticket] = (most_in, most_out)
        return ticket

    def answered(self, ticket: object, tokens_in: int | None, tokens_out: int | None, *, usable: bool) -> None:
        """Charge a call whose answer arrived; None is charged by the most it can have cost."""
        most_in, most_out = self._settle(ticket)
        self.spent.answered += usable
        self.spent.unusable += not usable
        self.spent.tokens_in += most_in if tokens_in is None else tokens_in
        self.spent.tokens_out += most_out if tokens_out is None else tokens_out

    def lost(self, ticket: object) -> None:
        """Charge a call whose answer was lost."""
        most_in, most_out = self._settle(ticket)
        self.spent.lost += 1
        self.spent.tokens_in += most_in
        self.spent.tokens_out += most_out

    def free(self, ticket: object) -> None:
        """Give back what was set aside for a call that the server refused or never received; once settled, nothing."""
        self._settle(ticket)

    def _settle(self, ticket: object) -> tuple[int, int]:
        self._changed.set()
        return self._reserved.pop(ticket, (0, 0))

    def _fits(self, most_in: int, most_out: int) -> bool:
        if self._max_tokens is None and self._max_cost is None:
            return True
        tokens_in = self.spent.tokens_in + most_in + sum(held for held, _ in self._reserved.values())
        tokens_out = self.spent.tokens_out + most_out + sum(held for _, held in self._reserved.values())
        within_tokens = self._max_tokens is None or tokens_in + tokens_out <= self._max_tokens
        return within_tokens and (self._max_cost is None or self._money(tokens_in, tokens_out) <= self._max_cost)

    def _money(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self._prices.input + tokens_out * self._prices.output) / 1e6 if self._prices else 0.0

    def _why(self, most_in: int, most_out: int) -> str:
        used, more = self.spent.tokens_in + self.spent.tokens_out, most_in + most_out
        if self._max_tokens is not None and used + more > self._max_tokens:
            return f"not asked: {used} of max_tokens_total {self._max_tokens} are used, and it could take {more} more"
        cost, most = self._money(self.spent.tokens_in, self.spent.tokens_out), self._money(most_in, most_out)
        return f"not asked: {cost:.6g} of max_cost {self._max_cost:.6g} is spent, and it could cost {most:.6g} more"

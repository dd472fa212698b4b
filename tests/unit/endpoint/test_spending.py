import asyncio

import pytest

from harness.endpoint.spending import LimitError, Spending
from harness.records import Prices


def play(work):
    return asyncio.run(work)


def test_a_call_is_charged_once_for_what_it_is():
    async def work():
        spending = Spending(None, None, None)
        whole = await spending.reserve(100, 10)
        spending.charge(whole, 7, 3, usable=True)
        spending.release(whole)  # settled already: nothing is given back, nothing charged
        uncounted = await spending.reserve(100, 10)
        spending.charge(uncounted, 7, None, usable=False)
        lost = await spending.reserve(100, 10)
        spending.charge_lost(lost)
        refused = await spending.reserve(100, 10)
        spending.release(refused)
        return spending.spent

    spent = play(work())
    assert (spent.answered, spent.unusable, spent.lost) == (1, 1, 1)
    assert (spent.tokens_in, spent.tokens_out) == (7 + 7 + 100, 3 + 10 + 10)


def test_what_others_set_aside_is_waited_for_and_a_call_that_cannot_be_paid_is_not_made():
    async def work():
        spending = Spending(200, None, None)
        first = await spending.reserve(100, 20)
        second = asyncio.create_task(spending.reserve(100, 20))  # 240 with the first's 120
        await asyncio.sleep(0)
        assert not second.done()
        spending.charge(first, 60, 20, usable=True)
        ticket = await second  # 80 and 120 are 200
        spending.release(ticket)
        with pytest.raises(LimitError, match="80 of max_tokens_total 200 are used, and it could take 121 more"):
            await spending.reserve(101, 20)

    play(work())


def test_a_limit_on_money_weighs_tokens_by_their_prices():
    async def work():
        spending = Spending(None, 2.0, Prices(input=1e4, output=1e5))  # a hundredth for a token in, a tenth out
        ticket = await spending.reserve(50, 10)  # 0.5 + 1.0
        spending.charge(ticket, 50, 10, usable=True)
        await spending.reserve(0, 5)  # 2.0 in all
        spending = Spending(None, 2.0, Prices(input=1e4, output=1e5))
        with pytest.raises(LimitError, match=r"0 of max_cost 2 is spent, and it could cost 2\.1 more"):
            await spending.reserve(0, 21)

    play(work())

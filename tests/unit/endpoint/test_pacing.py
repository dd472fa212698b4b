import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from harness.endpoint.pacing import Pace, Wish, pause, retry_after, wish_in


def test_the_limit_is_halved_once_for_all_that_were_under_way_and_recovers():
    async def play():
        pace = Pace(8)
        numbers = [await pace.enter() for _ in range(8)]
        for number in numbers:  # eight refusals of one round
            pace.slow_down(number)
            pace.leave()
        assert pace.limit == 4
        late = await pace.enter()
        pace.slow_down(late)
        pace.leave()
        assert pace.limit == 2
        # 2 → 2.5 → 2.9 → 3.24: one more after each round of answers; 8 at most.
        pace.speed_up()
        pace.speed_up()
        assert pace.limit == 2
        pace.speed_up()
        assert pace.limit == 3
        for _ in range(100):
            pace.speed_up()
        assert pace.limit == 8

    asyncio.run(play())


def test_no_more_pass_than_the_limit_and_a_cancelled_one_holds_nobody_up():
    async def play():
        pace = Pace(2)
        for _ in range(2):
            await pace.enter()
        waiting = [asyncio.create_task(pace.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        waiting[0].cancel()
        await asyncio.sleep(0)
        pace.leave()
        await asyncio.sleep(0.01)
        assert [task.done() for task in waiting] == [True, True, False]
        assert pace.under_way == 2
        pace.leave()
        await waiting[2]
        assert pace.under_way == 2

    asyncio.run(play())


def test_one_request_always_passes():
    pace = Pace(1)
    for number in range(1, 20):
        asyncio.run(pace.enter())
        pace.slow_down(number)
        pace.leave()
    assert pace.limit == 1


def test_pauses_are_bounded_random_and_the_same_for_a_seed():
    drawn = [pause(attempt, None, 3.0, f"13/c{cluster}") for cluster in range(200) for attempt in (1, 2, 3, 4)]
    assert drawn == [pause(attempt, None, 3.0, f"13/c{cluster}") for cluster in range(200) for attempt in (1, 2, 3, 4)]
    for attempt, bound in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0)):  # 0.5 · 2^(n-1), at most 3
        mine = drawn[attempt - 1 :: 4]
        assert 0 <= min(mine) < 0.1 * bound
        assert 0.9 * bound < max(mine) <= bound
    assert pause(1, 3600.0, 30.0, "s") == 30.0


def test_a_pause_that_a_server_asks_for_is_drawn_out_by_up_to_a_tenth():
    """Requests that were refused together do not come back together."""
    drawn = [pause(1, 2.0, 30.0, f"13/c{cluster}") for cluster in range(200)]
    assert 2.0 <= min(drawn) < 2.02
    assert 2.18 < max(drawn) <= 2.2
    assert len(set(drawn)) == 200
    assert pause(2, 2.0, 30.0, "13/c0") != drawn[0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("Wed, 99 Oct 99999999 07:28:00 GMT", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header) == seconds


@pytest.mark.parametrize(
    ("headers", "status", "wish"),
    [
        ({"retry-after-ms": "250"}, 429, Wish(0.25, "Retry-After-Ms: 250")),
        ({"retry-after-ms": "250", "retry-after": "1"}, 503, Wish(0.25, "Retry-After-Ms: 250")),
        ({"retry-after-ms": "soon", "retry-after": "1"}, 429, Wish(1.0, "Retry-After: 1")),
        ({"retry-after-ms": "-1"}, 429, Wish(None, "Retry-After-Ms: -1")),
        (
            {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"},
            429,
            Wish(360.0, "x-ratelimit-reset-requests: 6m0s"),
        ),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "120ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "7.5s",
            },
            429,
            Wish(7.5, "x-ratelimit-reset-tokens: 7.5s"),
        ),
        ({"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s"}, 429, Wish()),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s"}, 503, Wish()),
        (
            {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h"},
            429,
            Wish(3600.0, "x-ratelimit-reset-tokens: 1h"),
        ),
        (
            {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "never"},
            429,
            Wish(None, "x-ratelimit-reset-tokens: never"),
        ),
        ({}, 429, Wish()),
    ],
)
def test_the_most_exact_header_that_can_be_read_counts(headers, status, wish):
    assert wish_in(headers, status) == wish


def test_retry_after_as_a_date_to_come():
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 97 < retry_after(header) <= 100

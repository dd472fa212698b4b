"""Means over blocks with intervals, and the times of a stage parted into blocks."""

import pytest

from harness.forecast.estimate import Estimate, block_means, exactly, mean_of, total_of
from harness.forecast.stopwatch import Moment, StageTimes


def test_a_mean_has_the_interval_of_students_t():
    # R 4.3: t.test(c(1, 2, 3, 6))$conf.int is −0.4373 to 6.4373 around 3; no cost is below 0.
    found = mean_of([1.0, 2.0, 3.0, 6.0])
    assert found.value == 3.0
    assert found.high == pytest.approx(6.4373, abs=2e-3)
    assert found.low == 0.0


def test_one_block_says_nothing_of_the_spread():
    assert mean_of([4.0]) == Estimate(4.0, 2.0, 6.0)
    assert mean_of([]) == exactly(0.0)


def test_half_intervals_of_a_sum_add_as_squares_do():
    # 3² + 4² = 5² below and above.
    assert total_of([Estimate(10, 7, 13), Estimate(20, 16, 24)]) == Estimate(30, 25, 35)


def test_blocks_of_values_hold_each_value_once():
    assert block_means([1.0, 3.0, 5.0], most=2) == [1.0, 4.0]
    assert block_means([7.0], most=5) == [7.0]
    assert block_means([]) == []


def stage(moments: list[float], at: float = 0.0, **more: object) -> StageTimes:
    """A stage that does one piece at each moment."""
    times = StageTimes("generate x", began=Moment(at, at), ended=Moment(moments[-1], moments[-1]), **more)
    times.done = list(range(1, len(moments) + 1))
    times.when = [Moment(moment, moment) for moment in moments]
    return times


def test_the_start_is_in_no_block():
    # 5 s to load weights, then 12 pieces of 2 s: six blocks of two pieces, the first left out.
    times = stage([5.0 + 2.0 * piece for piece in range(1, 13)])
    assert times.blocks() == [2.0] * 5
    assert times.seconds == 29.0


def test_blocks_end_where_a_batch_does():
    # Batches of 4 that take 8 s each: whatever stands within a batch would look free.
    times = stage([8.0 * (1 + piece // 4) for piece in range(16)])
    assert times.blocks(at_once=4) == [2.0] * 3


def test_too_few_pieces_are_one_block():
    assert stage([3.0]).blocks() == [3.0]


def test_what_other_programs_take_does_not_count_unless_the_work_waits():
    earlier, later = Moment(10.0, 1.0), Moment(30.0, 2.5)
    assert later.since(earlier, waits=False) == 1.5
    assert later.since(earlier, waits=True) == 20.0

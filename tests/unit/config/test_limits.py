"""`max_failures:` and `time_limit:`."""

import pytest

from harness.config.limits import Limits, duration, failures


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(30, 30), (0.5, 0.5), ("30", 30), ("30s", 30), ("500ms", 0.5), ("5m", 300), ("2h", 7200), ("1h30m", 5400)],
)
def test_a_duration_is_seconds_or_text_with_units(written: object, seconds: float):
    assert duration(written) == seconds


@pytest.mark.parametrize("written", [0, -1, True, "", "s", "3 parsecs", "3s and more", "-3s", float("nan"), None, [3]])
def test_anything_else_is_no_duration(written: object):
    with pytest.raises(ValueError, match="not a duration; accepted: seconds above 0"):
        duration(written)


@pytest.mark.parametrize(
    ("written", "meant"), [(0, 0), (3, 3), (0.05, 0.05), (1.0, 1.0), ("5%", 0.05), ("12.5 %", 0.125)]
)
def test_failures_are_a_count_or_a_share(written: object, meant: float):
    found = failures(written)
    assert found == meant
    assert type(found) is type(meant)  # 1 is one cluster, 1.0 is all of them


@pytest.mark.parametrize("written", [-1, 1.5, "200%", "many", True, None, [1]])
def test_anything_else_is_no_limit_of_failures(written: object):
    with pytest.raises(ValueError, match="not a limit of failures; accepted: a count"):
        failures(written)


def test_a_limit_is_passed_by_one_more_than_it_allows():
    assert not Limits().too_many(100, 100)
    assert [Limits(max_failures=2).too_many(failed, 100) for failed in (2, 3)] == [False, True]
    # 29 of 100 is what 0.29 allows, though 0.29 * 100 is less than 29 in floating point.
    assert [Limits(max_failures=0.29).too_many(failed, 100) for failed in (29, 30)] == [False, True]
    assert Limits(max_failures=0.05).shown_failures() == "5%"

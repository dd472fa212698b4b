"""Which of two reports of a figure came later."""

from datetime import UTC, datetime

import pytest

from harness.claims.contested.updates import Report, newer
from harness.claims.figures.quantities import figures


def report(parser, text, day, *, only_grows=True):
    (figure,) = figures(parser.parse([text])[0])
    moment = None if day is None else datetime(2022, 3, day, tzinfo=UTC)
    return Report(figure, text, (moment,), only_grows)


TWELVE, TWENTY, RISEN = "Police said 12 people were killed.", "Twenty people were killed.", "The toll rose to 12."


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ((TWENTY, 3), (TWELVE, 1), 1),
        ((TWELVE, 1), (TWENTY, 3), -1),
        ((TWELVE, 3), (TWENTY, 1), 0),  # fewer dead later, without a correction
        ((TWELVE, 1), (TWENTY, 1), 0),  # one day, no wording
        ((RISEN, None), (TWENTY, None), 0),  # 20 cannot have risen to 12
        ((TWENTY, 3), (RISEN, 1), 1),  # a rise of the first day is older than the third
        ((RISEN, None), ("Nine people were killed.", None), 1),
        (("Nine people were killed.", 2), (RISEN, 2), -1),
    ],
)
def test_days_decide_before_wording(mine, theirs, found, parser):
    assert newer([report(parser, *mine)], [report(parser, *theirs)]) == found


def test_what_may_fall_is_overtaken_by_a_lower_count_but_has_not_risen_to_one(parser):
    plain, risen = "The storm left 12 homes dark.", "The count of dark homes rose to 12."
    earlier = [report(parser, "The storm left 40 homes dark.", 1, only_grows=False)]
    assert newer([report(parser, plain, 2, only_grows=False)], earlier) == 1
    assert newer([report(parser, risen, 2, only_grows=False)], earlier) == 0

"""Which configuration a user's word names."""

import pytest

from harness.comparison.score_matrix import find_label
from harness.errors import UsageError

LABELS = ("lead", "lexrank[short, seed=1]", "lexrank[long, seed=1]", "smol[greedy]", "smol[beam]")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("lead", "lead"),
        ("greedy", "smol[greedy]"),
        ("smol[beam]", "smol[beam]"),
        ("short", "lexrank[short, seed=1]"),
        ("long, seed=1", "lexrank[long, seed=1]"),
        ("lexrank[s", "lexrank[short, seed=1]"),
    ],
)
def test_a_label_its_beginning_or_what_its_brackets_hold(wanted, found):
    assert find_label(LABELS, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("seed=1", "names several configurations"), ("smol", "names several"), ("gredy", "no configuration 'gredy'")],
)
def test_what_is_not_clear_is_refused(wanted, message):
    with pytest.raises(UsageError, match=message):
        find_label(LABELS, wanted)

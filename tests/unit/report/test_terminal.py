"""Pieces of what terminals show that need no run."""

import pytest

from harness.report.terminal import folded_signature

SIGNATURE = "worst|checker:ensemble/copied:0.687/weights:6b44|v:1|checker.parser:en_core_web_sm 3.8.0"


def test_a_signature_is_broken_between_its_parts():
    # Forty columns hold `worst|checker:ensemble/copied:0.687/` (36); `weights:6b44|` would be the 49th.
    assert folded_signature(SIGNATURE, 40).split("\n") == [
        "worst|checker:ensemble/copied:0.687/",
        "  weights:6b44|v:1|",
        "  checker.parser:en_core_web_sm 3.8.0",
    ]


@pytest.mark.parametrize("width", [80, 88, 200])
def test_a_signature_loses_nothing_and_stays_whole_where_it_fits(width: int):
    folded = folded_signature(SIGNATURE, width)
    assert folded.replace("\n  ", "") == SIGNATURE
    assert ("\n" in folded) == (len(SIGNATURE) > width)

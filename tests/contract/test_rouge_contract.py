"""Compiled code, columns and rouge-score 0.1.2 give the same floats; `benchmarks/rouge_contract.py` runs it on more."""

import pytest

from benchmarks.rouge_contract import case, cases, differences
from harness.metrics import accelerated, tokens
from harness.metrics.rouge import Rouge

PAIRS = 8_000
"""What takes 20 seconds; the whole contract of 50,000 is part of `make bench`."""


@pytest.mark.parametrize("part", range(4))
def test_random_and_real_pairs_score_alike_however_they_are_counted(part: int):
    several = list(cases(PAIRS // 4, seed=part))
    assert differences(several, stemmed=bool(part % 2)) == []


def test_types_that_share_a_slot_of_the_table_are_told_apart(monkeypatch: pytest.MonkeyPatch):
    tokens._vocabulary.cache_clear()
    monkeypatch.setattr(tokens, "_SLOT_BITS", 3)
    several = list(cases(300, seed=9))
    assert differences(several, stemmed=True) == []
    tokens._vocabulary.cache_clear()


def test_the_choice_of_code_stands_in_no_signature_and_in_no_order(monkeypatch: pytest.MonkeyPatch):
    one = case("police arrest two", ["Two arrested by police"])
    signatures, found = Rouge().signatures({}), Rouge().findings(one)
    assert accelerated.is_installed()
    monkeypatch.setattr(accelerated, "is_installed", lambda: False)
    assert Rouge().signatures({}) == signatures
    assert list(Rouge().findings(one).statistics.items()) == list(found.statistics.items())

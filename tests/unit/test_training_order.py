"""Words in no order, as the reader of word order learns from them."""

from random import Random

import pytest

pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("scipy", reason="benchmarks need scipy")

import itertools

from training.order_texts import SOFTER, disordered

TEXT = ["the", "mayor", "of", "Tarn", "resigns", "after", "long", "protests", "over", "fuel"]
OTHERS = (["two", "ships", "sink"], ["bank", "cuts", "its", "rate"])


def test_disorder_keeps_as_many_words_and_tells_which_neighbours_are_parted():
    random = Random(3)
    moved = mixed = 0
    for _ in range(300):
        pair = disordered(TEXT, OTHERS, random)
        assert pair is not None
        assert pair.words == tuple(TEXT)
        assert len(pair.other) == len(TEXT)
        assert pair.weight in {1.0, SOFTER}
        if sorted(pair.other) != sorted(TEXT):  # words of several texts
            assert all(pair.broken)
            mixed += 1
            continue
        assert pair.other != pair.words
        follows = {(one, two) for one, two in itertools.pairwise(TEXT)}
        parted = tuple((one, two) not in follows for one, two in zip(pair.other, pair.other[1:], strict=False))
        assert pair.broken == parted
        moved += not all(pair.broken)
    assert mixed > 20
    assert moved > 100


def test_few_words_are_only_shuffled_and_one_word_has_no_other_order():
    random = Random(5)
    for _ in range(50):
        pair = disordered(["mayor", "quits", "today"], OTHERS, random)
        assert pair is not None
        assert sorted(pair.other) == ["mayor", "quits", "today"]
        assert pair.weight == 1.0
    assert disordered(["mayor"], OTHERS, random) is None

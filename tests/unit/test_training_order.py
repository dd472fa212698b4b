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


def test_of_two_disorders_the_one_that_reads_better_is_learned_from_and_the_adapters_go_on_from_the_package():
    import torch

    from harness.checkers.neural.entailment import ORDER, tensors
    from training.order_texts import Pair
    from training.word_order import CHECKERS, Ordering, harder

    class Reader:
        """Reads a text the better the later its first word stands in the alphabet."""

        def __call__(self, texts):
            return torch.tensor([float(ord(words[0][0])) for words in texts]), None, []

    pairs = [
        Pair(tuple(TEXT), ("a", *TEXT[1:]), (True,) * 9, 1.0),
        Pair(tuple(TEXT), ("z", *TEXT[1:]), (True,) * 9, 1.0),
    ]
    first, second = harder(Reader(), pairs, Random(1))
    assert first.other != pairs[0].other  # any word reads better than `a`
    assert second is pairs[1]  # and none better than `z`
    light = [Pair(tuple(TEXT), ("z", *TEXT[1:]), (True,) * 9, SOFTER / 2)]
    assert harder(Reader(), [*light, *pairs], Random(1))[0].weight > SOFTER / 2

    held = tensors((CHECKERS / "neural" / "minilm" / ORDER).read_bytes())
    model = Ordering()
    model.load(held)
    again = model.exported()
    assert again.keys() == held.keys()
    assert all((again[name] == held[name]).all() for name in held)

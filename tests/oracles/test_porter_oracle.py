"""The stemmer against NLTK's, in the mode that rouge-score uses, and against the paper's own examples."""

import json
import random
import re
from pathlib import Path

import pytest
from nltk.stem.porter import PorterStemmer

from harness.language import porter

ENDINGS = [*porter._STEP_1A, *porter._STEP_2, *porter._STEP_3, *porter._STEP_4]
ENDINGS += ["", "ed", "ing", "eed", "ied", "y", "e", "ll", "ement"]


@pytest.fixture(scope="module")
def nltk_stem():
    return PorterStemmer().stem


def test_random_words_of_all_endings_stem_as_in_nltk(nltk_stem):
    draw = random.Random(31)
    for _ in range(15_000):
        # Few letters, so that vowels, doubled consonants and the letters that rules name come up often.
        start = "".join(draw.choice("aeioubcdlstxyz1-é") for _ in range(draw.randrange(6)))
        word = start + "".join(draw.choices(ENDINGS, k=draw.randrange(3)))
        assert porter.stem(word) == nltk_stem(word), word


def test_irregular_words_stem_as_in_nltk(nltk_stem):
    for word in [*porter._IRREGULAR, *PorterStemmer().pool]:
        assert porter.stem(word) == nltk_stem(word), word


def test_words_of_news_stem_as_in_nltk(shared: Path, nltk_stem):
    rows = (shared / "data/clusters/wikinews_clusters.jsonl").read_text("utf-8").splitlines()
    words = {
        word
        for row in rows
        for article in json.loads(row)["articles"]
        for word in re.findall("[a-z0-9]+", article["text"].lower())
    }
    assert len(words) > 2000
    assert {word: porter.stem(word) for word in words} == {word: nltk_stem(word) for word in words}


@pytest.mark.parametrize(
    ("word", "stem"),
    # Each of these stands in the paper beside the rule it shows (steps 1a, 1b, 4, 5), or follows by its rules.
    [
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("feed", "feed"), ("agreed", "agre"),
        ("plastered", "plaster"), ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"), ("hopping", "hop"),
        ("falling", "fall"), ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"), ("filing", "file"),
        ("revival", "reviv"), ("adoption", "adopt"), ("rate", "rate"), ("cease", "ceas"), ("controll", "control"),
        ("roll", "roll"),
    ],
)  # fmt: skip
def test_examples_of_the_paper(word: str, stem: str):
    assert porter.stem(word) == stem

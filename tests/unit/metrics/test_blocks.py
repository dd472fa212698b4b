"""A block of cases has the findings of each case alone, and those of the plain definitions, to the last bit."""

import gc
import random
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from harness.metrics import tokens, vocabulary
from harness.metrics.base import Metric
from harness.metrics.headline import Headline
from harness.metrics.rouge import Rouge
from harness.metrics.surface import Surface
from harness.metrics.text_block import _last
from harness.records import Article, Case, Cluster, Prediction, Reference
from tests.unit.metrics import plainly

NOVEL = (1, 2, 3, 5)
WORDS = (
    *("Police", "police", "arrest", "arrested", "arrests", "ferry", "Ferry", "the", "The", "of", "IT", "US", "who"),
    *("said.", 'said."', "(said.)", "'tis", "it's", "Marsh's", "Marsh’s", "Marsh", "McCain", "iPhone", "GOP", "G20"),
    *("12", "twelve", "2,500", "2.5", "million", "$5m", "5m", "people", "EUR", "21st", "twenty-one", "Twenty-one"),
    *("well-known", "well", "known", "Re-Open", "co‑op", "a-b-c", "O'Neill", "AT&T", "U.S.", "us", "allies.Fears"),
    *("fears", "Café", "cafe", "CAFÉ", "cafe\u0301", "ﬁre", "STRASSE", "straße", "İstanbul", "ΟΔΟΣ", "οδος", "Путин"),
    *("soft\u00adhyphen", "\u200bzero", "non\u00a0breaking", "x_y", "_", "\0", "a\0b", "—", "…", "😀", "", "x²", "٣"),
    *("½", "ǅ", "日本", "ª", "\x1c", "a"),
)
JOINTS = (*[" "] * 16, "", "  ", "\n", "\t", "-", ". ", ": ", ", ", "\u00a0", "\u2028", "\0")


def text(draw: random.Random, longest: int) -> str:
    kind = draw.random()
    if kind < 0.1:
        return "".join(chr(draw.randrange(1, 0x2200)) for _ in range(draw.randrange(1, 30)))
    if kind < 0.15:
        return draw.choice(["—", ".", "the", "?!\n...", " ", "x" * 5000, "5 " * 300])
    joined = "".join(draw.choice(WORDS) + draw.choice(JOINTS) for _ in range(draw.randrange(1, longest)))
    return joined.upper() if kind < 0.25 else joined


def cases(seed: int, clusters: int) -> list[Case]:
    """Odd clusters with up to three predictions each, some of them cut out of an article."""
    draw = random.Random(seed)
    found = []
    for number in range(clusters):
        articles = tuple(
            Article(article_id=str(place), title=draw.choice(["", text(draw, 6)]), text=text(draw, 40))
            for place in range(draw.randrange(1, 4))
        )
        body = articles[0].text
        references = [text(draw, 8), body[draw.randrange(len(body)) :]][: draw.randrange(3)]
        cluster = Cluster(
            cluster_id=str(number),
            articles=articles,
            references=tuple(Reference(text=one) for one in references if one),
        )
        for one in (text(draw, 12), text(draw, 4), body[draw.randrange(len(body)) :][:60])[: draw.randrange(1, 4)]:
            prediction = Prediction(prediction_id="p", cluster_id=str(number), configuration="m", text=one or ".")
            found.append(Case(cluster=cluster, prediction=prediction))
    return found


@pytest.mark.parametrize("metric", [Rouge(), Headline(novel=NOVEL), Surface()], ids=lambda metric: metric.name)
def test_a_block_has_the_findings_of_its_cases(metric: Metric):
    several = cases(seed=1, clusters=150)
    alone = [metric.findings(case) for case in several]
    assert metric.findings_all(several) == alone
    assert metric.findings_all(several[::-1]) == alone[::-1]  # one cluster's predictions need not stand together
    assert metric.findings_all([]) == []


def test_columns_have_the_numbers_of_the_plain_definitions():
    several = cases(seed=2, clusters=500)
    headline = Headline(novel=NOVEL, max_characters=None)
    for case, found, other in zip(
        several, headline.findings_all(several), Surface().findings_all(several), strict=True
    ):
        for ours, plain in ((found, plainly.headline(case, NOVEL)), (other, plainly.surface(case))):
            assert list(ours.statistics.items()) == list(plain.statistics.items()), case
            assert list(ours.unscorable.items()) == list(plain.unscorable.items()), case


def test_a_vocabulary_that_begins_anew_changes_nothing():
    several = cases(seed=3, clusters=12)
    metrics = (Headline(), Surface())
    once = [metric.findings_all(several) for metric in metrics]
    with patch.object(vocabulary, "MOST", 50):
        again = [
            [found for at in range(0, len(several), 7) for found in metric.findings_all(several[at : at + 7])]
            for metric in metrics
        ]
    assert again == once


@pytest.mark.parametrize("words", [1, 5, 40])
def test_a_reading_that_was_interrupted_leaves_nothing_half_known(words: int):
    several = cases(seed=4, clusters=30)
    metrics = (Headline(), Surface())
    expected = [metric.findings_all(several) for metric in metrics]
    vocabulary.forget()
    _last.clear()
    left = iter(range(words))

    def interrupted(word: str) -> str:
        if next(left, None) is None:
            raise KeyboardInterrupt("in the middle")
        return word

    with patch.object(vocabulary, "form_of", interrupted), pytest.raises(KeyboardInterrupt, match="in the middle"):
        Surface().findings_all(several)
    assert [metric.findings_all(several) for metric in metrics] == expected


def test_a_slot_whose_filling_was_interrupted_holds_nothing():
    with patch.object(tokens, "_SLOT_BITS", 1):  # so that words take each other's slots
        known = tokens._Vocabulary(stemmed=True)
        first = known.numbers(b"ferry").tolist()
        with (
            patch.object(tokens, "stems", side_effect=KeyboardInterrupt("in the middle")),
            pytest.raises(KeyboardInterrupt, match="in the middle"),
        ):
            known.numbers(b"police arrest reefs harbour storms")
        assert len({*first, *known.numbers(b"police arrest reefs harbour storms").tolist()}) == 6


def test_a_vocabulary_that_was_begun_anew_leaves_nothing_in_memory():
    _last.clear()
    before = weakref.ref(vocabulary.vocabulary())
    with gc_off():
        vocabulary.forget()
        assert before() is None


@contextmanager
def gc_off() -> Iterator[None]:
    """As in a run, where objects are looked through rarely."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

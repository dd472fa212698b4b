"""The parser: what it remembers, and what it lets go of."""

from dataclasses import asdict

import pytest

from harness.claims import parse
from harness.claims.parse import Parser


def test_words_beyond_the_bound_are_forgotten_and_change_no_parse(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    texts = [f"Mayor Qworx{number} opened the Zlabber{number} dam on Monday." for number in range(50)]
    pipeline = parse._pipeline(parser._model)
    if not hasattr(pipeline, "memory_zone"):
        pytest.skip("spaCy before 3.8 keeps every word")
    monkeypatch.setattr(parse, "_WORDS", 0)
    before = len(pipeline.vocab.strings)
    bounded = [asdict(found) for found in parser.parse(texts)]
    assert len(pipeline.vocab.strings) == before
    monkeypatch.setattr(parse, "_WORDS", 1 << 40)
    parse._known.cache_clear()
    assert [asdict(found) for found in Parser().parse(texts)] == bounded
    assert len(pipeline.vocab.strings) > before


def test_no_more_sentences_are_remembered_than_allowed(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parse, "_REMEMBERED", 10)
    parser.parse([f"The dam {number} held." for number in range(30)])
    assert len(parser._known) == 10

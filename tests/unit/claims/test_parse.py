"""The parser: what it remembers, and what it lets go of."""

from dataclasses import asdict

import pytest

from harness.claims.parsing import parse
from harness.claims.parsing.parse import Parser


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
    parse._recent_parses.cache_clear()
    assert [asdict(found) for found in Parser().parse(texts)] == bounded
    assert len(pipeline.vocab.strings) > before


def test_no_more_sentences_are_remembered_than_allowed(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parse, "_REMEMBERED", 10)
    parser.parse([f"The dam {number} held." for number in range(30)])
    assert len(parser._recent) == 10


def test_what_is_parsed_beside_a_sentence_or_before_it_changes_no_parse(parser: Parser):
    texts = [
        f"{name} of {place} told {number} people on Monday that the {thing} would not close."
        for number, name in enumerate(["Ana Ruiz", "The mayor", "St. Annis", "Sgt. Li Wei", "She"], start=1)
        for place in ("Port Maron", "the EU", "the harbour office")
        for thing in ("dam", "Grand Hotel", "$3.5 million ferry line")
    ]
    together = [asdict(found) for found in parser.parse(texts)]
    parse._recent_parses.cache_clear()
    turned = [asdict(found) for found in Parser().parse(texts[::-1])][::-1]
    parse._recent_parses.cache_clear()
    assert [asdict(Parser().parse([text])[0]) for text in texts] == together == turned


def test_a_sentence_goes_through_the_pipeline_once_whoever_asks(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    parse._recent_parses.cache_clear()
    read: list[str] = []
    readable = parse._readable
    monkeypatch.setattr(parse, "_readable", lambda text: read.append(text) or readable(text))
    first = Parser().parse(["The dam held.", "It rained.", "The dam held."])
    assert Parser().parse(["It rained."]) == [first[1]]
    assert read == ["The dam held.", "It rained."]

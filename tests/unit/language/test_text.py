"""Sentences of a text: where they end, and what must not take long."""

import time

import pytest

from harness.claims.parsing.parse import Parser
from harness.language.text import counted, sentence_spans, sentences, without_long_runs


@pytest.mark.parametrize("run", ["?", "!?", '."'])
def test_a_long_run_of_signs_is_split_in_time_that_grows_with_its_length(run: str):
    """24,000 question marks took nupunkt 0.8 s, and four times as many sixteen times as long."""
    text = f"The dam held on Monday. {run * (90_000 // len(run))} Nobody was hurt."
    started = time.process_time()
    spans = sentence_spans(text)
    assert time.process_time() - started < 1
    assert (spans[0][0], spans[-1][1]) == (0, len(text))


def test_a_long_run_ends_sentences_as_a_short_one_does():
    for marks in ("!" * 30, "!" * 300):
        assert sentences(f"It held{marks} Nobody was hurt.") == [f"It held{marks}", "Nobody was hurt."]


def test_only_the_middle_of_a_long_run_is_replaced():
    assert without_long_runs("x" + "?" * 99 + "y") == "x" + "?" * 99 + "y"
    assert without_long_runs("x" + "?" * 100 + "y") == "x" + "?" * 20 + "-" * 60 + "?" * 20 + "y"


def test_a_long_run_of_signs_is_parsed_at_once_and_offsets_stay(parser: Parser):
    text = f"Police said {'%' * 1400} nobody was hurt."
    parser.parse(["Warm up."])
    started = time.process_time()
    (parse,) = parser.parse([text])
    assert time.process_time() - started < 0.5  # 1.07 s before
    said = next(token for token in parse.tokens if token.lower == "said")
    hurt = next(token for token in parse.tokens if token.lower == "hurt")
    assert (text[said.start : said.end], text[hurt.start : hurt.end]) == ("said", "hurt")


@pytest.mark.parametrize(("many", "said"), [(1, "1 cluster"), (0, "0 clusters"), (2000, "2,000 clusters")])
def test_a_number_of_things_is_written_in_the_singular_and_the_plural(many: int, said: str):
    assert counted(many, "cluster") == said

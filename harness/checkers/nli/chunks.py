"""Whole articles as premises for public checkers: cut between sentences, as their authors cut a document."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.checkers.nli.presets import Chunking
from harness.language.lexical import content_stems
from harness.language.text import sentence_spans
from harness.records import Article, Cluster, Evidence

SHORTEST = 10
"""Characters that a sentence must have more than to be a premise by itself (SummaC)."""
CITED = 3
"""Sentences of a chunk that are cited at most: those that share most words with the claim."""
_MARKS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Sentence:
    """A sentence of an article's title or text."""

    text: str
    start: int
    end: int
    title: bool
    new_line: bool
    """True where a line ended between the sentence before and this one."""


@dataclass(frozen=True)
class Chunk:
    """Neighbouring sentences of one article, and the text that a model reads."""

    article_id: str
    text: str
    sentences: tuple[Sentence, ...]

    def evidence(self, claim: str) -> tuple[Evidence, ...]:
        """Return the sentences that share most words with the claim, best first; the first where none shares any."""
        wanted = set(content_stems(claim))
        shares = [
            len(wanted & set(content_stems(sentence.text))) / len(wanted) if wanted else 0.0
            for sentence in self.sentences
        ]
        order = sorted(range(len(shares)), key=lambda place: (-shares[place], place))
        kept = [place for place in order[:CITED] if shares[place] > 0] or order[:1]
        return tuple(self._cited(self.sentences[place], shares[place]) for place in kept)

    def _cited(self, sentence: Sentence, share: float) -> Evidence:
        return Evidence(
            article_id=self.article_id, start=sentence.start, end=sentence.end, text=sentence.text,
            score=round(share, 4), title=sentence.title,
        )  # fmt: skip


def sentences_of(article: Article) -> list[Sentence]:
    """List the sentences of an article, its title first."""
    found: list[Sentence] = []
    for source, title in ((article.title, True), (article.text, False)):
        last = 0
        for start, end in sentence_spans(source):
            new_line = bool(found) and (last == 0 or "\n" in source[last:start])
            found.append(Sentence(source[start:end], start, end, title, new_line))
            last = end
    return found


def chunks_of(cluster: Cluster, chunking: Chunking, tokens: Callable[[str], int], room: int) -> list[Chunk]:
    """Cut a cluster into premises, by article id and place.

    `tokens` counts a text's tokens without special ones; `room` is how many the model has for a premise.
    """
    found = []
    for article in sorted(cluster.articles, key=lambda article: article.article_id):
        for held in _cut(sentences_of(article), chunking, tokens, room):
            found.append(Chunk(article.article_id, _join_sentences(held, chunking), tuple(held)))
    return found


def highest(chunks: Sequence[Chunk], values: Sequence[float]) -> dict[str, tuple[float, Chunk]]:
    """Return the highest value of each article, and the first chunk that has it."""
    found: dict[str, tuple[float, Chunk]] = {}
    for chunk, value in zip(chunks, values, strict=True):
        if chunk.article_id not in found or value > found[chunk.article_id][0]:
            found[chunk.article_id] = value, chunk
    return found


def _cut(
    sentences: Sequence[Sentence], chunking: Chunking, tokens: Callable[[str], int], room: int
) -> list[Sequence[Sentence]]:
    if not sentences:
        return []
    if chunking.unit == "sentence":
        long = [sentence for sentence in sentences if len(sentence.text) > SHORTEST] or list(sentences)
        return [[sentence] for sentence in long[: chunking.size]]
    if chunking.unit == "even":
        words = sum(len(sentence.text.split()) for sentence in sentences)
        each = max(len(sentences) // (words // chunking.size + 1), 1)
        return [sentences[start : start + each] for start in range(0, len(sentences), each)]
    if chunking.unit == "tokens":
        return _runs(sentences, tokens, chunking.size)
    if chunking.unit == "window":
        return _runs(sentences, tokens, room)
    if chunking.unit == "words":
        return _runs(sentences, lambda text: len(text.split()), chunking.size)
    return _runs(sentences, lambda text: len(_MARKS.findall(text)), chunking.size)


def _runs(sentences: Sequence[Sentence], size_of: Callable[[str], int], most: int) -> list[Sequence[Sentence]]:
    """Cut sentences into the longest runs of at most `most`; one that is larger stands alone."""
    runs: list[list[Sentence]] = []
    held = 0
    for sentence in sentences:
        size = size_of(sentence.text)
        if runs and held + size <= most:
            runs[-1].append(sentence)
            held += size
        else:
            runs.append([sentence])
            held = size
    return list(runs)


def _join_sentences(sentences: Sequence[Sentence], chunking: Chunking) -> str:
    first, *others = sentences
    return first.text + "".join(
        ("\n" if chunking.lines and sentence.new_line else chunking.joint) + sentence.text for sentence in others
    )

"""What a headline looks like beside its articles: length, novelty, copying, and leaks in the data."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from harness.metrics.base import Findings, Measure, Metric
from harness.records import Case
from harness.text import WORD, ngrams, normalise, words

SHORTEST_QUOTE = 3
"""Words that a text must have before finding it in an article says that it was copied."""

_INNER = str.maketrans("'.-&", "    ")


def _runs(tokens: Sequence[str]) -> str:
    """Runs of letters and digits, each between spaces, so that `in` finds whole words.

    Inner punctuation parts them, unlike `words`: a title glued to the last line (`allies.Fears loom`) is found too.
    """
    return f" {' '.join(tokens).translate(_INNER)} "


_NEXT_TEXT = "\0"
_TOKEN = re.compile(rf"{WORD}|{_NEXT_TEXT}")


class _Articles:
    """The articles of one cluster, indexed once for all configurations."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        joined = _NEXT_TEXT.join([text.replace(_NEXT_TEXT, "_") for text in texts])  # either parts words, both no more
        # No n-gram of a prediction has the mark between two texts, so that none is found across them.
        self._words = _TOKEN.findall((joined if joined.isascii() else normalise(joined)).lower())
        self._ngrams: dict[int, AbstractSet[tuple[str, ...]]] = {}

    def ngrams(self, n: int) -> AbstractSet[tuple[str, ...]]:
        """All n-grams of the titles and texts; none of words runs across two of them."""
        if n not in self._ngrams:
            self._ngrams[n] = set(ngrams(self._words, n))
        return self._ngrams[n]

    @cached_property
    def _runs(self) -> str:
        return _runs(self._words)

    def quote(self, tokens: Sequence[str]) -> bool:
        """Whether these words stand one after the other in a title or a text."""
        return _runs(tokens) in self._runs


@lru_cache(maxsize=64)
def _articles(texts: tuple[str, ...]) -> _Articles:
    return _Articles(texts)


class Headline(Metric):
    """Length, limit, novel n-grams and copying of a headline, and references that leak into the articles."""

    name: ClassVar[str] = "headline"

    max_characters: int | None = Field(
        default=70, ge=1, description="Characters that a headline may have at most; null for any number."
    )
    max_words: int | None = Field(
        default=None, ge=1, description="Words that a headline may have at most; null for any number."
    )
    novel: tuple[Annotated[int, Field(ge=1, le=9)], ...] = Field(
        default=(1, 2), description="Lengths n (1-9, in words) of the n-grams whose novelty is measured, each once."
    )

    @field_validator("novel")
    @classmethod
    def _each_once(cls, novel: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(novel)) < len(novel):
            raise ValueError("a length is named more than once")
        return novel

    def measures(self) -> tuple[Measure, ...]:
        """Words and characters; the limit, where one is set; novelty for each n; copying; leakage."""
        limits = [
            f"at most {limit} {unit}"
            for limit, unit in ((self.max_characters, "characters"), (self.max_words, "words"))
            if limit is not None
        ]
        return (
            Measure("words", "words", unit="words", direction="neither"),
            Measure("characters", "characters, spaces among them", unit="characters", direction="neither"),
            *([Measure("within-limit", f"share of headlines of {' and '.join(limits)}")] if limits else []),
            *(
                Measure(
                    f"novel-{n}",
                    f"share of runs of {n} words that no article has",
                    direction="neither",
                    shown=n == max(self.novel),
                )
                for n in self.novel
            ),
            Measure(
                "copied",
                "share of headlines that stand word for word in an article",
                direction="neither",
                shown=False,
            ),
            Measure("leakage", "share of clusters with a reference standing in an article", direction="neither"),
        )

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002
        """`novel-2|v:1`; the limits stand in the signature of `within-limit` alone."""
        limits = [f"{name}:{value}" for name in ("max_characters", "max_words") if (value := getattr(self, name))]
        return {
            measure.name: "|".join(
                [measure.name, *(limits if measure.name == "within-limit" else []), f"v:{self.version}"]
            )
            for measure in self.measures()
        }

    def findings(self, case: Case) -> Findings:
        """Each measure's number, or why a text is too short for it or a reference missing."""
        return self.findings_all([case])[0]

    def findings_all(self, cases: Sequence[Case]) -> list[Findings]:
        """The same for each case; the articles of one cluster are read once for all that follow each other."""
        found = []
        cluster = None
        for case in cases:
            if case.cluster is not cluster:
                cluster = case.cluster
                articles = _articles(
                    tuple(text for article in cluster.articles for text in (article.title, article.text))
                )
                leakage = _leakage([words(reference.text) for reference in cluster.references], articles)
            one = self._looked_at(case.prediction.text, articles)
            if isinstance(leakage, str):
                one.unscorable["leakage"] = leakage
            else:
                one.statistics["leakage"] = leakage
            found.append(one)
        return found

    def _looked_at(self, text: str, articles: _Articles) -> Findings:
        tokens = words(text)
        written = text.strip()
        characters = len(written if written.isascii() else unicodedata.normalize("NFC", written))
        found = Findings({"words": float(len(tokens)), "characters": float(characters)})
        if self.max_characters is not None or self.max_words is not None:
            fits = (self.max_characters is None or characters <= self.max_characters) and (
                self.max_words is None or len(tokens) <= self.max_words
            )
            found.statistics["within-limit"] = float(fits)
        for n in self.novel:
            if grams := ngrams(tokens, n):
                known = sum(map(articles.ngrams(n).__contains__, grams))
                found.statistics[f"novel-{n}"] = (len(grams) - known) / len(grams)
            else:
                found.unscorable[f"novel-{n}"] = (
                    f"prediction has fewer than {n} words" if n > 1 else "prediction has no word"
                )
        if len(tokens) >= SHORTEST_QUOTE:
            found.statistics["copied"] = float(articles.quote(tokens))
        else:
            found.unscorable["copied"] = f"prediction has fewer than {SHORTEST_QUOTE} words"
        return found


def _leakage(references: Sequence[Sequence[str]], articles: _Articles) -> float | str:
    """Whether a reference stands in an article, or why that cannot be said: the same for all configurations."""
    long_enough = [tokens for tokens in references if len(tokens) >= SHORTEST_QUOTE]
    if long_enough:
        return float(any(map(articles.quote, long_enough)))
    return f"every reference has fewer than {SHORTEST_QUOTE} words" if references else "cluster has no references"

"""A headline beside its articles: length, novelty, copying, and leaks in the data."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from harness.language.text import words
from harness.metrics.base import Findings, Measure, Metric
from harness.metrics.text_block import Block, Column, shared_runs
from harness.metrics.vocabulary import END, letters_and_digits
from harness.records import Case, Cluster

SHORTEST_QUOTE = 3
"""Words that a text must have before finding it in an article says that it was copied."""


class Headline(Metric):
    """Length, limit, novel n-grams and copying of a headline, and references that leak into the articles."""

    name: ClassVar[str] = "headline"
    version: ClassVar[int] = 2  # letters and their marks are composed before words are parted

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
        """List words and characters; the limit, where one is set; novelty for each n; copying; leakage."""
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
        """Write `novel-2|v:2`; the limits stand in the signature of `within-limit` alone."""
        limits = [f"{name}:{value}" for name in ("max_characters", "max_words") if (value := getattr(self, name))]
        return {
            measure.name: "|".join(
                [measure.name, *(limits if measure.name == "within-limit" else []), f"v:{self.version}"]
            )
            for measure in self.measures()
        }

    def findings(self, case: Case) -> Findings:
        """Compute each measure's number, or say why a text is too short for it or a reference missing."""
        return self.findings_all([case])[0]

    def findings_all(self, cases: Sequence[Case]) -> list[Findings]:
        """Do the same for each case; the articles of a cluster are read once for all cases that follow each other."""
        if not cases:
            return []
        block = Block(cases)
        leaks = [_leakage(cluster, partial(block.articles.contain, at)) for at, cluster in enumerate(block.clusters)]
        ours = block.predictions.column(block.articles.vocabulary.words_in)
        counts = block.count(ours.owners[ours.numbers != END]).tolist()
        novel = self._novel(block, ours)
        results = []
        for at, (case, cluster, written) in enumerate(zip(cases, block.cluster_of.tolist(), counts, strict=True)):
            one = self._sizes(case.prediction.text, written)
            for n, (runs, known) in novel.items():
                if runs[at]:
                    one.statistics[f"novel-{n}"] = (runs[at] - known[at]) / runs[at]
                else:
                    one.unscorable[f"novel-{n}"] = (
                        f"prediction has fewer than {n} words" if n > 1 else "prediction has no word"
                    )
            if written >= SHORTEST_QUOTE:
                one.statistics["copied"] = float(block.articles.contain(cluster, block.predictions.runs(at, at + 1)))
            else:
                one.unscorable["copied"] = f"prediction has fewer than {SHORTEST_QUOTE} words"
            leak = leaks[cluster]
            if isinstance(leak, str):
                one.unscorable["leakage"] = leak
            else:
                one.statistics["leakage"] = leak
            results.append(one)
        return results

    def _sizes(self, text: str, words: int) -> Findings:
        written = text.strip()
        characters = len(written if written.isascii() else unicodedata.normalize("NFC", written))
        sizes = Findings({"words": float(words), "characters": float(characters)})
        if self.max_characters is not None or self.max_words is not None:
            fits = (self.max_characters is None or characters <= self.max_characters) and (
                self.max_words is None or words <= self.max_words
            )
            sizes.statistics["within-limit"] = float(fits)
        return sizes

    def _novel(self, block: Block, ours: Column) -> dict[int, tuple[list[int], list[int]]]:
        """Count for each n the runs of n words in each prediction, and those of them that its articles have."""
        runs = shared_runs(Column(ours.numbers, block.cluster_of[ours.owners]), block.articles.words)
        counted = {}
        for n, (places, known) in enumerate(islice(runs, max(self.novel, default=0)), 1):
            owners = ours.owners[places]
            counted[n] = block.count(owners).tolist(), block.count(owners[known]).tolist()
        return {n: counted[n] for n in self.novel}


def _leakage(cluster: Cluster, contain: Callable[[str], bool]) -> float | str:
    """Look for a reference in an article, or say why that cannot be done: the same for all configurations."""
    references = [words(reference.text) for reference in cluster.references]
    long_enough = [tokens for tokens in references if len(tokens) >= SHORTEST_QUOTE]
    if long_enough:
        return float(any(contain(f" {letters_and_digits(tokens)} ") for tokens in long_enough))
    return f"every reference has fewer than {SHORTEST_QUOTE} words" if references else "cluster has no references"

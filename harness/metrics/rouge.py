"""ROUGE against the references, equal to rouge-score 0.1.2 to the last bit."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import ClassVar, Literal, get_args

import numpy as np
from pydantic import Field, field_validator

from harness.language.text import sentences
from harness.metrics import accelerated
from harness.metrics.base import Findings, Measure, Metric
from harness.metrics.overlap import Overlap, Pairs
from harness.metrics.tokens import Numbers, token_column
from harness.records import Case

Variant = Literal["rouge1", "rouge2", "rouge3", "rouge4", "rougeL", "rougeLsum"]

_COUNTED = {
    "rougeL": "longest common subsequence of tokens",
    "rougeLsum": "longest common subsequences of tokens, line by line",
} | {f"rouge{n}": f"runs of {n} tokens" if n > 1 else "tokens" for n in range(1, 5)}
_ASPECTS = {"f": "F1", "p": "precision", "r": "recall"}

_COUNTED_ASPECTS = ("p", "r", "f")
"""The order in which both ways of counting give them, and in which statistics hold them."""

NO_REFERENCE = "cluster has no references"
NO_TOKEN = "no reference has a letter a-z or a digit, which is all that ROUGE sees"  # noqa: S105 - a word, no password


FEW_REFERENCES = 2
LONG_CHARACTERS = 250
"""Below so many references, and for predictions longer than this, compiled code is faster than columns; it reads each
prediction anew for every reference, which columns need not."""
CHARACTERS_AT_ONCE = 2_000_000
"""Characters of the texts of all pairs that are compared in one go; what that takes stays below 100 MiB."""


class Rouge(Metric):
    """ROUGE-N and ROUGE-L (Lin, 2004) against the references, equal to rouge-score 0.1.2 to the last bit."""

    name: ClassVar[str] = "rouge"

    variants: tuple[Variant, ...] = Field(
        default=("rouge1", "rouge2", "rougeL"),
        min_length=1,
        description=f"What is counted, in the order of the columns: {', '.join(get_args(Variant))}, each once.",
    )
    stemmer: bool = Field(default=True, description="Whether tokens of 4 and more characters are stemmed (Porter).")
    references: Literal["max", "mean"] = Field(
        default="max",
        description="Of several references the one with the best F, chosen by each variant anew, or the mean over all.",
    )
    lsum_split: Literal["newline", "sentences"] = Field(
        default="newline",
        description="Where rougeLsum ends a line: at newlines only, as rouge-score does, or after each sentence too.",
    )

    @field_validator("variants")
    @classmethod
    def _each_once(cls, variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
        twice = sorted({variant for variant in variants if variants.count(variant) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} named more than once")
        return variants

    def measures(self) -> tuple[Measure, ...]:
        """List F, precision and recall of each variant; tables show F unless asked for more."""
        return tuple(
            Measure(
                name=f"{variant}-{aspect}",
                summary=f"{word} of {_COUNTED[variant]} shared with the references",
                shown=aspect == "f",
            )
            for variant in self.variants
            for aspect, word in _ASPECTS.items()
        )

    def packages(self) -> tuple[str, ...]:
        """Name nupunkt, where it decides where sentences end."""
        return ("nupunkt",) if self.lsum_split == "sentences" and "rougeLsum" in self.variants else ()

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:
        """Write `rouge2-f|stemmer:porter|refs:max|rouge-score:0.1.2|v:1`: what each measure depends on, no more.

        `rouge-score` names the version whose numbers these equal; it need not be installed.
        """
        signatures = {}
        for variant in self.variants:
            parts = [f"stemmer:{'porter' if self.stemmer else 'none'}", f"refs:{self.references}"]
            if variant == "rougeLsum":
                parts.append(f"lsum:{self.lsum_split}")
            parts.append("rouge-score:0.1.2")
            if variant == "rougeLsum" and self.lsum_split == "sentences":
                parts.append(f"nupunkt:{versions['nupunkt']}")
            for aspect in _ASPECTS:
                signatures[f"{variant}-{aspect}"] = "|".join([f"{variant}-{aspect}", *parts, f"v:{self.version}"])
        return signatures

    def findings(self, case: Case) -> Findings:
        """Compute precision, recall and F of each variant, or say why no reference can be compared with."""
        return self.findings_all([case])[0]

    def findings_all(self, cases: Sequence[Case]) -> list[Findings]:
        """Do the same for each case; every text is read once, however many it is compared with."""
        fast = list(map(self._is_faster_compiled, cases))
        for_compiled = [case for case, yes in zip(cases, fast, strict=True) if yes]
        compiled = iter(self._score_compiled(for_compiled) if for_compiled else ())
        columns = iter(self._score_columns([case for case, yes in zip(cases, fast, strict=True) if not yes]))
        return [next(compiled if yes else columns) for yes in fast]

    def _is_faster_compiled(self, case: Case) -> bool:
        """Tell whether compiled code is there, can do what is asked for, and pays."""
        return (
            self.references == "max"
            and (self.lsum_split == "newline" or "rougeLsum" not in self.variants)
            and (len(case.cluster.references) < FEW_REFERENCES or len(case.prediction.text) > LONG_CHARACTERS)
            and accelerated.is_installed()
        )

    def _score_compiled(self, cases: Sequence[Case]) -> list[Findings]:
        scores = accelerated.best_scores(
            self.variants,
            self.stemmer,
            [case.prediction.text for case in cases],
            [[reference.text for reference in case.cluster.references] for case in cases],
        )
        names = [tuple(f"{variant}-{aspect}" for aspect in _COUNTED_ASPECTS) for variant in self.variants]
        findings = []
        for case, best in zip(cases, scores, strict=True):
            if best is None:
                findings.append(self._unscorable(case))
                continue
            statistics: dict[str, float] = {}
            for (p, r, f), (precision, recall, harmonic) in zip(names, best.values(), strict=True):
                statistics[p] = precision
                statistics[r] = recall
                statistics[f] = harmonic
            findings.append(Findings(statistics, {}))
        return findings

    def _score_columns(self, cases: Sequence[Case]) -> list[Findings]:
        return [result for chunk in _chunks(cases) for result in self._compare_columns(chunk)]

    def _compare_columns(self, cases: Sequence[Case]) -> list[Findings]:
        texts, ours, first, count = _gather(cases)
        column = token_column(texts, self.stemmer)
        lines = column
        if self.lsum_split == "sentences" and "rougeLsum" in self.variants:
            lines = token_column(["\n".join(sentences(text)) for text in texts], self.stemmer)
        owners = np.repeat(np.arange(len(cases)), count)
        theirs = np.arange(len(owners)) + (first - np.cumsum(count) + count)[owners]
        with_tokens = column.sizes[theirs] > 0
        owners, theirs = owners[with_tokens], theirs[with_tokens]
        pairs = Pairs(column, lines, ours[owners], theirs)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        names: list[str] = []
        columns: list[list[float]] = []
        for variant in self.variants if len(starts) else ():
            chosen = self._combine(self._overlap(variant, pairs), starts)
            names += [f"{variant}-{aspect}" for aspect in _COUNTED_ASPECTS]
            columns += [column.tolist() for column in chosen]
        results: list[Findings | None] = [None] * len(cases)
        for at, row in zip(owners[starts].tolist(), zip(*columns, strict=True), strict=True):
            results[at] = Findings(dict(zip(names, row, strict=True)), {})
        return [one or self._unscorable(case) for one, case in zip(results, cases, strict=True)]

    def _unscorable(self, case: Case) -> Findings:
        reason = NO_TOKEN if case.cluster.references else NO_REFERENCE
        return Findings(unscorable={measure.name: reason for measure in self.measures()})

    def _overlap(self, variant: Variant, pairs: Pairs) -> Overlap:
        if variant == "rougeL":
            return pairs.subsequences()
        if variant == "rougeLsum":
            return pairs.summaries()
        return pairs.ngrams(int(variant.removeprefix("rouge")))

    def _combine(self, overlap: Overlap, starts: Numbers) -> Overlap:
        """Combine the references of each case: the first of those with the best F, or the mean of each number.

        `starts` says where the pairs of each case begin.
        """
        if self.references == "mean":
            parts = (np.split(column, starts[1:]) for column in overlap)
            return Overlap(*(np.array([fmean(part.tolist()) for part in of_cases]) for of_cases in parts))
        best = np.repeat(np.maximum.reduceat(overlap.f, starts), np.diff(starts, append=len(overlap.f)))
        at_best = np.flatnonzero(overlap.f == best)
        first = at_best[np.searchsorted(at_best, starts)]
        return Overlap(*(column[first] for column in overlap))


def _gather(cases: Sequence[Case]) -> tuple[list[str], Numbers, Numbers, Numbers]:
    """List the texts of the cases, and for each case the places of its prediction and first reference, and their count.

    The references of one cluster stand there once, however many of its predictions follow each other.
    """
    texts: list[str] = []
    places = []
    cluster = None
    for case in cases:
        if case.cluster is not cluster:
            cluster = case.cluster
            first, count = len(texts), len(cluster.references)
            texts += [reference.text for reference in cluster.references]
        places.append((len(texts), first, count))
        texts.append(case.prediction.text)
    ours, firsts, counts = np.array(places, dtype=np.int64).T
    return texts, ours, firsts, counts


def _chunks(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Part the cases, in order, into lists that are compared in one go."""
    chunk: list[Case] = []
    characters = 0
    for case in cases:
        chunk.append(case)
        texts = [reference.text for reference in case.cluster.references]
        characters += len(case.prediction.text) * len(texts) + sum(map(len, texts))
        if characters >= CHARACTERS_AT_ONCE:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk

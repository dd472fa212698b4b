"""ROUGE against the references, equal to rouge-score 0.1.2 to the last bit."""

from collections.abc import Mapping
from functools import lru_cache
from statistics import fmean
from typing import ClassVar, Literal, get_args

from pydantic import Field, field_validator

from harness.metrics.base import Findings, Measure, Metric
from harness.metrics.overlap import Overlap, PreparedText, ngram_overlap, subsequence_overlap, summary_overlap
from harness.records import Case

Variant = Literal["rouge1", "rouge2", "rouge3", "rouge4", "rougeL", "rougeLsum"]

_COUNTED = {
    "rougeL": "longest common subsequence of tokens",
    "rougeLsum": "longest common subsequences of tokens, line by line",
} | {f"rouge{n}": f"runs of {n} tokens" if n > 1 else "tokens" for n in range(1, 5)}
_ASPECTS = {"f": "F1", "p": "precision", "r": "recall"}

NO_REFERENCE = "cluster has no references"
NO_TOKEN = "no reference has a token: ROUGE sees the letters a-z and the digits only"  # noqa: S105


@lru_cache(maxsize=1024)
def _reference(text: str, stemmed: bool) -> PreparedText:
    """A reference, prepared once for all configurations that are scored against it."""
    return PreparedText(text, stemmed)


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
        """F, precision and recall of each variant; tables show F unless asked for more."""
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
        """nupunkt, where it decides where sentences end."""
        return ("nupunkt",) if self.lsum_split == "sentences" and "rougeLsum" in self.variants else ()

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:
        """`rouge2-f|stemmer:porter|refs:max|rouge-score:0.1.2|v:1`: what each measure depends on, no more.

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
        """Precision, recall and F of each variant; a reason where no reference has anything to compare with."""
        prepared = [_reference(reference.text, self.stemmer) for reference in case.cluster.references]
        references = [reference for reference in prepared if reference.tokens]
        if not references:
            reason = NO_TOKEN if prepared else NO_REFERENCE
            return Findings(unscorable={measure.name: reason for measure in self.measures()})
        prediction = PreparedText(case.prediction.text, self.stemmer)
        found = Findings()
        for variant in self.variants:
            overlaps = [self._overlap(variant, prediction, reference) for reference in references]
            chosen = self._combined(overlaps)
            found.statistics[f"{variant}-f"] = chosen.f
            found.statistics[f"{variant}-p"] = chosen.precision
            found.statistics[f"{variant}-r"] = chosen.recall
        return found

    def _overlap(self, variant: Variant, prediction: PreparedText, reference: PreparedText) -> Overlap:
        if variant == "rougeL":
            return subsequence_overlap(prediction, reference)
        if variant == "rougeLsum":
            return summary_overlap(prediction, reference, split_sentences=self.lsum_split == "sentences")
        return ngram_overlap(prediction, reference, int(variant.removeprefix("rouge")))

    def _combined(self, overlaps: list[Overlap]) -> Overlap:
        """One overlap for several references: the first of those with the best F, or the mean of each number."""
        if self.references == "max":
            return max(overlaps, key=lambda overlap: overlap.f)
        return Overlap(*(fmean(column) for column in zip(*overlaps, strict=True)))

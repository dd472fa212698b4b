"""Measure how much of a prediction stands in its articles word for word: the floor for any factual check.

Four precisions: of content words, of word pairs, of numbers by value, of names. They find invented words, figures and
people; they are nearly blind to a wrong role, a lost negation or a swapped date. docs/metrics.md says how well each
tells faithful summaries from unfaithful ones.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import ClassVar

from harness.metrics.base import Findings, Measure, Metric
from harness.metrics.support import Support, function_words
from harness.metrics.text_block import Block
from harness.records import Case, content_digest

_CHECKED: Mapping[str, str] = {
    "unigram": "content words",
    "bigram": "pairs of neighbouring words",
    "number": "numbers, by value,",
    "name": "names",
}
_NOTHING: Mapping[str, str] = {
    "unigram": "prediction has no content word",
    "bigram": "prediction has no two words side by side",
    "number": "prediction has no number",
    "name": "prediction has no word that its capitals mark as a name",
}


class Surface(Metric):
    """Share of a prediction's words, word pairs, numbers and names that stand in the articles: a factual floor."""

    name: ClassVar[str] = "surface"
    version: ClassVar[int] = 2  # letters and their marks are composed before words are parted

    def measures(self) -> tuple[Measure, ...]:
        """List the mean of the four precisions, then each of them."""
        return (
            Measure("surface", "mean of those of the four precisions below that have something to check"),
            *(
                Measure(f"surface-{part}", f"share of {things} that an article has", shown=part in {"number", "name"})
                for part, things in _CHECKED.items()
            ),
        )

    def signatures(self, versions: Mapping[str, str]) -> dict[str, str]:  # noqa: ARG002
        """Write `surface-name|function-words:1f0c…|v:2`, with the digest of the words that are not counted."""
        digest = content_digest(sorted(function_words()))[:8]
        return {
            measure.name: "|".join(
                [
                    measure.name,
                    *([] if measure.name in {"surface-bigram", "surface-number"} else [f"function-words:{digest}"]),
                    f"v:{self.version}",
                ]
            )
            for measure in self.measures()
        }

    def findings(self, case: Case) -> Findings:
        """Compute each precision with something to check, and their mean; give a reason for the others."""
        return self.findings_all([case])[0]

    def findings_all(self, cases: Sequence[Case]) -> list[Findings]:
        """Do the same for each case; the articles of a cluster are read once for all cases that follow each other."""
        if not cases:
            return []
        block = Block(cases)
        support = Support(block, [_is_shouted(case.prediction.text) for case in cases])
        checked = [support.content_words(), support.word_pairs(), support.numbers(cases), support.names()]
        return [_precisions(counts) for counts in zip(*checked, strict=True)]


def _is_shouted(text: str) -> bool:
    """Tell whether `text` is all in capitals, or in a script that has none."""
    return not any(map(str.islower, text))


def _precisions(counts: Sequence[tuple[int, int]]) -> Findings:
    result = Findings()
    for part, (there, checked) in zip(_CHECKED, counts, strict=True):
        if checked:
            result.statistics[f"surface-{part}"] = there / checked
        else:
            result.unscorable[f"surface-{part}"] = _NOTHING[part]
    if result.statistics:
        result.statistics["surface"] = fmean(result.statistics.values())
    else:
        result.unscorable["surface"] = _NOTHING["unigram"]
    return result

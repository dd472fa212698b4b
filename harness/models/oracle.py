"""The best extract against the references: how far picking words from the articles could get."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, ClassVar, Literal

from pydantic import Field

from harness.errors import ModelError
from harness.models.base import ExtractiveModel
from harness.models.extract import article_sentences, cut, one_line
from harness.records import Cluster


class Oracle(ExtractiveModel):
    """The extract closest to the references: an upper bound that reads them, not a system.

    The sentence or title with the highest ROUGE F1, the best over several references. For more than one sentence
    the choice is greedy: the one that raises the score most is added until none does (Nallapati, Zhai & Zhou 2017,
    section 3), which is a lower bound of the best extract. Ties go to the earlier text, titles first.
    """

    name: ClassVar[str] = "oracle"
    deterministic: ClassVar[bool] = True
    positional: ClassVar[str | None] = "measure"
    reads_references: ClassVar[bool] = True

    measure: Literal["rouge1", "rouge2", "rougeL"] = Field(
        default="rouge1", description="The measure that is made as high as extraction can: its F1, Porter-stemmed."
    )
    candidates: Literal["sentences", "titles", "both"] = Field(
        default="both", description="What may be picked: sentences of the articles, their titles, or both."
    )
    max_words: int | None = Field(
        default=None,
        ge=1,
        description="Extracts are cut after this many words (1 or more) before they are compared; not by default.",
    )
    max_sentences: int = Field(
        default=1,
        ge=1,
        description="How many to join at most (1 or more): titles first, then sentences, in the articles' order.",
    )

    def pick(self, cluster: Cluster) -> str:
        """Pick the best extract. Raises ModelError where there is no reference, or nothing to pick from."""
        references = [reference.text for reference in cluster.references]
        if not references:
            raise ModelError("the cluster has no reference, so no extract is the best one")
        candidates = self._candidates(cluster)
        if not candidates:
            what = {"titles": "title", "sentences": "sentence", "both": "title or sentence"}[self.candidates]
            raise ModelError(f"no article of the cluster has a {what} to pick")
        taken: list[int] = []
        best = -1.0
        while len(taken) < self.max_sentences:
            scored = [
                (self._score(references, self._extract(candidates, [*taken, index])), -index)
                for index in range(len(candidates))
                if index not in taken
            ]
            score, index = max(scored, default=(best, 0))
            if score <= best:
                break
            best = score
            taken.append(-index)
        return self._extract(candidates, taken)

    def _candidates(self, cluster: Cluster) -> list[str]:
        """Return what may be picked, each text once: titles first, then the articles' sentences."""
        titles = [one_line(article.title) for article in cluster.articles] if self.candidates != "sentences" else []
        sentences = (
            [sentence for article in cluster.articles for sentence in article_sentences(article)]
            if self.candidates != "titles"
            else []
        )
        return list(dict.fromkeys(text for text in titles + sentences if text))

    def _extract(self, candidates: Sequence[str], taken: Sequence[int]) -> str:
        return cut(" ".join(candidates[index] for index in sorted(taken)), self.max_words)

    def _score(self, references: Sequence[str], extract: str) -> float:
        return float(_scorer(self.measure).score_multi(references, extract)[self.measure].fmeasure)


class _MemoisedTokenizer:
    """rouge-score's own tokens; a reference meets every candidate, so each text is stemmed once only."""

    def __init__(self) -> None:
        from rouge_score.tokenizers import DefaultTokenizer

        self.tokenize = lru_cache(maxsize=4096)(DefaultTokenizer(use_stemmer=True).tokenize)


@cache
def _scorer(measure: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([measure], tokenizer=_MemoisedTokenizer())

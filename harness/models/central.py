"""The title that the cluster agrees on."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from harness.errors import ModelError
from harness.ingest.near_duplicates import groups
from harness.language.lexical import content_stems
from harness.models.base import ExtractiveModel
from harness.models.extract import article_sentences, cut, one_line
from harness.records import Cluster

_DIGITS = 9
"""Scores are compared to so many decimals, so that the order of summing cannot decide."""


class Central(ExtractiveModel):
    """The title closest to the cluster: what the other titles say, too, and the articles bear out.

    A title's score is its *agreement*, the mean unigram F1 with the other articles' titles, plus its *support*, the
    mean share of its words that an article's text has. Words are stems without function words. Agreement alone
    is the consensus choice of minimum Bayes risk decoding (Kumar & Byrne 2004, section 2, with articles in the place of
    a model's samples); support decides between two titles, where agreement is the same for both.

    In both means each group of near-duplicate articles has the weight of one article, so that wire copy counts once.
    Ties go to the earlier article. An article without a title votes with its first sentence, but is chosen only where
    no article has a title.
    """

    name: ClassVar[str] = "central"
    deterministic: ClassVar[bool] = True

    max_words: int | None = Field(
        default=None, ge=1, description="Cut after this many words (1 or more); nothing is cut by default."
    )

    def pick(self, cluster: Cluster) -> str:
        """Pick the best title. Raises ModelError where no article has a title or a sentence."""
        titles = [one_line(article.title) for article in cluster.articles]
        heads = [
            title or next(iter(article_sentences(article)), "")
            for title, article in zip(titles, cluster.articles, strict=True)
        ]
        candidates = [i for i, title in enumerate(titles) if title] or [i for i, head in enumerate(heads) if head]
        if not candidates:
            raise ModelError("no article of the cluster has a title or a sentence")
        texts = [article.text for article in cluster.articles]
        scores = closeness(heads, texts, candidates)
        return cut(heads[candidates[scores.index(max(scores))]], self.max_words)


def closeness(heads: Sequence[str], texts: Sequence[str], candidates: Sequence[int]) -> list[float]:
    """Score each candidate's head by agreement plus support, in [0, 2]; heads and texts are the articles'."""
    weights = [0.0] * len(texts)
    for group in groups(texts):
        for index in group:
            weights[index] = 1 / len(group)
    head_stems = [Counter(content_stems(head)) for head in heads]
    text_stems = [frozenset(content_stems(text)) for text in texts]
    scores = []
    for own in candidates:
        others = [index for index in range(len(heads)) if index != own and head_stems[index]]
        agreement = _mean([(weights[index], _f1(head_stems[own], head_stems[index])) for index in others])
        support = _mean([(weights[index], _share(head_stems[own], text_stems[index])) for index in range(len(texts))])
        scores.append(round(agreement + support, _DIGITS))
    return scores


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    total = sum(weight for weight, _ in weighted)
    return sum(weight * value for weight, value in weighted) / total if total else 0.0


def _f1(one: Counter[str], other: Counter[str]) -> float:
    size = one.total() + other.total()
    return 2 * (one & other).total() / size if size else 0.0


def _share(head: Counter[str], text: frozenset[str]) -> float:
    return sum(count for stem, count in head.items() if stem in text) / head.total() if head else 0.0

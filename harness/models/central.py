"""The title that the cluster agrees on."""

from collections import Counter, defaultdict
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
_NOTHING = 1e-12
"""A sum of weights up to which nothing but rounding is left of it."""


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
    """Score each candidate's head by agreement plus support, in [0, 2]; heads and texts are the articles'.

    No two articles are compared: what all of them together weigh is summed up by stem first, so that the time grows
    with the number of articles and not with its square.
    """
    weights = [0.0] * len(texts)
    for group in groups(texts):
        for index in group:
            weights[index] = 1 / len(group)
    head_stems = [Counter(content_stems(head)) for head in heads]
    agreement = _Agreement(head_stems, weights)
    in_texts: defaultdict[str, float] = defaultdict(float)
    for text, weight in zip(texts, weights, strict=True):
        for stem in frozenset(content_stems(text)):
            in_texts[stem] += weight
    total = sum(weights)
    scores = []
    for own in candidates:
        head = head_stems[own]
        said = sum(count * in_texts[stem] for stem, count in head.items() if stem in in_texts)
        support = said / (total * head.total()) if head else 0.0
        scores.append(round(agreement.of(own) + support, _DIGITS))
    return scores


class _Agreement:
    """The weighted mean F1 of one head with all others that have a word.

    The F1 of two heads is twice the words they share over the words they have. Heads of one size have one divisor, so
    that it is enough to know, for each stem and size, how much the heads weigh that have it so and so often.
    """

    def __init__(self, heads: Sequence[Counter[str]], weights: Sequence[float]) -> None:
        self._heads = heads
        self._weights = weights
        self._total = sum(weight for head, weight in zip(heads, weights, strict=True) if head)
        self._by_stem: defaultdict[str, defaultdict[tuple[int, int], float]] = defaultdict(lambda: defaultdict(float))
        for head, weight in zip(heads, weights, strict=True):
            size = head.total()
            for stem, count in head.items():
                self._by_stem[stem][size, count] += weight

    def of(self, own: int) -> float:
        """Return the mean for one head; 0 where no other has a word."""
        head, weight = self._heads[own], self._weights[own]
        mine = head.total()
        others = self._total - weight if head else self._total
        if not head or others <= _NOTHING:
            return 0.0
        shared = sum(
            2 * held * min(count, theirs) / (mine + size)
            for stem, count in head.items()
            for (size, theirs), held in self._by_stem[stem].items()
        )
        return max(0.0, shared - weight) / others  # with itself its F1 is 1

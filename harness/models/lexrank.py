"""LexRank: the sentence that most other sentences resemble."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from harness.errors import ModelError
from harness.language.lexical import content_stems
from harness.models.base import ExtractiveModel
from harness.models.extract import article_sentences, cut, one_line, pool
from harness.records import Cluster

MOST_SENTENCES = 1000
"""Most sentences of a cluster, to bound memory; of more, each article gives some in turn from its start."""
SAME = 0.75
"""Share of common words (Jaccard) from which sentences are one vertex: the first of them."""
REDUNDANT = 0.5
"""Greatest cosine of a further sentence with those already taken."""
_TOLERANCE = 1e-10
_DIGITS = 9


class Lexrank(ExtractiveModel):
    """The most central sentence of all articles by continuous LexRank, cut to a length.

    Sentences are vertices, TF-IDF cosines their edges, and a sentence's score the stationary probability of a random
    walk over them (Erkan & Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization", JAIR 22,
    2004, section 3.3). Deviations: words are stems without function words; inverse document frequencies come from the
    cluster's own sentences, `1 + ln((1 + n) / (1 + df))`, for want of a background corpus; sentences that say the
    same in nearly the same words, as in wire copy, are one vertex, so that copying earns no votes.

    The best sentence is cut to `max_words`. To take the best one that fits whole instead costs 8 points of ROUGE-1
    (docs/models.md).
    """

    name: ClassVar[str] = "lexrank"
    deterministic: ClassVar[bool] = True
    positional: ClassVar[str | None] = "max_words"

    max_words: int | None = Field(
        default=None,
        ge=1,
        description="Cut after this many words (1 or more), those that would dangle taken off; "
        "nothing is cut by default.",
    )
    max_sentences: int = Field(
        default=1, ge=1, description="How many sentences (1 or more), in the articles' order, best ones first chosen."
    )
    threshold: float = Field(
        default=0.0, ge=0, lt=1, description="Cosines below this, in [0, 1), are no edges; 0 keeps all of them."
    )
    damping: float = Field(
        default=0.85,
        ge=0,
        lt=1,
        description="Share of the walk that follows edges, in [0, 1); the rest jumps anywhere.",
    )
    titles: bool = Field(
        default=False, description="Whether titles are candidates, each as its article's first sentence."
    )

    def pick(self, cluster: Cluster) -> str:
        """Pick the best sentences, on one line. Raises ModelError where no article has a sentence."""
        by_article = []
        for article in cluster.articles:
            title = one_line(article.title)
            by_article.append(([title] if self.titles and title else []) + list(article_sentences(article)))
        sentences = distinct(pool(by_article, MOST_SENTENCES))
        if not sentences:
            raise ModelError("no article of the cluster has a sentence to take")
        cosines = similarities(sentences)
        scores = np.round(centrality(np.where(cosines < self.threshold, 0.0, cosines), self.damping), _DIGITS)
        taken: list[int] = []
        for index in np.argsort(-scores, kind="stable"):
            if len(taken) < self.max_sentences and (not taken or cosines[index, taken].max() <= REDUNDANT):
                taken.append(int(index))
        return cut(" ".join(sentences[index] for index in sorted(taken)), self.max_words)


def distinct(sentences: Sequence[str]) -> list[str]:
    """Drop sentences that nearly repeat an earlier one: a Jaccard index of their words of at least `SAME`.

    Those without any content word are left out, too; if all are such, the first stays.
    """
    presence = (_counts([content_stems(sentence) for sentence in sentences]) > 0).astype(np.float32)
    shared = presence @ presence.T
    sizes = presence.sum(axis=1)
    if not sizes.any():
        return list(sentences[:1])
    kept: list[int] = []
    for index in np.flatnonzero(sizes):
        union = sizes[index] + sizes[kept] - shared[index, kept]
        if not (shared[index, kept] >= SAME * union).any():
            kept.append(int(index))
    return [sentences[index] for index in kept]


def similarities(sentences: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return TF-IDF cosines of all pairs of sentences, in [0, 1], shape (n, n); 0 for one without content words."""
    counts = _counts([content_stems(sentence) for sentence in sentences])
    frequency = (counts > 0).sum(axis=0)
    weights = counts * (1 + np.log((1 + len(sentences)) / (1 + frequency)))
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    units = weights / np.where(lengths > 0, lengths, 1)
    return np.asarray(units @ units.T)


def centrality(weights: np.ndarray[Any, np.dtype[np.float64]], damping: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the stationary probabilities of a walk over a graph with non-negative edge weights, shape (n, n).

    From a vertex the walk follows an edge in proportion to its weight with probability `damping`, or jumps to any
    vertex; from one without edges it always jumps. The paper's d is
    `1 - damping`. Power iteration from the uniform distribution.
    """
    n = len(weights)
    totals = weights.sum(axis=1, keepdims=True)
    steps = np.where(totals > 0, weights / np.where(totals > 0, totals, 1), 1 / n)
    probabilities = np.full(n, 1 / n)
    change = 1.0
    while change > _TOLERANCE:
        following = (1 - damping) / n + damping * (probabilities @ steps)
        change = float(np.abs(following - probabilities).sum())
        probabilities = following
    return probabilities


def _counts(stems: Sequence[Sequence[str]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Count each stem in each text, shape (texts, stems)."""
    columns = {stem: column for column, stem in enumerate(sorted({stem for text in stems for stem in text}))}
    counts = np.zeros((len(stems), len(columns)))
    for row, text in enumerate(stems):
        for stem in text:
            counts[row, columns[stem]] += 1
    return counts

"""ROUGE by rouge-score-rs, where that is installed: the same numbers to the last bit, out of compiled code.

The extra `fast` brings it. A contract test holds its numbers, ours and rouge-score's to one another, so that which of
them counted stands in no signature. What it is not asked for: means over references and sentences as lines.

Nothing here may be called before `is_installed()` has said yes: a user without the extra must never meet the package.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any

from harness import extras

PACKAGE = "rouge_score_rs"

_F = itemgetter(2)
_HAS_TOKEN = re.compile(r"[a-z0-9]")


Score = tuple[float, float, float]
"""Precision, recall and F."""


@cache
def is_installed() -> bool:
    """Tell whether the package is there and can be imported.

    A copy that cannot be imported (made for another processor, an older layout) counts as absent: our own code gives
    the same numbers.
    """
    if not extras.is_installed(PACKAGE):
        return False
    try:
        import rouge_score_rs.rouge_scorer
        import rouge_score_rs.tokenizers  # noqa: F401 - tried, not used
    except ImportError:
        return False
    return True


@cache
def _scorer(variants: tuple[str, ...], stemmed: bool) -> Any:
    from rouge_score_rs.rouge_scorer import RougeScorer

    return RougeScorer(list(variants), use_stemmer=stemmed)


@cache
def _tokenizer() -> Any:
    from rouge_score_rs.tokenizers import DefaultTokenizer

    return DefaultTokenizer(use_stemmer=True)


def stems(words: Sequence[str]) -> list[str]:
    """Stem each word of four and more letters or digits."""
    tokens: list[str] = _tokenizer().tokenize(" ".join(words))
    if len(tokens) != len(words):
        raise ValueError(f"{PACKAGE} gave {len(tokens)} stems for {len(words)} words")
    return tokens


def best_scores(
    variants: tuple[str, ...], stemmed: bool, predictions: Sequence[str], references: Sequence[Sequence[str]]
) -> list[Mapping[str, Score] | None]:
    """Score each prediction against its best reference, by variant; None where no reference has a token.

    The variants stand in the order asked for. All cores take part. Texts are tokenised once for each pair.
    """
    counts = list(map(len, references))
    scores = iter(
        _scorer(variants, stemmed).score_batch(
            list(chain.from_iterable(references)),
            list(chain.from_iterable(map(repeat, predictions, counts))),
        )
    )
    best = [next(scores) if count == 1 else _best(variants, [*islice(scores, count)]) for count in counts]
    # Where a token is shared there is one; the texts are looked at only where none is.
    return [
        score if score and (score[variants[0]][2] or _any_token(texts)) else None
        for score, texts in zip(best, references, strict=True)
    ]


def _best(variants: tuple[str, ...], scores: Sequence[Mapping[str, Score]]) -> Mapping[str, Score]:
    """Choose each variant's first score of those with the greatest F."""
    return {variant: max((score[variant] for score in scores), key=_F) for variant in variants} if scores else {}


def _any_token(texts: Sequence[str]) -> bool:
    return any(_HAS_TOKEN.search(text.lower()) for text in texts)

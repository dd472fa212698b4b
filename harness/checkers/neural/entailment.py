"""The entailment model that ships with the package: whether a window of evidence bears a claim out.

A cross-encoder (22 million parameters, from MiniLM: Wang et al., 2020) reads the sentences of a cluster that bear most
on a claim together with the claim. `training/` makes it; its card, `model_card.md`, stands beside its weights.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import numpy as np

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.encoder import Array, Encoder, Shape
from harness.checkers.neural.wordpiece import WordPiece
from harness.language.numerals import signs_as_read
from harness.language.text import normalise

WINDOW_SENTENCES: Final = 5
WINDOW_WORDS: Final = 110
SINGLE: Final = 2
"""Sentences that are read by themselves where the window speaks against a claim."""
LEAST_WORDS: Final = 4
"""Words of a claim from which on that is done: every sentence with a word bears that word out."""
DROWNED: Final = -3.0
"""Log-odds below which a window speaks against a claim so that no sentence of it is asked: words in any order, most."""
ALONE: Final = 1.5
"""Log-odds by which a sentence by itself has to read a claim better."""
MOST_TOKENS: Final = 160
"""Limits of training: sentences and words of evidence in a window, tokens of a pair."""
PARTY_SENTENCES: Final = 2
"""Sentences beside which the parties of a deed are read."""
ORDER_LAYERS: Final = 4
"""The first layers, whose states tell whether words stand in an order."""
WEIGHTS: Final = "weights.safetensors"
"""The file of the model."""
PARTIES: Final = "parties.safetensors"
"""The file of the adapters that tell who did it to whom."""
READING: Final = "reading.safetensors"
"""The file of the adapters that read a claim closely."""
ORDER: Final = "order.safetensors"
"""The file of the adapters and the sum that tell whether words stand in an order."""
LOGIT_DECIMALS: Final = 3
"""Logits are rounded to what processors agree on: they multiply in different orders."""
REMEMBERED: Final = 4096
"""Pairs whose answer is kept."""
LATEST: Final = 8
"""Pairs whose first states are kept."""
SHARED_LAYERS: Final = 2
"""The first layers, which have no adapters for a close reading."""
KINDS: Final = {"I8": "int8", "F16": "<f2", "F32": "<f4"}
"""The kinds of numbers that the weights have."""
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u2009\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Entailment:
    """The model's log-odds for a claim beside a window."""

    entailed: float
    """Of entailment against the rest."""
    contradicted: float
    """Of contradiction against the rest."""
    together: float | None = None
    """Of entailment beside the whole window, where `entailed` is that beside a sentence of it; else None."""
    closely: float | None = None
    """Of entailment beside the whole window as the adapters read it that overlap should tell nothing; None: unread."""
    ordered: float = 0.0
    """That its words, read alone, stand in an order."""
    without: Mapping[int, float] = field(default_factory=dict)
    """By the character at which a verb begins that no article has of its parties: how much more it is entailed without
    that verb."""
    straight: Mapping[int, float] = field(default_factory=dict)
    """By the token of a predicate whose parties might change places: how much more surely the evidence has them as the
    claim has than the other way round."""
    in_place: Mapping[tuple[int, int], float] = field(default_factory=dict)
    """The same by the tokens of any two who can act, whatever the verb."""

    @property
    def in_window(self) -> float:
        """Return log-odds of entailment beside the whole window, which tells more of word order than one sentence."""
        return self.entailed if self.together is None else self.together


class EntailmentModel:
    """The model, read once; give it windows that `window` made."""

    def __init__(self, folder: Traversable) -> None:
        vocabulary = folder.joinpath("vocabulary.txt").read_text(encoding="utf-8").splitlines()
        self._tokenizer = WordPiece(vocabulary)
        self._encoder = Encoder(tensors(folder.joinpath(WEIGHTS).read_bytes()), Shape(layers=6, heads=12))
        self._judged = lru_cache(maxsize=REMEMBERED)(self._judge)
        self._looked = lru_cache(maxsize=REMEMBERED)(self._look)
        self._begun = lru_cache(maxsize=LATEST)(self._begin)
        self._folder = folder

    def judge(self, window: str, claim: str) -> Entailment:
        """Judge a claim beside a window; equal pairs are read once."""
        return self._judged(plain(window), plain(claim))

    def closely(self, window: str, claim: str) -> float:
        """Log-odds of entailment beside a window, by adapters that look at what a claim says and not at whose words.

        The model by itself takes shared words for entailment. Adapters of low rank (Hu et al., 2021) beside its upper
        layers were trained on true claims that paraphrase and false ones that are made of the articles' own words
        (`training/reading.py`).
        """
        return self._looked(plain(window), plain(claim))

    def _look(self, window: str, claim: str) -> float:
        logits = self._reading.logits(*self._begun(window, claim))
        return round(_entailed(logits.astype(np.float64)), LOGIT_DECIMALS)

    @cached_property
    def _reading(self) -> Encoder:
        """The encoder with the adapters that read closely, widened at their first use."""
        return self._encoder.adapted(tensors(self._folder.joinpath(READING).read_bytes()))

    def order(self, text: str) -> float:
        """Log-odds that the words of a text, read alone, stand in an order.

        The lower layers of an encoder know the order of words best (Jawahar et al., 2019). Adapters of low rank beside
        them, and a sum over the mean and the maximum of the states after the last of these layers, were trained on
        headlines and their own words in no order, many with made-up names (`training/word_order.py`).
        """
        encoder, head, bias = self._ordering
        numbers = self._tokenizer.single(plain(text), MOST_TOKENS)
        states = encoder.states(numbers, [0] * len(numbers), ORDER_LAYERS)[-1][1:]
        joined = np.concatenate([states.mean(0), states.max(0)]).astype(np.float64)
        return round(float(head @ joined) + bias, LOGIT_DECIMALS)

    @cached_property
    def _ordering(self) -> tuple[Encoder, np.ndarray[Any, Any], float]:
        """The encoder with the adapters that read order, and the weights of the sum, read at their first use."""
        held = tensors(self._folder.joinpath(ORDER).read_bytes())
        return self._encoder.adapted(held), held["order"].astype(np.float64), float(held["order.bias"][0])

    def straighter(self, window: str, claim: str, exchanged: str) -> float:
        """Log-odds that a window has the parties of a claim as the claim has, not as the exchanged claim.

        Adapters of low rank (Hu et al., 2021) beside the model's matrices were trained to tell the two apart
        (`training/parties.py`).
        """
        beside = plain(window)
        one, other = (
            self._parties.logits(*self._tokenizer.pair(beside, plain(text), MOST_TOKENS)).astype(np.float64)
            for text in (claim, exchanged)
        )
        return round(_entailed(one) - _entailed(other), LOGIT_DECIMALS)

    @cached_property
    def _parties(self) -> Encoder:
        """The encoder with the adapters that read who did it to whom, widened at their first use."""
        return self._encoder.adapted(tensors(self._folder.joinpath(PARTIES).read_bytes()))

    def _judge(self, window: str, claim: str) -> Entailment:
        logits = self._logits(window, claim).astype(np.float64).round(LOGIT_DECIMALS)
        entailed, neutral, contradicted = (float(value) for value in logits)
        return Entailment(_entailed(logits), contradicted - float(np.logaddexp(entailed, neutral)))

    def _logits(self, window: str, claim: str) -> np.ndarray[Any, Any]:
        return self._encoder.logits(*self._begun(window, claim))

    def _begin(self, window: str, claim: str) -> tuple[Sequence[int], Sequence[int], Sequence[Array]]:
        """The tokens of a pair, and the states after the layers that a close reading shares."""
        numbers, segments = self._tokenizer.pair(window, claim, MOST_TOKENS)
        return numbers, segments, self._encoder.states(numbers, segments, SHARED_LAYERS)


def _entailed(logits: np.ndarray[Any, Any]) -> float:
    """Return the log-odds of entailment against the other two."""
    return float(logits[0]) - float(np.logaddexp(logits[1], logits[2]))


def tensors(held: bytes) -> Mapping[str, np.ndarray[Any, Any]]:
    """Read the arrays of a safetensors file: header length in eight bytes, header in JSON, then the numbers."""
    start = 8 + int.from_bytes(held[:8], "little")
    found = {}
    for name, told in json.loads(held[8:start]).items():
        if name != "__metadata__":
            first, end = told["data_offsets"]
            kind = np.dtype(KINDS[told["dtype"]])
            many = (end - first) // kind.itemsize
            found[name] = np.frombuffer(held, kind, many, start + first).reshape(told["shape"])
    return found


@cache
def shipped() -> EntailmentModel:
    """Load the model of the package at its first use."""
    return EntailmentModel(files("harness.checkers.neural") / "minilm")


@cache
def shipped_digest() -> str:
    """Return the digest of the shipped weights, as the card states it; for identities, without reading them."""
    return (files("harness.checkers.neural") / "minilm" / "digest.txt").read_text(encoding="utf-8").strip()


@cache
def order_read_by() -> str:
    """Return a digest of what reads the order of words, for identities."""
    held = (files("harness.checkers.neural") / "minilm" / ORDER).read_bytes()
    return hashlib.sha256(held).hexdigest()[:16]


def plain(text: str) -> str:
    """Write a text as the model reads it: Unicode in one form, no thousands separators."""
    return normalise(_THOUSANDS.sub("", signs_as_read(text)))


def window(index: EvidenceIndex, claim: str, without: frozenset[str] = frozenset()) -> str:
    """Join the sentences that bear most on a claim, in the articles' order, up to the limits of training.

    Sentences in `without` are passed over, and the next best take their place.
    """
    chosen: list[int] = []
    words = 0
    for unit, _ in index.best(claim, WINDOW_SENTENCES + len(without)):
        text = index.units[unit].text
        if text in without:
            continue
        words += len(text.split())
        if (chosen and words > WINDOW_WORDS) or len(chosen) == WINDOW_SENTENCES:
            break
        chosen.append(unit)
    return " ".join(index.units[unit].text.strip() for unit in sorted(chosen))


def read_best(
    model: EntailmentModel, index: EvidenceIndex, claim: str, *, closely: bool = False
) -> Entailment:  # fmt: skip
    """Judge a claim beside its window, and beside single sentences where the window leans against it.

    With `closely` the window is read closely as well.
    A neighbouring dispute in the window can drown the sentence that says so. A sentence by itself has less to go by, so
    that it counts `ALONE` less; the contradiction that another sentence brought in counts no more.
    """
    beside = window(index, claim)
    whole = model.judge(beside, claim)
    if closely:
        whole = replace(whole, closely=model.closely(beside, claim))
    if not DROWNED <= whole.entailed < 0 or len(claim.split()) < LEAST_WORDS:
        return whole
    alone = [model.judge(index.units[unit].text.strip(), claim) for unit, _ in index.best(claim, SINGLE)]
    better = [each for each in alone if each.entailed > whole.entailed]
    return Entailment(
        max([whole.entailed, *(each.entailed - ALONE for each in better)]),
        min([whole.contradicted, *(each.contradicted for each in better)]),
        whole.entailed,
        whole.closely,
    )


def gain_without(model: EntailmentModel, index: EvidenceIndex, claim: str, start: int, end: int) -> float:
    """Measure how much more the window of a claim entails it without the word at `start`."""
    beside = window(index, claim)
    without = f"{claim[:start]}{claim[end:].lstrip()}"
    return model.judge(beside, without).entailed - model.judge(beside, claim).entailed


def straight(
    model: EntailmentModel, index: EvidenceIndex, claim: str, units: frozenset[int],
    first: tuple[int, int], second: tuple[int, int],
) -> float:  # fmt: skip
    """Measure how much more surely the evidence has two parties, as spans of a claim, as the claim has than exchanged.

    It reads the sentences of `units`, which name both, that bear most on the claim; else those that bear most on it.
    """
    (start, end), (other, last) = sorted((first, second))
    exchanged = f"{claim[:start]}{claim[other:last]}{claim[end:other]}{claim[start:end]}{claim[last:]}"
    ranked = [unit for unit, _ in index.best(claim, len(index.units))]
    chosen = [unit for unit in ranked if unit in units][:PARTY_SENTENCES] or ranked[:PARTY_SENTENCES]
    beside = " ".join(index.units[unit].text.strip() for unit in sorted(chosen))
    return model.straighter(beside, claim, exchanged)

"""The default checker: the alignment of `rules`, and a probability from many small signals with fitted weights."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

from pydantic import Field

from harness.checkers.base import Checker, CheckSession
from harness.checkers.doubt import doubts_digest
from harness.checkers.neural.entailment import shipped_digest
from harness.checkers.rules import Rules, RulesSession
from harness.checkers.signals import text_signals
from harness.checkers.weights import hinged
from harness.errors import Problem
from harness.records import Cluster, Verdict, content_digest

CLIP = 4.0
"""Standard deviations beyond which a signal counts no further."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Two logistic models over the same signals, for novel and for copied sentences, blended by how copied one is.

    `provenance` in the file says what data set the numbers, how, with what error, and the command that fitted them.
    """

    gate: str
    centre: float
    width: float
    intercepts: tuple[float, float]
    others: float
    """How much the doubts about all sentences but the most doubtful one count, in [0, 1]."""
    slope: float
    offset: float
    mean: Mapping[str, float]
    scale: Mapping[str, float]
    novel: Mapping[str, float]
    copied: Mapping[str, float]
    digest: str

    def copiedness(self, signals: Mapping[str, float]) -> float:
        """How much of the model for copied sentences a sentence gets, in (0, 1)."""
        return _logistic((signals[self.gate] - self.centre) / self.width)

    def contributions(self, signals: Mapping[str, float]) -> dict[str, float]:
        """Signal → log-odds that it adds for a sentence; what is above 0 speaks for it."""
        share = self.copiedness(signals)
        found = {}
        for name, mean in self.mean.items():
            standard = max(-CLIP, min(CLIP, (hinged(signals, name) - mean) / self.scale[name]))
            found[name] = standard * ((1 - share) * self.novel[name] + share * self.copied[name])
        return found

    def doubt(self, signals: Mapping[str, float]) -> float:
        """What speaks against a sentence: -log of its logistic probability. Raises KeyError for a signal it lacks."""
        share = self.copiedness(signals)
        novel, copied = self.intercepts
        logit = math.fsum(self.contributions(signals).values()) + (1 - share) * novel + share * copied
        return math.log1p(math.exp(-max(-30.0, min(30.0, logit))))

    def probability(self, doubts: Sequence[float]) -> float:
        """Calibrated probability of a text from the doubts about its sentences."""
        return _logistic(self.offset - self.slope * math.log(self.pooled(doubts)))

    def pooled(self, doubts: Sequence[float]) -> float:
        """What speaks against a text: its most doubtful sentence, and a share of what speaks against all others.

        Another sentence can only add to it, so padding never helps.
        """
        most = max(doubts)
        return most + self.others * (math.fsum(doubts) - most)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))


@cache
def load_blend() -> Blend:
    """The weights in `ensemble_weights.json`, beside this module."""
    raw = json.loads(files("harness.checkers").joinpath("ensemble_weights.json").read_text(encoding="utf-8"))
    signals = raw["signals"]
    return Blend(
        gate=raw["gate"]["signal"],
        centre=raw["gate"]["centre"],
        width=raw["gate"]["width"],
        intercepts=(raw["intercepts"]["novel"], raw["intercepts"]["copied"]),
        others=raw["others"],
        slope=raw["calibration"]["slope"],
        offset=raw["calibration"]["offset"],
        mean={name: value["mean"] for name, value in signals.items()},
        scale={name: value["scale"] for name, value in signals.items()},
        novel={name: value["novel"] for name, value in signals.items()},
        copied={name: value["copied"] for name, value in signals.items()},
        digest=content_digest({key: value for key, value in raw.items() if key != "provenance"}),
    )


class Ensemble(Checker):
    """The default: the alignment of `rules`, with a calibrated probability from small signals, all inspectable.

    Each sentence gets a probability from two logistic models, one for sentences in words of their own and one for
    copied ones, blended by how copied it is: what gives an error away differs between the two. What speaks against the
    sentences of a text adds up, so that no sentence that is added can raise its probability. What `rules` contradicts
    stays contradicted.
    """

    name: ClassVar[str] = "ensemble"
    version: ClassVar[int] = 7
    splits: ClassVar[bool] = True

    entailment: bool = Field(
        default=True,
        description="Whether the entailment model that ships with the package speaks too, or the account alone.",
    )

    def _aligned(self) -> Rules:
        return Rules(entailment=self.entailment)

    def effective(self) -> dict[str, object]:
        """Which entailment model speaks, and digests of the fitted weights, which no parameter sets."""
        read = shipped_digest() if self.entailment else "none"
        weights = content_digest([load_blend().digest, doubts_digest(model=self.entailment)])
        return {"entailment": read, "weights": weights}

    def identity(self) -> Mapping[str, str]:
        """The parser's package and version, and the digest of the weights."""
        return {**self._aligned().identity(), "ensemble": load_blend().digest}

    def problems(self) -> Iterator[Problem]:
        """A missing parser."""
        yield from self._aligned().problems()

    @contextmanager
    def open(self) -> Iterator["EnsembleSession"]:
        """A session with the parser loaded. Raises MissingExtraError where spaCy or its English parser is missing."""
        with self._aligned().open() as rules:
            yield EnsembleSession(self.signature(), rules)


class EnsembleSession(CheckSession):
    """An opened `ensemble` checker."""

    def __init__(self, signature: str, rules: RulesSession) -> None:
        super().__init__(signature)
        self._rules = rules
        self._blend = load_blend()

    def why_abstain(self, cluster: Cluster, text: str) -> str:
        """As `rules` does: emptiness, and other languages than English."""
        return self._rules.why_abstain(cluster, text)

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """The verdicts of `rules`, ranked by the signals."""
        reading = self._rules.reading_of(cluster)
        found = []
        for text, sentences in zip(texts, self._rules.examined(cluster, texts), strict=True):
            doubts = [self._blend.doubt(signals) for signals in text_signals(reading, sentences)]
            chances = [self._blend.probability([doubt]) for doubt in doubts]
            found.append(self._rules.verdicts_on(cluster, text, sentences, chances, self.signature))
        return found

"""The numbers behind a probability: a logistic model over named features, read from a file beside this module."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OTHERS = 0.3
"""How much every sentence but the worst weighs in the log-probability of a whole text; see `whole_probability`."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted logistic model. `provenance` says what data set it, how, and what error it had."""

    intercept: float
    mean: Mapping[str, float]
    scale: Mapping[str, float]
    weight: Mapping[str, float]
    threshold: float
    """Least probability of a claim that is called supported where nothing contradicts it."""
    provenance: Mapping[str, object]

    def logit(self, features: Mapping[str, float]) -> float:
        """Log-odds that a sentence with these features is faithful; a feature it does not have counts as 0."""
        return self.intercept + sum(
            weight * (features.get(name, 0.0) - self.mean[name]) / self.scale[name]
            for name, weight in self.weight.items()
        )

    def probability(self, features: Mapping[str, float]) -> float:
        """Probability that a sentence with these features is faithful, in (0, 1)."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.logit(features)))))


@cache
def load_weights(name: str) -> Weights:
    """The weights in `<name>_weights.json`, beside this module."""
    raw = json.loads(files("harness.checkers").joinpath(f"{name}_weights.json").read_text(encoding="utf-8"))
    features = raw["features"]
    return Weights(
        intercept=raw["intercept"],
        mean={key: value["mean"] for key, value in features.items()},
        scale={key: value["scale"] for key, value in features.items()},
        weight={key: value["weight"] for key, value in features.items()},
        threshold=raw["threshold"],
        provenance=raw["provenance"],
    )


def whole_probability(sentences: Sequence[float]) -> float:
    """Probability of a text from those of its sentences: the worst one's, times a small power of all the others'.

    Every further sentence can only lower it, so padding never helps, and two texts that share their worst sentence are
    still told apart by the rest.
    """
    logs = [math.log(max(1e-12, probability)) for probability in sentences]
    worst = min(logs)
    return math.exp(worst + OTHERS * (sum(logs) - worst))

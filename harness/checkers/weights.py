"""The numbers behind a probability: a logistic model over named features, read from a file beside this module."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from harness.records import content_digest


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted logistic model of hinges. The file says what data set it, how, and what error it had.

    A feature named `x>0.6` is what `x` exceeds 0.6 by, so that one share can weigh more near 1 than below.
    """

    mean: Mapping[str, float]
    scale: Mapping[str, float]
    weight: Mapping[str, float]
    intercept: Mapping[str, float]
    """Genre → log-odds of a sentence whose features are all at their means."""

    def logit(self, features: Mapping[str, float], genre: str) -> float:
        """Return the log-odds that a sentence with these features is faithful; a missing feature counts as 0."""
        return self.intercept[genre] + sum(
            weight * (hinged(features, name) - self.mean[name]) / self.scale[name]
            for name, weight in self.weight.items()
        )

    def probability(self, features: Mapping[str, float], genre: str) -> float:
        """Return the probability that a sentence with these features is faithful, in (0, 1)."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.logit(features, genre)))))


def hinged(features: Mapping[str, float], name: str) -> float:
    """Return the value of a feature, or of a hinge of one."""
    base, _, knot = name.partition(">")
    value = features.get(base, 0.0)
    return max(0.0, value - float(knot)) if knot else value


@cache
def read_weights(name: str) -> Any:
    """Read `<name>_weights.json`, beside this module, once."""
    return json.loads(files("harness.checkers").joinpath(f"{name}_weights.json").read_text(encoding="utf-8"))


def weights_digest(name: str) -> str:
    """Digest the weights in `<name>_weights.json`, for identities: another fit gives other numbers."""
    return content_digest(read_weights(name))


@cache
def load_weights(name: str) -> Weights:
    """Load the weights in `<name>_weights.json`."""
    raw = read_weights(name)
    features = raw["features"]
    return Weights(
        mean={key: value["mean"] for key, value in features.items()},
        scale={key: value["scale"] for key, value in features.items()},
        weight={key: value["weight"] for key, value in features.items()},
        intercept={key: value["intercept"] for key, value in raw["genres"].items()},
    )

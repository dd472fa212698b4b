"""A small BERT encoder (Devlin et al., 2019) in numpy, with weights of eight bits.

A runtime for models would need more room than everything else that the check needs; the sum is short. Weights are
kept as signed bytes with a scale a row and widened when they are read; all arithmetic is in 32 bits. One pair is read
at a time, so that no neighbour in a batch can change a digit of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float32]]
ADAPTED = 2.0
"""By how much the product of an adapter's matrices is multiplied, as in training."""
EPSILON = np.float32(1e-12)
"""Added to a variance, as in BERT."""


@dataclass(frozen=True)
class Shape:
    """Dimensions that the shapes of the weights do not give."""

    layers: int
    heads: int


class Encoder:
    """An encoder and a head of three logits over the first token's state and the mean and maximum of the claim's."""

    def __init__(self, weights: Mapping[str, np.ndarray[Any, Any]], shape: Shape) -> None:
        self._stored = weights
        self._shape = shape

    @cached_property
    def _weights(self) -> dict[str, Array]:
        """Widen all matrices but the words', to 32 bits."""
        return {
            name: widened(value, self._stored[f"{name}.scale"]) if value.dtype == np.int8 else value.astype(np.float32)
            for name, value in self._stored.items()
            if name != "words" and not name.endswith(".scale")
        }

    def adapted(self, adapters: Mapping[str, np.ndarray[Any, Any]]) -> "Encoder":
        """Return this encoder with the product of two narrow matrices added to each of those that `adapters` names."""
        other = Encoder(self._stored, self._shape)
        added = dict(self._weights)
        for name in sorted(name.removesuffix(".wide") for name in adapters if name.endswith(".wide")):
            product = adapters[f"{name}.wide"].astype(np.float32) @ adapters[f"{name}.narrow"].astype(np.float32)
            added[name] = added[name] + np.float32(ADAPTED) * product
        other.__dict__["_weights"] = added
        return other

    def logits(self, numbers: Sequence[int], segments: Sequence[int], begun: Sequence[Array] = ()) -> Array:
        """Compute the logits of one pair, shape (3,); `segments` is 1 for the claim's tokens.

        `begun` are the states after each of the first layers, where they are known.
        """
        w = self._weights
        x = self.states(numbers, segments, self._shape.layers - 1, begun)[-1]
        # The head looks at the first token and the claim's: of the last layer no others are needed.
        claimed = np.flatnonzero(segments)
        x = self._layer(x, f"{self._shape.layers - 1}.", np.concatenate([[0], claimed]))
        joined = np.concatenate([x[0], x[1:].mean(0), x[1:].max(0)])
        hidden = np.tanh(w["dense"] @ joined + w["dense.bias"])
        return np.asarray(w["head"] @ hidden + w["head.bias"], dtype=np.float32)

    def states(
        self, numbers: Sequence[int], segments: Sequence[int], layers: int, begun: Sequence[Array] = ()
    ) -> list[Array]:  # fmt: skip
        """The states of all tokens after each of the first `layers` layers, each of shape (tokens, size).

        Those of `begun` are taken as they are.
        """
        after = [*begun]
        x = after[-1] if after else self._embedded(numbers, segments)
        for layer in range(len(after), layers):
            x = self._layer(x, f"{layer}.", slice(None))
            after.append(x)
        return after

    def _embedded(self, numbers: Sequence[int], segments: Sequence[int]) -> Array:
        """The states of all tokens before the first layer."""
        w = self._weights
        words = widened(self._stored["words"][list(numbers)], self._stored["words.scale"][list(numbers)])
        x = words + w["positions"][: len(numbers)] + w["segments"][list(segments)]
        return normalised(x, w["embed.scale_"], w["embed.shift"])

    def _layer(self, x: Array, at: str, kept: slice | np.ndarray[Any, Any]) -> Array:
        """Compute the states of some tokens after a layer, from those of all before it."""
        w = self._weights
        heads = self._shape.heads
        size = x.shape[1] // heads
        asking = x[kept]
        query, key, value = (
            (states @ w[f"{at}{name}"].T + w[f"{at}{name}.bias"]).reshape(-1, heads, size).transpose(1, 0, 2)
            for name, states in (("query", asking), ("key", x), ("value", x))
        )
        found = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        # A softmax; the largest is taken off so that no exponential overflows.
        found = np.exp(found - found.max(-1, keepdims=True))
        found /= found.sum(-1, keepdims=True)
        told = (found @ value).transpose(1, 0, 2).reshape(asking.shape)
        x = normalised(asking + told @ w[f"{at}out"].T + w[f"{at}out.bias"], w[f"{at}attended.scale_"],
                       w[f"{at}attended.shift"])  # fmt: skip
        inner = gelu(x @ w[f"{at}up"].T + w[f"{at}up.bias"])
        return normalised(x + inner @ w[f"{at}down"].T + w[f"{at}down.bias"], w[f"{at}done.scale_"],
                          w[f"{at}done.shift"])  # fmt: skip


def widened(value: np.ndarray[Any, Any], scale: np.ndarray[Any, Any]) -> Array:
    """Convert bytes to numbers: each row times its scale."""
    return value.astype(np.float32) * scale.astype(np.float32)[:, None]


def narrowed(value: Array) -> tuple[np.ndarray[Any, Any], Array]:
    """Quantise to signed bytes and a scale a row, its largest at 127 (symmetric; Jacob et al., 2018)."""
    scale = np.maximum(np.abs(value).max(1), 1e-9) / np.float32(127)
    return np.rint(value / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def normalised(x: Array, scale: Array, shift: Array) -> Array:
    """Normalise a layer (Ba et al., 2016)."""
    centred = x - x.mean(-1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON) * scale + shift, np.float32)


def gelu(x: Array) -> Array:
    """Compute the Gaussian error linear unit (Hendrycks & Gimpel, 2016), by its error function."""
    found = np.empty(x.shape, np.float32)
    for row in range(0, len(x), ROWS):
        part = x[row : row + ROWS]
        share = erf(part / np.float32(np.sqrt(2)))
        share += 1
        np.multiply(part, np.float32(0.5), out=found[row : row + ROWS])
        found[row : row + ROWS] *= share
    return found


ROWS = 48
"""Rows whose error function is worked out at a time, so that its parts stay in the processor's cache."""
SERIES = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
"""Coefficients of the error function's series, of the highest power first."""


def erf(x: Array) -> Array:
    """Compute the error function to 1.5e-7 (Abramowitz & Stegun, 1964, 7.1.26)."""
    size = np.abs(x)
    t = np.multiply(size, np.float32(0.3275911))
    t += 1
    np.divide(np.float32(1), t, out=t)
    series = np.full(x.shape, SERIES[0], np.float32)
    for coefficient in SERIES[1:]:  # in place: every other array costs more than the sum
        series *= t
        series += np.float32(coefficient)
    series *= t
    np.multiply(size, -size, out=size)
    np.exp(size, out=size)
    size *= series
    np.subtract(np.float32(1), size, out=size)
    return np.asarray(np.copysign(size, x), np.float32)

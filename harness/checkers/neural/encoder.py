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
EPSILON = np.float32(1e-12)
"""What is added to a variance, as in BERT."""


@dataclass(frozen=True)
class Shape:
    """What the weights do not say of themselves."""

    layers: int
    heads: int


class Encoder:
    """An encoder and a head of three logits over the first token's state and the mean and maximum of the claim's."""

    def __init__(self, weights: Mapping[str, np.ndarray[Any, Any]], shape: Shape) -> None:
        self._stored = weights
        self._shape = shape

    @cached_property
    def _weights(self) -> dict[str, Array]:
        """All matrices but the words', in 32 bits."""
        return {
            name: widened(value, self._stored[f"{name}.scale"]) if value.dtype == np.int8 else value.astype(np.float32)
            for name, value in self._stored.items()
            if name != "words" and not name.endswith(".scale")
        }

    def logits(self, numbers: Sequence[int], segments: Sequence[int]) -> Array:
        """Logits of one pair, shape (3,); `segments` is 1 for the claim's tokens."""
        w = self._weights
        words = widened(self._stored["words"][list(numbers)], self._stored["words.scale"][list(numbers)])
        x = words + w["positions"][: len(numbers)] + w["segments"][list(segments)]
        x = normalised(x, w["embed.scale_"], w["embed.shift"])
        for layer in range(self._shape.layers):
            x = self._layer(x, f"{layer}.")
        claim = x[np.asarray(segments) == 1]
        joined = np.concatenate([x[0], claim.mean(0), claim.max(0)])
        hidden = np.tanh(w["dense"] @ joined + w["dense.bias"])
        return np.asarray(w["head"] @ hidden + w["head.bias"], dtype=np.float32)

    def _layer(self, x: Array, at: str) -> Array:
        w = self._weights
        heads = self._shape.heads
        size = x.shape[1] // heads
        query, key, value = (
            (x @ w[f"{at}{name}"].T + w[f"{at}{name}.bias"]).reshape(-1, heads, size).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        found = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        found = np.exp(found - found.max(-1, keepdims=True))
        found /= found.sum(-1, keepdims=True)
        told = (found @ value).transpose(1, 0, 2).reshape(x.shape)
        x = normalised(x + told @ w[f"{at}out"].T + w[f"{at}out.bias"], w[f"{at}attended.scale_"],
                       w[f"{at}attended.shift"])  # fmt: skip
        inner = gelu(x @ w[f"{at}up"].T + w[f"{at}up.bias"])
        return normalised(x + inner @ w[f"{at}down"].T + w[f"{at}down.bias"], w[f"{at}done.scale_"],
                          w[f"{at}done.shift"])  # fmt: skip


def widened(value: np.ndarray[Any, Any], scale: np.ndarray[Any, Any]) -> Array:
    """Bytes as numbers: each row times its scale."""
    return value.astype(np.float32) * scale.astype(np.float32)[:, None]


def narrowed(value: Array) -> tuple[np.ndarray[Any, Any], Array]:
    """Numbers as signed bytes and a scale a row, its largest at 127 (symmetric; Jacob et al., 2018)."""
    scale = np.maximum(np.abs(value).max(1), 1e-9) / np.float32(127)
    return np.rint(value / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def normalised(x: Array, scale: Array, shift: Array) -> Array:
    """Layer normalisation (Ba et al., 2016)."""
    centred = x - x.mean(-1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON) * scale + shift, np.float32)


def gelu(x: Array) -> Array:
    """Gaussian error linear unit (Hendrycks & Gimpel, 2016), by its error function."""
    return np.asarray(x * np.float32(0.5) * (1 + erf(x / np.float32(np.sqrt(2)))), np.float32)


def erf(x: Array) -> Array:
    """The error function to 1.5e-7 (Abramowitz & Stegun, 1964, 7.1.26)."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(np.sign(x) * (1 - series * np.exp(-size * size)), np.float32)

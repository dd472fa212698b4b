"""Linear layers whose rows do not depend on one another, in full and half precision and in 8-bit integers.

A matrix product of very few rows (one, above all) adds up the same terms in another order. So a text would see scores
that differ in their last digits when written alone and in a batch. Few rows are therefore padded with zeros. Integers
add up to the same number in any order.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

STEP = 16
"""Rows are padded to a multiple of this. Products of 16, 20, 24 … rows were equal row by row to those of 1,024 in
float32 with one thread (oneDNN 3.12, MKL 2024.2) on every processor tried; of 4 to 12 on one with AVX-512, not on one
with AMX, where weights of 576 by 1,536 that are not packed differ with two threads at 64 rows too. With packed weights
those of 2 and more were equal."""
_MANY = 64
"""Rows from which nothing is padded: it would cost time, and only short products are computed differently."""
_LARGEST = 127
"""Largest magnitude of an 8-bit integer that is used."""
PACKED_BYTES = 1 << 30
"""Size of weights up to which they are held a second time, laid out for the processor (see `pack_weights`)."""
_LIKELY_ROWS = 512
"""Rows of a product that packed weights are laid out for; others are as fast."""


class SteadyLinear(nn.Module):
    """A linear layer that shares its weights with the one it replaces."""

    def __init__(self, layer: nn.Linear, *, pack: bool = False) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.weight = layer.weight
        self.bias = layer.bias
        self._packed = pack_weights(layer.weight, layer.bias) if pack else None

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Multiply (…, in) to (…, out)."""
        rows = given.shape[:-1].numel()
        spare = -rows % STEP
        if not spare or rows >= _MANY:
            return self._product(given)
        flat = functional.pad(given.reshape(rows, -1), (0, 0, 0, spare))
        return self._product(flat)[:rows].view(*given.shape[:-1], -1)

    def _product(self, given: torch.Tensor) -> torch.Tensor:
        if self._packed is None or given.dtype != self.weight.dtype:
            return functional.linear(given, self.weight, self.bias)
        return _multiply_packed(given, self._packed, self.bias)


def pack_weights(weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor | None:
    """Lay out weights in the blocks that oneDNN multiplies, so that not every product has to.

    None where this build of torch, or the processor, cannot. Measured with one thread against the plain product: 1.1
    times as fast for 270 rows in float32, 1.4 to 2.2 times for 16 rows; in bfloat16 no faster for 270, 1.1 to 1.8 times
    for 16 (torch 2.13, AVX-512).
    """
    detached = weight.detach()
    try:
        made: torch.Tensor = torch.ops.mkldnn._reorder_linear_weight(detached, _LIKELY_ROWS)
        _multiply_packed(detached.new_zeros(STEP, detached.shape[1]), made, bias)
    except (AttributeError, RuntimeError):  # no such operation in this build; not on this processor, not for this type
        return None
    return made


def _multiply_packed(given: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(given, weight, bias, "none", [], "")
    return product


class Int8Linear(nn.Module):
    """A linear layer with weights of 8 bits, one scale for each of its columns, and activations made so row by row.

    Dynamic quantisation (Zafrir et al., Q8BERT, 2019) with a scale for each row instead of one for the batch, so that a
    row does not depend on its neighbours. The magnitude of a row's largest number becomes 127.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        weight, scale = _quantise(layer.weight.detach().float())
        self.weight: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("weight", weight.t().contiguous())
        self.register_buffer("scale", scale.t().contiguous())
        self.bias = layer.bias

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Multiply (…, in) to (…, out)."""
        rows, scale = _quantise(given.reshape(-1, self.in_features).float())
        product = torch._int_mm(rows, self.weight).float().mul_(scale).mul_(self.scale)
        if self.bias is not None:
            product = product.add_(self.bias)
        return product.view(*given.shape[:-1], -1).to(given.dtype)


def _quantise(numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows as 8-bit integers, and the factor of each."""
    scale = numbers.abs().amax(dim=-1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny) / _LARGEST
    return (numbers / scale).round_().to(torch.int8), scale


def replace_linear(model: Any, kind: type[SteadyLinear] | type[Int8Linear]) -> None:
    """Replace the plain linear layers of a model; the one that scores the vocabulary keeps its precision."""
    scorer = model.get_output_embeddings()
    plain = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        if type(layer) is nn.Linear
    ]
    steady = [layer for _, _, layer in plain if kind is SteadyLinear or layer is scorer]
    pack = sum(layer.weight.nbytes for layer in steady) <= PACKED_BYTES
    for parent, name, layer in plain:
        is_steady = kind is SteadyLinear or layer is scorer
        setattr(parent, name, SteadyLinear(layer, pack=pack) if is_steady else Int8Linear(layer))

"""Low-rank adapters (Hu et al., 2021): what is trained of a large encoder, whose own weights stay as they are.

Beside each matrix of the upper layers stand two narrow ones whose product is added to it. They and the head are all
that is trained and all that is kept: a few megabytes, which mean nothing without the encoder that they were trained on.
"""

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from harness.checkers.neural.entailment import MOST_TOKENS, REMEMBERED, EntailmentModel, shipped
from training.model import build, coded

SHARE = 2.0
"""By how much the product of the narrow matrices is multiplied."""


class LowRank(nn.Module):
    """A frozen linear map and a trained one of low rank beside it, which begins as nothing."""

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.narrow = nn.Parameter(torch.randn(rank, frozen.in_features) / math.sqrt(frozen.in_features))
        self.wide = nn.Parameter(torch.zeros(frozen.out_features, rank))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """What both maps make of the states, added up."""
        added = nn.functional.linear(nn.functional.linear(states, self.narrow), self.wide)
        frozen: torch.Tensor = self.frozen(states)
        return frozen + SHARE * added


def adapt(encoder: Any, rank: int, layers: int) -> None:
    """Freeze an encoder, and set adapters beside every linear map of its last layers.

    The frozen matrices become bfloat16, in which the batches are multiplied anyway: they need not be cast each step.
    """
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)
    blocks = list(encoder.encoder.layer)
    for at, block in enumerate(blocks):
        for parent in list(block.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, nn.Linear):
                    child.to(torch.bfloat16)
                    if at >= len(blocks) - layers:
                        setattr(parent, name, LowRank(child, rank))


def trained(model: nn.Module) -> dict[str, torch.Tensor]:
    """The parameters of a model that are trained, by name."""
    return {name: value.detach() for name, value in model.named_parameters() if value.requires_grad}


class AdaptedModel(EntailmentModel):
    """A large encoder with trained adapters, to be measured in the place of the model that ships."""

    def __init__(self, base: Path, adapters: Path) -> None:
        held = torch.load(adapters, map_location="cpu")
        narrow = {name: value for name, value in held.items() if name.endswith("attn.q.narrow")}
        self._model, self._words = build(base)
        adapt(self._model.encoder, rank=len(next(iter(narrow.values()))), layers=len(narrow))
        self._model.load_state_dict(held, strict=False)
        self._model.eval()
        self._judged = lru_cache(maxsize=REMEMBERED)(self._judge)

    def order(self, text: str) -> float:
        """Read the order of words with the model that ships: what reads it was fitted on the states of that one."""
        return shipped().order(text)

    def straighter(self, window: str, claim: str, exchanged: str) -> float:
        """Read who did it to whom with the model that ships, whose adapters were trained for it."""
        return shipped().straighter(window, claim, exchanged)

    def closely(self, window: str, claim: str) -> float:
        """Read closely with the model that ships, whose adapters were trained for it."""
        return shipped().closely(window, claim)

    def _logits(self, window: str, claim: str) -> np.ndarray[Any, Any]:
        told = coded(self._words, [window], [claim], MOST_TOKENS)
        inputs = {name: torch.tensor(value) for name, value in told.items()}
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            logits: np.ndarray[Any, Any] = self._model(**inputs)[0].float().numpy()
        return logits

"""Parameters of a causal language model as a checker, and their problems; nothing is loaded."""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from harness import extras
from harness.checkers.base import Checker
from harness.checkpoints.digests import checkpoint_digests
from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.hub import current_commit
from harness.checkpoints.problems import checkpoint_problems
from harness.component import Share, neutral
from harness.errors import MissingExtraError, Problem


class LikelihoodParameters(Checker):
    """All of checker `likelihood` but its session."""

    positional: ClassVar[str | None] = "checkpoint"
    share: ClassVar[Share] = "weights"

    checkpoint: str = Field(
        min_length=1,
        description="A hub id (owner/name), a folder, a .gguf file, or package:NAME/FILE inside an installed package.",
    )
    revision: str | None = Field(
        default=None, description="Branch, tag or commit of a hub id; the commit it stood for is recorded."
    )
    evidence: int = Field(default=6, ge=1, le=64, description="Sentences that the model reads first, from 1 to 64.")
    max_tokens: int = Field(
        default=512, ge=64, le=8192, description="Tokens of evidence and text together, from 64; at most the model's."
    )
    slope: float = Field(default=2.0, gt=0, description="Log-odds that one nat a token is worth, above 0.")
    middle: float = Field(default=1.0, description="Nats a token at which the probability is one half.")
    threshold: float = Field(
        default=0.5, gt=0, lt=1, description="Least probability of a supported sentence, between 0 and 1."
    )
    device: str = neutral("auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="auto, cpu, cuda or mps.")
    batch_size: int = neutral(8, ge=1, description="Texts measured together, from 1.")

    def probability(self, difference: float) -> float:
        """Return the logistic curve at a difference in nats a token."""
        return 1.0 / (1.0 + math.exp(-max(-500.0, min(500.0, self.slope * (difference - self.middle)))))

    def identity(self) -> Mapping[str, str]:
        """Digest weights, tokenizer and settings; for a hub id return its commit."""
        checkpoint = find_checkpoint(self.checkpoint)
        if checkpoint.kind == "hub":
            return {"commit": current_commit(checkpoint.hub_id, self.revision)}
        return checkpoint_digests(checkpoint)

    def problems(self) -> Iterator[Problem]:
        """Report missing extras and weights."""
        missing = self.missing_packages()
        if missing:
            yield Problem(str(MissingExtraError("checker likelihood", missing, "models")))
        for problem in checkpoint_problems(self.checkpoint, self.revision):
            yield Problem(problem.message, path="checkpoint", found=problem.found, accepted=problem.accepted)

    @staticmethod
    def missing_packages() -> list[str]:
        """Name the packages that it needs and that are not installed."""
        return extras.missing("torch", "transformers")

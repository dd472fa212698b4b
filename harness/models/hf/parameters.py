"""Parameters of a transformers model, causal or seq2seq, and their problems; nothing is loaded."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from harness import extras
from harness.component import neutral
from harness.errors import MissingExtraError, Problem
from harness.models.checkpoint_parameters import CheckpointParameters
from harness.models.hf import generation


class HfParameters(CheckpointParameters):
    """All of model `hf` but its session."""

    deterministic: ClassVar[bool] = True

    task: Literal["auto", "causal", "seq2seq"] = Field(
        default="auto", description="How the model writes; auto: as the checkpoint's configuration says."
    )
    generation: dict[str, Any] = Field(
        default_factory=dict,
        validate_default=True,
        description="Any parameter of transformers' GenerationConfig; greedy with max_new_tokens 32 where nothing is "
        "said. The checkpoint's own sampling defaults are not used.",
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8"] = Field(
        default="auto",
        description="Precision of the weights; auto: as stored, float32 for GGUF. int8, on CPUs: linear layers with 8 "
        "bits, quantised row by row as they run.",
    )
    device: str = neutral(
        "auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="auto, cpu, cuda, cuda:N or mps."
    )
    batch_size: int = neutral(
        16, ge=1, description="The most clusters generated together, from 1; halved when memory runs out."
    )
    batch_tokens: int = neutral(
        8192, ge=1, description="The most tokens of prompts and texts together in a batch of more than one."
    )
    verify: int = neutral(
        1,
        ge=0,
        description="Clusters of a run's first batch that are also written by themselves; if a text differs, all are.",
    )

    @field_validator("generation")
    @classmethod
    def _fill_in(cls, value: dict[str, Any]) -> dict[str, Any]:
        return generation.effective(value)

    def clusters_at_once(self) -> int:
        """Return the batch size."""
        return self.batch_size

    def stops_at_newline(self) -> bool:
        """Tell whether the rest of a text cannot matter once its first line is known.

        Beam search compares whole texts, so there it does matter.
        """
        return self.stop_at_newline and self.postprocess[:1] == ("first_line",) and self.generation["num_beams"] == 1

    def problems(self) -> Iterator[Problem]:
        """Yield missing extras, checkpoint and template, and generation parameters that make no sense."""
        missing = self.missing_packages()
        if missing:
            yield Problem(str(MissingExtraError("model hf", missing, "models")))
        yield from self.weights_problems()
        yield from generation.problems(self.generation)
        yield from self.prompt_problems(self.task == "seq2seq" if self.task != "auto" else self.has_encoder())

    def missing_packages(self) -> list[str]:
        """Name the packages that it needs and that are not installed."""
        needed = ["torch", "transformers"]
        if self.checkpoint.lower().endswith(".gguf"):
            needed += ["gguf", "accelerate"]
        return extras.missing(*needed)

"""Parameters of a model that vLLM's offline engine runs, and their problems; nothing is loaded."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from harness import extras
from harness.component import neutral
from harness.errors import MissingExtraError, Problem
from harness.models import prompts
from harness.models.checkpoint_parameters import CheckpointParameters
from harness.models.vllm import sampling

EXTRA = "vllm"


class VllmParameters(CheckpointParameters):
    """All of model `vllm` but its session."""

    deterministic: ClassVar[bool] = True

    prompt: str | None = Field(
        default=None,
        description=f"The template, required: {prompts.ACCEPTED}; it may also hold {{count}} and {{reply}}.",
    )
    generation: dict[str, Any] = Field(
        default_factory=dict,
        validate_default=True,
        description="do_sample, max_new_tokens, min_new_tokens, min_p, repetition_penalty, stop_strings, temperature, "
        "top_k and top_p as for `hf`, and vLLM's presence_penalty and frequency_penalty; greedy with max_new_tokens 32 "
        "where nothing is said.",
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto",
        description="Precision of weights and activations; auto: as stored, float32 for GGUF. (vLLM's own auto would "
        "run float32 weights in float16.)",
    )
    quantization: str | None = Field(
        default=None,
        min_length=1,
        description="How vLLM quantises the weights (fp8, bitsandbytes, …); default: as the checkpoint says.",
    )
    tensor_parallel_size: int = Field(default=1, ge=1, description="GPUs that the weights are divided among, from 1.")
    seed: int | None = Field(
        default=None, ge=0, lt=2**31, description="Seed of the engine and of sampling; default: the run's seed."
    )
    max_model_len: int | None = Field(
        default=None,
        ge=64,
        description="Tokens that prompt and text may have together, from 64; default: the model's context.",
    )
    batch_invariant: bool = Field(
        default=False,
        description="Whether vLLM uses kernels with which a text does not depend on its batch (VLLM_BATCH_INVARIANT; "
        "newer GPUs only, and slower).",
    )
    enforce_eager: bool = Field(
        default=False, description="Whether vLLM compiles nothing: it starts sooner, and writes more slowly."
    )
    gpu_memory_utilization: float | None = neutral(
        None,
        gt=0,
        le=1,
        description="Share of the GPU's memory (on CPUs: the machine's) that vLLM takes; default: vLLM's, 0.9 or so.",
    )
    batch_size: int = neutral(
        256, ge=1, description="The most clusters handed to the engine in one call, from 1; it batches them itself."
    )

    @field_validator("generation")
    @classmethod
    def _fill_in(cls, value: dict[str, Any]) -> dict[str, Any]:
        return sampling.effective(value)

    def clusters_at_once(self) -> int:
        """Return the batch size."""
        return self.batch_size

    def stops_at_newline(self) -> bool:
        """Tell whether to stop at a line break, behind which nothing matters once the first line is known."""
        is_first_line_kept = self.postprocess[:1] == ("first_line",)
        return self.stop_at_newline and is_first_line_kept and sampling.can_write_on(self.generation)

    def problems(self) -> Iterator[Problem]:
        """Yield missing extras, checkpoint and template, and generation parameters that make no sense."""
        missing = self.missing_packages()
        if missing:
            yield Problem(str(MissingExtraError("model vllm", missing, EXTRA)))
        yield from self.weights_problems()
        if self.has_encoder():
            yield Problem(
                "vLLM writes with causal models, and this checkpoint is an encoder-decoder",
                path="checkpoint",
                found=self.checkpoint,
                accepted="a causal checkpoint here; model `hf` runs this one",
            )
        yield from sampling.problems(self.generation)
        yield from self.prompt_problems(seq2seq=False)

    def missing_packages(self) -> list[str]:
        """Name the packages that it needs and that are not installed."""
        unpacking = ["gguf", "accelerate"] if self.checkpoint.lower().endswith(".gguf") else []
        return extras.missing("vllm", *unpacking)

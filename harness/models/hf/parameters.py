"""Parameters of a transformers model, causal or seq2seq, and their problems; nothing is loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, field_validator

from harness import extras
from harness.checkpoints.digests import checkpoint_digests
from harness.checkpoints.find import NotFoundError, find_checkpoint
from harness.checkpoints.hub import current_commit
from harness.checkpoints.problems import checkpoint_problems
from harness.checkpoints.settings import is_encoder_decoder
from harness.component import Share, neutral
from harness.errors import MissingExtraError, Problem
from harness.models import postprocess, prompts
from harness.models.base import Model
from harness.models.hf import generation
from harness.records import Prices


class HfParameters(Model):
    """All of model `hf` but its session."""

    deterministic: ClassVar[bool] = True
    positional: ClassVar[str | None] = "checkpoint"
    share: ClassVar[Share] = "weights"

    checkpoint: str = Field(
        min_length=1,
        description="A hub id (owner/name), a folder, a .gguf file, or package:NAME/FILE inside an installed package.",
    )
    revision: str | None = Field(
        default=None, description="Branch, tag or commit of a hub id; the commit it stood for is recorded."
    )
    prompt: str | None = Field(
        default=None,
        description=f"The template: {prompts.ACCEPTED}; it may also hold {{count}} and {{reply}}. Without one a "
        "seq2seq model is given the bare articles, and a causal model is refused.",
    )
    system: str | None = Field(default=None, description="System message, for models with a chat template.")
    chat: Literal["auto", "yes", "no"] = Field(
        default="auto", description="Whether to use the tokenizer's chat template; auto: if it has one."
    )
    task: Literal["auto", "causal", "seq2seq"] = Field(
        default="auto", description="How the model writes; auto: as the checkpoint's configuration says."
    )
    generation: dict[str, Any] = Field(
        default_factory=dict,
        validate_default=True,
        description="Any parameter of transformers' GenerationConfig; greedy with max_new_tokens 32 where nothing is "
        "said. The checkpoint's own sampling defaults are not used.",
    )
    token_budget: int | None = Field(
        default=None,
        ge=16,
        description="Prompt tokens for the articles, from 16; default: what the model's context leaves, at most 1024.",
    )
    include_titles: bool = Field(default=True, description="Whether the model is shown the articles' titles.")
    include_sources: bool = Field(
        default=False,
        description="Whether an article's label names its source; small models copy mastheads into headlines.",
    )
    postprocess: tuple[str, ...] = Field(
        default=postprocess.DEFAULT, description=f"Steps from raw text to headline, of {', '.join(postprocess.STEPS)}."
    )
    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8"] = Field(
        default="auto",
        description="Precision of the weights; auto: as stored, float32 for GGUF. int8, on CPUs: linear layers with 8 "
        "bits, quantised row by row as they run.",
    )
    trust_remote_code: bool = Field(
        default=False, description="Whether Python code that comes with the checkpoint may run on this machine."
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
    prices: Prices | None = neutral(
        None, description="{input, output, currency}: money for a million tokens, for `harness compare`."
    )
    stop_at_newline: bool = neutral(
        True, description="Whether to stop writing once the first line is known, where only that line is kept."
    )

    _template: prompts.Template | None = PrivateAttr(default=None)

    @field_validator("chat", mode="before")
    @classmethod
    def _yes_or_no(cls, value: Any) -> Any:
        """Accept a bare yes or no, which YAML reads as a boolean."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @field_validator("generation")
    @classmethod
    def _fill_in(cls, value: dict[str, Any]) -> dict[str, Any]:
        return generation.effective(value)

    @field_validator("postprocess")
    @classmethod
    def _known_steps(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return postprocess.check_steps(value)

    def clusters_at_once(self) -> int:
        """Return the batch size."""
        return self.batch_size

    def effective(self) -> dict[str, Any]:
        """Return the parameters that can change a number, with the version of each post-processing step."""
        return {**super().effective(), "postprocess": postprocess.with_versions(self.postprocess)}

    def stops_at_newline(self) -> bool:
        """Tell whether the rest of a text cannot matter once its first line is known.

        Beam search compares whole texts, so there it does matter.
        """
        return self.stop_at_newline and self.postprocess[:1] == ("first_line",) and self.generation["num_beams"] == 1

    def template(self) -> prompts.Template | None:
        """Return the prompt template, read unless it is held; None where none is named.

        Raises UsageError where it cannot be read.
        """
        return self._template or (prompts.named_template(self.prompt) if self.prompt is not None else None)

    def settled(self) -> Self:
        """Return the model with its prompt template read and held."""
        copy = self.model_copy()
        copy._template = self.template()
        return copy

    def identity(self) -> Mapping[str, str]:
        """Return digests of weights, tokenizer, settings and prompt template; of a hub id the commit, not files."""
        checkpoint = find_checkpoint(self.checkpoint)
        digests = (
            {"commit": current_commit(checkpoint.hub_id, self.revision)}
            if checkpoint.kind == "hub"
            else checkpoint_digests(checkpoint)
        )
        template = self.template()
        return {**digests, "prompt": template.digest} if template is not None else digests

    def problems(self) -> Iterator[Problem]:
        """Yield missing extras, checkpoint and template, and generation parameters that make no sense."""
        missing = self.missing_packages()
        if missing:
            yield Problem(str(MissingExtraError("model hf", missing, "models")))
        for problem in checkpoint_problems(self.checkpoint, self.revision):
            yield replace(problem, path=problem.path or "checkpoint")
        yield from generation.problems(self.generation)
        if self.prompt is not None:
            yield from prompts.problems(self.prompt)
        elif self._is_seq2seq() is False:
            yield Problem("a causal model needs a prompt template", path="prompt", accepted=prompts.ACCEPTED)
        if self.system is not None and self.chat == "no":
            yield Problem("a system message needs a chat template, and chat is no", path="system")

    def _is_seq2seq(self) -> bool | None:
        if self.task != "auto":
            return self.task == "seq2seq"
        try:
            return is_encoder_decoder(find_checkpoint(self.checkpoint))
        except NotFoundError:
            return None

    def missing_packages(self) -> list[str]:
        """Name the packages that it needs and that are not installed."""
        needed = ["torch", "transformers"]
        if self.checkpoint.lower().endswith(".gguf"):
            needed += ["gguf", "accelerate"]
        return extras.missing(*needed)

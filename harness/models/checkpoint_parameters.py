"""Parameters of every model with a checkpoint, whichever library runs it: the weights, the prompt, what is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, field_validator

from harness.checkpoints.digests import checkpoint_digests
from harness.checkpoints.find import NotFoundError, find_checkpoint
from harness.checkpoints.hub import current_commit
from harness.checkpoints.problems import checkpoint_problems
from harness.checkpoints.settings import is_encoder_decoder
from harness.component import Share, neutral
from harness.errors import Problem
from harness.models import postprocess, prompts
from harness.models.base import Model
from harness.records import Prices


class CheckpointParameters(Model):
    """What is asked of a checkpoint, and how its identity is taken."""

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
    trust_remote_code: bool = Field(
        default=False, description="Whether Python code that comes with the checkpoint may run on this machine."
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

    @field_validator("postprocess")
    @classmethod
    def _known_steps(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return postprocess.check_steps(value)

    def effective(self) -> dict[str, Any]:
        """Return the parameters that can change a number, with the version of each post-processing step."""
        return {**super().effective(), "postprocess": postprocess.with_versions(self.postprocess)}

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

    def weights_problems(self) -> Iterator[Problem]:
        """Yield what speaks against loading the checkpoint, found without loading it."""
        for problem in checkpoint_problems(self.checkpoint, self.revision):
            yield replace(problem, path=problem.path or "checkpoint")

    def prompt_problems(self, seq2seq: bool | None) -> Iterator[Problem]:
        """Yield mistakes in the prompt template, and settings of the prompt that contradict one another."""
        if self.prompt is not None:
            yield from prompts.problems(self.prompt)
        elif seq2seq is False:
            yield Problem("a causal model needs a prompt template", path="prompt", accepted=prompts.ACCEPTED)
        if self.system is not None and self.chat == "no":
            yield Problem("a system message needs a chat template, and chat is no", path="system")

    def has_encoder(self) -> bool | None:
        """Tell whether the checkpoint is an encoder-decoder; None where its files do not say, or are not there."""
        try:
            return is_encoder_decoder(find_checkpoint(self.checkpoint))
        except NotFoundError:
            return None

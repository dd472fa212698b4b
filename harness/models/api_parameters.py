"""Parameters of a model behind an OpenAI-compatible server, and their problems."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PrivateAttr, field_validator, model_validator

from harness.endpoint.protocol import Mode
from harness.endpoint.remote import Remote
from harness.errors import Problem
from harness.models import postprocess, prompts
from harness.models.base import Model


class Generation(BaseModel):
    """Generation parameters of a request; null ones are not sent, so that the server's own default holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    temperature: Annotated[FiniteFloat, Field(ge=0, le=2)] | None = Field(
        default=0.0, description="0 for the likeliest text, up to 2."
    )
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Tokens of an answer at most; 32 where neither this nor the next is given."
    )
    max_completion_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The same by the name that some servers ask for, hidden reasoning included."
    )
    top_p: Annotated[FiniteFloat, Field(gt=0, le=1)] | None = Field(default=None, description="Nucleus of sampling.")
    frequency_penalty: Annotated[FiniteFloat, Field(ge=-2, le=2)] | None = Field(
        default=None, description="Penalty on tokens by how often they were written, -2 to 2."
    )
    presence_penalty: Annotated[FiniteFloat, Field(ge=-2, le=2)] | None = Field(
        default=None, description="Penalty on tokens that were written already, -2 to 2."
    )
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(), max_length=4, description="Texts before which the answer ends, at most 4."
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] | Literal["run"] | None = Field(
        default="run", description="The seed that is sent; run: the run's."
    )

    @field_validator("stop", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _one_length(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        given = [name for name in ("max_tokens", "max_completion_tokens") if value.get(name) is not None]
        if len(given) > 1:
            raise ValueError("max_tokens and max_completion_tokens say the same; give one of them")
        return value if given else {**value, "max_tokens": 32}

    @property
    def longest(self) -> int:
        """Tokens of an answer at most."""
        return self.max_tokens or self.max_completion_tokens or 0

    def fields(self, seed: int) -> dict[str, Any]:
        """Return what a request says of it, given the run's seed."""
        fields = self.model_dump(mode="json", exclude_none=True)
        fields.pop("stop")
        if self.stop:
            fields["stop"] = list(self.stop)
        if self.seed == "run":
            fields["seed"] = seed
        return fields


class ApiParameters(Remote, Model):
    """All of model `api` but its session."""

    mode: Mode = Field(
        default="chat", description="chat: as a conversation; completions: the prompt as it is, for base models."
    )
    prompt: str = Field(
        min_length=1,
        description=f"The template: {prompts.ACCEPTED}; it may also hold {{count}} and {{reply}}.",
    )
    system: str | None = Field(default=None, min_length=1, description="System message, in mode chat.")
    reply: Literal["user", "assistant"] = Field(
        default="user",
        description="Place of the beginning of the reply, behind {reply}, in mode chat: the end of the user's "
        "message, or the beginning of the assistant's, for servers that write on from there.",
    )
    generation: Generation = Field(
        default_factory=Generation,
        description="temperature, max_tokens, top_p, stop, seed and penalties; temperature 0 and 32 tokens where "
        "nothing is said.",
    )
    max_characters: int = Field(
        default=6000, ge=200, le=1_000_000, description="Characters of the articles that are shown, from 200."
    )
    include_titles: bool = Field(default=True, description="Whether the model is shown the articles' titles.")
    include_sources: bool = Field(default=False, description="Whether the model is shown the articles' publishers.")
    postprocess: tuple[str, ...] = Field(
        default=postprocess.DEFAULT, description=f"Steps from raw text to headline, of {', '.join(postprocess.STEPS)}."
    )

    _template: prompts.Template | None = PrivateAttr(default=None)

    @field_validator("postprocess")
    @classmethod
    def _known_steps(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return postprocess.check_steps(value)

    def clusters_at_once(self) -> int:
        """Return how many requests may be under way."""
        return self.concurrency

    def effective(self) -> dict[str, Any]:
        """Return the parameters that can change a number, with the version of each post-processing step."""
        return {**super().effective(), "postprocess": postprocess.with_versions(self.postprocess)}

    def template(self) -> prompts.Template:
        """Return the prompt template, read unless it is held. Raises UsageError where it cannot be read."""
        return self._template or prompts.named_template(self.prompt)

    def settled(self) -> Self:
        """Return the model with its prompt template read and held."""
        copy = self.model_copy()
        copy._template = self.template()
        return copy

    def identity(self) -> Mapping[str, str]:
        """Return the digest of the prompt, and the model's name with its address.

        What runs behind an address cannot be digested: each prediction has what the server said of its model.
        """
        return {"prompt": self.template().digest, "served": self.served}

    def problems(self) -> Iterator[Problem]:
        """Yield whatever can be found without asking the server."""
        yield from super().problems()
        yield from prompts.problems(self.prompt)
        if self.system is not None and self.mode == "completions":
            yield Problem("a system message needs a conversation, and mode is completions", path="system")
        for name in self.extra_body:
            if name in Generation.model_fields:
                yield Problem("this belongs into `generation`", path=f"extra_body.{name}")

"""Records of generation: prompts and predictions."""

from typing import Literal

from pydantic import Field, FiniteFloat

from harness.records.base import Identifier, Message, Record, Text, Whole, content_digest


class Prompt(Record):
    """The question to a model, and what was left out to make it fit."""

    cluster_id: Identifier = Field(description="The cluster it was built from.")
    text: str = Field(description="The text handed to the model, before any chat template.")
    article_ids: tuple[str, ...] = Field(description="Articles of which at least one character was kept, in order.")
    dropped_articles: tuple[str, ...] = Field(default=(), description="Articles left out whole (near-duplicates).")
    dropped_characters: int = Field(default=0, ge=0, description="Characters of kept articles that did not fit.")


StopReason = Literal["end", "length", "refused"]

Comparison = Literal["equal", "different"]
"""A text from a batch compared with the one written alone, which is kept where they differ."""


class Prediction(Record):
    """The text of one configuration for one cluster."""

    prediction_id: str = Field(description="Digest of all that made it: configuration, cluster, prompt, text.")
    cluster_id: Identifier = Field(description="The cluster it answers.")
    configuration: str = Field(description="Display name of the configuration, unique in a run.")
    text: Text = Field(description="The headline or summary that is scored, after post-processing.")
    raw_text: str | None = Field(default=None, description="What the model wrote, where post-processing changed it.")
    postprocess: tuple[str, ...] = Field(default=(), description="Names of the steps that changed the raw text.")
    stopped: StopReason = Field(default="end", description="Why the model stopped.")
    prompt_digest: str | None = Field(default=None, description="Digest of the prompt text, for prompted models.")
    article_ids: tuple[str, ...] | None = Field(default=None, description="Articles the model saw, if not all.")
    dropped_articles: tuple[str, ...] = Field(default=(), description="Articles left out whole.")
    dropped_characters: int = Field(default=0, ge=0, description="Characters that did not fit the prompt.")
    tokens_in: Whole | None = Field(default=None, description="Prompt tokens, where the model counts them.")
    tokens_out: Whole | None = Field(default=None, description="Generated tokens, where the model counts them.")
    seconds: FiniteFloat = Field(default=0.0, ge=0, description="Wall-clock time; a batch's is shared out equally.")
    compared: Comparison | None = Field(
        default=None,
        description="How a text from a batch compares with the one written by itself, where that was done.",
    )
    version: Message | None = Field(default=None, description="What a server said of the model that wrote it.")


def prediction_id(configuration: str, cluster: str, prompt: str | None, raw_text: str | None, text: str) -> str:
    """Return the digest of all that made a prediction; configuration, cluster and prompt are given by theirs."""
    return content_digest([configuration, cluster, prompt, raw_text, text])


class Prices(Record):
    """Prices of tokens; they change no prediction."""

    input: FiniteFloat = Field(ge=0, description="Money for a million prompt tokens.")
    output: FiniteFloat = Field(ge=0, description="Money for a million generated tokens.")
    currency: str = Field(default="USD", min_length=1, max_length=8, description="The currency's sign or code.")

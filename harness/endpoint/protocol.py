"""Requests and answers as OpenAI-compatible servers have them: chat completions and plain completions."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness import redact
from harness.records import StopReason

Mode = Literal["chat", "completions"]

PATHS: Mapping[Mode, str] = {"chat": "/chat/completions", "completions": "/completions"}

_STOPPED: Mapping[object, StopReason] = {"stop": "end", "eos": "end", "length": "length", "content_filter": "refused"}
MOST_TOKENS = 10**8
"""A count of tokens above this is none."""
MAX_VERSION = 200


@dataclass(frozen=True)
class Usage:
    """Tokens of one call as the server counts them; None where it does not say."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True)
class Place:
    """One token of an answer, and what else could have stood there."""

    text: str
    likely: Mapping[str, float]
    """Token → its probability, for the likeliest."""


@dataclass(frozen=True)
class Completion:
    """What a model wrote, and what the server said about it."""

    text: str
    stopped: StopReason
    version: str
    """The model that the server says it used, with its fingerprint."""
    usage: Usage
    tokens: tuple[Place, ...] = ()
    """The answer token by token, where its probabilities were asked for and given."""


class UnusableError(ValueError):
    """An answer that arrived and cannot be used; asking again may help. It may have been charged."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


def read(data: bytes, mode: Mode) -> Completion:
    """The completion in a server's answer. Raises UnusableError where there is none."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        raise UnusableError("it is not JSON") from None
    if not isinstance(answer, dict):
        raise UnusableError("it is not a JSON object")
    usage = _usage(answer.get("usage"))
    choices = answer.get("choices")
    if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
        said = error_in(answer)
        raise UnusableError(f"it has no choices{f': {said}' if said else ''}", usage)
    choice = choices[0]
    reason = choice.get("finish_reason")
    text = _chat_text(choice, usage) if mode == "chat" else choice.get("text")
    if text is None:
        raise UnusableError("it has no text", usage)
    if not isinstance(text, str):
        raise UnusableError("its text is no text", usage)
    refused = mode == "chat" and isinstance(choice["message"].get("refusal"), str)
    return Completion(
        text=_whole_characters(text),
        stopped="refused" if refused else _STOPPED.get(reason if isinstance(reason, str) else None, "end"),
        version=_version(answer),
        usage=usage,
        tokens=_places(choice.get("logprobs")),
    )


def _places(found: object) -> tuple[Place, ...]:
    """The tokens of an answer with their probabilities; none where the server gives none, or something else."""
    content = found.get("content") if isinstance(found, Mapping) else None
    places = []
    for item in content if isinstance(content, list) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("token"), str):
            return ()
        others = item.get("top_logprobs")
        listed = [item, *(others if isinstance(others, list) else ())]
        likely = {
            other["token"]: math.exp(other["logprob"])
            for other in listed
            if isinstance(other, Mapping) and isinstance(other.get("token"), str) and _is_log(other.get("logprob"))
        }
        places.append(Place(item["token"], likely))
    return tuple(places)


def _is_log(value: object) -> bool:
    """Whether a value is the logarithm of a probability."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value <= 0


def _chat_text(choice: Mapping[str, Any], usage: Usage) -> object:
    message = choice.get("message")
    if not isinstance(message, dict):
        raise UnusableError("it has no message", usage)
    if message.get("tool_calls") and not message.get("content"):
        raise UnusableError("it calls a tool, and none was offered", usage)
    # A refusal, a filtered text and reasoning that used up all tokens leave no content: the model answered nothing.
    return "" if "content" in message and message["content"] is None else message.get("content")


def error_in(answer: object) -> str:
    """What a server says went wrong, short and without secrets; empty where it does not say."""
    said = answer.get("error", answer.get("message", answer.get("detail"))) if isinstance(answer, Mapping) else None
    if isinstance(said, Mapping):
        said = said.get("message")
    return redact.text(" ".join(said.split()))[:300] if isinstance(said, str) else ""


def _usage(found: object) -> Usage:
    if not isinstance(found, Mapping):
        return Usage()
    return Usage(_tokens(found.get("prompt_tokens")), _tokens(found.get("completion_tokens")))


def _tokens(found: object) -> int | None:
    whole = isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= MOST_TOKENS
    return found if whole and isinstance(found, int) else None


def _version(answer: Mapping[str, Any]) -> str:
    parts = [answer.get("model"), answer.get("system_fingerprint")]
    said = " ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip())
    return redact.text(_whole_characters(said))[:MAX_VERSION]


def _whole_characters(text: str) -> str:
    """The text with U+FFFD for half surrogate pairs, which JSON can hold and no file can."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

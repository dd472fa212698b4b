"""Requests and answers as OpenAI-compatible servers have them: chat completions and plain completions."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness import redact
from harness.records import StopReason

Mode = Literal["chat", "completions"]

PATHS: Mapping[Mode, str] = {"chat": "/chat/completions", "completions": "/completions"}

_STOPPED: Mapping[object, StopReason] = {"stop": "end", "eos": "end", "length": "length", "content_filter": "refused"}
_TEXT_PARTS = frozenset({"text", "output_text"})
MOST_TOKENS = 10**8
"""Greatest count of tokens that is believed."""
MAX_VERSION = 200


@dataclass(frozen=True)
class Usage:
    """Tokens of one call as the server counts them; None where it does not say."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True)
class Place:
    """One token of an answer, and the likeliest alternatives."""

    text: str
    likely: Mapping[str, float]
    """Token → its probability, for the likeliest."""


@dataclass(frozen=True)
class Completion:
    """The text of a model, and what the server said about it."""

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
    """Read the completion in a server's answer. Raises UnusableError where there is none."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        raise UnusableError("it is not JSON") from None
    if not isinstance(answer, dict):
        raise UnusableError("it is not a JSON object")
    usage = _usage(answer.get("usage"))
    choices = answer.get("choices")
    if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
        message = error_message(answer)
        raise UnusableError(f"it has no choices{f': {message}' if message else ''}", usage)
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


def _places(logprobs: object) -> tuple[Place, ...]:
    """Read an answer's tokens with their probabilities; none where the server gives none, or something else."""
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
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
    """Tell whether a value is the logarithm of a probability."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value <= 0


def _chat_text(choice: Mapping[str, Any], usage: Usage) -> object:
    message = choice.get("message")
    if not isinstance(message, dict):
        raise UnusableError("it has no message", usage)
    if message.get("tool_calls") and not message.get("content"):
        raise UnusableError("it calls a tool, and none was offered", usage)
    content = message.get("content")
    if isinstance(content, list) and all(isinstance(part, (str, Mapping)) for part in content):
        return _joined(content, usage)
    # A refusal, a filtered text and reasoning that used up all tokens leave no content: the model answered nothing.
    return "" if "content" in message and content is None else content


def _joined(parts: Sequence[object], usage: Usage) -> str:
    """Join the texts of an answer that came in parts; parts of other types (reasoning, images) are passed over."""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping) and part.get("type", "text") in _TEXT_PARTS:
            text = part.get("text")
            if isinstance(text, Mapping):  # as the assistants API has it
                text = text.get("value")
            if not isinstance(text, str):
                raise UnusableError("a part of its text is no text", usage)
            texts.append(text)
    return "".join(texts)


def error_message(answer: object) -> str:
    """Say what went wrong in the server's words, short and without secrets; empty where it does not say."""
    error = answer.get("error", answer.get("message", answer.get("detail"))) if isinstance(answer, Mapping) else None
    if isinstance(error, Mapping):
        error = error.get("message")
    return redact.text(" ".join(error.split()))[:300] if isinstance(error, str) else ""


def _usage(counts: object) -> Usage:
    if not isinstance(counts, Mapping):
        return Usage()
    return Usage(_tokens(counts.get("prompt_tokens")), _tokens(counts.get("completion_tokens")))


def _tokens(count: object) -> int | None:
    if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_TOKENS:
        return count
    return None


def _version(answer: Mapping[str, Any]) -> str:
    parts = [answer.get("model"), answer.get("system_fingerprint")]
    names = " ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip())
    return redact.text(_whole_characters(names))[:MAX_VERSION]


def _whole_characters(text: str) -> str:
    """Replace half surrogate pairs by U+FFFD: JSON can hold them and no file can."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

"""The generation parameters of model `vllm`: transformers' names, as far as vLLM has the like, and two of its own.

So a configuration goes from `hf` to `vllm` as it is. Nothing here imports vLLM.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.errors import Problem, nearest_name
from harness.models.hf import generation

_THEIRS: Mapping[str, str] = {
    "max_new_tokens": "max_tokens",
    "min_new_tokens": "min_tokens",
    "min_p": "min_p",
    "repetition_penalty": "repetition_penalty",
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
    "stop_strings": "stop",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
"""Our name → that of vLLM's `SamplingParams`."""
NAMES = frozenset({*_THEIRS, "do_sample"})
"""Every name that may be set."""

_PENALTIES = frozenset({"presence_penalty", "frequency_penalty"})
_GREEDY: Mapping[str, Any] = {"do_sample": False, "max_new_tokens": 32, "repetition_penalty": 1.0}
_SAMPLING: Mapping[str, Any] = {"temperature": 1.0, "top_k": 50, "top_p": 1.0}
LINE_BREAK = "\n"


def effective(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given parameters over the defaults of model `hf`: greedy, 32 new tokens."""
    sampling = _SAMPLING if given.get("do_sample") is True else {}
    return dict(sorted({**_GREEDY, **sampling, **given}.items()))


def problems(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield unknown names, values out of range, and parameters without effect beside the others."""
    for name, value in parameters.items():
        path = f"generation.{name}"
        if name not in NAMES:
            yield Problem(
                "vLLM has no such generation parameter" if name in generation.NAMES else "unknown generation parameter",
                path=path,
                found=name,
                accepted=f"{', '.join(sorted(NAMES))}",
                nearest="max_new_tokens" if name == "max_tokens" else nearest_name(name, NAMES),
            )
            continue
        accepted = _accepted_values(name, value)
        if accepted:
            yield Problem("not a value of this generation parameter", path=path, found=repr(value), accepted=accepted)
        elif name in generation.SAMPLING_ONLY and parameters.get("do_sample") is not True:
            yield Problem("without effect unless do_sample is true", path=path, accepted="do_sample: true beside it")


def _accepted_values(name: str, value: Any) -> str:
    """Say what would be accepted in place of `value`; empty where it is fine."""
    if name in _PENALTIES:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number and -2 <= value <= 2 else "a number from -2 to 2"
    if name == "stop_strings":
        strings = [value] if isinstance(value, str) else value
        is_fine = isinstance(strings, list) and all(isinstance(text, str) and text for text in strings)
        return "" if is_fine else "a string, or a list of strings, none empty"
    return generation.accepted_values(name, value)


def can_write_on(parameters: Mapping[str, Any]) -> bool:
    """Tell whether a text may be written in two calls, the second with the first's tokens behind the prompt.

    Sampling would begin its random numbers anew; a penalty on new tokens, a least number of them and stop strings would
    not see the first call's.
    """
    written_apart = {"min_new_tokens", "stop_strings", *_PENALTIES}
    return not parameters.get("do_sample") and not any(parameters.get(name) for name in written_apart)


def arguments(
    parameters: Mapping[str, Any], *, ends: Sequence[int], seed: int, stop_at_newline: bool, written: int = 0
) -> dict[str, Any]:
    """Return the arguments of vLLM's `SamplingParams` for one text, of which `written` tokens are there already."""
    theirs: dict[str, Any] = {_THEIRS[name]: value for name, value in parameters.items() if name in _THEIRS}
    stop = theirs.pop("stop", [])
    stops = [stop] if isinstance(stop, str) else [*stop]
    return {
        "temperature": 0.0,
        **theirs,
        "max_tokens": parameters["max_new_tokens"] - written,
        "stop": [*stops, LINE_BREAK] if stop_at_newline else stops,
        "include_stop_str_in_output": True,  # as transformers leaves it in the text
        "stop_token_ids": list(ends),
        "seed": seed,
    }

"""The generation parameters a configuration may set, checked without loading transformers.

The names are those of `GenerationConfig` in transformers 5.23; a session checks them once more against the version
that is installed. Left out are the parameters whose decoding needs code from elsewhere since transformers 5
(contrastive and group beam search, constraints) and those that transformers has deprecated.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import Problem, nearest_name

_NAMES = """
    assistant_confidence_threshold assistant_early_exit assistant_ensemble_weight assistant_lookbehind bad_words_ids
    begin_suppress_tokens bos_token_id cache_implementation decoder_start_token_id disable_compile do_sample
    early_stopping encoder_no_repeat_ngram_size encoder_repetition_penalty eos_token_id epsilon_cutoff eta_cutoff
    exponential_decay_length_penalty forced_bos_token_id forced_eos_token_id guidance_scale length_penalty
    max_cache_len max_matching_ngram_size max_new_tokens max_time min_new_tokens min_p no_repeat_ngram_size
    num_assistant_tokens num_assistant_tokens_schedule num_beams pad_token_id prefill_chunk_size
    prompt_lookup_num_tokens remove_invalid_values renormalize_logits repetition_penalty sequence_bias stop_strings
    suppress_tokens target_lookbehind temperature token_healing top_h top_k top_p typical_p use_cache
    watermarking_config
"""
NAMES = frozenset(_NAMES.split())
"""Every name that may be set."""

SAMPLING_ONLY = frozenset({"temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff"})
BEAM_ONLY = frozenset({"length_penalty", "early_stopping"})

_REFUSED: Mapping[str, tuple[str, str]] = {
    "max_length": ("it counts the prompt and its padding, so a text would depend on its batch", "max_new_tokens"),
    "min_length": ("it counts the prompt and its padding, so a text would depend on its batch", "min_new_tokens"),
    "num_return_sequences": ("one headline is wanted for each cluster", ""),
    **dict.fromkeys(
        ("return_dict_in_generate", "output_scores", "output_logits", "output_attentions", "output_hidden_states"),
        ("only the text is kept", ""),
    ),
}

_GREEDY: Mapping[str, Any] = {
    "do_sample": False,
    "max_new_tokens": 32,
    "no_repeat_ngram_size": 0,
    "num_beams": 1,
    "repetition_penalty": 1.0,
}
_SAMPLING: Mapping[str, Any] = {"temperature": 1.0, "top_k": 50, "top_p": 1.0}
_BEAMS: Mapping[str, Any] = {"early_stopping": False, "length_penalty": 1.0}

_HARMLESS = """
    bos_token_id decoder_start_token_id do_sample early_stopping eos_token_id length_penalty max_new_tokens
    min_new_tokens num_beams pad_token_id renormalize_logits suppress_tokens use_cache
"""
_SAME_IN_ANY_BATCH = frozenset(_HARMLESS.split())
_SAME_WITHOUT_A_PADDED_PROMPT = frozenset({"no_repeat_ngram_size", "repetition_penalty"})

_WHOLE = {"max_new_tokens": 1, "min_new_tokens": 0, "num_beams": 1, "no_repeat_ngram_size": 0, "top_k": 1}
_POSITIVE = frozenset({"temperature", "repetition_penalty", "encoder_repetition_penalty", "max_time"})
_SHARES = frozenset({"top_p", "min_p", "typical_p", "top_h"})
_FLAGS = frozenset({"do_sample", "use_cache", "renormalize_logits", "remove_invalid_values", "token_healing"})


def effective(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given parameters over the defaults that hold beside them: greedy, 32 new tokens.

    A model's own sampling defaults (temperature, beams, penalties) are ignored, so that the run records every number
    that shapes a text.
    """
    number = given.get("num_beams", 1)
    beams = _BEAMS if isinstance(number, int) and number > 1 else {}
    sampling = _SAMPLING if given.get("do_sample") is True else {}
    return dict(sorted({**_GREEDY, **beams, **sampling, **given}.items()))


def problems(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield unknown names, values out of range, and parameters without effect beside the others."""
    for name, value in parameters.items():
        path = f"generation.{name}"
        if name in _REFUSED:
            why, instead = _REFUSED[name]
            yield Problem(f"this generation parameter cannot be set here: {why}", path=path, nearest=instead)
        elif name not in NAMES:
            nearest = nearest_name(name, NAMES)
            yield Problem(
                "unknown generation parameter",
                path=path,
                found=name,
                accepted="the parameters of transformers' GenerationConfig, such as max_new_tokens, do_sample, "
                "temperature, num_beams",
                nearest=nearest,
            )
        else:
            accepted = accepted_values(name, value)
            if accepted:
                yield Problem(
                    "not a value of this generation parameter", path=path, found=repr(value), accepted=accepted
                )
            elif name in SAMPLING_ONLY and parameters.get("do_sample") is not True:
                yield Problem(
                    "without effect unless do_sample is true", path=path, accepted="do_sample: true beside it"
                )
            elif name in BEAM_ONLY and parameters.get("num_beams") == 1:
                yield Problem("without effect unless num_beams is above 1", path=path, accepted="num_beams: 4, say")


def accepted_values(name: str, value: Any) -> str:
    """Say what would be accepted in place of `value`; empty where it is fine or only transformers can tell."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _WHOLE and not (isinstance(value, int) and number and value >= _WHOLE[name]):
        return f"a whole number from {_WHOLE[name]}"
    if name in _POSITIVE and not (number and value > 0):
        return "a number above 0"
    if name in _SHARES and not (number and 0 < value <= 1):
        return "a number above 0, at most 1"
    if name in _FLAGS and not isinstance(value, bool):
        return "true or false"
    return ""


def same_in_any_batch(parameters: Mapping[str, Any], *, padded_prompt: bool) -> bool:
    """Tell whether a text cannot depend on the others in its batch, so that clusters may be generated together.

    Sampling draws from one stream of random numbers; a repetition penalty on a causal model sees the padding of the
    prompt. Parameters not known to be harmless are taken to be harmful.
    """
    if parameters.get("do_sample"):
        return False
    harmless = _SAME_IN_ANY_BATCH if padded_prompt else _SAME_IN_ANY_BATCH | _SAME_WITHOUT_A_PADDED_PROMPT
    return all(name in harmless or _GREEDY.get(name) == value for name, value in parameters.items())


def is_plainly_greedy(parameters: Mapping[str, Any]) -> bool:
    """Tell whether each token is the one that the model scores highest, until an end or the limit."""
    plain = {**_GREEDY, "max_new_tokens": parameters.get("max_new_tokens"), "use_cache": True}
    return all(plain.get(name) == value for name, value in parameters.items())

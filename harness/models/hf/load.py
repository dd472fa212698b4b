"""Loads a transformers checkpoint in the precision that the configuration names."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from harness.checkpoints.gguf_reader import read_once
from harness.checkpoints.load import choose_device, explain_failure
from harness.checkpoints.problems import folder_problems
from harness.errors import UsageError
from harness.models.hf.linear import Int8Linear, SteadyLinear, replace_linear
from harness.models.hf.parameters import HfParameters

_NOT_WRITERS = ("ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering")
_PRECISION = {"float32": "float32", "bfloat16": "bfloat16", "float16": "float16", "int8": "float32"}
"""dtype → the precision in which weights are loaded; for auto it is the one in which they are stored."""


@dataclass
class Loaded:
    """A loaded model with its tokenizer and device."""

    model: Any
    tokenizer: Any
    seq2seq: bool
    device: torch.device


def load(hf: HfParameters, path: Path, *, gguf: bool) -> Loaded:
    """Load the checkpoint in `path` onto its device. Raises UsageError where it cannot be loaded."""
    wrong = [] if gguf else list(folder_problems(path))
    if wrong:
        raise UsageError("\n".join(str(problem) for problem in wrong))
    place = str(path.parent if gguf else path)
    # An absolute path: transformers looks for a relative one in the working directory first.
    common: dict[str, Any] = {"trust_remote_code": hf.trust_remote_code, "local_files_only": True}
    if gguf:
        common["gguf_file"] = str(path)
    with explain_failure(f"the checkpoint {hf.checkpoint}"), read_once() if gguf else nullcontext():
        config = AutoConfig.from_pretrained(place, **common)
        seq2seq = _is_seq2seq(hf, config)
        tokenizer = AutoTokenizer.from_pretrained(place, **common)
        auto = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
        model, about = auto.from_pretrained(
            place,
            config=config,
            dtype=_PRECISION.get(hf.dtype, "float32" if gguf else "auto"),
            use_safetensors=True,
            output_loading_info=True,
            **common,
        )
    absent = sorted(about["missing_keys"])
    if absent:
        raise UsageError(
            f"the checkpoint {hf.checkpoint} lacks {len(absent)} weights of a {type(model).__name__}, "
            f"for instance {absent[0]}: it was not trained to write text, or is damaged"
        )
    device = choose_device(hf.device)
    if hf.dtype == "int8" and device.type != "cpu":
        raise UsageError(f"dtype int8 is for CPUs, and the device is {device}; accepted there: bfloat16, float16")
    with explain_failure(f"the checkpoint {hf.checkpoint} on {device}"):
        model = model.to(device).eval()
    if device.type == "cpu":
        replace_linear(model, Int8Linear if hf.dtype == "int8" else SteadyLinear)
    return Loaded(model, _prepare_for_batches(tokenizer, seq2seq), seq2seq, device)


def _is_seq2seq(hf: HfParameters, config: Any) -> bool:
    """Tell whether the checkpoint is an encoder-decoder. Raises UsageError where it contradicts the configuration."""
    architecture = (getattr(config, "architectures", None) or [""])[0]
    if architecture.endswith(_NOT_WRITERS):
        raise UsageError(f"the checkpoint {hf.checkpoint} is a {architecture}, which cannot write text")
    seq2seq = bool(getattr(config, "is_encoder_decoder", False))
    if hf.task != "auto" and seq2seq != (hf.task == "seq2seq"):
        actual = "seq2seq" if seq2seq else "causal"
        raise UsageError(f"the checkpoint {hf.checkpoint} is a {actual} model ({config.model_type}), not {hf.task}")
    return seq2seq


def _prepare_for_batches(tokenizer: Any, seq2seq: bool) -> Any:
    """Set up the tokenizer for batches: a causal model writes on from a row's end, so padding goes first."""
    tokenizer.padding_side = "right" if seq2seq else "left"
    if tokenizer.pad_token is None:
        # The attention mask hides padding, so any token will do.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token or tokenizer.convert_ids_to_tokens(0)
    return tokenizer


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out, the processor's or a GPU's; torch reports the former in words only."""
    words = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)
    )

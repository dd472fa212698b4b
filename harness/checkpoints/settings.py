"""Reads the settings of a checkpoint, without torch and transformers."""

import json
import re
from pathlib import Path

from harness.checkpoints.find import Checkpoint

_LONGEST_SETTINGS = 64 * 1024 * 1024


def read_json(file: Path) -> dict[str, object]:
    """Read a JSON object from a file; empty where there is none or it is not an object."""
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_LONGEST_SETTINGS + 1)
        value = json.loads(text) if len(text) <= _LONGEST_SETTINGS else None
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def is_encoder_decoder(checkpoint: Checkpoint) -> bool | None:
    """Tell from its files whether the model has an encoder; None where they do not say."""
    if checkpoint.path is None:
        return None
    if checkpoint.kind == "gguf":
        with checkpoint.path.open("rb") as stream:
            start = stream.read(4096)
        # The key, its type (8, a string: 4 bytes), the string's length (8 bytes), the string.
        match = re.search(rb"general\.architecture\x08\x00\x00\x00.{8}([a-z0-9_-]+)", start, re.DOTALL)
        return match.group(1).startswith(b"t5") if match else None
    settings = read_json(checkpoint.path / "config.json")
    stated = settings.get("is_encoder_decoder")
    if isinstance(stated, bool):
        return stated
    architectures = settings.get("architectures")
    first = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    return False if first.endswith(("ForCausalLM", "LMHeadModel")) else None

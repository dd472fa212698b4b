"""Digests of a checkpoint's files, which identify it."""

import hashlib
from pathlib import Path

from harness.checkpoints.find import Checkpoint
from harness.inputs.digests import file_digest

DIGITS = 16
"""Hexadecimal digits kept of a SHA-256: 64 bits."""
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json")
TOKENIZER_SUFFIXES = (".model", ".spm", ".tiktoken")


def checkpoint_digests(checkpoint: Checkpoint) -> dict[str, str]:
    """Return SHA-256 digests of the weights, the tokenizer's files and the other settings of a local checkpoint."""
    if checkpoint.path is None:
        return {}
    if checkpoint.kind == "gguf":
        return {"weights": short_digest(checkpoint.path)}
    parts: dict[str, list[Path]] = {"weights": [], "tokenizer": [], "settings": []}
    for file in sorted(checkpoint.path.iterdir()):
        part = _part(file.name)
        if file.is_file() and part:
            parts[part].append(file)
    return {part: _joint_digest(files) for part, files in parts.items() if files}


def _part(name: str) -> str | None:
    if name.endswith(".safetensors"):
        return "weights"
    if name in ("config.json", "generation_config.json") or name.endswith(".py"):
        return "settings"
    if name.endswith((".jinja", *TOKENIZER_SUFFIXES)) or name in (*TOKENIZER_FILES, "merges.txt"):
        return "tokenizer"
    return "tokenizer" if name.endswith(".json") and ("token" in name or "vocab" in name) else None


def _joint_digest(files: list[Path]) -> str:
    joint = hashlib.sha256()
    for file in files:
        joint.update(f"{file.name}\0{file_digest(file)}\n".encode())
    return joint.hexdigest()[:DIGITS]


def short_digest(file: Path) -> str:
    """Return the first digits of one file's SHA-256. Raises OSError where it cannot be read."""
    return file_digest(file)[:DIGITS]

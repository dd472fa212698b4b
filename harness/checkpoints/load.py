"""Helpers for models and checkers with transformers weights: files, device, silence, reasons for failure."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.hub import current_commit, download
from harness.errors import UsageError
from harness.process import interruption


def local_checkpoint(name: str, revision: str | None, *, with_code: bool = False) -> Path:
    """Return the folder or GGUF file of a checkpoint; download it from the hub if need be.

    Raises UsageError that says what was looked for where it cannot be had. The code `with_code` is about to run.
    """
    if with_code:
        interruption.expect_code_of_others()
    checkpoint = find_checkpoint(name)
    if checkpoint.path is not None:
        return checkpoint.path
    return download(checkpoint.hub_id, current_commit(checkpoint.hub_id, revision), with_code=with_code)


def choose_device(name: str) -> Any:
    """Return the torch device that `name` means; auto takes a GPU if there is one. Raises UsageError without it."""
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise UsageError(f"device {name} was asked for, but torch sees no CUDA device")
    if name == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device mps was asked for, but torch sees none")
    return torch.device(name)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep warnings and progress bars of transformers off the terminal, and restore its settings afterwards."""
    import transformers

    log = transformers.utils.logging
    verbosity, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity(transformers.logging.CRITICAL)
    log.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.set_verbosity(verbosity)
        if bars:
            log.enable_progress_bar()


@contextmanager
def explain_failure(owner: str) -> Iterator[None]:
    """Turn whatever transformers raises for a checkpoint that it cannot load into a UsageError about `owner`."""
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        message = " ".join(str(error).split())
        if "trust_remote_code" in message:
            raise UsageError(
                f"{owner} brings Python code of its own; set `trust_remote_code: true` if you have read it and trust it"
            ) from error
        raise UsageError(f"{owner} cannot be loaded: {type(error).__name__}: {message[:300]}") from error


def readable(text: str) -> str:
    """Replace by a question mark what no tokenizer takes: half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8")

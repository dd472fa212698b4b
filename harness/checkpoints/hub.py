"""Checkpoints on the Hugging Face hub: resolves revisions to commits, and downloads files."""

import os
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness import extras
from harness.checkpoints.find import ACCEPTED
from harness.errors import MissingExtraError, UsageError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_PATTERNS = ["*.json", "*.safetensors", "*.model", "*.spm", "*.txt", "*.jinja", "*.tiktoken"]


def is_offline() -> bool:
    """Tell whether the environment forbids asking the hub."""
    flags = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    return any(flag.upper() in ("1", "ON", "YES", "TRUE") for flag in flags)


def cached_commit(hub_id: str, revision: str | None) -> str | None:
    """Return the commit that the hub's local cache has for a revision, or None. Needs no network."""
    if not extras.is_installed("huggingface_hub"):
        return None
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(hub_id, "config.json", revision=revision)
    return Path(config).parent.name if isinstance(config, str) else None


@lru_cache(maxsize=64)
def current_commit(hub_id: str, revision: str | None) -> str:
    """Return the commit that a revision on the hub means now; the cache's where the hub cannot be reached.

    Memoised, so that a run loads the commit that it records. Raises UsageError where neither has it,
    MissingExtraError where nothing is installed that could ask.
    """
    if revision is not None and _COMMIT.fullmatch(revision):
        return revision
    if not extras.is_installed("huggingface_hub"):
        raise MissingExtraError(f"model {hub_id} on the hub", "huggingface_hub", "models")
    reason = "HF_HUB_OFFLINE forbids asking the hub"
    if not is_offline():
        from huggingface_hub import HfApi
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

        try:
            sha = HfApi().model_info(hub_id, revision=revision, timeout=10).sha
        except RevisionNotFoundError as error:
            raise UsageError(f"the hub's model {hub_id} has no revision {revision!r}") from error
        except RepositoryNotFoundError as error:
            raise UsageError(
                f"no folder {hub_id} is here, and the hub has no such model that you may read; accepted: {ACCEPTED}"
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever the network does, the cache may still know
            reason = f"the hub cannot be reached ({type(error).__name__})"
        else:
            if sha:
                return sha
    cached = cached_commit(hub_id, revision)
    if cached is None:
        raise UsageError(f"no folder {hub_id} is here, {reason}, and its local cache has no such model")
    return cached


def download(hub_id: str, commit_id: str, *, with_code: bool) -> Path:
    """Return the local folder of one commit of a model on the hub; download it if need be, but never a pickle.

    Where files are fetched, the standard error stream says how many and how large; the hub's own bars stay off, since
    they need control codes. Raises UsageError where it cannot be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    wanted: dict[str, Any] = {
        "revision": commit_id,
        "allow_patterns": [*_HUB_PATTERNS, *(["*.py"] if with_code else [])],
        "ignore_patterns": ["*/*", "consolidated*"],
        "local_files_only": is_offline(),
    }
    silent = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        sizes = _missing_sizes(hub_id, wanted)
        if sizes:
            files = f"{len(sizes)} file{'s' if len(sizes) > 1 else ''}"
            print(f"downloading {hub_id}: {files}, {sum(sizes) / 1e6:,.0f} MB", file=sys.stderr, flush=True)
        return Path(snapshot_download(hub_id, **wanted))
    except Exception as error:  # a dozen kinds of network and disk errors, all of which the user must mend
        raise UsageError(f"the model {hub_id} at commit {commit_id} cannot be downloaded: {error}") from error
    finally:
        if silent:
            disable_progress_bars()
        else:
            enable_progress_bars()


def _missing_sizes(hub_id: str, wanted: dict[str, Any]) -> list[int]:
    """Return the sizes in bytes of the files that a download would fetch; none where the hub cannot be asked."""
    if wanted["local_files_only"]:
        return []
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    try:
        planned = snapshot_download(hub_id, **wanted, dry_run=True)
    except DryRunError:
        return []  # the cache may have it all
    return [file.file_size or 0 for file in planned if file.will_download]

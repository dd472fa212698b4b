"""Where a checkpoint is, whether it can be loaded, and which one it is: all without torch and transformers.

Four ways to name one: `package:NAME/FILE` (a file or folder inside an installed package, which is found but never
imported), the path of a `.gguf` file, the path of a folder, and the id of a model on the Hugging Face hub.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import Any, Literal

from harness import extras
from harness.errors import DataError, MissingExtraError, Problem, UsageError, nearest_name
from harness.inputs.files import located

PACKAGE = "package:"
DIGITS = 16
"""Hexadecimal digits of a SHA-256 that are kept: 64 bits."""

_ACCEPTED = "a hub id (owner/name), a folder, a .gguf file, or package:NAME/FILE"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json")
_TOKENIZER_SUFFIXES = (".model", ".spm", ".tiktoken")
_LONGEST_SETTINGS = 64 * 1024 * 1024
_LFS_POINTER = b"version https://git-lfs"
_HUB_PATTERNS = ["*.json", "*.safetensors", "*.model", "*.spm", "*.txt", "*.jinja", "*.tiktoken"]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was found, or the id of one on the hub."""

    kind: Literal["gguf", "folder", "hub"]
    path: Path | None = None
    hub_id: str = ""


class NotFoundError(UsageError):
    """A checkpoint is not where its name says; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def find(name: str) -> Checkpoint:
    """The checkpoint that `name` means. Raises NotFoundError where nothing of that name is here.

    A hub id is not looked up.
    """
    if name.startswith(PACKAGE):
        return _at(in_package(name), name)
    try:
        path = located(name)
    except DataError as error:
        raise NotFoundError(error.problems[0]) from None
    if path.exists():
        return _at(path, name)
    is_path = name.lower().endswith(".gguf") or name.startswith((".", "/", "~")) or not _HUB_ID.fullmatch(name)
    if not is_path:
        return Checkpoint("hub", hub_id=name)
    try:
        beside = sorted(other.name for other in path.parent.iterdir())
    except OSError:
        beside = []
    nearest = nearest_name(path.name, beside)
    kind = "file" if path.suffix.lower() == ".gguf" else "folder"
    raise NotFoundError(
        Problem(
            f"there is no such {kind}",
            found=name,
            accepted=_ACCEPTED,
            nearest=str(Path(name).parent / nearest) if nearest else "",
        )
    )


def _at(path: Path, name: str) -> Checkpoint:
    # Links are not followed: the hub's cache links to files that have lost their names.
    if path.is_dir():
        return Checkpoint("folder", path.absolute())
    if path.suffix.lower() == ".gguf":
        return Checkpoint("gguf", path.absolute())
    raise NotFoundError(
        Problem(
            "a single file can only be a GGUF checkpoint; name the folder that holds config.json and the weights",
            found=name,
            accepted=_ACCEPTED,
            nearest=str(Path(name).parent) if (path.parent / "config.json").is_file() else "",
        )
    )


def in_package(name: str) -> Path:
    """The file or folder that `package:NAME/FILE` means, found without importing the package."""
    package, _, inner = name.removeprefix(PACKAGE).partition("/")
    if not package or not inner:
        raise NotFoundError(Problem("the name of a packaged checkpoint is incomplete", found=name, accepted=_ACCEPTED))
    folders = _package_folders(package)
    for folder in folders:
        if (folder / inner).exists():
            return folder / inner
    if not folders:
        raise NotFoundError(
            Problem(
                f"package {package} is not installed; to install: "
                + extras.install_command("--no-deps", package.replace("_", "-")),
                found=name,
            )
        )
    inside = [str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*.gguf")]
    nearest = nearest_name(inner, inside)
    raise NotFoundError(
        Problem(
            f"package {package} holds no such file",
            found=name,
            accepted=", ".join(f"{PACKAGE}{package}/{file}" for file in sorted(inside)[:5]),
            nearest=f"{PACKAGE}{package}/{nearest}" if nearest else "",
        )
    )


def _package_folders(package: str) -> list[Path]:
    """The folders of a top-level package; of a distribution's packages where only a distribution has that name."""
    try:
        spec = util.find_spec(package.partition(".")[0])
    except (ImportError, ValueError):
        spec = None
    if spec is not None and spec.submodule_search_locations:
        return [Path(place, *package.split(".")[1:]) for place in spec.submodule_search_locations]
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return []
    tops = sorted({file.parts[0] for file in files if len(file.parts) > 1 and not file.parts[0].endswith(".dist-info")})
    return [Path(str(metadata.distribution(package).locate_file(top))) for top in tops]


def problems(name: str, revision: str | None) -> Iterator[Problem]:
    """Everything that speaks against loading this checkpoint, as far as its files tell."""
    try:
        checkpoint = find(name)
    except NotFoundError as error:
        yield error.problem
        return
    if revision is not None and checkpoint.kind != "hub":
        yield Problem("a revision can only be chosen of a model on the hub", path="revision", found=revision)
    if checkpoint.kind == "hub":
        if _is_offline() and cached_commit(name, revision) is None:
            yield Problem(
                "no folder of that name is here, the hub's cache has no such model, and HF_HUB_OFFLINE forbids asking",
                found=name if revision is None else f"{name} at revision {revision}",
                accepted=_ACCEPTED,
            )
    elif checkpoint.path is not None:
        yield from _file_problems(checkpoint.path) if checkpoint.kind == "gguf" else folder_problems(checkpoint.path)


def _file_problems(file: Path) -> Iterator[Problem]:
    with file.open("rb") as stream:
        start = stream.read(len(_LFS_POINTER))
    if start.startswith(_LFS_POINTER):
        yield Problem("the file is a Git LFS pointer, not the weights: run `git lfs pull`", found=str(file))
    elif not start.startswith(b"GGUF"):
        yield Problem("the file does not begin as a GGUF file does", found=repr(start[:4]), accepted="b'GGUF'")


def folder_problems(folder: Path) -> Iterator[Problem]:
    """What is missing in a folder of a checkpoint, and what must not be loaded from it."""
    names = sorted(file.name for file in folder.iterdir() if file.is_file())
    ggufs = [name for name in names if name.lower().endswith(".gguf")]
    if "config.json" not in names:
        yield Problem(
            "the folder has no config.json" + ("; name the GGUF file in it" if ggufs else ""),
            found=str(folder),
            nearest=str(folder / ggufs[0]) if ggufs else "",
        )
        return
    if "adapter_config.json" in names:
        yield Problem(
            "the folder holds an adapter, which itself names the weights that it changes; merge it into them",
            found=str(folder),
            accepted="a whole checkpoint",
        )
        return
    weights = [name for name in names if name.endswith(".safetensors")]
    pickles = [name for name in names if name.endswith(_PICKLES) and name != "training_args.bin"]
    if not weights and pickles:
        yield Problem(
            f"the folder has only pickled weights ({pickles[0]}), and reading a pickle can run any code in it; "
            "where you trust them, convert once: transformers' AutoModelForCausalLM (or AutoModelForSeq2SeqLM)"
            ".from_pretrained(FOLDER).save_pretrained(NEW_FOLDER), and the same with AutoTokenizer",
            found=str(folder),
            accepted="*.safetensors or a .gguf file",
        )
    elif not weights:
        yield Problem("the folder has no weights", found=str(folder), accepted="*.safetensors or a .gguf file")
    for name in weights:
        with (folder / name).open("rb") as stream:
            if stream.read(len(_LFS_POINTER)).startswith(_LFS_POINTER):
                yield Problem(
                    "the file is a Git LFS pointer, not the weights: run `git lfs pull`", found=str(folder / name)
                )
    missing = sorted(_shards(folder) - set(names))
    if missing:
        yield Problem(f"{len(missing)} of the weight files that the index names are missing", found=missing[0])
    if not any(name in _TOKENIZERS or name.endswith(_TOKENIZER_SUFFIXES) for name in names):
        yield Problem("the folder has no tokenizer", found=str(folder), accepted=", ".join(_TOKENIZERS))


def _shards(folder: Path) -> set[str]:
    """File names in the index of weights that are split over several files."""
    index = folder / "model.safetensors.index.json"
    if (folder / "model.safetensors").is_file() or not index.is_file():
        return set()
    listed = read_json(index).get("weight_map", {})
    return {str(name) for name in listed.values()} if isinstance(listed, dict) else set()


def read_json(file: Path) -> dict[str, object]:
    """A JSON object from a file; empty where there is none or it is not an object."""
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_LONGEST_SETTINGS + 1)
        found = json.loads(text) if len(text) <= _LONGEST_SETTINGS else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_encoder_decoder(checkpoint: Checkpoint) -> bool | None:
    """Whether the model reads with an encoder, as its files say; None where they do not say."""
    if checkpoint.path is None:
        return None
    if checkpoint.kind == "gguf":
        with checkpoint.path.open("rb") as stream:
            start = stream.read(4096)
        # The key, its type (8, a string: 4 bytes), the string's length (8 bytes), the string.
        found = re.search(rb"general\.architecture\x08\x00\x00\x00.{8}([a-z0-9_-]+)", start, re.DOTALL)
        return found.group(1).startswith(b"t5") if found else None
    settings = read_json(checkpoint.path / "config.json")
    stated = settings.get("is_encoder_decoder")
    if isinstance(stated, bool):
        return stated
    architectures = settings.get("architectures")
    first = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    return False if first.endswith(("ForCausalLM", "LMHeadModel")) else None


def digests(checkpoint: Checkpoint) -> dict[str, str]:
    """SHA-256 over the weights, over the tokenizer's files and over the other settings of a local checkpoint."""
    if checkpoint.path is None:
        return {}
    if checkpoint.kind == "gguf":
        return {"weights": _file_digest(checkpoint.path)[:DIGITS]}
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
    if name.endswith((".jinja", *_TOKENIZER_SUFFIXES)) or name in (*_TOKENIZERS, "merges.txt"):
        return "tokenizer"
    return "tokenizer" if name.endswith(".json") and ("token" in name or "vocab" in name) else None


def _joint_digest(files: list[Path]) -> str:
    joint = hashlib.sha256()
    for file in files:
        joint.update(f"{file.name}\0{_file_digest(file)}\n".encode())
    return joint.hexdigest()[:DIGITS]


def file_digest(file: Path) -> str:
    """The first digits of one file's SHA-256; raises OSError where it cannot be read."""
    return _file_digest(file)[:DIGITS]


def _file_digest(file: Path) -> str:
    about = file.stat()
    return _digest_of(str(file), about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest_of(file: str, size: int, modified: int) -> str:  # noqa: ARG001 - size and time tell a changed file apart
    """SHA-256 of a file; memoised, since every configuration of a sweep asks again."""
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_offline() -> bool:
    flags = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    return any(flag.upper() in ("1", "ON", "YES", "TRUE") for flag in flags)


def cached_commit(hub_id: str, revision: str | None) -> str | None:
    """The commit that the hub's local cache holds for a revision; None where it has none. Needs no network."""
    if not extras.is_installed("huggingface_hub"):
        return None
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(hub_id, "config.json", revision=revision)
    return Path(config).parent.name if isinstance(config, str) else None


@lru_cache(maxsize=64)
def commit(hub_id: str, revision: str | None) -> str:
    """The commit that a revision of a model on the hub stands for now; the cache's where the hub cannot be reached.

    Memoised, so that what a run records is what it loads. Raises UsageError where neither knows it,
    MissingExtraError where nothing is installed that could ask.
    """
    if revision is not None and _COMMIT.fullmatch(revision):
        return revision
    if not extras.is_installed("huggingface_hub"):
        raise MissingExtraError(f"model {hub_id} on the hub", "huggingface_hub", "models")
    reason = "HF_HUB_OFFLINE forbids asking the hub"
    if not _is_offline():
        from huggingface_hub import HfApi
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

        try:
            found = HfApi().model_info(hub_id, revision=revision, timeout=10).sha
        except RevisionNotFoundError as error:
            raise UsageError(f"the hub's model {hub_id} has no revision {revision!r}") from error
        except RepositoryNotFoundError as error:
            raise UsageError(
                f"no folder {hub_id} is here, and the hub has no such model that you may read; accepted: {_ACCEPTED}"
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever the network does, the cache may still know
            reason = f"the hub cannot be reached ({type(error).__name__})"
        else:
            if found:
                return found
    cached = cached_commit(hub_id, revision)
    if cached is None:
        raise UsageError(f"no folder {hub_id} is here, {reason}, and its local cache has no such model")
    return cached


def download(hub_id: str, commit_id: str, *, with_code: bool) -> Path:
    """The local folder of one commit of a model on the hub, downloaded if need be; never a pickle.

    Where files are fetched, the standard error stream says how many and how large; the hub's own bars stay off, since
    they need control codes. Raises UsageError where it cannot be had.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    wanted: dict[str, Any] = {
        "revision": commit_id,
        "allow_patterns": [*_HUB_PATTERNS, *(["*.py"] if with_code else [])],
        "ignore_patterns": ["*/*", "consolidated*"],
        "local_files_only": _is_offline(),
    }
    silent = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        sizes = _absent(hub_id, wanted)
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


def _absent(hub_id: str, wanted: dict[str, Any]) -> list[int]:
    """Sizes in bytes of the files that a download would fetch; none where the hub cannot be asked."""
    if wanted["local_files_only"]:
        return []
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import DryRunError

    try:
        planned = snapshot_download(hub_id, **wanted, dry_run=True)
    except DryRunError:
        return []  # the cache may have it all
    return [file.file_size or 0 for file in planned if file.will_download]

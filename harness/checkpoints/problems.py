"""Problems of a checkpoint that its files tell, without loading any of it."""

from collections.abc import Iterator
from pathlib import Path

from harness.checkpoints.digests import TOKENIZER_FILES, TOKENIZER_SUFFIXES
from harness.checkpoints.find import ACCEPTED, NotFoundError, find_checkpoint
from harness.checkpoints.hub import cached_commit, is_offline
from harness.checkpoints.settings import read_json
from harness.errors import Problem

_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_LFS_POINTER = b"version https://git-lfs"
_POINTER_PROBLEM = "the file is a Git LFS pointer, not the weights: run `git lfs pull`"


def checkpoint_problems(name: str, revision: str | None) -> Iterator[Problem]:
    """Yield everything in its files that speaks against loading this checkpoint."""
    try:
        checkpoint = find_checkpoint(name)
    except NotFoundError as error:
        yield error.problem
        return
    if revision is not None and checkpoint.kind != "hub":
        yield Problem("a revision can only be chosen of a model on the hub", path="revision", found=revision)
    if checkpoint.kind == "hub":
        if is_offline() and cached_commit(name, revision) is None:
            yield Problem(
                "no folder of that name is here, the hub's cache has no such model, and HF_HUB_OFFLINE forbids asking",
                found=name if revision is None else f"{name} at revision {revision}",
                accepted=ACCEPTED,
            )
    elif checkpoint.path is not None:
        yield from _file_problems(checkpoint.path) if checkpoint.kind == "gguf" else folder_problems(checkpoint.path)


def _file_problems(file: Path) -> Iterator[Problem]:
    start = _beginning(file)
    if start == _LFS_POINTER:
        yield Problem(_POINTER_PROBLEM, found=str(file))
    elif not start.startswith(b"GGUF"):
        yield Problem("the file does not begin as a GGUF file does", found=repr(start[:4]), accepted="b'GGUF'")


def _beginning(file: Path) -> bytes:
    """Read as much of a file as tells a Git LFS pointer."""
    with file.open("rb") as stream:
        return stream.read(len(_LFS_POINTER))


def folder_problems(folder: Path) -> Iterator[Problem]:
    """Yield what is missing in the folder of a checkpoint, and what must not be loaded from it."""
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
        if _beginning(folder / name) == _LFS_POINTER:
            yield Problem(_POINTER_PROBLEM, found=str(folder / name))
    missing = sorted(_shards(folder) - set(names))
    if missing:
        yield Problem(f"{len(missing)} of the weight files that the index names are missing", found=missing[0])
    if not any(name in TOKENIZER_FILES or name.endswith(TOKENIZER_SUFFIXES) for name in names):
        yield Problem("the folder has no tokenizer", found=str(folder), accepted=", ".join(TOKENIZER_FILES))


def _shards(folder: Path) -> set[str]:
    """List the files in the index of weights that are split over several files."""
    index = folder / "model.safetensors.index.json"
    if (folder / "model.safetensors").is_file() or not index.is_file():
        return set()
    listed = read_json(index).get("weight_map", {})
    return {str(name) for name in listed.values()} if isinstance(listed, dict) else set()

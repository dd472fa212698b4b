"""Splits of a data set in a folder, by the names of its files."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.inputs.files import file_error, located
from harness.inputs.tables import FORMATS, format_of

_SPLIT_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "test": frozenset({"test", "testing", "eval", "evaluation"}),
    "validation": frozenset({"validation", "valid", "val", "dev"}),
    "train": frozenset({"train", "training"}),
}
_DESCRIPTIONS: Final = frozenset({"dataset_infos.json", "dataset_info.json", "config.json", "metadata.json"})


def split_files(folder: str, split: str | None) -> list[str]:
    """List the files of one split in a folder, sorted by path; names of files or folders tell the splits.

    Without a split: test where there is one, else the only one there is. Where no name tells a split, all files are
    one, called train, as the `datasets` library has it.
    Raises DataError where there is no such split, or where its files are of several formats.
    """
    top = located(folder)
    by_split: dict[str, list[str]] = {}
    for path in sorted(top.rglob("*")):
        within = path.relative_to(top)
        hidden = any(part.startswith((".", "__")) for part in within.parts)
        if not hidden and format_of(path.name) and path.name not in _DESCRIPTIONS and path.is_file():
            by_split.setdefault(_split_of(within, split or ""), []).append(str(Path(folder) / within))
    if not by_split:
        raise file_error(folder, "the folder has no file that can be read", FORMATS)
    unnamed = by_split.pop("", [])
    files = by_split[choose_split(folder, split, sorted(by_split))] if by_split else unnamed
    if not by_split:
        choose_split(folder, split, ["train"])
    if len({format_of(file) for file in files}) > 1:
        names = ", ".join(Path(file).name for file in files[:5])
        raise file_error(folder, "files of several formats may hold the same rows", "the name of one as path", names)
    return files


def choose_split(where: str, split: str | None, available: list[str]) -> str:
    """Choose the split asked for, else test, else the only one. Raises DataError where that is not `available`."""
    wanted = split or ("test" if "test" in available else available[0] if len(available) == 1 else "")
    for name in (wanted, canonical_split(wanted)):
        if name in available:
            return name
    message = f"there is no split {split!r}" if split else "there is no split `test`; say which to read with `split:`"
    raise file_error(where, message, ", ".join(available) or "a set with rows")


def canonical_split(name: str) -> str:
    """Return the usual name of a split, `validation` for `dev`; any other name unchanged."""
    return next((split for split, words in _SPLIT_WORDS.items() if name.lower() in words), name)


def _split_of(relative: Path, wanted: str) -> str:
    """Return the split that a path names, innermost part and last word first, or an empty string."""
    for part in reversed(relative.parts):
        words = re.split(r"[^a-z0-9]+", part.lower())
        if wanted.lower() in words and canonical_split(wanted) not in _SPLIT_WORDS:
            return wanted
        for word in reversed(words):
            if (name := canonical_split(word)) in _SPLIT_WORDS:
                return name
    return ""

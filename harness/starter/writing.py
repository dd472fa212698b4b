"""Write the files of a new folder, so that running it again changes nothing and no other file is lost.

Everything is looked at before the first file is written: a folder in a file's place, or a linked folder on the way, is
refused with nothing changed. The content that is overwritten is kept beside the new one as `NAME.old`.
"""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.disk.durable import replace_text
from harness.errors import ConfigError, Problem, StoreError, UsageError
from harness.starter.files import FILES, StarterFile

State = Literal["written", "overwritten", "identical", "different", "link"]


@dataclass(frozen=True)
class Written:
    """The outcome for one file: its path, and whether it was written."""

    path: Path
    state: State
    """A file that is `identical`, `different` or a symbolic `link` was there before and was kept."""
    former: Path | None = None
    """The place where the overwritten content is now."""


def write(folder: Path, *, force: bool = False, files: Sequence[StarterFile] = FILES) -> Iterator[Written]:
    """Write the files that `folder` lacks, with `force` also those that differ; make the folder where it is missing.

    Each file is yielded once it is done, so that an error on the way hides nothing that was written before it. Raises
    ConfigError with everything that stands in the way, before anything is written; UsageError where a file or folder
    cannot be made.
    """
    targets = [(folder.joinpath(*file.path.parts), file.content()) for file in files]
    obstacles = [problem for target, _ in targets if (problem := _obstacle(folder, target))]
    if obstacles:
        raise ConfigError(list(dict.fromkeys(obstacles)))
    for target, content in targets:
        yield _put(target, content, force=force)


def repository_above(folder: Path) -> Path | None:
    """Find the repository that `folder` lies in, where it is not its top: workflows are read at the top only."""
    try:
        resolved = folder.resolve()
        tops = (above for above in (resolved, *resolved.parents) if (above / ".git").exists())
        top = next(tops, None)
    except OSError:
        return None
    return top if top != resolved else None


def _obstacle(folder: Path, target: Path) -> Problem | None:
    """Find what keeps `target` from being written: a file where a folder must be, a linked folder, no plain file.

    `folder` itself may be a link: the user named it.
    """
    if _mode(folder) is not None and not folder.is_dir():
        return Problem("not a folder", str(folder), accepted="a folder, or a name that is not taken yet")
    below = target.relative_to(folder)
    for part in [*reversed(below.parents[:-1]), below]:
        path = folder / part
        mode = _mode(path)
        if mode is None:
            return None
        accepted = "a file" if path == target else "a folder"
        if stat.S_ISLNK(mode) and path != target:
            return Problem("a symbolic link, and nothing is written through one", str(path), accepted=accepted)
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) if path == target else stat.S_ISDIR(mode)):
            return Problem("this name is taken by something else", str(path), accepted=accepted)
    return None


def _mode(path: Path) -> int | None:
    """Look up what stands at `path`, links not followed; None for nothing."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        raise UsageError(f"{path}: {reason}") from None


def _put(target: Path, content: bytes, *, force: bool) -> Written:
    try:
        mode = _mode(target)
        if mode is not None and stat.S_ISLNK(mode):
            return Written(target, "link")
        before = target.read_bytes() if mode is not None else None
        if before == content:
            return Written(target, "identical")
        if before is not None and not force:
            return Written(target, "different")
        target.parent.mkdir(parents=True, exist_ok=True)
        former = _set_aside(target, before) if before is not None else None
        replace_text(target, content.decode())
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from None
    except StoreError as error:
        raise UsageError(str(error)) from None
    return Written(target, "written" if before is None else "overwritten", former)


def _set_aside(target: Path, content: bytes) -> Path:
    """Write a copy of what will be overwritten, under a name that is not taken: `NAME.old`, `NAME.old2`, …."""
    number = 1
    while True:
        former = target.with_name(f"{target.name}.old{number if number > 1 else ''}")
        try:
            with former.open("xb") as stream:
                stream.write(content)
        except FileExistsError:
            number += 1
        else:
            return former

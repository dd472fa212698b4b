"""Finds a checkpoint by its name.

Four ways to name one: `package:NAME/FILE` (a file or folder inside an installed package, which is found but never
imported), the path of a `.gguf` file, the path of a folder, and the id of a model on the Hugging Face hub.
"""

import re
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from harness import extras
from harness.errors import DataError, Problem, UsageError, nearest_name
from harness.inputs.files import located, nearest_file

PACKAGE = "package:"
ACCEPTED = "a hub id (owner/name), a folder, a .gguf file, or package:NAME/FILE"

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


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


def find_checkpoint(name: str) -> Checkpoint:
    """Find the checkpoint that `name` means. Raises NotFoundError where there is none of that name.

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
    kind = "file" if path.suffix.lower() == ".gguf" else "folder"
    raise NotFoundError(Problem(f"there is no such {kind}", found=name, accepted=ACCEPTED, nearest=nearest_file(name)))


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
            accepted=ACCEPTED,
            nearest=str(Path(name).parent) if (path.parent / "config.json").is_file() else "",
        )
    )


def in_package(name: str) -> Path:
    """Find the file or folder that `package:NAME/FILE` means, without importing the package."""
    package, _, inner = name.removeprefix(PACKAGE).partition("/")
    if not package or not inner:
        raise NotFoundError(Problem("the name of a packaged checkpoint is incomplete", found=name, accepted=ACCEPTED))
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
    """Return the folders of a top-level package, or of a distribution's packages where only that has the name."""
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

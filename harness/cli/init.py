"""`harness init`: a folder to begin with."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import streams

if TYPE_CHECKING:
    from harness.starter import Written

HERE = Path()


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; made where it is missing.")] = HERE,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that differ; what they held is kept as NAME.old.")
    ] = False,
) -> None:
    """Make a folder to begin with.

    It gets a configuration with comments, a prompt, three example clusters, a gate, a test for pytest, a workflow for
    GitHub and a README. Files that are there are kept, so that running it again changes nothing.
    """
    from harness import printable
    from harness.starter import WORKFLOW, repository_above, write

    for written in write(folder, force=force):
        typer.echo(printable.line(_line(written)))
    top = repository_above(folder)
    if top is not None:
        there = (top / WORKFLOW).parent
        streams.say("\nnote: GitHub reads workflows at the top of a repository only.")
        streams.say(printable.line(f"Move {folder / WORKFLOW} into {there} and name this folder in it."))
    typer.echo(f"\n{_next(folder)}")


def _line(written: "Written") -> str:
    said = {
        "written": "written",
        "overwritten": f"overwritten (what it held is now in {written.former})",
        "identical": "kept (identical)",
        "different": "kept (differs; --force overwrites)",
        "link": "kept (a symbolic link, and nothing is written through one)",
    }
    return f"{written.path}: {said[written.state]}"


def _next(folder: Path) -> str:
    """Write the commands that come next, ready to be copied."""
    name = f"./{folder}" if str(folder).startswith("-") else str(folder)
    steps = [
        *([(f"cd {shlex.quote(name)}", "")] if folder != HERE else []),
        ("harness eval --config harness.yaml", "run the models, score, print the table"),
        ("harness gate --update", "take this run as the baseline; commit it"),
        ("harness gate", "from then on: fail where it got worse"),
    ]
    return "\n".join(["Next:", *(f"  {command:<36}{f'# {what}' if what else ''}".rstrip() for command, what in steps)])

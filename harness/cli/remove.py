"""`harness rm`: remove runs, after asking."""

import sys
from typing import Annotated

import typer

from harness.cli import streams
from harness.cli.options import RESULTS, RUN_FORMS, ResultsFolder, complete_run
from harness.process import logs


def rm(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...", help=f"Runs, each {RUN_FORMS}; with --keep a NAME each.", autocompletion=complete_run
        ),
    ],
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=0, metavar="N", help="Keep the newest N runs of each NAME, remove the older ones."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    results: ResultsFolder = RESULTS,
) -> None:
    """Remove runs; shows what goes, and asks first.

    Never removes a run that is in use or that a baseline was saved from, and no folder that holds other files: where
    one RUN is refused nothing is removed, and the command ends with 2. With --keep such runs stay, and a note says so.
    """
    from harness.report.runs import removal_lines
    from harness.report.sizes import size
    from harness.results.removal import choose, remove

    choice = choose(results, runs, lambda line: logs.say(f"note: {line}", "warning"), keep=keep)
    for line in choice.kept:
        logs.say(f"note: {line}", "warning")
    if not choice.candidates:
        logs.say("nothing to remove")
        return
    if not yes:
        for line in removal_lines(choice.candidates):
            logs.say(line)
        if not _confirm(len(choice.candidates)):
            logs.say("nothing was removed")
            return
    for gone in remove(choice.candidates):
        streams.say(f"removed {gone.folder.place}, {size(gone.bytes)}")


def _confirm(count: int) -> bool:
    """Ask whether the runs are to go. Raises UsageError where there is nobody to ask."""
    from harness.errors import UsageError

    answer = ""
    if sys.stdin is not None and sys.stdin.isatty():
        what = "this run" if count == 1 else f"these {count} runs"
        sys.stderr.write(f"Remove {what}? [y/N] ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:  # the end of the input: Ctrl-D
            sys.stderr.write("\n")
    if not answer:
        raise UsageError("nothing was removed: nobody answered; --yes removes without asking")
    return answer.strip().lower() in ("y", "yes")

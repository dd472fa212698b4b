"""`harness cache`: what is kept across runs, and keeping it small and sound."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import streams
from harness.cli.options import RESULTS, CacheFolder, Commands, ResultsFolder
from harness.errors import EXIT_REGRESSION
from harness.process import logs

if TYPE_CHECKING:
    from harness.cache.maintenance import Removed

app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)

Form = Annotated[Literal["table", "json"], typer.Option("--format", help="How it is printed.")]


@app.callback()
def _group() -> None:
    """Look after the cache of predictions and verdicts that runs share."""


@app.command("list")
def list_entries(cache: CacheFolder = None, results: ResultsFolder = RESULTS, form: Form = "table") -> None:
    """Show what the cache holds, by kind and component: entries, bytes, oldest and newest."""
    from harness.cache.maintenance import contents
    from harness.cache.store import folder_of

    kept = contents(folder_of(results, cache))
    if kept.undated:
        entries = "1 entry" if kept.undated == 1 else f"{kept.undated:,} entries"
        logs.say(f"note: {entries} with damaged times not shown; `harness cache verify` names them", "warning")
    if form == "json":
        typer.echo(kept.model_dump_json(indent=2))
        return
    from harness.report import printing, terminal

    console = printing.console()
    console.print(terminal.cache(kept))


@app.command("prune")
def prune(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="Remove what was not used for so long: 30d, 12h.")
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option("--max-size", metavar="SIZE", help="Remove the longest unused until the file fits: 1GB, 500MB."),
    ] = None,
    cache: CacheFolder = None,
    results: ResultsFolder = RESULTS,
    form: Form = "table",
) -> None:
    """Remove what was not used for long, or what is too much."""
    from harness.cache.maintenance import age_in_seconds, size_in_bytes
    from harness.cache.maintenance import prune as prune_cache
    from harness.cache.store import folder_of
    from harness.errors import UsageError

    if older_than is None and max_size is None:
        raise UsageError("say what to remove: --older-than 30d, --max-size 1GB, or both")
    age = None if older_than is None else age_in_seconds(older_than)
    size = None if max_size is None else size_in_bytes(max_size)
    _print(prune_cache(folder_of(results, cache), older_than=age, max_size=size), form)


@app.command("clear")
def clear(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    cache: CacheFolder = None,
    results: ResultsFolder = RESULTS,
    form: Form = "table",
) -> None:
    """Remove everything; asks first."""
    from harness.cache.maintenance import clear as clear_cache
    from harness.cache.store import folder_of
    from harness.errors import UsageError

    folder = folder_of(results, cache)
    if not yes:
        try:
            agreed = typer.confirm(f"Remove everything in {folder}?", err=True)
        except typer.Abort as error:
            sys.stderr.write("\n")  # below the question
            if isinstance(error.__context__, KeyboardInterrupt):
                raise error.__context__ from None
            raise UsageError("nobody answered; --yes removes everything without asking") from None
        if not agreed:
            logs.say("nothing was removed")
            return
    _print(clear_cache(folder), form)


@app.command("verify")
def verify(cache: CacheFolder = None, results: ResultsFolder = RESULTS, form: Form = "table") -> None:
    """Check every entry against its digest; end with 1 where one is damaged, with 3 where the file cannot be read."""
    from harness.cache.maintenance import verify as verify_cache
    from harness.cache.store import folder_of

    check = verify_cache(folder_of(results, cache))
    if form == "json":
        typer.echo(check.model_dump_json(indent=2))
    else:
        for problem in check.problems:
            streams.say(problem)
        sound = "sound" if not check.problems else "dropped and computed again when a run comes to them"
        streams.say(f"{check.file}: {check.entries} entries, {check.damaged} damaged: {sound}")
    if check.problems:
        raise typer.Exit(EXIT_REGRESSION)


def _print(removed: "Removed", form: str) -> None:
    if form == "json":
        typer.echo(removed.model_dump_json(indent=2))
    else:
        megabytes = removed.file_bytes / 1e6
        streams.say(f"{removed.file}: {removed.entries} entries removed, {removed.left} left, {megabytes:.1f} MB")

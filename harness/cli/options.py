"""Options that several commands share."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

RESULTS = Path("results")
LONGEST = 1000
"""Characters of what a list of commands says of one, more than any says; click cuts it to one line of the terminal."""


class Commands(TyperGroup):
    """A group of commands whose help says what each does in a whole sentence, folded where the terminal is narrow."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # typer keeps the types of click to itself
        """Write the list of commands."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        told = [(name, each.get_short_help_str(LONGEST)) for name, each in commands.items() if each is not None]
        with formatter.section("Commands"):
            formatter.write_dl(told)


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """List the names of run folders that begin with what was typed, for shell completion.

    Only names are looked at: completion must answer at once and cannot say what is wrong.
    """
    with suppress(OSError), os.scandir(context.params.get("results") or RESULTS) as entries:
        names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
        return sorted(name for name in names if name.startswith(incomplete) and name != "baselines")
    return []


ConfigFile = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration file (YAML).")]
ConfigFileOrNone = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The configuration file (YAML).")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override one value: a.b=c, for instance models.0.hf.batch_size=4. Repeatable.",
    ),
]
ResultsFolder = Annotated[
    Path,
    typer.Option(
        "--results", metavar="DIR", help="The folder that holds the runs, or s3://bucket/folder, gs://…, abfs://…."
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Read no more clusters than this.")]
ShardOfRun = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="K/N",
        help="Run part K of N of the clusters alone, such as 2/3; `harness merge` puts the parts together.",
    ),
]
RUN_FORMS = "its folder, its name or the beginning of it, NAME@latest, NAME@-2 (the one before the latest)"
"""Forms of a RUN, for help; `harness.results.find` has the grammar."""
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help=f"The run: {RUN_FORMS}.", autocompletion=complete_run)]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad row of the data.")]
Format = Annotated[Literal["table", "json", "md", "csv"], typer.Option("--format", help="How results are printed.")]
EveryMeasure = Annotated[bool, typer.Option("--all", help="Show every measure, precision and recall too.")]
Details = Annotated[bool, typer.Option("--details", help="Show the tables of every metric below the ranking.")]
Primary = Annotated[
    str | None,
    typer.Option("--primary", metavar="MEASURE", help="The measure to rank by: rouge1, factual-supported."),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for a process that has the run, in place of refusing.")]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Log run events on standard error; -vv tracebacks of failures too.",
    ),
]
LogLines = Annotated[
    Literal["plain", "json"] | None,
    typer.Option("--log-format", help="How log lines are written; json is one object a line."),
]
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        envvar="HARNESS_CACHE",
        metavar="DIR",
        help="The folder of the cache that runs share; else .cache below the results.",
    ),
]
Executor = Annotated[
    Literal["local", "ray"] | None,
    typer.Option("--executor", help="Who does the work: this machine, or a Ray cluster (extra `ray`)."),
]
Track = Annotated[
    list[str] | None,
    typer.Option(
        "--track",
        metavar="NAME",
        help="Send the run to this tracker once it has ended: a name, or YAML such as 'mlflow: {uri: "
        "http://127.0.0.1:5000}'. Repeatable. A tracker that fails is told of, and changes nothing.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="Processes that check and score; else as many as there are cores, once the work is large enough to pay.",
    ),
]
CheckerNames = Annotated[
    list[str] | None,
    typer.Option(
        "--checker",
        metavar="NAME",
        help="A checker: a name, or YAML such as 'nli: {model: FOLDER}'. Repeatable; ensemble where none is named.",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")]


def worked_by(executor: str | None, jobs: int | None) -> list[str]:
    """Make `--executor` and `--jobs` overrides of the configuration's `execution:`."""
    told = {"executor": executor, "workers": jobs}
    return [f"execution.{key}={value}" for key, value in told.items() if value is not None]

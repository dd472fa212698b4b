"""The `harness` command: one file a command group; each parses, calls and prints.

Nothing heavy is imported here: commands import what they need when they are called.
"""

import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise

import typer

from harness import __version__, redact
from harness.cli import (
    check,
    compare,
    configuration,
    evaluate,
    gate,
    init,
    metaeval,
    remove,
    report,
    results,
    streams,
)
from harness.cli.baseline import app as baseline_app
from harness.cli.cache import app as cache_app
from harness.cli.data import app as data_app
from harness.cli.labels import app as labels_app
from harness.cli.options import Commands, LogLines, Verbose
from harness.errors import EXIT_FAILURES, EXIT_INTERRUPTED, HarnessError
from harness.process import interruption, logs

app = typer.Typer(
    name="harness",
    cls=Commands,
    help="Run summarisation models over clusters of news articles, score their headlines, and trust the numbers.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"max_content_width": 10_000},  # click's own is 80, however wide the terminal
    epilog="Exit codes: 0 pass, 1 regression, 2 configuration or usage, 3 too many failures, 130 interrupted.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"headline-harness {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(  # noqa: ARG001 - its callback ends the command
        False, "--version", callback=_version, is_eager=True, help="Print the version and end."
    ),
    verbose: Verbose = 0,
    log_format: LogLines = None,
) -> None:
    """Run summarisation models over clusters of news articles, score their headlines, and trust the numbers."""
    logs.configure(verbose, log_format or logs.setting().form)


def _log_format(arguments: Sequence[str]) -> logs.LogFormat:
    """Find the format of log lines before the command line is parsed: its mistakes are told in that format, too."""
    told = " ".join(arguments).replace("--log-format=", "--log-format ").split()
    return "json" if ("--log-format", "json") in pairwise(told) else "plain"


app.command("init")(init.init)
app.command("eval")(evaluate.evaluate)
app.command("score")(evaluate.score)
app.command("merge")(results.merge)
app.command("export")(results.export)
app.command("track")(results.track)
app.command("validate")(configuration.validate)
app.command("plan")(configuration.plan)
app.command("schema")(configuration.schema)
app.command("components")(configuration.components)
app.command("compare")(compare.compare)
app.command("gate")(gate.gate)
app.command("check")(check.check)
app.command("claims")(check.claims)
app.command("list")(results.list_runs)
app.command("show")(results.show)
app.command("report")(report.report)
app.command("view")(report.view)
app.command("verify")(results.verify)
app.command("rm")(remove.rm)
app.add_typer(baseline_app, name="baseline", help="Save what a run scored as a baseline to gate against.")
app.command("metaeval")(metaeval.metaeval)
app.command("stress")(metaeval.stress)
app.add_typer(labels_app, name="labels", help="Write sheets that people label by hand, for metaeval.")
app.add_typer(cache_app, name="cache", help="Look after the cache of predictions and verdicts that runs share.")
app.add_typer(data_app, name="data", help="Turn scraped text into clean article clusters; find copies in them.")


def main() -> None:
    """Run the command line; errors raised on purpose become a message and an exit code.

    What nobody expected becomes a traceback without secrets, and 3: the 1 that Python ends with is a regression here.
    """
    redact.watch_environment()
    logs.configure(0, _log_format(sys.argv[1:]))
    with streams.guard(), interruption.heeded():
        try:
            try:
                app()
            finally:
                sys.stdout.flush()
        except HarnessError as error:
            if isinstance(error, streams.OutputError):
                streams.discard(sys.stdout)
            for line in str(error).splitlines() or [type(error).__name__]:
                logs.say(f"error: {line}", "error")
            raise SystemExit(error.exit_code) from None
        except SystemExit as ended:
            if ended.code == EXIT_INTERRUPTED:  # what typer makes of KeyboardInterrupt
                logs.say(interruption.message(), "warning", fold=False)
            raise
        except streams.ReaderGoneError:
            streams.discard(sys.stdout)
            raise SystemExit(EXIT_INTERRUPTED) from None
        except MemoryError:
            logs.say("error: out of memory; what is done is saved: the same command goes on", "error")
            raise SystemExit(EXIT_FAILURES) from None
        except BaseException as error:  # noqa: BLE001 - a defect, here or in a component of another package
            logs.say(redact.text(traceback.format_exc()).rstrip(), "error", fold=False)
            logs.say(f"error: a defect, please report it: {type(error).__name__}", "error")
            raise SystemExit(EXIT_FAILURES) from None

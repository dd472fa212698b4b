"""`harness validate`, `plan`, `schema`, `components`: what can be configured, whether it was, what it will take."""

import math
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import streams
from harness.cli.options import ConfigFileOrNone, Jobs, NoCache, Overrides, Strict
from harness.language.text import counted

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from harness.component import Component
    from harness.errors import Problem
    from harness.forecast.forecast import Forecast
    from harness.metrics.base import Metric
    from harness.records import Prices

_MOST = 10**12
"""Clusters of a plan at most."""


def validate(
    config: Annotated[
        list[Path] | None,
        typer.Option(
            "--config", "-c", metavar="FILE", help="A configuration file; else the one in this folder. Repeatable."
        ),
    ] = None,
    overrides: Overrides = None,
    strict: Strict = False,
) -> None:
    """Check configurations, their data and checkpoints.

    Every key, every parameter, every row; no model is loaded. Ends with 0 where all are valid, with 2 and one line
    for each mistake where not.
    """
    from harness.config.discover import the_configuration
    from harness.errors import ConfigError

    problems = [
        problem for file in config or [the_configuration()] for problem in _check(file, overrides, strict=strict)
    ]
    if problems:
        raise ConfigError(problems)


def _check(file: Path, overrides: "list[str] | None", *, strict: bool) -> "list[Problem]":
    """Check one configuration with its rules, data and checkpoints; print a line where it is valid."""
    from harness.cli.evaluate import report_bad_rows
    from harness.cli.progress import TerminalProgress
    from harness.comparison.gate_ahead import baseline_problems, is_missing
    from harness.comparison.gate_rules import rule_problems
    from harness.comparison.leaderboard import primary_problems
    from harness.config import load
    from harness.errors import ConfigError, Problem, UsageError
    from harness.process.logs import say
    from harness.registry import Registry
    from harness.run.plan import Clusters, dataset_of, measure_records, metrics_of
    from harness.run.validation import audit_models

    try:
        loaded = load(file, Registry(), overrides or ())
    except ConfigError as error:
        return list(error.problems)
    problems = loaded.component_problems(models=False)
    clusters = None
    try:
        is_sound = not any(problem.path.startswith("metrics.") for problem in problems)
        measures = measure_records(metrics_of(loaded), loaded) if is_sound else ()
        if is_sound:
            rules = rule_problems(loaded.gate, loaded.source, measures, [model.name for model in loaded.models])
            problems += rules or baseline_problems(loaded.gate)
            problems += primary_problems(loaded, measures)
        clusters = Clusters(dataset_of(loaded))
        is_read = clusters.dataset.light and not any(problem.path.startswith("data.") for problem in problems)
        if is_read:
            with TerminalProgress().stage(f"read {clusters.dataset.name}", None) as tick:
                clusters.scan(strict=strict, advance=tick)
    except UsageError as error:
        problems.extend(getattr(error, "problems", [Problem(str(error), str(file))]))
    wrong, notes = audit_models(loaded, clusters if clusters is not None and clusters.digest else None)
    for note in notes:
        say(f"warning: {note}", "warning")
    if problems or wrong or clusters is None:
        return [*problems, *wrong]
    data = counted(clusters.count, "cluster") if is_read else "data not read (it needs a heavy library)"
    parts = (len(loaded.models), "configuration"), (len(loaded.metrics), "metric"), (len(measures), "measure")
    counts = ", ".join(counted(*part) for part in parts)
    streams.say(f"{file}: valid: {data}, {counts}")
    if loaded.gate.baseline and is_missing(Path(loaded.gate.baseline)):
        say(f"note: {loaded.gate.baseline}: no baseline yet; `harness gate --config {file} --update` makes it")
    report_bad_rows(clusters.mistakes)
    return []


Price = Annotated[
    str | None,
    typer.Option(
        "--price",
        metavar="IN/OUT",
        help="Money for a million tokens in and out of every server, such as 0.15/0.60; else the configuration's.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        metavar="N",
        help="Plan for N workers that share out local models, checking and scoring; else for this machine.",
    ),
]


def plan(
    config: ConfigFileOrNone = None,
    overrides: Overrides = None,
    clusters: Annotated[
        str | None,
        typer.Option(
            "--clusters", metavar="N", help="How many clusters the run will have, such as 3e6; else those of the data."
        ),
    ] = None,
    price: Price = None,
    workers: Workers = None,
    jobs: Jobs = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            min=1,
            metavar="N",
            help="Clusters of the sample; else some ten seconds' worth, and 20 where a server is asked.",
        ),
    ] = None,
    no_cache: NoCache = False,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How it is printed.")] = "table",
) -> None:
    """Say what a run will take: time, memory, disk, tokens, money.

    Runs the real stages over a few clusters in a temporary folder, with nothing from the cache; nothing is left behind.
    A server is asked for the sample; how often is said before. Intervals are 95 %, from repeated blocks of the sample;
    times are those of a machine that does nothing else. Example:
    harness plan --config news.yaml --clusters 3e6 --price 0.15/0.60
    """
    from harness import redact
    from harness.cli.progress import TerminalProgress
    from harness.config import load
    from harness.config.discover import the_configuration
    from harness.errors import UsageError
    from harness.forecast.forecast import forecast
    from harness.forecast.sample import remote_components, take_sample
    from harness.process import logs
    from harness.registry import Registry

    starting = process_time()
    if config is None:
        config = the_configuration()
        logs.say(f"configuration: {config}")
    if workers is not None and jobs is not None:
        raise UsageError("--workers and --jobs: give one; workers check and score, too")
    count, prices = _whole_number(clusters), _prices(price)
    redact.watch_environment()
    loaded = load(config, Registry(), overrides or ())
    taken = take_sample(loaded, TerminalProgress(), clusters=count, size=sample, cache=not no_cache)
    if prices is not None and not remote_components(taken.plan):
        logs.say("note: nothing in the configuration asks a server, so --price changes nothing", "warning")
    told = forecast(taken, clusters=count, workers=workers, jobs=jobs, prices=prices, starting=starting)
    _print(told, form)


def _print(told: "Forecast", form: str) -> None:
    from harness.forecast import shown as report
    from harness.report import printing

    if form == "json":
        typer.echo(report.as_json(told), nl=False)
        return
    console = printing.console()
    console.print(report.table(told))


def _whole_number(text: str | None) -> int | None:
    """Read a number of clusters. Raises UsageError for what is none."""
    from harness.errors import UsageError

    if text is None:
        return None
    try:
        number = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        number = math.nan
    if not (1 <= number <= _MOST and number == int(number)):
        raise UsageError(f"--clusters: found {text!r:.80}; accepted: a whole number from 1, such as 300000 or 3e6")
    return int(number)


def _prices(text: str | None) -> "Prices | None":
    """Read two prices. Raises UsageError for what is none."""
    from harness.errors import UsageError
    from harness.records import Prices

    if text is None:
        return None
    parts = text.split("/")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 2 or not all(0 <= number < math.inf for number in numbers):
        accepted = "two prices for a million tokens, in and out, such as 0.15/0.60"
        raise UsageError(f"--price: found {text!r:.80}; accepted: {accepted}")
    return Prices(input=numbers[0], output=numbers[1])


def schema() -> None:
    """Print the JSON Schema of a configuration file."""
    import json

    from harness.config.schema import json_schema
    from harness.registry import Registry

    registry = Registry()
    registry.all(_warn)
    typer.echo(json.dumps(json_schema(registry), indent=2))


def _warn(line: str) -> None:
    """Warn of a component of another package that is left out."""
    from harness.process.logs import say

    say(f"warning: {line}", "warning")


def components(
    kind: Annotated[
        Literal["dataset", "model", "checker", "metric", "tracker"] | None,
        typer.Argument(
            metavar="KIND", help="Only this kind: dataset, model, checker, metric, tracker.", show_default=False
        ),
    ] = None,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How they are printed.")] = "table",
) -> None:
    """List what a configuration can name, with parameters and one line on each."""
    import json

    from harness.registry import Registry

    listed = [(group, name, cls) for group, name, cls in Registry().all(_warn) if kind in (None, group)]
    if form == "json":
        typer.echo(json.dumps([_describe(group, name, cls) for group, name, cls in listed], indent=2))
        return
    heading = ""
    for group, name, cls in listed:
        if group != heading:
            streams.say(f"{'' if not heading else chr(10)}{group.upper()}S")
            heading = group
        streams.say(f"  {name}: {cls.summary()}")
        described = _parameters(cls)
        widest = max((len(str(parameter["name"])) for parameter in described), default=0)
        for parameter in described:
            default = "required" if parameter["required"] else f"default {json.dumps(parameter['default'])}"
            line = f"      {parameter['name']:<{widest}}  {parameter['description']} ({default})"
            streams.say(line, hang=widest + 2)
        presets = cls.presets()
        if presets:
            streams.say("      presets, each with its weights, licence and source:")
            widest = max(map(len, presets))
            for preset, line in presets.items():
                streams.say(f"        {preset:<{widest}}  {line}", hang=widest + 2)
        measures = _measures(group, name)
        if measures:
            streams.say("      measures, with the parameters that it has by default:")
            widest = max(len(measure["name"]) for measure in measures)
            for measure in measures:
                streams.say(f"        {measure['name']:<{widest}}  {measure['summary']}", hang=widest + 2)


def _describe(kind: str, name: str, cls: "type[Component]") -> dict[str, object]:
    described: dict[str, object] = {
        "kind": kind, "name": name, "summary": cls.summary(), "parameters": _parameters(cls),
    }  # fmt: skip
    if cls.presets():
        described["presets"] = [{"name": preset, "summary": line} for preset, line in cls.presets().items()]
    return described if kind != "metric" else {**described, "measures": _measures(kind, name)}


def _measures(kind: str, name: str) -> list[dict[str, str]]:
    """List the measures of a metric with its default parameters; none where it has no defaults or is no metric."""
    from typing import cast

    from harness.config.build import load_component
    from harness.errors import ConfigError
    from harness.registry import Registry

    if kind != "metric":
        return []
    try:
        metric = cast("Metric", load_component("metric", name, f"metric {name}", Registry()))
    except ConfigError:
        return []
    try:
        measures = metric.measures()
    except Exception as error:  # noqa: BLE001 - of another package; the others are listed all the same
        _warn(f"metric {name!r} does not say what it measures: {type(error).__name__}: {error}")
        return []
    return [
        {"name": measure.name, "direction": measure.direction, "unit": measure.unit, "summary": measure.summary}
        for measure in measures
    ]


def _parameters(cls: "type[Component]") -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "required": field.is_required() and name not in cls.nested,
            "default": cls.nested[name][1] if name in cls.nested else _default(name, field),
            "description": field.description or "",
        }
        for name, field in cls.model_fields.items()
    ]


def _default(name: str, field: "FieldInfo") -> object:
    from pydantic_core import to_jsonable_python

    from harness import redact

    if field.is_required():
        return None
    default = to_jsonable_python(field.get_default(call_default_factory=True))
    return redact.value(default, secret=redact.is_secret_name(name))

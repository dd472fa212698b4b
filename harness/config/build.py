"""Builds components from a configuration's plain values, and collects every mistake on the way."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from harness.component import Component, ComponentTable, Kind
from harness.config import source as yaml_source
from harness.config.execution import Execution
from harness.config.gate import GateSettings
from harness.config.limits import FAILURES, Limits, TimeLimit, failures
from harness.config.mistakes import CONTROL, parameter_names, quote, refuse_secrets, report_fields
from harness.config.paths import MAX_PARTS, PathError, assign
from harness.config.plain import read_values
from harness.config.source import KeyPath, Source, dotted_path
from harness.config.sweep import MAX_NAME, expand
from harness.errors import ConfigError, Problem, UsageError, nearest_name

KEYS: Mapping[str, str] = {
    "name": "what the run's folder is called",
    "data": "where the clusters come from",
    "models": "the configurations to run",
    "metrics": "what is measured on each prediction",
    "seed": "the seed of everything random",
    "matrix": "a sweep: dotted path → list of values, or name → value",
    "max_failures": "clusters a configuration may fail on before the run stops: a count, or a share such as 5%",
    "time_limit": "how long a cluster and the run may take: {cluster: 30s, run: 2h}",
    "execution": "who does the work: {executor: ray, address: auto}; this machine where it is left out",
    "tracking": "who else is sent a run once it has ended: {mlflow: {uri: http://127.0.0.1:5000}}",
    "gate": "what a run must hold against its baseline",
    "primary": "the measure that configurations are ranked by: rouge1, factual-supported",
}
REQUIRED = ("name", "data", "models", "metrics")
DEFAULT_SEED = 13

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
MAX_FLAG = 200
"""Characters of an override that messages quote; a thousand mistakes may each quote it."""


@dataclass(frozen=True)
class Configured:
    """A component as a configuration names it."""

    name: str
    """Display name, unique among its siblings."""
    component: Component
    path: KeyPath
    """Its place in the file."""
    seed: int | None = None
    """The seed that a sweep gave it; None means the run's."""

    def as_entry(self) -> dict[str, Any]:
        """Return the entry that would build it again, defaults filled in."""
        entry: dict[str, Any] = {self.component.name: self.component.parameters()}
        return entry if self.name == self.component.name else {**entry, "as": self.name}


@dataclass(frozen=True)
class Config:
    """A configuration file, read, expanded and built."""

    name: str
    seed: int
    data: Configured
    models: tuple[Configured, ...]
    metrics: tuple[Configured, ...]
    source: Source
    gate: GateSettings = field(default_factory=GateSettings)
    limits: Limits = field(default_factory=Limits)
    execution: Execution = field(default_factory=Execution)
    trackers: tuple[Configured, ...] = ()
    primary: str | None = None
    """The measure that configurations are ranked by; None means the first that tables show."""

    def resolved(self) -> dict[str, Any]:
        """Return values that build the same configuration: sweep expanded, overrides applied, defaults filled in."""
        return {
            "name": self.name,
            "seed": self.seed,
            "data": self.data.as_entry(),
            "models": [
                model.as_entry() if model.seed is None else {**model.as_entry(), "as": model.name}
                for model in self.models
            ],
            "metrics": [metric.as_entry() for metric in self.metrics],
            **self.limits.model_dump(mode="json", exclude_defaults=True),
            **({"execution": self.execution.model_dump(mode="json")} if self.execution != Execution() else {}),
            **(
                {"tracking": {each.name: each.component.parameters() for each in self.trackers}}
                if self.trackers
                else {}
            ),
            **({"gate": self.gate.model_dump(mode="json")} if self.gate != GateSettings() else {}),
            **({"primary": self.primary} if self.primary is not None else {}),
        }

    def component_problems(self, *, models: bool = True) -> list[Problem]:
        """List what components find wrong with their parameters without loading anything, located in the file."""
        configured = (self.data, *(self.models if models else ()), *self.metrics)
        executor = [self._place(problem, ("execution", "executor")) for problem in self.execution.problems()]
        return [*executor, *(problem for each in configured for problem in self.problems_of(each))]

    def problems_of(self, configured: Configured) -> list[Problem]:
        """List what one component finds wrong with its parameters without loading anything, located in the file."""
        return [self._locate(configured, problem) for problem in configured.component.problems()]

    def _locate(self, configured: Configured, problem: Problem) -> Problem:
        path = (*configured.path, configured.component.name, *(part for part in problem.path.split(".") if part))
        return self._place(problem, path)

    def _place(self, problem: Problem, path: KeyPath) -> Problem:
        where, line = self.source.place(path)
        message = f"{problem.where}: {problem.message}" if problem.where and problem.where != where else problem.message
        return Problem(message, where, line, dotted_path(path), problem.found, problem.accepted, problem.nearest)


def load(file: Path, table: ComponentTable, overrides: Sequence[str] = ()) -> Config:
    """Read the configuration in `file`, with `--set` overrides. Raises ConfigError that carries every mistake."""
    return _build(yaml_source.read(file), table, overrides)


def load_text(text: str, where: str, table: ComponentTable, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration from YAML in memory; messages name it as `where`."""
    return _build(yaml_source.parse(text, where), table, overrides)


def load_values(value: Any, where: str, table: ComponentTable, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration from plain values, as YAML would hold them; messages name it as `where`."""
    return _build(read_values(value, where), table, overrides)


def load_component(kind: Kind, text: str, where: str, table: ComponentTable) -> Component:
    """Build one component from a flag: `rules`, or YAML with its parameters, `nli: {model: FOLDER}`.

    Raises ConfigError that carries every mistake; `where` is the flag, for messages.
    """
    return _build_component(kind, yaml_source.parse(text, where), table)


def load_component_values(kind: Kind, value: Any, where: str, table: ComponentTable) -> Component:
    """Build one component from plain values: `"rules"`, or `{"nli": {"model": FOLDER}}`."""
    return _build_component(kind, read_values(value, where), table)


def _build_component(kind: Kind, source: Source, table: ComponentTable) -> Component:
    refuse_secrets(source)
    configured = None if source.problems else _component(source, table, kind, source.value, ())
    if source.problems or configured is None:
        raise ConfigError(_sort_problems(source.problems))
    return configured.component


def _build(source: Source, table: ComponentTable, overrides: Sequence[str]) -> Config:
    if source.value is None and not overrides:
        source.report((), "the file is empty", accepted=f"the keys {', '.join(KEYS)}")
        raise ConfigError(source.problems)
    if not isinstance(source.value, Mapping | None):
        source.report((), "not a mapping", found=quote(source.value), accepted=f"the keys {', '.join(KEYS)}")
        raise ConfigError(source.problems)
    _apply_overrides(source, overrides)
    refuse_secrets(source)
    tree: Mapping[str, Any] = source.value or {}
    for key in tree:
        if key not in KEYS:
            source.report((key,), "unknown key", accepted=", ".join(KEYS), nearest=nearest_name(key, KEYS))
    for key in REQUIRED:
        if key not in tree:
            source.report((), f"missing key {key!r}: {KEYS[key]}")
    name = _run_name(source, tree)
    seed = _seed(source, tree)
    data = _component(source, table, "dataset", tree["data"], ("data",)) if "data" in tree else None
    models = [
        (built, swept_seed)
        for entry, path, swept_seed in expand(source, _entries(source, tree, "models"), tree.get("matrix"))
        if (built := _component(source, table, "model", entry, path))
    ]
    metrics = [
        built
        for index, entry in enumerate(_entries(source, tree, "metrics"))
        if (built := _component(source, table, "metric", entry, ("metrics", index)))
    ]
    gate = _section(source, tree, "gate", GateSettings)
    limits = _limits(source, tree)
    execution = _section(source, tree, "execution", Execution)
    trackers = _trackers(source, table, tree.get("tracking"))
    primary = tree.get("primary")
    if "primary" in tree and not (isinstance(primary, str) and primary):
        source.report(("primary",), "not a measure", found=quote(primary), accepted="a measure's name, such as rouge1")
    _check_unique(
        source, [model for model, _ in models], "two configurations of this name; give one of them another `as:`"
    )
    _check_unique(source, metrics, "this metric stands twice; give one entry all its parameters")
    if source.problems or data is None:
        raise ConfigError(_sort_problems(source.problems))
    return Config(
        name=name,
        seed=seed,
        data=data,
        models=tuple(Configured(model.name, model.component, model.path, seed) for model, seed in models),
        metrics=tuple(metrics),
        source=source,
        gate=gate,
        limits=limits,
        execution=execution,
        trackers=trackers,
        primary=primary,
    )


def _sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by line and keep one a place: a value that could not be read causes further complaints."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        kept.setdefault((problem.where, problem.line, problem.path or problem.message), problem)
    return sorted(kept.values(), key=lambda problem: problem.line or 0)


def _apply_overrides(source: Source, overrides: Sequence[str]) -> None:
    for override in overrides:
        flag = f"--set {override if len(override) <= MAX_FLAG else override[:MAX_FLAG] + '…'}"
        path, equals, text = override.partition("=")
        parts = path.strip().split(".")
        if not equals or not all(parts) or len(parts) > MAX_PARTS:
            source.problems.append(
                Problem("not an override", flag, accepted="path.to.key=value, for instance models.0.hf.batch_size=4")
            )
            continue
        try:
            value = yaml_source.parse(text, flag)
            source.problems.extend(value.problems)
            source.value, changed = assign(source.value, parts, value.value)
            source.origins.update(dict.fromkeys(changed, flag))
        except PathError as error:
            source.problems.append(Problem(str(error), flag, None, path, "", ", ".join(error.accepted), error.nearest))
        except ConfigError as error:
            source.problems.extend(error.problems)


def _run_name(source: Source, tree: Mapping[str, Any]) -> str:
    name = tree.get("name")
    if "name" in tree and not (isinstance(name, str) and RUN_NAME.match(name)):
        accepted = "1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit"
        source.report(("name",), "not a name for a folder", found=quote(name), accepted=accepted)
    return str(name)


def _seed(source: Source, tree: Mapping[str, Any]) -> int:
    seed = tree.get("seed", DEFAULT_SEED)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        source.report(("seed",), "not a seed", found=quote(seed), accepted="a whole number from 0 to 2^63 - 1")
        return DEFAULT_SEED
    return seed


S = TypeVar("S", GateSettings, TimeLimit, Execution)


def _section(source: Source, tree: Mapping[str, Any], key: str, cls: type[S]) -> S:
    """Read a section of settings; report its mistakes, and return its defaults where it has any."""
    raw = tree.get(key)
    if raw is None:
        return cls()
    if not isinstance(raw, Mapping):
        source.report((key,), "not a mapping", found=quote(raw), accepted=", ".join(cls.model_fields))
        return cls()
    try:
        return cls.model_validate(raw)
    except ValidationError as error:
        report_fields(source, cls, key, raw, (key,), error)
        return cls()


def _limits(source: Source, tree: Mapping[str, Any]) -> Limits:
    time_limit = _section(source, tree, "time_limit", TimeLimit)
    raw = tree.get("max_failures")
    try:
        return Limits(time_limit=time_limit, max_failures=None if raw is None else failures(raw))
    except ValueError:
        source.report(("max_failures",), "not a limit of failures", found=quote(raw), accepted=FAILURES)
        return Limits(time_limit=time_limit)


def _trackers(source: Source, table: ComponentTable, raw: Any) -> tuple[Configured, ...]:
    """Read `tracking:`, a name or a mapping from names to parameters."""
    named = {raw: None} if isinstance(raw, str) else {} if raw is None else raw
    if not isinstance(named, Mapping):
        accepted = f"a name, or `name: {{parameters}}` for each, of {', '.join(table.names('tracker'))}"
        source.report(("tracking",), "not a mapping", found=quote(raw), accepted=accepted)
        return ()
    built = (_component(source, table, "tracker", {name: named[name]}, ("tracking",)) for name in named)
    return tuple(each for each in built if each)


def _entries(source: Source, tree: Mapping[str, Any], key: str) -> list[Any]:
    entries = tree.get(key, [])
    if key in tree and (not isinstance(entries, list) or not entries):
        source.report((key,), "not a list of components", found=quote(entries), accepted="at least one `- name`")
        return []
    return list(entries)


def _component(source: Source, table: ComponentTable, kind: Kind, entry: Any, path: KeyPath) -> Configured | None:
    before = len(source.problems)
    name, raw, shown = _split_entry(source, kind, entry, path)
    if name is None:
        return None
    names = table.names(kind)
    if name not in names:
        source.report(
            (*path, name) if isinstance(entry, Mapping) else path,
            f"unknown {kind} {name!r}",
            accepted=", ".join(names),
            nearest=nearest_name(name, names),
        )
        return None
    try:
        cls = table.find(kind, name)
    except UsageError as error:
        source.report((*path, name) if isinstance(entry, Mapping) else path, str(error))
        return None
    built = _build_parameters(source, table, cls, raw, (*path, name))
    if built is None or len(source.problems) > before:
        return None
    return Configured(shown or name, built, path)


def _split_entry(source: Source, kind: Kind, entry: Any, path: KeyPath) -> tuple[str | None, Any, str | None]:
    """Split an entry into its component's name, its parameters as written and its `as:`."""
    form = f"`{kind}` or `{kind}: {{parameters}}`" if kind != "dataset" else "`jsonl: {path: FILE}` or another data set"
    if isinstance(entry, str) and entry:
        return entry, None, None
    if not isinstance(entry, Mapping):
        source.report(path, f"not a {kind}", found=quote(entry), accepted=form)
        return None, None, None
    shown = entry.get("as")
    if "as" in entry:
        if kind != "model":
            source.report((*path, "as"), "only models have display names", found=quote(shown), accepted="no `as:`")
        elif not isinstance(shown, str) or not shown.strip() or len(shown) > MAX_NAME or CONTROL.search(shown):
            source.report(
                (*path, "as"),
                "not a display name",
                found=quote(shown),
                accepted=f"1 to {MAX_NAME} printable characters",
            )
    names = [key for key in entry if key != "as"]
    if len(names) != 1:
        hint = f"one component with its parameters indented below it; found {', '.join(names) or 'none'}"
        source.report(path, f"{len(names)} keys where one component is named", accepted=hint)
        return None, None, None
    return names[0], entry[names[0]], shown if isinstance(shown, str) else None


def _build_parameters(
    source: Source, table: ComponentTable, cls: type[Component], raw: Any, path: KeyPath
) -> Component | None:
    if raw is None:
        raw = {}
    elif not isinstance(raw, Mapping) and cls.positional:
        raw = {cls.positional: raw}
    elif not isinstance(raw, Mapping):
        source.report(path, f"not parameters of {cls.name}", found=quote(raw), accepted=parameter_names(cls))
        return None
    inner = {
        field: _component(source, table, kind, raw.get(field, default), (*path, field))
        for field, (kind, default) in cls.nested.items()
    }
    if None in inner.values():
        return None
    try:
        return cls.model_validate({**raw, **{field: built.component for field, built in inner.items() if built}})
    except ValidationError as error:
        report_fields(source, cls, cls.name, raw, path, error)
        return None


def _check_unique(source: Source, entries: Iterable[Configured], message: str) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen:
            source.report(entry.path, message, found=quote(entry.name))
        seen.add(entry.name)

"""The rules of a configuration's `gate:`, held against the measures that there are: as written, and by measure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.analysis.gate import Decision, GateRule, Part
from harness.comparison.score_matrix import find_measures, nearest_measure
from harness.config.gate import GateSettings, parse_limit
from harness.config.source import KeyPath, Source, dotted_path
from harness.errors import ConfigError, Problem, UsageError, nearest_name
from harness.records import MeasureRecord

DEFAULT_TOLERANCE = 0.01
"""Tolerance of a configuration file without rules, on the F of the first ROUGE variant: one ROUGE point."""


@dataclass(frozen=True)
class WrittenRule:
    """One rule as somebody wrote it (or the default), however many measures and configurations it is held to."""

    text: str
    """`tolerance rouge1: 0.01`, `factual.contradicted <= 0.05`."""
    path: KeyPath
    """Where it stands below `gate`."""
    part: Part
    value: float
    measures: tuple[str, ...]

    def is_broken_by(self, decision: Decision) -> bool:
        """Tell whether a decision on one of its measures breaks it. Lost scores break every rule on the measure."""
        return decision.measure in self.measures and any(
            violation.outcome in ("lost", "unscored") or violation.part == self.part
            for violation in decision.violations
        )


@dataclass(frozen=True)
class Rules:
    """The rules that a gate holds."""

    written: tuple[WrittenRule, ...]
    by_measure: tuple[GateRule, ...]
    """The same merged: one for each measure that a rule names."""


def rules_of(measures: Sequence[MeasureRecord], settings: GateSettings) -> Rules:
    """List the rules of the settings; without any, the default rule on the first measure better one way.

    A later tolerance for a measure replaces an earlier one, so that `rouge1` can differ from `rouge`; of two limits the
    stricter counts. `max_failures` is also the share of clusters that may lose their score. Raises UsageError for a
    name that is no measure's, and for a rule that its measure cannot break.
    """
    written = list(_expand_rules(measures, settings))
    if not written:
        first = next((measure for measure in measures if measure.direction != "neither"), None)
        if first is None:
            raise UsageError("no measure is better one way, so there is no default rule; write some under `gate:`")
        text = f"tolerance {first.name}: {DEFAULT_TOLERANCE:g} (the default)"
        written = [WrittenRule(text, (), "tolerance", DEFAULT_TOLERANCE, (first.name,))]
    merged: dict[str, dict[str, float]] = {}
    for rule in written:
        for name in rule.measures:
            parts = merged.setdefault(name, {})
            stricter = {"at_least": max, "at_most": min}.get(rule.part)
            parts[rule.part] = stricter(parts.get(rule.part, rule.value), rule.value) if stricter else rule.value
    directions = {measure.name: measure.direction for measure in measures}
    for rule in written:
        if reason := _cannot_break(rule, directions):
            raise UsageError(f"gate: {reason}")
    return Rules(
        # A measure whose value comes from another rule is not this one's to break.
        tuple(_governing(rule, merged) for rule in written),
        tuple(
            GateRule.model_validate(
                {"measure": name, "direction": directions[name], "lost": settings.max_failures, **parts}
            )
            for name, parts in merged.items()
        ),
    )


def _expand_rules(measures: Sequence[MeasureRecord], settings: GateSettings) -> Iterable[WrittenRule]:
    for wanted, value in settings.tolerance.items():
        found = _names(_can_fall(measures, wanted))
        yield WrittenRule(f"tolerance {wanted}: {value:g}", ("tolerance", wanted), "tolerance", value, found)
    for at, text in enumerate(settings.limits):
        taken = parse_limit(text)
        part: Part = "at_most" if taken.sign == "<=" else "at_least"
        said = f"{taken.measure} {taken.sign} {taken.value:g}"
        found = _names(find_measures(measures, taken.measure))
        yield WrittenRule(said, ("limits", at), part, taken.value, found)
    for wanted, value in settings.clusters.items():
        found = _names(_can_fall(measures, wanted))
        yield WrittenRule(f"clusters {wanted}: {value:g}", ("clusters", wanted), "cluster_fall", value, found)


def _names(measures: Iterable[MeasureRecord]) -> tuple[str, ...]:
    return tuple(measure.name for measure in measures)


def _can_fall(measures: Sequence[MeasureRecord], wanted: str) -> list[MeasureRecord]:
    """List the measures that a word names; those of a metric that are better neither way are not meant.

    Raises UsageError for a word that names none.
    """
    found = find_measures(measures, wanted)
    return [measure for measure in found if measure.direction != "neither"] or found


def _governing(rule: WrittenRule, merged: dict[str, dict[str, float]]) -> WrittenRule:
    kept = tuple(name for name in rule.measures if merged[name][rule.part] == rule.value)
    return WrittenRule(rule.text, rule.path, rule.part, rule.value, kept)


def _cannot_break(rule: WrittenRule, directions: Mapping[str, str]) -> str:
    """Say why a rule can never be broken, or nothing."""
    if rule.part in ("at_least", "at_most"):
        return ""
    aimless = next((name for name in rule.measures if directions[name] == "neither"), "")
    return f"{aimless!r} is better neither way, so it cannot fall: give it limits" if aimless else ""


def rule_problems(
    settings: GateSettings, source: Source, measures: Sequence[MeasureRecord], configurations: Sequence[str]
) -> list[Problem]:
    """Report every mistake in a configuration's `gate:` that needs no run to be seen, with its line.

    Rules on measures that no metric has or that cannot fall, configurations that do not exist, a baseline that is a
    folder. `measures` and `configurations` are those that a run of it has.
    """
    names = ", ".join(measure.name for measure in measures)
    directions = {measure.name: measure.direction for measure in measures}
    problems = []

    def note(path: KeyPath, message: str, found: str = "", accepted: str = "", nearest: str = "") -> None:
        where, line = source.place(("gate", *path))
        problems.append(Problem(message, where, line, dotted_path(("gate", *path)), found, accepted, nearest))

    wanted: list[tuple[KeyPath, str, bool]] = [
        *((("tolerance", name), name, True) for name in settings.tolerance),
        *((("limits", at), parse_limit(text).measure, False) for at, text in enumerate(settings.limits)),
        *((("clusters", name), name, True) for name in settings.clusters),
    ]
    for path, name, can_fall in wanted:
        try:
            found = _names(_can_fall(measures, name))
        except UsageError:
            note(path, f"no measure {name!r}", accepted=names, nearest=nearest_measure(measures, name))
            continue
        aimless = [measure for measure in found if can_fall and directions[measure] == "neither"]
        if aimless:
            accepted = f"limits, such as `{aimless[0]} <= 12`"
            note(path, f"{aimless[0]!r} is better neither way, so it cannot fall", accepted=accepted)
    for at, name in enumerate(settings.configurations or ()):
        if name not in configurations:
            near = nearest_name(name, configurations)
            note(("configurations", at), f"no configuration {name!r}", accepted=", ".join(configurations), nearest=near)
    if settings.baseline is not None and (reason := _not_a_file(settings.baseline)):
        note(("baseline",), reason, repr(settings.baseline), "the name of a file, such as results/baselines/main.json")
    return problems


def refuse_mistakes(
    settings: GateSettings, source: Source, measures: Sequence[MeasureRecord], configurations: Sequence[str]
) -> None:
    """Raise ConfigError with every mistake that `rule_problems` finds."""
    problems = rule_problems(settings, source, measures, configurations)
    if problems:
        raise ConfigError(problems)


def _not_a_file(name: str) -> str:
    """Say why a baseline cannot stand under a name, or nothing."""
    try:
        if not name.strip():
            return "a name without letters"
        return "a folder" if name.endswith("/") or Path(name).is_dir() else ""
    except (OSError, ValueError):  # a name that no file system can hold
        return "not the name of a file"

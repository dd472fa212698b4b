"""Checks of a gate before a model runs: whether there is a baseline, and whether it fits.

A long run that could only end with "nothing was compared" is not begun.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.analysis.gate import GateRule
from harness.comparison import baseline_file
from harness.comparison.baseline import Baseline, named
from harness.comparison.gate_rules import Rules, rules_of
from harness.comparison.score_matrix import raise_if_differing
from harness.config.gate import GateSettings
from harness.disk.row_offsets import RowOffsets
from harness.errors import DataError, Problem, UsageError, nearest_name
from harness.language.text import counted
from harness.records import Cluster, ClusterFacts, MeasureRecord


def committed(file: Path, how_to_begin: str = "add --update to take this run as the first") -> Baseline:
    """Read the baseline that a gate holds runs against.

    Raises UsageError that says how to begin where there is none yet, DataError where it cannot be read.
    """
    if is_missing(file):
        raise UsageError(f"{file}: no baseline yet; {how_to_begin}")
    return baseline_file.read(file)


def is_missing(file: Path) -> bool:
    """Tell whether nothing stands there; an unreadable file or a link to nothing is not missing."""
    try:
        file.lstat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return False


def baseline_problems(settings: GateSettings) -> list[Problem]:
    """Report what is wrong with a configuration's baseline; nothing where none is named or none stands there."""
    if settings.baseline is None or is_missing(Path(settings.baseline)):
        return []
    try:
        baseline_file.read(Path(settings.baseline))
    except DataError as error:
        return list(error.problems)
    return []


@dataclass(frozen=True)
class Planned:
    """The part of a planned run that a gate needs: its data, its measures, the names of its configurations."""

    place: str
    """The configuration file, for messages."""
    digest: str
    clusters: Iterable[Cluster]
    measures: Sequence[MeasureRecord]
    configurations: Sequence[str]


def see_ahead(planned: Planned, baseline: Baseline, settings: GateSettings, where: str) -> None:
    """Hold a run against a baseline before it begins: data, measures with their signatures, configurations.

    Raises what `gate.hold` would raise for the run that is planned.
    """
    place, ours = planned.place, planned.configurations
    raise_if_other_data(planned.digest, lambda: map(Cluster.facts, planned.clusters), baseline, where, place)
    rules = rules_for(baseline, settings, where)
    raise_if_other_measures(planned.measures, baseline.measures, rules.by_measure, where, place)
    for name in settings.configurations or [configuration.name for configuration in baseline.configurations]:
        named(baseline, name)
        if name not in ours:
            raise UsageError(f"{place}: no configuration {name!r}, which the baseline has; there are {', '.join(ours)}")


def rules_for(baseline: Baseline, settings: GateSettings, where: str) -> Rules:
    """List the rules on the baseline's measures. Raises UsageError naming the baseline for those that it lacks."""
    try:
        return rules_of(baseline.measures, settings)
    except UsageError as error:
        raise UsageError(f"{where}: {error}; `--update` takes a new baseline") from None


def has_no_reference(clusters: Iterable[ClusterFacts]) -> bool:
    """Tell whether no cluster has a reference."""
    return not any(facts.references for facts in clusters)


def raise_if_other_data(
    digest: str, clusters: Callable[[], Iterable[ClusterFacts]], baseline: Baseline, where: str, place: str
) -> None:
    """Raise DataError that says what differs where the clusters are not the baseline's; else they are not read."""
    if digest == baseline.data_digest:
        return
    texts = baseline.configurations[0].texts
    theirs = RowOffsets(((cluster_id,), 0) for cluster_id in texts.ordered_keys())
    ours = RowOffsets(((facts.cluster_id,), 0) for facts in clusters())
    missing, first_missing = _those_not_in(ours, texts.ordered_keys())
    extra, first_extra = _those_not_in(theirs, (facts.cluster_id for facts in clusters()))
    found = [f"digest {digest}"]
    found += [f"{counted(missing, 'cluster')} missing, such as {first_missing}"] if missing else []
    found += [f"{counted(extra, 'cluster')} more, such as {first_extra}"] if extra else []
    if not missing and not extra:
        found.append("equal ids, but other content or order")
    if has_no_reference(clusters()):
        found.append("no cluster has a reference")
    accepted = f"digest {baseline.data_digest}, as in {where}; `--update` takes the new data as the baseline"
    raise DataError([Problem("not the data of the baseline", place, found="; ".join(found), accepted=accepted)])


def _those_not_in(known: RowOffsets, cluster_ids: Iterable[str]) -> tuple[int, str]:
    """Count the clusters that are not among some others; the first of them in the order of the alphabet."""
    count, first = 0, ""
    for cluster_id in cluster_ids:
        if (cluster_id,) not in known:
            first = min(first, cluster_id) if count else cluster_id
            count += 1
    return count, first


def raise_if_other_measures(
    ours: Sequence[MeasureRecord], theirs: Sequence[MeasureRecord], rules: Sequence[GateRule], where: str, place: str
) -> None:
    """Raise UsageError where a rule's measure is missing on one side, or its signatures differ."""
    for rule in rules:
        mine = _measure(ours, rule.measure, place)
        raise_if_differing(_measure(theirs, rule.measure, where).signature, mine.signature, rule.measure, where, place)


def _measure(measures: Iterable[MeasureRecord], name: str, where: str) -> MeasureRecord:
    known = {measure.name: measure for measure in measures}
    if name in known:
        return known[name]
    near = nearest_name(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"{where}: no measure {name!r}, which the gate needs; there are {', '.join(known)}{hint}")

"""A committed baseline: what a run scored on each cluster, small, in a stable order, a line for each text.

A reviewer sees in the difference of two baselines which headlines changed and what their scores became.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from harness.comparison.score_matrix import join
from harness.disk.durable import replace_text, unwritable
from harness.errors import DataError, Problem, UsageError, nearest_name
from harness.inputs.json_lines import json_document
from harness.records import MeasureRecord, Record, Seed, Statistic, check_distinct
from harness.results.run_folder import RunFolder

FORMAT = 1
"""Version of the file's layout; rises when an older reader would misread it."""
DECIMALS = 6
"""Decimals of a statistic: a ten-thousandth of a ROUGE point. Both sides of a gate are rounded alike."""


class BaselineCell(Record):
    """One configuration's scores on one cluster."""

    text: str | None = Field(description="The text that was scored; none where the cluster failed.")
    statistics: Mapping[str, Statistic | None] = Field(
        description="Measure → statistic; none where there was a reason in its place. Empty where the cluster failed."
    )


class BaselineConfiguration(Record):
    """One configuration of a baseline."""

    name: str = Field(description="Its name; a gate compares configurations of equal names.")
    signature: str = Field(description="Its model's signature, for people: a gate is for models that change.")
    clusters: Mapping[str, BaselineCell] = Field(description="Cluster id → what it scored, in the data's order.")


class Baseline(Record):
    """A run as a gate needs it."""

    format: int = Field(default=FORMAT, description="Version of the layout.")
    run: str = Field(description="The run it was saved from.")
    data_digest: str = Field(description="Digest over the clusters.")
    seed: Seed = Field(description="The run's seed.")
    measures: tuple[MeasureRecord, ...] = Field(min_length=1, description="The measures with their signatures.")
    configurations: tuple[BaselineConfiguration, ...] = Field(min_length=1, description="In the run's order.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        check_distinct("configuration", [item.name for item in self.configurations])
        check_distinct("measure", [measure.name for measure in self.measures])
        return self


def baseline_of(folder: RunFolder, *, texts: bool = True) -> Baseline:
    """Make the baseline of a finished run; without `texts` an empty one stands for each that there is.

    Predictions are not read then, which a run in a store would have to fetch. Raises UsageError for an unfinished run.
    """
    manifest = folder.manifest()
    joined = join([folder])
    answered = None if texts else _answered(folder, [facts.cluster_id for facts in joined.clusters])
    found = answered or {(row.configuration, row.cluster_id): row.text for row in folder.predictions()}
    configurations = []
    for at, column in enumerate(joined.columns):
        cells = {}
        for row, facts in enumerate(joined.clusters):
            text = found.get((column.record.name, facts.cluster_id))
            statistics: dict[str, float | None] = {}
            for place, measure in enumerate(joined.measures):
                if joined.unscorable[at, row, place]:
                    statistics[measure.name] = None
                elif (value := float(joined.values[at, row, place])) == value:  # NaN: the metric failed here
                    statistics[measure.name] = round(value, DECIMALS)
            cells[facts.cluster_id] = BaselineCell(text=text, statistics=statistics if text is not None else {})
        configurations.append(
            BaselineConfiguration(name=column.record.name, signature=column.record.signature, clusters=cells)
        )
    return Baseline(
        run=folder.path.name,
        data_digest=manifest.data_digest,
        seed=manifest.seed,
        measures=joined.measures,
        configurations=tuple(configurations),
    )


def _answered(folder: RunFolder, clusters: Sequence[str]) -> dict[tuple[str, str], str] | None:
    """Tell from failures which clusters each configuration answered; None where the manifest counts others."""
    failed = {(row.configuration, row.cluster_id) for row in folder.failures() if row.stage == "generate"}
    found: dict[tuple[str, str], str] = {}
    for name, count in folder.manifest().counts.items():
        answered = [cluster_id for cluster_id in clusters if (name, cluster_id) not in failed]
        if len(answered) != count.predicted:
            return None
        found |= {(name, cluster_id): "" for cluster_id in answered}
    return found


def dumped(baseline: Baseline) -> str:
    """Write the file's text: keys in a fixed order, one line for each cluster of each configuration."""
    whole = json.loads(baseline.model_dump_json())
    configurations = whole.pop("configurations")
    head = [f'  "{key}": {_line(value)},' for key, value in whole.items() if key != "measures"]
    measures = ",\n".join(f"    {_line(measure)}" for measure in whole["measures"])
    parts = []
    for configuration in configurations:
        cells = ",\n".join(f"        {_line(name)}: {_line(cell)}" for name, cell in configuration["clusters"].items())
        parts.append(
            f'    {{\n      "name": {_line(configuration["name"])},\n      "signature": '
            f'{_line(configuration["signature"])},\n      "clusters": {{\n{cells}\n      }}\n    }}'
        )
    joined = ",\n".join(parts)
    return "{\n" + "\n".join(head) + f'\n  "measures": [\n{measures}\n  ],\n  "configurations": [\n{joined}\n  ]\n}}\n'


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write(baseline: Baseline, file: Path) -> None:
    """Put the file in place at once. Raises StoreError where it cannot be written, UsageError for a folder."""
    refuse_folder(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(file, error) from None
    replace_text(file, dumped(baseline))


def refuse_folder(file: Path) -> None:
    """Raise UsageError where a folder stands in a baseline's place, StoreError where that cannot be seen."""
    try:
        is_folder = not file.name or file.is_dir()
    except OSError as error:
        raise unwritable(file, error) from None
    if is_folder:
        raise UsageError(f"{file}: it is a folder; accepted: the name of a file, such as results/baselines/main.json")


def read(file: Path) -> Baseline:
    """Read a baseline file. Raises DataError with place and reason for anything else."""
    accepted = "a file that `harness baseline save` wrote"
    value = json_document(str(file), accepted)
    found = value.get("format") if isinstance(value, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise DataError([Problem("written by a later version", str(file), path="format", accepted=f"up to {FORMAT}")])
    try:
        return Baseline.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise DataError([Problem(f"not a baseline: {first['msg']}", str(file), path=path, accepted=accepted)]) from None


def differences(old: Baseline, new: Baseline) -> list[str]:
    """List what changed, a line each: means of each configuration and measure, and how many texts."""
    lines = []
    before = {configuration.name: configuration for configuration in old.configurations}
    for configuration in new.configurations:
        other = before.get(configuration.name)
        if other is None:
            lines.append(f"{configuration.name}: new")
            continue
        changed = sum(
            cell.text != (other.clusters[name].text if name in other.clusters else None)
            for name, cell in configuration.clusters.items()
        )
        lines.append(f"{configuration.name}: {changed} of {len(configuration.clusters)} texts changed")
        for measure in new.measures:
            ours, theirs = _mean(configuration, measure.name), _mean(other, measure.name)
            if ours != theirs:
                lines.append(f"  {measure.name}: {_show_mean(theirs)} → {_show_mean(ours)}")
    gone = [name for name in before if name not in {configuration.name for configuration in new.configurations}]
    lines += [f"{name}: no longer there" for name in gone]
    return lines


def _mean(configuration: BaselineConfiguration, measure: str) -> float | None:
    values = [cell.statistics.get(measure) for cell in configuration.clusters.values()]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _show_mean(mean: float | None) -> str:
    return "none" if mean is None else f"{mean:.4f}"


def named(baseline: Baseline, name: str) -> BaselineConfiguration:
    """Find the configuration of that name. Raises UsageError where there is none."""
    for configuration in baseline.configurations:
        if configuration.name == name:
            return configuration
    known = [configuration.name for configuration in baseline.configurations]
    near = nearest_name(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"the baseline has no configuration {name!r}; it has {', '.join(known)}{hint}")

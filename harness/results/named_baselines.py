"""Runs that the baselines of a project name: a run that a baseline was saved from is not to be removed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from harness.config import source
from harness.disk.durable import open_regular
from harness.errors import HarnessError
from harness.inputs.json_parts import json_parts
from harness.results.run_folder import RunFolder

FOLDER = "baselines"
"""Where baselines stand below the results folder, by custom."""
MOST_FILES = 1000
"""Configurations that are looked at, at most."""
_CONFIGURATIONS = ("*.yaml", "*.yml", "*/*.yaml", "*/*.yml")


def runs_in_baselines(results: Path, folders: Sequence[RunFolder], told: Callable[[str], None]) -> dict[str, Path]:
    """Map the name of a run's folder to the baseline that was saved from it.

    Looks at every JSON file in `baselines` below the results folder, and at the `gate: baseline:` of each run's own
    configuration and of each YAML file where the command was started or one folder below. `told` hears of baselines
    that cannot be read.
    """
    found: dict[str, Path] = {}
    files = [*sorted((results / FOLDER).rglob("*.json")), *_of_runs(folders), *_of_configurations(Path())]
    seen: set[Path] = set()
    for file in files:
        path = file.resolve()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        try:
            run = _run_named_in(file)
        except HarnessError as error:
            told(f"which run this baseline names is not known: {error}")
            continue
        if isinstance(run, str):
            found.setdefault(run, file)
    return found


def _run_named_in(file: Path) -> object:
    """Read which run a baseline was saved from; None where it does not say. Raises DataError for what is not JSON."""
    with json_parts(str(file), "a baseline") as parts:
        if parts.next_character() != "{":
            parts.value()
            return None
        run = None
        for key in parts.members():
            if key == "run":
                run = parts.value()
            else:
                parts.pass_over()
        parts.end()
    return run


def _of_runs(folders: Sequence[RunFolder]) -> Iterator[Path]:
    """List the baselines that the configurations of runs name."""
    for folder in folders:
        with suppress(HarnessError):
            yield from _baseline_in(folder.manifest().config)


def _of_configurations(where: Path) -> Iterator[Path]:
    """List the baselines that configuration files name, in a folder and those right below it."""
    paths = (path for pattern in _CONFIGURATIONS for path in where.glob(pattern) if path.is_file())
    for path in islice(paths, MOST_FILES):
        with suppress(HarnessError, OSError):  # not a configuration of ours
            with open_regular(path) as stream:
                names_one = b"baseline" in stream.read(source.MAX_BYTES)  # YAML takes long to parse
            if names_one:
                yield from _baseline_in(source.read(path).value)


def _baseline_in(configuration: object) -> Iterator[Path]:
    gate = configuration.get("gate") if isinstance(configuration, Mapping) else None
    baseline = gate.get("baseline") if isinstance(gate, Mapping) else None
    if isinstance(baseline, str) and baseline:
        yield Path(baseline)

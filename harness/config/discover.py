"""Finds the configuration that is meant where none is named: one in the working directory.

Top-level keys, read as text, tell whether a YAML file is a configuration. So one with a mistake in it is found, too,
and the mistake is reported when it is loaded.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.config.source import MAX_BYTES
from harness.errors import UsageError

PREFERRED = ("harness.yaml", "harness.yml")
"""The name that decides where several files could be meant; `harness init` writes the first."""

_FIRST = "`harness init DIR` makes a folder with a first configuration, example data and a gate"

_KEYS = [re.compile(rf"^[\"']?{key}[\"']?[ \t]*:", re.MULTILINE) for key in ("data", "models", "metrics")]
_GATE = re.compile(r"^[\"']?gate[\"']?[ \t]*:(.*(?:\n(?:[ \t].*)?)*)", re.MULTILINE)
"""The section `gate:`: its own line and those that are indented or blank below it."""
_BASELINE = re.compile(r"\bbaseline[\"']?[ \t]*:")
_COMMENT = re.compile(r"(?:^|[ \t])#.*", re.MULTILINE)


@dataclass(frozen=True)
class Candidate:
    """A file that looks like a configuration."""

    file: Path
    names_baseline: bool
    """True where its `gate:` names a baseline."""


def candidates() -> list[Candidate]:
    """Find the configurations directly in the working directory; the preferred name first, then by name."""
    try:
        files = sorted(file for file in Path().iterdir() if file.suffix in (".yaml", ".yml"))
    except OSError:
        return []
    configurations = [candidate for file in files if (candidate := _candidate(file))]
    return sorted(configurations, key=lambda candidate: candidate.file.name not in PREFERRED)


def _candidate(file: Path) -> Candidate | None:
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        text = _COMMENT.sub("", file.read_text(encoding="utf-8-sig", errors="replace"))
    except OSError:
        return None
    if file.name not in PREFERRED and not all(key.search(text) for key in _KEYS):
        return None
    gate = _GATE.search(text)
    return Candidate(file, bool(gate and _BASELINE.search(gate[1])))


def the_configuration(*, for_gate: bool = False) -> Path:
    """Choose the configuration that is meant where none is named: `harness.yaml`, or the only one in this folder.

    `for_gate` leaves out those that name no baseline. Raises UsageError that lists what was found.
    """
    present = candidates()
    fitting = [candidate.file for candidate in present if candidate.names_baseline or not for_gate]
    if len(fitting) == 1 or (fitting and fitting[0].name in PREFERRED):
        return fitting[0]
    wanted = "a configuration that names a baseline under `gate:`" if for_gate else "a configuration"
    if fitting:
        names = ", ".join(str(file) for file in fitting)
        raise UsageError(f"several files in this folder are {wanted}: {names}; choose one with --config FILE")
    others = ", ".join(str(candidate.file) for candidate in present)
    hint = f"{others} names none: add `baseline: FILE` under `gate:`, or give --baseline FILE" if others else _FIRST
    raise UsageError(f"give {wanted} with --config FILE; this folder has none\n{hint}")

"""Limits at which a run stops by itself: `max_failures:` and `time_limit:`. Neither can change a number."""

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from harness.records import Record

_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h)\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")

DURATION = "seconds above 0, or a duration such as '30s', '5m', '2h' or '1h30m'"
FAILURES = "a count such as 10, or a share such as 0.05 or '5%'"


def duration(value: Any) -> float:
    """Read seconds from a number of them or from text such as `1h30m`. Raises ValueError for anything else."""
    seconds = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str):
        parts = list(_PART.finditer(value))
        if parts and "".join(part[0] for part in parts) == value:
            seconds = sum(float(part[1]) * _SECONDS[part[2]] for part in parts)
        elif re.fullmatch(r"\s*[0-9]+(?:\.[0-9]+)?\s*", value):
            seconds = float(value)
    if not 0 < seconds < math.inf:
        raise ValueError(f"not a duration; accepted: {DURATION}")
    return seconds


def failures(value: Any) -> int | float:
    """Read a count (a whole number) or a share in [0, 1] (a decimal number, or text with %). Raises ValueError."""
    if isinstance(value, str) and (percent := _PERCENT.match(value)):
        value = float(percent[1]) / 100
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    raise ValueError(f"not a limit of failures; accepted: {FAILURES}")


_DURATION_SCHEMA = {
    "anyOf": [
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)?\s*(ms|s|m|h)?\s*)+$"},
    ]
}
FAILURES_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$"},
    ]
}
Duration = Annotated[float, BeforeValidator(duration), WithJsonSchema(_DURATION_SCHEMA)]


class TimeLimit(Record):
    """Limits of time, in seconds or as `30s`, `5m`, `2h`."""

    cluster: Duration | None = Field(default=None, description="One cluster in one stage; past it, it is a failure.")
    run: Duration | None = Field(default=None, description="One call of the command; past it, the run stops.")


class Limits(Record):
    """Limits at which a run stops by itself, and at which it gives up a cluster."""

    max_failures: int | float | None = Field(
        default=None, description="Clusters that a configuration may fail on: a count, or a share in [0, 1]."
    )
    time_limit: TimeLimit = Field(default_factory=TimeLimit, description="How long things may take.")

    def too_many(self, failed: int, clusters: int) -> bool:
        """Tell whether a configuration has failed on more clusters than it may."""
        if self.max_failures is None:
            return False
        if isinstance(self.max_failures, int):
            return failed > self.max_failures
        return clusters > 0 and failed / clusters > self.max_failures  # divided: 0.29 * 100 is less than 29

    def shown_failures(self) -> str:
        """Write `max_failures` as a configuration would."""
        if isinstance(self.max_failures, float):
            return f"{100 * self.max_failures:g}%"
        return str(self.max_failures)

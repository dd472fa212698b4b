"""The `gate:` section of a configuration: rules that a run must hold against its baseline."""

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, FiniteFloat

from harness.records import Record

_LIMIT = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*(<=|>=)\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*\Z")


class Limit(NamedTuple):
    """Parts of `measure <= value` or `measure >= value`."""

    measure: str
    sign: Literal["<=", ">="]
    value: float


def parse_limit(text: str) -> Limit:
    """Split a limit into its parts. Raises ValueError for anything else."""
    match = _LIMIT.match(text)
    try:
        if match:
            return Limit(match[1], "<=" if match[2] == "<=" else ">=", float(match[3]))
    except ValueError:
        pass
    raise ValueError(f"not a limit: {text!r}; accepted: `measure <= number` or `measure >= number`")


def _is_limit(text: str) -> str:
    parse_limit(text)
    return text


Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Fall = Annotated[FiniteFloat, Field(ge=0)]


class GateSettings(Record):
    """Rules that a run must hold. Shares lie in [0, 1]: a tolerance of 0.01 is one ROUGE point."""

    baseline: str | None = Field(default=None, description="The baseline file, for `harness gate` without --baseline.")
    alpha: Annotated[FiniteFloat, Field(gt=0, lt=0.5)] = Field(
        default=0.05, description="Greatest chance that an unchanged system fails on any tested rule."
    )
    tolerance: dict[str, Fall] = Field(
        default_factory=dict, description="Measure → how far its mean may fall before the fall is tested."
    )
    limits: tuple[Annotated[str, AfterValidator(_is_limit)], ...] = Field(
        default=(), description="Absolute limits on means, such as `factual.contradicted <= 0.05`."
    )
    clusters: dict[str, Fall] = Field(
        default_factory=dict, description="Measure → how far it may fall on any single cluster."
    )
    max_failures: Share = Field(default=0.0, description="Greatest share of clusters a configuration may fail on.")
    configurations: tuple[str, ...] | None = Field(
        default=None, description="Which configurations are gated; all of the baseline's by default."
    )

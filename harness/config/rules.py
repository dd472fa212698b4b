"""Rules of a gate that a program hands over: the keys of `gate:`, and beside them a short form by measure.

    {"rouge1-f": {"min": 0.3, "tolerance": 0.01}, "factual-contradicted": {"max": 0.05, "clusters": 0.0}}

means the same as `limits`, `tolerance` and `clusters` of `gate:`.
"""

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from harness.config.gate import GateSettings
from harness.config.mistakes import quote, report_fields
from harness.config.plain import read_values
from harness.config.source import Source
from harness.errors import ConfigError, nearest_name

SIGNS = {"min": ">=", "max": "<="}
FALLS = ("tolerance", "clusters")
PARTS = (*SIGNS, *FALLS)
"""Keys of a measure's own mapping."""


def settings_of(rules: Any, where: str = "rules") -> GateSettings:
    """Read a gate's settings from `rules`. The run checks whether the measures exist.

    Raises ConfigError with every mistake; messages name it as `where`.
    """
    if isinstance(rules, GateSettings):
        return rules
    source = read_values(rules, where)
    if not isinstance(source.value, Mapping):
        source.report((), "not rules", found=quote(rules), accepted='a mapping, such as {"rouge1-f": {"min": 0.3}}')
        raise ConfigError(source.problems)
    whole = {name: value for name, value in source.value.items() if name in GateSettings.model_fields}
    for measure, parts in source.value.items():
        if measure not in whole:
            _add_measure(source, whole, measure, parts)
    if not source.problems:
        try:
            return GateSettings.model_validate(whole)
        except ValidationError as error:
            report_fields(source, GateSettings, where, whole, (), error)
    raise ConfigError(source.problems)


def _add_measure(source: Source, whole: dict[str, Any], measure: str, parts: Any) -> None:
    """Add what one measure's own mapping asks for to the keys of `gate:`."""
    accepted = f"any of {', '.join(PARTS)}, each with a number"
    near = nearest_name(measure, GateSettings.model_fields, 0.8)
    if not isinstance(parts, Mapping) or (near and not parts.keys() & set(PARTS)):
        message = f"not a key of a gate, and not rules for a measure {measure!r}"
        source.report((measure,), message, found=quote(parts), accepted=accepted, nearest=near)
        return
    for part, value in parts.items():
        path = (measure, part)
        if part not in PARTS:
            source.report(path, "unknown part of a rule", accepted=accepted, nearest=nearest_name(part, PARTS))
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            source.report(path, "not a number", found=quote(value), accepted="a number; shares lie in [0, 1]")
        elif part in SIGNS and isinstance(limits := whole.setdefault("limits", []), list):
            whole["limits"] = [*limits, f"{measure} {SIGNS[part]} {float(value)!r}"]
        elif part in FALLS and isinstance(falls := whole.setdefault(part, {}), Mapping):
            whole[part] = {**falls, measure: value}
        # Otherwise the value of that key of the gate is a mistake, which is found when the whole is read.

"""Figures in another unit of the same measure: 90 minutes are 1.5 hours, 40 km are 25 miles, 40°C are 104°F."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from harness.claims.figures.agreement import agree
from harness.claims.figures.measures import SECONDS
from harness.claims.figures.quantities import Figure
from harness.claims.figures.slots import comparable

_FACTORS: Final = {
    "length": {"km": 1000.0, "mile": 1609.344, "metre": 1.0, "cm": 0.01, "mm": 0.001, "foot": 0.3048,
               "inch": 0.0254, "yard": 0.9144},
    "area": {"hectare": 1e4, "acre": 4046.8564224, "square km": 1e6, "square mile": 2589988.110336,
             "square metre": 1.0, "square foot": 0.09290304, "square yard": 0.83612736},
    "weight": {"kg": 1.0, "gram": 0.001, "tonne": 1000.0, "lb": 0.45359237, "ounce": 0.028349523125,
               "stone": 6.35029318},
    "speed": {"mph": 1.609344, "kph": 1.0},
    "power": {"kilowatt": 1.0, "megawatt": 1e3, "gigawatt": 1e6},
    "stretch": {unit: SECONDS[unit] for unit in ("second", "minute", "hour", "day", "week")},
    "years": {"month": 1.0, "year": 12.0, "decade": 120.0, "century": 1200.0},
}  # fmt: skip
"""Kind of measure → unit → how many of the least of its kind it has. Weeks and months are apart: no number of the one
makes the other."""
_KINDS = {unit: kind for kind, units in _FACTORS.items() for unit in units}
_POUND = "gbp"
"""The unit of what is written as pounds: a currency, and a weight where the other figure is one."""
_HALF = 0.5
_ROUNDED = 0.06
"""Greatest share by which a claimed figure may differ that is rounded, `5,000 acres` for 2,000 hectares."""
_CONVERTED = 0.02
"""The same where the figure found is the round one, and nobody knows what it was rounded from."""
_DEGREE = {"celsius": 1.0, "fahrenheit": 1.8}
"""Most degrees by which a rounded temperature may differ."""


def counterpart(claimed: Figure, found: Figure) -> Figure | None:
    """The figure found, in the claimed one's unit, where the claimed one can stand for it; None where it cannot."""
    if comparable(claimed, found):
        return found if agree(claimed, found) else None
    if claimed.ordinal or found.ordinal:
        return None
    return next((other for other in _in_unit(found, claimed.unit) if _is_near(claimed, other)), None)


def is_converted(claimed: Figure, found: Sequence[tuple[int, Figure]]) -> bool:
    """Tell whether only figures in another unit can stand for the claimed one."""
    same = [other for _, other in found if counterpart(claimed, other) is not None]
    return bool(same) and not any(comparable(claimed, other) for other in same)


def _in_unit(figure: Figure, unit: str) -> list[Figure]:
    """A figure in another unit; two figures for degrees, which may be a temperature or how much one changed."""
    if {figure.unit, unit} == set(_DEGREE):
        times, zero = (1.8, 32.0) if unit == "fahrenheit" else (1 / 1.8, -32.0 / 1.8)
        return [_scaled(figure, unit, times, zero), _scaled(figure, unit, times)]
    mine, theirs = _weight(figure.unit, unit), _weight(unit, figure.unit)
    kind = _KINDS.get(mine)
    if kind is None or _KINDS.get(theirs) != kind:
        return []
    factors = _FACTORS[kind]
    return [_scaled(figure, unit, factors[mine] / factors[theirs])]


def _weight(unit: str, beside: str) -> str:
    return "lb" if unit == _POUND and _KINDS.get(beside) == "weight" else unit


def _scaled(figure: Figure, unit: str, times: float, zero: float = 0.0) -> Figure:
    return replace(
        figure,
        unit=unit,
        value=figure.value * times + zero,
        low=figure.low * times + zero,
        high=None if figure.high is None else figure.high * times + zero,
        step=figure.step * times,
    )


def _is_near(claimed: Figure, found: Figure) -> bool:
    """Match two figures that agree, or are one but for the rounding of either."""
    if agree(claimed, found):
        return True
    if not {claimed.modifier, found.modifier} <= {"exact", "about"}:
        return False
    difference, degree = abs(claimed.value - found.value), _DEGREE.get(claimed.unit)
    if degree is not None:
        return difference <= min(degree, _HALF * max(claimed.step, found.step))
    return difference <= max(
        min(_HALF * claimed.step, _ROUNDED * found.value), min(_HALF * found.step, _CONVERTED * found.value)
    )

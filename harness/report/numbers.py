"""How numbers are printed: the one place where a share in [0, 1] becomes a percentage."""

from harness.analysis.summary import Summary
from harness.records import MeasureRecord, Unit

ARROWS = {"higher": " ↑", "lower": " ↓", "neither": ""}


def shown(value: float, unit: Unit) -> str:
    """A value as tables print it: shares times 100, one decimal, never a negative zero."""
    return f"{round(value * 100 if unit == 'share' else value, 1) + 0.0:.1f}"


def mean(summary: Summary, measure: MeasureRecord) -> str:
    """The mean, or an en dash where no cluster was scored."""
    return "–" if summary.mean is None else shown(summary.mean, measure.unit)


def interval(summary: Summary, measure: MeasureRecord) -> str:
    """`low to high` as `[33.1, 40.6]`, or nothing where there is no interval."""
    if summary.low is None or summary.high is None:
        return ""
    return f"[{shown(summary.low, measure.unit)}, {shown(summary.high, measure.unit)}]"


def header(measure: MeasureRecord) -> str:
    """A measure's name with an arrow that says which way is better."""
    return measure.name + ARROWS[measure.direction]

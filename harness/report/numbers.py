"""How numbers are printed: the one place where a share in [0, 1] becomes a percentage."""

from harness.analysis.summary import Summary
from harness.records import MeasureRecord, Unit

ARROWS = {"higher": " ↑", "lower": " ↓", "neither": ""}


MOST_DECIMALS = 12


def shown(value: float, unit: Unit, decimals: int = 1) -> str:
    """A value as tables print it: shares times 100, one decimal unless more are asked for, never a negative zero."""
    return f"{round(value * 100 if unit == 'share' else value, decimals) + 0.0:.{decimals}f}"


def decimals_for(difference: float | None, unit: Unit) -> int:
    """How many decimals a difference needs so as not to be printed as 0; 1 for none, and for 0 itself."""
    needed = 1
    while difference and needed < MOST_DECIMALS and float(shown(difference, unit, needed)) == 0:
        needed += 1
    return needed


def mean(summary: Summary, measure: MeasureRecord) -> str:
    """The mean, or an en dash where no cluster was scored."""
    return "–" if summary.mean is None else shown(summary.mean, measure.unit)


def interval(summary: Summary, measure: MeasureRecord) -> str:
    """`low to high` as `[33.1, 40.6]`, or nothing where there is no interval."""
    return ends(summary.low, summary.high, measure.unit)


def header(measure: MeasureRecord) -> str:
    """A measure's name with an arrow that says which way is better."""
    return measure.name + ARROWS[measure.direction]


def short_header(measure: MeasureRecord) -> str:
    """The same without the metric's name before it, for where that stands above."""
    return header(measure).removeprefix(f"{measure.metric}-")


def ends(low: float | None, high: float | None, unit: Unit) -> str:
    """An interval's ends as `[33.1, 40.6]`, or nothing where it has none."""
    return "" if low is None or high is None else f"[{shown(low, unit)}, {shown(high, unit)}]"


def signed(value: float | None, unit: Unit, decimals: int = 1) -> str:
    """A difference with its sign, or nothing where there is none."""
    if value is None:
        return ""
    text = shown(value, unit, decimals)
    return text if text.startswith("-") else f"+{text}"


def p_value(value: float | None) -> str:
    """A p-value to three decimals, the smallest as a bound."""
    if value is None:
        return ""
    return "<.001" if value < 0.001 else f"{value:.3f}".replace("0.", ".", 1)

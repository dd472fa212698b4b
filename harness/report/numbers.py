"""Print numbers: the one place where a share in [0, 1] becomes a percentage."""

from harness.analysis.summary import Summary
from harness.records import MeasureRecord, Unit

ARROWS = {"higher": " ↑", "lower": " ↓", "neither": ""}


MOST_DECIMALS = 12


def show(value: float, unit: Unit, decimals: int = 1) -> str:
    """Print a value as tables do: shares times 100, one decimal unless more are asked for, never a negative zero."""
    return f"{round(value * 100 if unit == 'share' else value, decimals) + 0.0:.{decimals}f}"


def precise(value: float, unit: Unit) -> str:
    """Print a value to four digits on the scale of tables."""
    return f"{value * 100 if unit == 'share' else value:.4g}"


def of_rule(value: float, unit: Unit) -> str:
    """Print a number of a rule on the scale of tables, and as it is written where that is another one."""
    shown, written = precise(value, unit), f"{value:.4g}"
    return shown if shown == written else f"{shown} ({written} in the rule)"


def decimals_for(difference: float | None, unit: Unit) -> int:
    """Count the decimals that keep a difference from being printed as 0; 1 for none, and for 0 itself."""
    needed = 1
    while difference and needed < MOST_DECIMALS and float(show(difference, unit, needed)) == 0:
        needed += 1
    return needed


def mean(summary: Summary, measure: MeasureRecord) -> str:
    """Print the mean, or an en dash where no cluster was scored."""
    return "–" if summary.mean is None else show(summary.mean, measure.unit)


def interval(summary: Summary, measure: MeasureRecord) -> str:
    """Print `low to high` as `[33.1, 40.6]`, or nothing where there is no interval."""
    return ends(summary.low, summary.high, measure.unit)


def clusters(count: int) -> str:
    """Say how many clusters."""
    return f"{count} cluster{'' if count == 1 else 's'}"


def header(measure: MeasureRecord) -> str:
    """Write a measure's name with an arrow that says which way is better."""
    return measure.name + ARROWS[measure.direction]


def short_header(measure: MeasureRecord) -> str:
    """Write the header without the metric's name, for where that stands above."""
    return header(measure).removeprefix(f"{measure.metric}-")


def ends(low: float | None, high: float | None, unit: Unit) -> str:
    """Print an interval's ends as `[33.1, 40.6]`, or nothing where it has none."""
    return "" if low is None or high is None else f"[{show(low, unit)}, {show(high, unit)}]"


def show_change(value: float | None, unit: Unit, decimals: int = 1) -> str:
    """Print a difference with its sign, or nothing where there is none."""
    if value is None:
        return ""
    text = show(value, unit, decimals)
    return text if text.startswith("-") else f"+{text}"


def p_value(value: float | None) -> str:
    """Print a p-value to three decimals, the smallest as a bound."""
    if value is None:
        return ""
    return "<.001" if value < 0.001 else f"{value:.3f}".replace("0.", ".", 1)

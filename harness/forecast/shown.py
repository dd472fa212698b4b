"""Print what a run will take: a table, a sentence on what dominates, JSON."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from harness.forecast.estimate import Estimate
from harness.forecast.forecast import Cost, Forecast
from harness.language.text import counted
from harness.report.printing import safe
from harness.report.sizes import size
from harness.report.terminal import plain

_WHAT = {
    "read": "read the data",
    "keep": "copy, count and digest rows",
    "summarise": "summarise (bootstrap)",
}
_DOMINATES = 0.4
"""Share of the time from which one row is said to take most of it."""


def table(forecast: Forecast) -> RenderableType:
    """Show a row for each configuration and stage, the total, and what to make of it."""
    charged = any(cost.tokens_in is not None for cost in forecast.costs)
    shown = plain(f"plan for {counted(forecast.clusters, 'cluster')}, from a sample of {forecast.sampled:,}")
    shown.add_column("stage", overflow="fold")
    for head in ("time", "95 % interval", *(("tokens in", "tokens out", "money") if charged else ())):
        shown.add_column(head, justify="right", no_wrap=True)
    for cost in forecast.costs:
        cells = [duration(cost.seconds.value), _between(cost.seconds, duration)]
        shown.add_row(safe(_name(cost)), *cells, *(_charged_cells(cost) if charged else ()))
    total = [duration(forecast.seconds.value), _between(forecast.seconds, duration)]
    if charged:
        total += [_tokens(_sum(forecast, "tokens_in")), _tokens(_sum(forecast, "tokens_out")), _money_total(forecast)]
    shown.add_section()
    shown.add_row(*(Text(cell, style="bold") for cell in ("total", *total)))
    return Group(shown, Text(), *(safe(line) for line in lines(forecast)))


def lines(forecast: Forecast) -> Iterator[str]:
    """Yield what stands below the table: memory, disk, money, what dominates, what would help, what is not known."""
    memory = f"memory {_bytes(forecast.memory)}"
    if forecast.processes > 1:
        memory += f", and {forecast.processes} {'workers' if forecast.workers else 'processes'} beside it"
    aside = f", and {size(round(forecast.temporary.value))} of temporary files" if forecast.temporary.value else ""
    yield f"{memory}; disk {_bytes(forecast.disk)}{aside}"
    for currency, money in forecast.money.items():
        yield f"money {_money(money.value)} {currency} ({_money(money.low)} to {_money(money.high)})"
    yield from sentences(forecast)
    if forecast.clusters > forecast.in_data:
        yield (
            f"The data set was read up to {forecast.in_data:,} clusters, which stand for {forecast.clusters:,}: "
            "longer articles take longer."
        )
    for name, count in forecast.failed.items():
        yield f"{name} did not answer {count} of the {forecast.sampled} clusters of the sample."
    yield from (f"{line}." for line in forecast.limits)


def sentences(forecast: Forecast) -> list[str]:
    """Say what takes most of the time, and what would help."""
    whole = forecast.seconds.value or 1.0
    first = max(forecast.costs, key=lambda cost: cost.seconds.value)
    share = first.seconds.value / whole
    name = _name(first)
    told = f"{name} takes {share:.0%} of the time" + ("" if share >= _DOMINATES else ", and nothing takes most of it")
    if first.start > first.seconds.value / 2:
        return [f"{told}, most of it once, at the start: a larger run costs little more."]
    return [f"{told}: {_help(first, forecast)}."]


def _help(cost: Cost, forecast: Forecast) -> str:
    if cost.served:
        return "a higher `concurrency` helps as far as the server answers, and shorter prompts (`max_characters`) do"
    if cost.what == "generate":
        if forecast.workers:
            return "more workers or a graphics card help"
        return "workers that each hold the model (`--workers N` plans them) or a graphics card help"
    if cost.what in ("check", "score"):
        if forecast.processes > 1:
            return f"{forecast.processes} processes share it; more machines help further, a part of the clusters each"
        return "it can be shared out: `--jobs N` on one machine, `--workers N` on several"
    if cost.what == "summarise":
        return "it rises with the clusters and is not shared out"
    return "it is done by one process; a part of the clusters on each of several machines helps"


def as_json(forecast: Forecast) -> str:
    """Write the plan as one JSON object: seconds, bytes, tokens and money, each with its interval."""
    content: dict[str, Any] = {
        "clusters": forecast.clusters,
        "clusters_read": forecast.in_data,
        "sample": forecast.sampled,
        "processes": forecast.processes,
        "workers": forecast.workers,
        "stages": [
            {
                "stage": cost.what,
                "name": cost.name,
                "server": cost.served,
                "seconds_once": cost.start,
                "seconds_each": _object(cost.each),
                "seconds": _object(cost.seconds),
                "tokens_in": _object(cost.tokens_in),
                "tokens_out": _object(cost.tokens_out),
                "money": _object(cost.money),
                "currency": cost.currency,
            }
            for cost in forecast.costs
        ],
        "seconds": _object(forecast.seconds),
        "clusters_a_second": forecast.clusters / forecast.seconds.value if forecast.seconds.value else None,
        "memory_bytes": _object(forecast.memory),
        "disk_bytes": _object(forecast.disk),
        "temporary_bytes": _object(forecast.temporary),
        "tokens_in": _object(_sum(forecast, "tokens_in")),
        "tokens_out": _object(_sum(forecast, "tokens_out")),
        "money": {currency: _object(money) for currency, money in forecast.money.items()},
        "failed": dict(forecast.failed),
        "advice": [*sentences(forecast), *forecast.limits],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def duration(seconds: float) -> str:
    """Print seconds in the two largest units that they fill: `0.4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    units: Sequence[tuple[str, int]] = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    for (unit, one), (smaller, part) in itertools.pairwise(units):
        if round(seconds) >= one:
            whole = round(seconds / part) * part
            rest = whole % one // part
            return f"{whole // one} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds:.0f} s"


def _name(cost: Cost) -> str:
    return _WHAT.get(cost.what, f"{cost.what} {cost.name}".strip())


def _charged_cells(cost: Cost) -> tuple[str, str, str]:
    money = "" if cost.money is None else f"{_money(cost.money.value)} {cost.currency}"
    return _tokens(cost.tokens_in), _tokens(cost.tokens_out), money


def _sum(forecast: Forecast, name: str) -> Estimate | None:
    from harness.forecast.estimate import total_of

    parts = [part for cost in forecast.costs if (part := getattr(cost, name)) is not None]
    return total_of(parts) if parts else None


def _money_total(forecast: Forecast) -> str:
    return ", ".join(f"{_money(money.value)} {currency}" for currency, money in forecast.money.items())


def _tokens(count: Estimate | None) -> str:
    if count is None:
        return ""
    value = count.value
    for unit in ("", " thousand", " million", " billion"):
        if value < 1000:
            return f"{value:.0f}{unit}" if not unit else f"{value:.1f}{unit}"
        value /= 1000
    return f"{value:.1f} trillion"


def _money(value: float) -> str:
    return f"{value:,.2f}" if value >= 1 else f"{value:.2g}"


def _bytes(count: Estimate) -> str:
    return f"{size(round(count.value))} ({size(round(count.low))} to {size(round(count.high))})"


def _between(each: Estimate, show: Any) -> str:
    return f"{show(each.low)} to {show(each.high)}"


def _object(estimate: Estimate | None) -> Mapping[str, float] | None:
    return None if estimate is None else {"value": estimate.value, "low": estimate.low, "high": estimate.high}

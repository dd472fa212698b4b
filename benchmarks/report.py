"""The page of measured figures."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

_UNITS = {"times": " ×", "share": " %", "seconds": " s", "MiB": " MiB", "count": ""}


def page(results: Mapping[str, Any]) -> str:
    """results.json as Markdown: what was reached, what falls short and why, what was not measured."""
    rows = results["figures"]
    short = [row for row in rows if row["reached"] is False]
    lines = [
        "# Measured figures",
        "",
        "Written by `make bench` from `results.json`; do not edit. Ours and the peer's ran in turn in one process; a",
        "figure is the median over the rounds, with the least and the greatest beside it. `make bench-check` measures",
        "again and fails where a figure is worse than here by more than its tolerance.",
        "",
        "; ".join(f"{name}: {value}" for name, value in results["machine"].items()) + ".",
        "",
        "| what | peer | aim | measured | rounds | ours | peer takes | tolerance | |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
        *map(_line, rows),
    ]
    for row in rows:
        if row["reason"] or (row["measured"] or {}).get("note"):
            lines += ["", f"`{row['name']}`: {row['reason'] or row['measured']['note']}"]
    if short:
        lines += ["", "## What falls short", "", "Where the time goes, the ten functions with most of it (cProfile):"]
    for row in short:
        lines += ["", f"**{row['name']}**: {found(row)}, aim {_aim(row)}."]
        if row["profile"]:
            lines += ["", "```", *row["profile"], "```"]
    return "\n".join(lines) + "\n"


def found(row: Row) -> str:
    """What was found, with its range, or why nothing was."""
    if not row["measured"]:
        return str(row["reason"])
    measured, unit = row["measured"], row["aim"]["unit"]
    return f"{_number(measured['value'], unit)} [{_plain(measured['low'], unit)}, {_plain(measured['high'], unit)}]"


def limit(committed: float, bound: str, tolerance: float) -> float:
    """The worst value that still holds against a committed one."""
    return committed * (1 - tolerance) if bound == "at least" else committed * (1 + tolerance)


def _line(row: Row) -> str:
    measured = row["measured"] or {}
    verdict = {True: "reached", False: "**short**", None: row["reason"].partition(":")[0]}[row["reached"]]
    cells = [
        row["what"],
        row["peer"],
        _aim(row),
        found(row) if measured else "–",
        str(measured.get("rounds", "–")),
        _seconds(measured.get("ours")),
        _seconds(measured.get("peer")),
        f"{row['tolerance']:.0%}",
        verdict,
    ]
    return f"| {' | '.join(cells)} |"


def _aim(row: Row) -> str:
    return f"{'≥' if row['aim']['bound'] == 'at least' else '≤'} {_number(row['aim']['value'], row['aim']['unit'])}"


def _number(value: float, unit: str) -> str:
    return _plain(value, unit) + _UNITS[unit]


def _plain(value: float, unit: str) -> str:
    scaled = 100 * value if unit == "share" else value
    return f"{scaled:.0f}" if abs(scaled) >= 100 or unit == "count" else f"{scaled:.3g}"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.2g} s"

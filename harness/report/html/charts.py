"""Charts of a report: Vega-Lite specifications drawn as SVG, without a script, in the colours of the page."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from harness.records import MeasureRecord
from harness.report.answer import name_of
from harness.report.escape import page
from harness.report.html.findings import Findings
from harness.report.verdicts import ERRORS

INK, FAINT, GOOD, BAD, ACCENT = "#010203", "#020304", "#030405", "#040506", "#050607"
"""Stand for the page's colours: its style sheet gives each its colour by day and by night."""
MOST_BARS = 200
"""Bars of one chart; of more clusters evenly spaced ones are drawn."""
WIDTH, STEP = 220, 22
"""Pixels of a chart's plot, and of each of its rows."""
CONFIGURATIONS = 20
"""Configurations that a chart draws, the best first."""
NAME = 28
"""Characters of a configuration's name on an axis."""
Spec = dict[str, Any]
Drawn = tuple[str, str, Spec]

_CONFIG: Spec = {
    "background": None,
    "padding": {"left": 20, "right": 20, "top": 5, "bottom": 5},  # fonts of the reader may be wider than those measured
    "config": {
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "titleColor": INK,
            "gridColor": FAINT,
            "domainColor": FAINT,
            "tickColor": FAINT,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 220,
        },
        "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
        "text": {"color": INK, "fontSize": 11},
        "rule": {"color": INK},
        "legend": {"labelColor": INK, "titleColor": INK},
    },
}


def charts(findings: Findings) -> list[tuple[str, str, str]]:
    """Draw what there is: for each chart a heading, a sentence that says how to read it, and an SVG."""
    drawn = [
        *_means(findings),
        *_differences(findings),
        *_trade(findings),
        *_lengths(findings),
        *_cost(findings),
        *_errors(findings),
    ]
    return draw_all(drawn)


def draw_all(drawn: Iterable[Drawn], prefix: str = "chart") -> list[tuple[str, str, str]]:
    """Render specifications; `prefix` keeps the ids of their parts apart from those of other charts of a page."""
    return [
        (heading, text, draw(spec, f"{prefix}{at}", f"{heading}. {text}"))
        for at, (heading, text, spec) in enumerate(drawn)
    ]


def load_renderer() -> None:
    """Draw nothing, so that the first chart does not wait a second for the renderer."""
    draw({"data": {"values": []}, "mark": "point"}, "none", "")


def draw(spec: Spec, name: str, label: str) -> str:
    """Render a specification as an SVG that a screen reader announces as `label`; `name` keeps its ids unique."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg({**_CONFIG, **spec}, vl_version="5.20")
    svg = re.sub(r' style="[^"]*"', "", svg)  # the page's policy allows no inline style
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)  # one label for all of it, not one for each mark
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = size.groups() if size else ("300", "150")
    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg class="chart" {box} role="img" aria-label="{page(label)}">'
    return re.sub(r"<svg [^>]*>", lambda _: head, svg, count=1)


def _in_points(value: float, measure: MeasureRecord) -> float:
    return value * 100 if measure.unit == "share" else value


def _axis_title(measure: MeasureRecord) -> str:
    return {"share": "points", "words": "words", "characters": "characters"}[measure.unit]


def _name(label: str) -> str:
    return label if len(label) <= NAME else f"{label[: NAME - 1]}…"


def _ranked_names(findings: Findings) -> list[str]:
    return [standing.configuration for standing in findings.board.standings][:CONFIGURATIONS]


def _rows(findings: Findings) -> Spec:
    """Encode the vertical axis: configurations, the best first."""
    return {
        "field": "name",
        "type": "nominal",
        "sort": [_name(label) for label in _ranked_names(findings)],
        "axis": {"title": None, "domain": False, "ticks": False, "labelPadding": 8},
    }


def _means(findings: Findings) -> Iterator[Drawn]:
    """Draw a forest plot for each leading measure: means with their intervals."""
    standings = {standing.configuration: standing for standing in findings.board.standings}
    for measure in findings.board.measures:
        values = [
            {
                "name": _name(label),
                "mean": _in_points(summary.mean, measure),
                "low": _in_points(summary.low if summary.low is not None else summary.mean, measure),
                "high": _in_points(summary.high if summary.high is not None else summary.mean, measure),
            }
            for label in _ranked_names(findings)
            if (summary := standings[label].summaries[measure.name]).mean is not None
        ]
        if not values:
            continue
        x = {"type": "quantitative", "axis": {"title": _axis_title(measure), "tickCount": 5}}
        spec = {
            "data": {"values": values},
            "width": WIDTH,
            "height": {"step": STEP},
            "encoding": {"y": _rows(findings)},
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 2, "color": ACCENT},
                    "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "color": ACCENT, "opacity": 1},
                    "encoding": {"x": {"field": "mean", **x}},
                },
            ],
        }
        better = {"higher": "Further right is better", "lower": "Further left is better", "neither": ""}
        what = measure.summary.rstrip(".")
        yield name_of(measure), f"{what}. {better[measure.direction]}; lines are 95 % intervals.", spec


def _differences(findings: Findings) -> Iterator[Drawn]:
    """Draw each other configuration's difference to the baseline on every cluster, sorted."""
    board = findings.board
    values = findings.primary_values()
    at = {label: number for number, label in enumerate(findings.labels)}
    sign = -1 if board.primary.direction == "lower" else 1
    rows: list[Spec] = []
    for label in _ranked_names(findings):
        if label == board.baseline:
            continue
        apart = values[at[label]] - values[at[board.baseline]]
        apart = np.sort(apart[~np.isnan(apart)])[::-1]
        if len(apart) > MOST_BARS:
            apart = apart[np.linspace(0, len(apart) - 1, MOST_BARS).round().astype(int)]
        rows += [
            {
                "name": _name(label),
                "place": place,
                "apart": _in_points(float(value), board.primary),
                "way": "better" if value * sign > 0 else "worse",
            }
            for place, value in enumerate(apart)
        ]
    if not rows:
        return
    names = [_name(label) for label in _ranked_names(findings) if label != board.baseline]
    spec = {
        "data": {"values": rows},
        "facet": {
            "row": {
                "field": "name",
                "type": "nominal",
                "sort": names,
                "title": None,
                "header": {"labelAngle": 0, "labelAlign": "left", "labelAnchor": "start", "labelOrient": "top"},
            }
        },
        "spec": {
            "width": WIDTH + 60,
            "height": 70,
            "mark": {"type": "bar", "opacity": 1},
            "encoding": {
                "x": {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.1}},
                "y": {
                    "field": "apart",
                    "type": "quantitative",
                    "axis": {"title": _axis_title(board.primary), "tickCount": 3},
                },
                "color": {
                    "field": "way",
                    "type": "nominal",
                    "scale": {"domain": ["better", "worse"], "range": [GOOD, BAD]},
                    "legend": None,
                },
            },
        },
    }
    heading = f"Difference to {board.baseline}, cluster by cluster"
    yield heading, f"{name_of(board.primary)}: a bar for each cluster, sorted. Above the line is higher.", spec


def _points(findings: Findings, other: str) -> list[Spec]:
    board = findings.board
    points = []
    for standing in board.standings[:CONFIGURATIONS]:
        across, up = standing.summaries[board.primary.name], standing.summaries.get(other)
        if up is not None and across.mean is not None and up.mean is not None:
            points.append(
                {
                    "name": _name(standing.configuration),
                    "x": _in_points(across.mean, board.primary),
                    "y": up.mean * 100,
                }
            )
    return points


def _scatter(points: list[Spec], x_title: str, y_title: str, *, logarithmic: bool = False) -> Spec:
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"title": x_title, "tickCount": 6},
    }
    if logarithmic:
        x["scale"] = {"type": "log"}
        x["axis"]["tickCount"] = 4
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"title": y_title, "tickCount": 5},
    }
    return {
        "data": {"values": points},
        "width": WIDTH + 40,
        "height": 200,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "point", "filled": True, "size": 80, "color": ACCENT, "opacity": 1}},
            {"mark": {"type": "text", "dy": -12}, "encoding": {"text": {"field": "name"}}},
        ],
    }


def _trade(findings: Findings) -> Iterator[Drawn]:
    """Draw the primary measure against the share of claims that the articles support."""
    points = _points(findings, "factual-supported")
    if len(points) > 1 and findings.board.primary.metric != "factual":
        name = name_of(findings.board.primary)
        spec = _scatter(points, f"{name} (points)", "supported (points)")
        yield f"{name} and factuality", "Up and to the right is better on both.", spec


def _cost(findings: Findings) -> Iterator[Drawn]:
    """Draw seconds a headline against the primary measure, of configurations that took any."""
    board = findings.board
    seconds = {
        column.label: column.counts.seconds / column.counts.predicted
        for column in findings.joined.columns
        if column.counts.predicted and column.counts.seconds > 0
    }
    points = [
        {
            "name": _name(standing.configuration),
            "x": seconds[standing.configuration],
            "y": _in_points(mean, board.primary),
        }
        for standing in board.standings[:CONFIGURATIONS]
        if standing.configuration in seconds and (mean := standing.summaries[board.primary.name].mean) is not None
    ]
    if len(points) > 1:
        name = name_of(board.primary)
        spec = _scatter(points, "seconds a headline", f"{name} (points)", logarithmic=True)
        yield f"Cost and {name}", "Up and to the left is better: a higher score in less time.", spec


def _lengths(findings: Findings) -> Iterator[Drawn]:
    """Draw the lengths of headlines, one tick each, and the limit where there is one."""
    names = [measure.name for measure in findings.joined.measures]
    if "characters" not in names:
        return
    values = findings.joined.values[:, :, names.index("characters")]
    at = {label: number for number, label in enumerate(findings.labels)}
    ticks = []
    for label in _ranked_names(findings):
        lengths = np.sort(values[at[label]][~np.isnan(values[at[label]])])
        if len(lengths) > MOST_BARS:
            lengths = lengths[np.linspace(0, len(lengths) - 1, MOST_BARS).round().astype(int)]
        ticks += [{"name": _name(label), "length": float(length)} for length in lengths]
    if not ticks:
        return
    x = {"field": "length", "type": "quantitative", "axis": {"title": "characters", "tickCount": 5}}
    layers: list[Spec] = [
        {
            "mark": {"type": "tick", "thickness": 1.5, "color": ACCENT, "opacity": 0.6},
            "encoding": {"x": x, "y": _rows(findings)},
        }
    ]
    limit = _limit(findings)
    text = "A tick for each headline"
    if limit is not None:
        layers.append(
            {
                "data": {"values": [{"length": limit}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": BAD},
                "encoding": {"x": x},
            }
        )
        text += f"; the dashed line is the limit of {limit} characters"
    yield "Length", f"{text}.", {"data": {"values": ticks}, "width": WIDTH, "height": {"step": STEP}, "layer": layers}


def _limit(findings: Findings) -> int | None:
    """Read the longest headline within the limit from the measure's own summary."""
    for measure in findings.joined.measures:
        if measure.name == "within-limit" and (told := re.search(r"at most (\d+) characters", measure.summary)):
            return int(told.group(1))
    return None


def _errors(findings: Findings) -> Iterator[Drawn]:
    """Draw the number of headlines with each type of error."""
    errors = findings.errors()
    if not errors:
        return
    ranked = _ranked_names(findings)
    values = [
        {"name": _name(label), "error": ERRORS[error], "count": counts[label]}
        for error, counts in errors.items()
        for label in ranked
        if counts[label]
    ]
    if not values:
        return
    most = max(count for counts in errors.values() for count in counts.values())
    spec = {
        "data": {"values": values},
        "height": {"step": STEP},
        "width": {"step": 64},
        "encoding": {
            "x": {
                "field": "error",
                "type": "nominal",
                "axis": {"title": None, "orient": "top", "labelAngle": -30, "domain": False, "ticks": False},
            },
            "y": _rows(findings),
        },
        "layer": [
            {
                "mark": {"type": "circle", "color": BAD, "opacity": 0.85},
                "encoding": {
                    "size": {
                        "field": "count",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"domain": [0, most], "range": [0, 350]},
                    }
                },
            },
            {"mark": {"type": "text", "dx": 17}, "encoding": {"text": {"field": "count", "type": "quantitative"}}},
        ],
    }
    yield "Types of errors", "Headlines in which the factual check found each type of error.", spec

"""How far the probabilities of the factual check agree with what people said of the same headlines."""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np

from harness.analysis.metaeval import Bools, Floats, calibration_error
from harness.errors import DataError
from harness.metaeval.labelled import labels_of_headlines
from harness.report.html.charts import ACCENT, FAINT, WIDTH, Drawn, Spec
from harness.report.html.findings import Findings, labels_by_folder
from harness.results.annotations import ANNOTATIONS

LEAST = 20
"""Labelled headlines below which nothing is drawn: shares of so few say nothing."""
GROUPS = 5
"""Groups of equal width; those without a headline are left out."""


def calibration(findings: Findings, files: Sequence[Path] | None = None) -> tuple[list[Drawn], list[str]]:
    """Draw a reliability diagram where there are enough labels, and say where there are not.

    `files` hold labels as `harness metaeval` reads them; without, `annotations.jsonl` beside the runs does, where there
    is one. Raises DataError where a file that was named cannot be read.
    """
    named = files is not None
    read = list(files) if files is not None else annotations_beside(findings)
    if not read:
        return [], []
    shown = ", ".join(file.name for file in read)
    try:
        labels, nowhere = labels_of_headlines(read)
    except DataError as error:
        if named:
            raise
        return [], [f"No calibration is drawn: {' '.join(str(error).split())}"]
    said, stated = _matched(findings, labels)
    if len(said) < LEAST:
        if not named and not len(said):
            return [], []
        told = f"{len(said)} of the {len(labels) + nowhere} labels in {shown} are of headlines here that were checked"
        return [], [f"Calibration is not drawn: {told}, fewer than {LEAST}."]
    return [_drawn(said, stated, shown)], []


def annotations_beside(findings: Findings) -> list[Path]:
    """List the `annotations.jsonl` of the results folders that the runs lie in."""
    folders = dict.fromkeys(folder.path.parent for folder, _ in labels_by_folder(findings.joined.columns))
    return [file for folder in folders if (file := folder / ANNOTATIONS).is_file()]


def _matched(findings: Findings, labels: dict[tuple[str, str], bool]) -> tuple[Bools, Floats]:
    """Find the headlines that were both labelled and checked, each text of a cluster once: label, probability."""
    clusters = {cluster_id for cluster_id, _ in labels}
    found: dict[tuple[str, str], float] = {}
    for folder, names in labels_by_folder(findings.joined.columns):
        for row in folder.predictions():
            if row.configuration not in names or row.cluster_id not in clusters:
                continue
            finding = findings.verdicts.get((names[row.configuration], row.cluster_id))
            if (row.cluster_id, row.text) in labels and finding is not None and finding.probability is not None:
                found.setdefault((row.cluster_id, row.text), finding.probability)
    said = np.array([labels[key] for key in found], dtype=np.bool_)
    return said, np.array(list(found.values()), dtype=np.float64)


def _drawn(said: Bools, stated: Floats, shown: str) -> Drawn:
    number = np.minimum((stated * GROUPS).astype(np.int64), GROUPS - 1)
    values = []
    for each in np.unique(number):
        held = number == each
        count, share = int(held.sum()), float(said[held].mean())
        low, high = wilson(share, count)
        point = {"stated": stated[held].mean() * 100, "share": share * 100, "low": low * 100, "high": high * 100}
        values.append({**{name: round(float(value), 2) for name, value in point.items()}, "count": count})
    error = float(calibration_error(said, stated, np.ones((1, len(said))))[0])
    text = (
        f"{len(said)} headlines that people labelled ({shown}), in fifths of the probability that the check states. "
        "On the dashed line as many are faithful as it says; below, it trusts too much. Numbers are headlines, lines "
        f"95 % intervals (Wilson). Calibration error as `harness metaeval` has it (ECE) {error * 100:.1f} points."
    )
    return "Calibration of the factual check", text, _spec(values)


def _spec(values: list[Spec]) -> Spec:
    whole = {"domain": [0, 100]}
    x = {"type": "quantitative", "scale": whole, "axis": {"title": "stated (points)", "tickCount": 5}}
    y = {"type": "quantitative", "scale": whole, "axis": {"title": "faithful (points)", "tickCount": 5}}
    return {
        "data": {"values": values},
        "width": WIDTH,
        "height": WIDTH,
        "layer": [
            {
                "data": {"values": [{"at": 0}, {"at": 100}]},
                "mark": {"type": "line", "strokeDash": [4, 3], "color": FAINT, "strokeWidth": 2},
                "encoding": {"x": {"field": "at", **x}, "y": {"field": "at", **y}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": ACCENT},
                "encoding": {
                    "x": {"field": "stated", **x},
                    "y": {"field": "low", **y},
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 80, "color": ACCENT, "opacity": 1},
                "encoding": {"x": {"field": "stated", **x}, "y": {"field": "share", **y}},
            },
            {
                "mark": {"type": "text", "dx": 12, "dy": -9},
                "encoding": {
                    "x": {"field": "stated", **x},
                    "y": {"field": "share", **y},
                    "text": {"field": "count", "type": "quantitative"},
                },
            },
        ],
    }


def wilson(share: float, count: int, level: float = 0.95) -> tuple[float, float]:
    """Compute Wilson's interval of a share of `count` (*JASA* 22, 1927)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    below = 1 + z * z / count
    return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)

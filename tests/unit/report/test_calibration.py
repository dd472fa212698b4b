"""Calibration in a report: drawn from human labels where there are enough, and said where there are not."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import api
from harness.errors import DataError
from harness.records import CheckedPrediction, Claim, Verdict
from harness.report.html.calibration import wilson
from harness.results.run_folder import VERDICTS

COUNT = 40
WIRE = (
    "The dam above Senn held through the night, the fire service said, and the road below it was opened again at six. "
    * 3
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """A run over 40 clusters, with verdicts: headlines of even numbers are stated to be true with .9, others .2."""
    folder = tmp_path_factory.mktemp("calibrated")
    rows = [
        {"id": f"c{at}", "articles": [{"text": WIRE}, {"text": f"Radio: {WIRE}" if at < 3 else f"Dam {at} held."}],
         "references": ["Dam holds"]}
        for at in range(COUNT)
    ]  # fmt: skip
    (folder / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "ours.jsonl").write_text(
        "".join(json.dumps({"cluster_id": f"c{at}", "text": text_of(at)}) + "\n" for at in range(COUNT))
    )
    config = {
        "name": "calibrated",
        "data": {"jsonl": {"path": str(folder / "clusters.jsonl")}},
        "models": [{"recorded": {"path": str(folder / "ours.jsonl")}, "as": "ours"}],
        "metrics": ["rouge"],
    }
    made = api.evaluate(config, results=folder / "results", cache=False)
    held = made.folder
    held.replace_rows(VERDICTS, (checked(at) for at in range(COUNT)))
    held.write_manifest(held.manifest().model_copy(update={"files": held.seal()}))
    return api.load_run(made.path)


def text_of(at: int) -> str:
    return f"=Dam {at} holds" if at == 1 else f"Dam {at} holds"


def checked(at: int) -> CheckedPrediction:
    claim = Claim(start=0, end=len(text_of(at)), text=text_of(at), part="whole")
    label, probability = ("supported", 0.9) if at % 2 == 0 else ("not_found", 0.2)
    verdict = Verdict(claim=claim, label=label, probability=probability, checker="rules|v:1")  # type: ignore[arg-type]
    return CheckedPrediction(cluster_id=f"c{at}", configuration="ours", checker="rules", verdicts=(verdict,))


def labelled(file: Path, count: int) -> Path:
    """Label the first headlines: of those stated true one in ten is false, all others are."""
    rows: list[dict[str, Any]] = [
        {"id": str(at), "cluster_id": f"c{at}", "text": text_of(at), "label": int(at % 2 == 0 and at % 20 != 0)}
        for at in range(count)
    ]
    if file.suffix == ".csv":
        with file.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["cluster", "text", "label"])
            # as `harness labels export` writes them: a spreadsheet takes no text for a formula
            writer.writerows([row["cluster_id"], row["text"].replace("=Dam", "'=Dam"), row["label"]] for row in rows)
    else:
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.mark.parametrize("name", ["labels.jsonl", "sheet.csv"])
def test_a_reliability_diagram_is_drawn_from_labels(run: api.Run, tmp_path: Path, name: str):
    page = api.report(run, tmp_path / "r.html", labels=labelled(tmp_path / name, COUNT)).read_text()
    told = re.search(r"<b>Calibration of the factual check</b><br>([^<]*)", page)
    assert told is not None
    assert told[1].startswith(f"{COUNT} headlines that people labelled ({name})")
    # 20 headlines stated .9, of which 18 are faithful: .0 off; 20 stated .2, none is: .2 off. (.0 + .2) / 2 = 10 points
    assert "Calibration error as `harness metaeval` has it (ECE) 10.0 points." in told[1]
    svg = page[told.end() :].partition("</svg>")[0]
    assert re.findall(r">(\d+)</text>", svg)[-2:] == ["20", "20"]  # how many headlines a point stands for


def test_too_few_labels_are_told_and_not_drawn(run: api.Run, tmp_path: Path):
    page = api.report(run, tmp_path / "r.html", labels=[labelled(tmp_path / "l.jsonl", 19)]).read_text()
    assert "Calibration of the factual check" not in page
    assert "19 of the 19 labels in l.jsonl are of headlines here that were checked, fewer than 20." in page


def test_annotations_beside_the_runs_count_without_being_named(run: api.Run, tmp_path: Path):
    plain = api.report(run, tmp_path / "r.html").read_text()
    assert "alibration" not in plain.partition("</main>")[0].partition("<script")[0]
    file = labelled(run.path.parent / "annotations.jsonl", COUNT)
    try:
        assert "<b>Calibration of the factual check</b>" in api.report(run, tmp_path / "r.html").read_text()
        file.write_text('{"half a row\n')
        assert "No calibration is drawn: " in api.report(run, tmp_path / "r.html").read_text()
    finally:
        file.unlink()


def test_labels_that_cannot_be_read_are_refused(run: api.Run, tmp_path: Path, harness: Callable[..., Any]):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"cluster_id": "c1", "text": "x", "label": "perhaps"}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl:1.*not a label"):
        api.report(run, tmp_path / "r.html", labels=bad)
    ended = harness("report", run.path, "--labels", tmp_path / "none.jsonl", "-o", tmp_path / "r.html")
    assert (ended.code, ended.out) == (2, "")
    assert "none.jsonl: no such file" in ended.err
    assert not (tmp_path / "r.html").exists()


def test_near_duplicates_are_a_note_on_the_data(run: api.Run, tmp_path: Path):
    page = api.report(run, tmp_path / "r.html").read_text()
    assert f"3 of {COUNT} clusters have near-duplicates among the articles, 3 in all" in page


def test_the_interval_of_a_share_agrees_with_scipy():
    # scipy 1.17.1: binomtest(18, 20).proportion_ci(method="wilson")
    assert wilson(0.9, 20) == pytest.approx((0.6989664, 0.9721335), abs=1e-6)
    assert wilson(0.0, 20)[0] == pytest.approx(0.0, abs=1e-12)

"""`harness export`: what other programs read of a run."""

import csv
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import api, extras
from harness.errors import UsageError
from harness.export import formats
from harness.export.schema import TABLES, columns_page
from harness.records import CheckedPrediction, Claim, Element, Evidence, Verdict
from harness.results.run_folder import RunFolder
from tests.conftest import TOP, Ended

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models:
  - recorded: {path: mine.jsonl}
    as: "=mine"
  - lead
metrics:
  - rouge: {variants: [rouge1], stemmer: false}
"""
FORMULA = "=HYPERLINK(1)\n+2 “ü”"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Ended]) -> Path:
    """A run of two systems on three clusters: one text is a formula, one is missing, one cluster has no reference."""
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "id": f"c{at}",
            "desk": "=1+1",
            "articles": [{"id": "a", "title": "Dam holds firm", "text": "The dam held."}],
            "references": ["Dam holds firm again"] if at else [],
        }
        for at in range(3)
    ]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    texts = [{"cluster_id": "c0", "text": FORMULA}, {"cluster_id": "c1", "text": "Dam holds firm\u2028again"}]
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts))
    Path("x.yaml").write_text(CONFIG)
    assert harness("eval", "--config", "x.yaml").code == 0
    return next(Path("results").glob("trial-*"))


def add_verdicts(folder: Path) -> None:
    """Give a run's folder the verdicts of a checker, as if it had one."""
    evidence = (
        Evidence(article_id="a", start=0, end=3, text="The", score=0.1),
        Evidence(article_id="a", start=4, end=7, text="dam"),
    )
    element = Element(kind="word", start=0, end=3, text="Dam", state="borne_out", evidence=evidence[:1])
    claim = Claim(start=0, end=14, text="Dam holds firm", part="whole")
    abstained = Verdict(claim=Claim(start=0, end=3, text="Dam", part="sentence"), label="abstained", reason="too short")
    found = Verdict(
        claim=claim,
        label="supported",
        probability=1 / 3,
        evidence=evidence,
        elements=(element,),
        supporters=("a",),
        witnesses=1,
        decided_by=("account", "model"),
    )
    row = CheckedPrediction(cluster_id="c1", configuration="lead", checker="rules|v:1", verdicts=(found, abstained))
    (folder / "verdicts.jsonl").write_text(row.to_json() + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    sealed = RunFolder(folder)._read_manifest().files | {"verdicts.jsonl": RunFolder(folder).seal()["verdicts.jsonl"]}
    manifest["files"] = {name: held.model_dump() for name, held in sealed.items()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def tables_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    from pyarrow import parquet

    return {file.stem: parquet.read_table(file).to_pylist() for file in folder.glob("*.parquet")}


def csv_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_the_page_has_every_column():
    assert (TOP / "docs" / "export.md").read_text(encoding="utf-8").endswith(columns_page())


def test_parquet_has_every_row_typed_as_the_page_says(run: Path, harness: Callable[..., Ended]):
    from pyarrow import parquet

    add_verdicts(run)
    ended = harness("export", "trial", "--format", "parquet", "-o", "out")
    assert ended.code == 0, ended.err
    assert "out/predictions.parquet: 5 rows" in ended.out
    for table in TABLES:
        schema = parquet.read_schema(Path("out") / f"{table.name}.parquet")
        types = {"list<element: string>": "list<string>"}
        assert [(field.name, types.get(str(field.type), str(field.type)), field.nullable) for field in schema] == [
            (
                column.name,
                {"text": "string", "whole": "int64", "number": "double", "texts": "list<string>", "json": "string"}[
                    column.type
                ],
                column.optional,
            )
            for column in table.columns
        ]
        assert schema.metadata[b"headline-harness.version"] == b"1"
    found = tables_of(Path("out"))
    folder = api.load_run(run).folder
    assert [(row["configuration"], row["cluster_id"], row["text"]) for row in found["predictions"]] == [
        (row.configuration, row.cluster_id, row.text) for row in folder.predictions()
    ]
    scores = {(row["cluster_id"], row["configuration"], row["measure"]): row for row in found["scores"]}
    # lead on c1: its three words are among the four of the reference: F = 2 · 1 · 3/4 / (1 + 3/4) = 6/7.
    assert scores["c1", "lead", "rouge1-f"]["statistic"] == pytest.approx(6 / 7, abs=1e-15)
    assert scores["c0", "lead", "rouge1-f"]["statistic"] is None
    assert "reference" in scores["c0", "lead", "rouge1-f"]["reason"]
    assert [(row["stage"], row["cluster_id"], row["configuration"]) for row in found["failures"]] == [
        ("generate", "c2", "=mine")
    ]
    first, second = found["verdicts"]
    assert (first["claim_index"], first["part"], first["label"], first["probability"]) == (
        0,
        "whole",
        "supported",
        1 / 3,
    )
    assert (first["decided_by"], first["supporters"], first["errors"]) == (["account", "model"], ["a"], [])
    assert [span["text"] for span in json.loads(first["evidence"])] == ["The", "dam"]
    assert json.loads(first["elements"])[0]["state"] == "borne_out"
    assert json.loads(first["claim"])["polarity"] == "positive"
    assert (second["claim_index"], second["label"], second["probability"], second["reason"]) == (
        1,
        "abstained",
        None,
        "too short",
    )
    assert json.loads(found["clusters"][0]["tags"]) == {"desk": "=1+1"}
    assert json.loads(Path("out/manifest.json").read_text())["name"] == "trial"
    assert not (Path("out") / ".lock").exists()


def test_csv_has_the_same_rows_and_no_formula(run: Path, harness: Callable[..., Ended]):
    add_verdicts(run)
    assert harness("export", "trial", "--format", "csv", "-o", "out").code == 0
    assert harness("export", "trial", "--format", "parquet", "-o", "typed").code == 0
    typed = tables_of(Path("typed"))
    for table in TABLES:
        rows = csv_of(Path("out") / f"{table.name}.csv")
        assert len(rows) == len(typed[table.name])
        for row, wanted in zip(rows, typed[table.name], strict=True):
            assert list(row) == [column.name for column in table.columns]
            for column in table.columns:
                cell, value = row[column.name], wanted[column.name]
                assert not cell.startswith(("=", "+", "@"))
                assert "\n" not in cell
                if value is None:
                    assert cell == ""
                elif column.type in ("texts", "json"):
                    assert json.loads(cell) == (value if column.type == "texts" else json.loads(value))
                elif column.type == "number":
                    assert float(cell) == value, "unrounded"
                elif column.type == "whole":
                    assert int(cell) == value
    texts = {row["text"] for row in csv_of(Path("out/predictions.csv"))}
    assert "'=HYPERLINK(1)\\u000a+2 “ü”" in texts


def test_row_groups_bound_what_is_held(run: Path, harness: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch):
    from pyarrow import parquet

    monkeypatch.setattr(formats, "GROUP_ROWS", 2)
    assert harness("export", "trial", "-o", "out").code == 0
    held = parquet.ParquetFile("out/predictions.parquet").metadata
    assert [held.row_group(at).num_rows for at in range(held.num_row_groups)] == [2, 2, 1]


def test_hugging_face_opens_the_folder(
    run: Path, harness: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if not extras.is_installed("datasets"):
        pytest.skip("the package datasets is not installed")
    assert harness("export", "trial", "--format", "hf", "-o", "out").code == 0
    card = Path("out/README.md").read_text()
    front = yaml.safe_load(card.split("---\n")[1])
    assert [each["config_name"] for each in front["configs"]] == ["clusters", "predictions", "scores", "failures"]
    assert "| `prediction_id` | string |" in card
    assert "# trial " in card
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert loaded["test"].num_rows == 5
    for name, rows in (("scores", 15), ("failures", 1), ("clusters", 3)):
        table = datasets.load_dataset(str(tmp_path / "out"), name, split="test", cache_dir=str(tmp_path / "cache"))
        assert table.num_rows == rows
    assert socket.socket.__name__ == "GuardedSocket", "nothing could have been fetched"


def test_what_cannot_be_exported_is_refused(run: Path, harness: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch):
    Path("full").mkdir()
    Path("full/mine.txt").write_text("kept")
    ended = harness("export", "trial", "-o", "full")
    assert (ended.code, "exists and is not empty" in ended.err) == (2, True)
    ended = harness("export", "trial", "-o", run / "inside")
    assert (ended.code, "inside the folder of a run" in ended.err) == (2, True)
    assert harness("export", "trial", "--format", "xml", "-o", "out").code == 2
    with pytest.raises(UsageError, match="form: found 'xml'; accepted: parquet, csv, hf"):
        api.export(run, "out", form="xml")
    monkeypatch.setattr(formats, "missing", lambda *packages: list(packages))
    ended = harness("export", "trial", "-o", "out")
    assert ended.code == 2
    assert re.search(r"--format parquet needs pyarrow, .*headline-harness\[parquet\]", ended.err)
    assert harness("export", "trial", "--format", "csv", "-o", "plain").code == 0, "CSV needs no package"
    (run / "scores.jsonl").open("ab").close()
    (run / "scores.jsonl").write_bytes((run / "scores.jsonl").read_bytes()[:-2])
    ended = harness("export", "trial", "--format", "csv", "-o", "out")
    assert ended.code == 3
    assert "scores.jsonl: was changed after the run" in ended.err
    assert [path.name for path in Path().iterdir() if "out" in path.name] == []


def test_a_run_that_is_not_complete_is_exported_with_a_note(run: Path, harness: Callable[..., Ended]):
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "status": "interrupted", "files": {}}))
    (run / "scores.jsonl").unlink()
    ended = harness("export", "trial", "--format", "hf", "-o", "out")
    assert ended.code == 0, ended.err
    assert "is interrupted: only what it has so far is exported" in ended.err
    assert not Path("out/scores.parquet").exists()
    assert "status of the run: interrupted" in Path("out/README.md").read_text()

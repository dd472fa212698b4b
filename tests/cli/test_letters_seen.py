"""ROUGE compares a-z and digits alone: where that is little of the references, the table says so beside its numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GREEK = "Πυρκαγιά σε αρτοποιείο 2024"
"""20 letters and 4 digits: ROUGE sees 4 of 24."""


@pytest.mark.parametrize(
    ("references", "metric", "note"),
    [
        ([GREEK], "rouge", "ROUGE sees 17% of the letters and digits of the references"),
        ([GREEK, "Fire in bakery in 2024 hurts nobody"], "rouge", ""),  # 33 of 53, more than half
        (["Über tausend Bäume gefällt"], "rouge", ""),
        ([GREEK], "headline", ""),  # which reads every script
    ],
)
def test_a_table_says_how_few_letters_rouge_sees(
    harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, references: list[str], metric: str,
    note: str,
):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    row = {"id": "a", "articles": [{"id": "1", "title": GREEK, "text": GREEK}], "references": references}
    Path("c.jsonl").write_text(json.dumps(row), encoding="utf-8")
    Path("x.yaml").write_text(f"name: x\ndata: {{jsonl: c.jsonl}}\nmodels: [lead]\nmetrics: [{metric}]\n")
    shown = " ".join(harness("eval", "--config", "x.yaml").out.split())
    assert ("ROUGE sees" in shown) is bool(note)
    assert note in shown
    manifest = json.loads(next(Path("results").glob("x-*/manifest.json")).read_text(encoding="utf-8"))
    letters = sum(character.isalnum() for reference in references for character in reference)
    plain = sum(character.isalnum() and character.isascii() for reference in references for character in reference)
    assert manifest["letters_seen"] == round(plain / letters, 4)

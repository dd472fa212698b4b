"""Each extra alone brings what it is for, and works."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from harness.extras import BY_ITSELF, EXTRAS
from tests.install.data import NUMBER, scores, write_config, write_data
from tests.install.environments import Environment
from tests.tiny import save_causal

With = Callable[[str], Environment]


@pytest.mark.parametrize("extra", [extra for extra in EXTRAS if extra not in BY_ITSELF])
def test_an_extra_brings_its_packages_and_no_conflict(extra: str, with_extra: With):
    environment = with_extra(extra)
    program = f"from harness import extras; print(extras.missing(*extras.EXTRAS['{extra}']))"
    assert environment.run(f'python -c "{program}"', environment.folder).held().out == "[]\n"
    environment.run("python -m pip check", environment.folder).held()


def test_claims_are_checked_and_scored(with_extra: With, desk: Path):
    write_data(desk)
    write_config(desk, metrics="rouge, factual")
    claims = with_extra("claims")
    out = claims.run("harness eval --config lights.yaml --format json", desk).held().out
    means = {row["measure"]: row for row in json.loads(out)["summaries"]}
    assert means["factual-supported"]["scored"] == means["rouge1-f"]["scored"] == NUMBER
    claims.run("harness stress --data clusters.jsonl --checker rules", desk).held()
    claims.run("harness claims clusters.jsonl --cluster light-1", desk).held()


def test_compiled_rouge_gives_the_numbers_of_our_own(bare: Environment, with_extra: With, desk: Path):
    write_data(desk)
    write_config(desk, models="lead, recorded: {path: predictions.jsonl}")
    fast = with_extra("fast")
    bare.run("harness eval --config lights.yaml", desk).held()
    ours = scores(desk)
    asked = "from harness.metrics import accelerated; print(accelerated.is_installed())"
    assert [env.run(f'python -c "{asked}"', desk).held().out.strip() for env in (bare, fast)] == ["False", "True"]
    fast.run(
        "harness eval --config lights.yaml --results results2 && rm -r results && mv results2 results", desk
    ).held()
    assert scores(desk) == ours
    assert len(ours) == 2 * NUMBER


def test_a_server_is_asked(with_extra: With, desk: Path):
    """Nobody listens there: each cluster fails with that reason, and no package is missing."""
    write_data(desk)
    write_config(
        desk,
        models="api: {base_url: 'http://127.0.0.1:9/v1', model: m, prompt: 'builtin:headline', attempts: 1}",
    )
    api = with_extra("api")
    api.run("harness validate --config lights.yaml", desk).held()
    ended = api.run("harness eval --config lights.yaml", desk).held(3)
    assert "no cluster was answered by" in ended.err
    assert "not installed" not in ended.err
    assert "ModuleNotFoundError" not in ended.err


def test_an_onnx_file_is_opened(with_extra: With, desk: Path):
    """A damaged one: onnxruntime itself says so, and no package is missing."""
    write_data(desk)
    desk.joinpath("m.onnx").write_bytes(b"no model")
    desk.joinpath("tokenizer.json").write_text(
        '{"version": "1.0", "model": {"type": "WordLevel", "vocab": {}, "unk_token": ""}}'
    )
    ended = with_extra("onnx").run(
        "harness check clusters.jsonl --cluster light-1 --text x --checker 'nli: {model: m.onnx}'", desk
    )
    assert "m.onnx cannot be loaded" in ended.held(2).err


def test_a_parquet_file_is_read(with_extra: With, desk: Path):
    write_data(desk)
    rows = [json.loads(line) for line in desk.joinpath("clusters.jsonl").read_text().splitlines()]
    parquet.write_table(pyarrow.Table.from_pylist(rows), desk / "c.parquet")
    write_config(desk, data="{hub: {path: c.parquet}}")
    with_extra("parquet").run("harness eval --config lights.yaml", desk).held()
    assert len(scores(desk)) == NUMBER


def test_a_report_is_written(with_extra: With, desk: Path):
    write_data(desk)
    write_config(desk)
    with_extra("report").run("harness eval --config lights.yaml", desk).held()
    with_extra("report").run("harness report lights -o lights.html", desk).held()
    assert desk.joinpath("lights.html").read_text().startswith("<!doctype html>")


def test_a_viewer_answers(with_extra: With, desk: Path):
    write_data(desk)
    write_config(desk)
    with_extra("view").run("harness eval --config lights.yaml", desk).held()
    desk.joinpath("look.py").write_text(
        "import subprocess, urllib.request\n"
        "server = subprocess.Popen(['harness', 'view', 'results'], stdout=subprocess.PIPE, text=True)\n"
        "address = server.stdout.readline().split()[-1]\n"
        "print(urllib.request.urlopen(address).read().decode())\n"
        "server.terminate()\n"
    )
    assert ">lights-" in with_extra("view").run("python look.py", desk).held().out


def test_a_language_model_writes_headlines(with_extra: With, desk: Path):
    write_data(desk)
    save_causal(desk / "tiny")
    write_config(
        desk,
        models="hf: {checkpoint: ./tiny, prompt: 'builtin:headline', generation: {max_new_tokens: 4}}",
        metrics="rouge, headline",
    )
    ended = with_extra("models").run("harness eval --config lights.yaml", desk).held()
    assert f"complete: {NUMBER} predictions, 0 failures" in ended.err

"""A run on a Ray cluster of several node processes of this machine: the rows of one machine, whatever is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.extras import missing

pytestmark = pytest.mark.skipif(bool(missing("psutil", "ray")), reason="the extra ray is not installed")

LONGEST = 240
"""Seconds that a program may take, on a machine with much else to do."""
CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead, {lead: {article: longest}, as: longest}]
metrics: [rouge, surface]
"""


@pytest.fixture(scope="module")
def address(top: Path) -> Iterator[str]:
    """The head of a cluster: it has no processor, and two nodes have one each."""
    program = [sys.executable, str(top / "tests/clusters/cluster.py"), "2"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        assert cluster.stdout is not None
        yield cluster.stdout.readline().strip()
        cluster.communicate(timeout=LONGEST)


def ran(*arguments: str, folder: Path, top: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(top)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
    )


def test_a_run_writes_the_files_that_one_machine_writes(address: str, top: Path, tmp_path: Path):
    clusters = [
        {
            "id": f"c{n}",
            "articles": [f"The dam at Hollin held on day {n}.", "It rained."],
            "references": [f"Dam holds {n}"],
        }
        for n in range(40)
    ]
    (tmp_path / "clusters.jsonl").write_text("".join(json.dumps(cluster) + "\n" for cluster in clusters))
    (tmp_path / "x.yaml").write_text(CONFIG)
    evaluate = ("harness", "eval", "--config", "x.yaml", "--no-cache", "--format", "json", "--results")
    here = ran(*evaluate, "here", folder=tmp_path, top=top)
    there = ran(
        *evaluate, "there", "--executor", "ray", "--set", f"execution.address={address}", folder=tmp_path, top=top
    )
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert "raylet" not in there.stderr
    (folder,) = (tmp_path / "here").glob("trial-*")
    other = tmp_path / "there" / folder.name  # the executor is no part of what identifies a run
    times = {".lock", "manifest.json", "events.jsonl"}
    files = {file.name for file in folder.iterdir() if file.is_file()} - times
    assert {"predictions.jsonl", "scores.jsonl", "clusters.jsonl"} <= files
    assert {name for name in files if (folder / name).read_bytes() != (other / name).read_bytes()} == set()
    told = [json.loads((run / "manifest.json").read_text()) for run in (folder, other)]
    assert told[0]["config"] == told[1]["config"]
    assert [manifest["machine"].pop("executor").split(",")[-1] for manifest in told] == ["local", " 2 CPUs"]
    assert told[0]["machine"] == told[1]["machine"]


def test_what_is_lost_is_done_again_and_only_what_ends_every_process_fails(address: str, top: Path, tmp_path: Path):
    ended = ran("tests.clusters.jobs", address, str(tmp_path), folder=tmp_path, top=top)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""  # Ray says nothing on our terminal
    cluster, *lines = map(json.loads, ended.stdout.splitlines())
    assert cluster.endswith("3 nodes, 2 CPUs")
    doubled: list[object] = [2 * number for number in range(24)]
    doubled[7] = ["SystemExit", "seven"]
    expected = {name: list(doubled) for name in ("tasks", "lost worker", "lost actor", "lost node", "deadly")}
    expected["tasks"][11] = ["TimeLimit", "it took longer than the 2 seconds that `time_limit: cluster` allows"]
    expected["deadly"][13] = ["Lost", "the process that worked on it was ended by the system: memory, most often"]
    assert {name: values for name, values, *_ in lines} == expected

"""The Slurm array and the GitHub matrix of docs/scale.md: their commands, run as plain processes."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import TOP
from tests.docs.console import blocks, run_block, workplace

PAGE = TOP / "docs" / "scale.md"
ROWS = ("clusters.jsonl", "predictions.jsonl", "scores.jsonl", "failures.jsonl")
CONFIG = """\
name: smoke
data: {jsonl: data/demo/clusters.jsonl}
models: [lead, central]
metrics: [rouge, headline]
"""


def workflow() -> dict[str, Any]:
    """The workflow that the page shows."""
    (text,) = re.findall(r"```yaml\n(jobs:.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return yaml.safe_load(text)


def commands(job: dict[str, Any], value: object = "") -> list[str]:
    """What a job runs with one value of its matrix, but for what installs the harness."""
    lines = [step["run"] for step in job["steps"] if "run" in step]
    told = [re.sub(r"\$\{\{ *matrix\.shard *\}\}", str(value), line) for line in lines]
    return [line for line in told if not line.startswith("pip install")]


def slurm() -> list[str]:
    """The array's script, a process for each task, and the command that waits for all of them."""
    found = list(blocks("scale.md", PAGE.read_text(encoding="utf-8")))
    (script,) = (block.content for block in found if block.kind == "file" and "#SBATCH" in block.content)
    first, last = (int(number) for number in re.findall(r"--array=(\d+)-(\d+)", script)[0])
    tasks = [f"SLURM_ARRAY_TASK_ID={task} bash -ec {shlex.quote(script)}" for task in range(first, last + 1)]
    (waits,) = re.findall(r"--wrap '(harness merge [^']*)'", PAGE.read_text(encoding="utf-8"))
    return [*tasks, waits]


def github() -> list[str]:
    jobs = workflow()["jobs"]
    assert jobs["merge"]["needs"] == "shard"
    shards = [line for value in jobs["shard"]["strategy"]["matrix"]["shard"] for line in commands(jobs["shard"], value)]
    return [*shards, *commands(jobs["merge"])]


@pytest.mark.parametrize("made", [slurm, github], ids=["slurm", "github"])
def test_the_commands_of_the_page_make_the_whole_run(made: Any, tmp_path: Path):
    lines = made()
    assert sum("--shard" in line for line in lines) == 3
    shell = workplace(TOP, tmp_path)
    (shell.folder / "configs" / "smoke.yaml").write_text(CONFIG)
    whole = "harness eval --config configs/smoke.yaml --limit 6 --results whole"
    alike = " && ".join(
        f"if [ -e whole/smoke-*/{name} ]; then cmp whole/smoke-*/{name} results/smoke-merged/{name}; fi"
        for name in ROWS
    )
    page = "\n".join(f"```bash\n{line}\n```\n" for line in (*lines, whole, alike))
    assert [problem for block in blocks("page.md", page) for problem in run_block(shell, block)] == []

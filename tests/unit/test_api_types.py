"""The types of the API reach a user's own program: the installed package says that it is typed."""

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
from pathlib import Path

from harness import api
from harness.errors import HarnessError


def quality(config: Path) -> float:
    run = api.evaluate(config, limit=20, overrides={"seed": 1}, progress=print)
    for row in run.table("rouge"):
        print(row["configuration"], row["mean"])
    found = run.cluster(run.clusters[0])
    verdicts = api.check(found.cluster, found.texts["lead"])
    several = api.check(["An article."], ["A text.", "Another."], checker={"rules": {}})
    print(verdicts.label, [each.probability for each in several], verdicts[0].claim.text)
    print(api.compare([run, "smoke"], by="articles").pair("lead", "rouge1").difference)
    for each in api.check_texts([found.cluster, {"id": "b", "articles": ["One."]}], ["A text."], cluster="b"):
        print(each.cluster.cluster_id, each.verdicts[0][0].label, each.failure)
    print(api.find_cluster(config, "b").articles[0].title, api.export_labels([run, "mine@-2"], "labels.csv", sample=9))
    print(api.claims({"articles": ["One.", "Two."]}).contested)
    try:
        gated = api.gate(run, "base.json", rules={"rouge1": {"min": 0.3}})
    except HarnessError:
        return 0.0
    api.assert_headlines(api.score(run, {"metrics": ["rouge"]}), {"rouge1": {"min": 0.3}})
    mean = run.summary("lead", "rouge1").mean
    return mean if gated and mean is not None else 0.0
"""
BAD = """\
from harness import api

run = api.evaluate("x.yaml", limit="all")
mean: str = run.summary("lead", "rouge1").mean
verdict: int = api.check(["An article."], "A text.")
run.tabel()
"""


def test_a_strict_type_checker_accepts_a_users_program_and_finds_its_mistakes(top: Path, tmp_path: Path):
    pytest.importorskip("mypy")
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    # The project's own cache would not do: other options, another current folder. This one makes the second run quick.
    cache = top / ".mypy_cache" / "user"
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "good.py", "bad.py"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    found = [line.partition(" error: ")[0] for line in ended.stdout.splitlines() if " error: " in line]
    assert found == ["bad.py:3:", "bad.py:4:", "bad.py:5:", "bad.py:6:"], ended.stdout + ended.stderr

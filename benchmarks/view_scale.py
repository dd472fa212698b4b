"""How fast `harness view` answers over a large results folder, and how much memory it takes.

    python -m benchmarks.view_scale [--runs 100] [--clusters 5000] [--folder DIR]

Makes a folder of runs, each of two configurations over the clusters (10,000 rows each of predictions and verdicts, more
of scores), starts the server, and measures answers as a browser gets them. The runs share their files of rows by hard
links, so that a hundred of them fit on a disk; each has a manifest of its own. Beside it: the rows of one cluster found
by DuckDB, where that is installed, and by our search.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from harness import api
from harness.records import CheckedPrediction, Claim, Element, Evidence, Verdict
from harness.results.run_folder import CLUSTERS, FAILURES, MANIFEST, PREDICTIONS, SCORES, VERDICTS, RunFolder

WORDS = ("council", "bridge", "river", "market", "school", "budget", "vote", "police", "train", "storm", "harbour")
SYSTEMS = ("ours", "theirs")


def write_data(folder: Path, clusters: int) -> dict[str, Any]:
    """Write clusters of three articles and recorded headlines; return a configuration that reads both."""
    draws = random.Random(7)

    def sentence(words: int) -> str:
        return " ".join(draws.choice(WORDS) for _ in range(words)).capitalize() + "."

    with (folder / "clusters.jsonl").open("w") as stream:
        for at in range(clusters):
            articles = [{"id": f"a{n}", "title": sentence(8), "text": " ".join(sentence(15) for _ in range(12))}
                        for n in range(3)]  # fmt: skip
            row = {"id": f"cluster-{at:06d}", "articles": articles, "references": [sentence(9)]}
            stream.write(json.dumps(row) + "\n")
    models: list[Any] = []
    for system in SYSTEMS:
        with (folder / f"{system}.jsonl").open("w") as stream:
            for at in range(clusters):
                stream.write(json.dumps({"cluster_id": f"cluster-{at:06d}", "text": sentence(9)}) + "\n")
        models.append({"recorded": {"path": str(folder / f"{system}.jsonl")}, "as": system})
    data = {"jsonl": {"path": str(folder / "clusters.jsonl")}}
    return {"name": "large", "data": data, "models": models, "metrics": ["rouge", "headline"]}


def verdict(text: str) -> Verdict:
    """Make a verdict of the size that the factual check's have."""
    words = [found.span() for found in re.finditer(r"\w+", text)]
    span = Evidence(article_id="a0", start=0, end=60, text="x" * 60, score=0.5)
    elements = [
        Element(kind="word", start=start, end=end, text=text[start:end], state="borne_out", evidence=(span,))
        for start, end in words
    ]
    claim = Claim(start=0, end=len(text), text=text, part="whole")
    return Verdict(
        claim=claim, label="supported", probability=0.9, evidence=(span, span), supporters=("a0",),
        elements=tuple(elements), checker="rules|v:1",
    )  # fmt: skip


def make_runs(folder: Path, runs: int, clusters: int) -> Path:
    """Make one run, give it verdicts, and repeat it under other names and dates."""
    results = folder / "results"
    first = api.evaluate(write_data(folder, clusters), results=results, cache=False).folder
    rows = (
        CheckedPrediction(cluster_id=row.cluster_id, configuration=row.configuration, checker="rules",
                          verdicts=(verdict(row.text), verdict(row.text)))
        for row in first.predictions()
    )  # fmt: skip
    first.replace_rows(VERDICTS, rows)
    first.write_manifest(first.manifest().model_copy(update={"files": first.seal()}))
    manifest = json.loads((first.path / MANIFEST).read_text())
    for number in range(1, runs):
        digest = f"{number:010x}"
        copy = results / f"large-{digest}"
        copy.mkdir()
        for name in (CLUSTERS, PREDICTIONS, VERDICTS, SCORES, FAILURES):
            if (first.path / name).exists():
                os.link(first.path / name, copy / name)
        started = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
        told = {**manifest, "digest": digest, "started": started, "seed": number}
        (copy / MANIFEST).write_text(json.dumps(told, indent=2))
    return results


def get(address: str) -> float:
    """Ask for an address; the seconds until all of the answer is there."""
    started = time.perf_counter()
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
        answer.read()
    return time.perf_counter() - started


def peak(process: int) -> int:
    """The most memory that a process has held, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def measure(results: Path, runs: int, clusters: int) -> None:
    """Start the server, ask, and print what it took."""
    command = [sys.executable, "-m", "harness", "view", str(results), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            address = server.stdout.readline().split()[-1]
            draws = random.Random(3)
            names = sorted(path.name for path in results.iterdir() if path.is_dir() and path.name.startswith("large-"))
            size = sum(file.stat().st_size for file in (results / names[0]).iterdir()) / 1e6
            print(f"{runs} runs of {clusters} clusters and {len(SYSTEMS)} configurations, {size:.0f} MB each")
            tell("runs list", lambda: f"{address}", get)
            tell("runs list, searched", lambda: f"{address}runs?q=large+2026-01&state=complete", get)

            def example() -> str:
                query = {"run": draws.choice(names), "id": f"cluster-{draws.randrange(clusters):06d}"}
                return f"{address}example?{urlencode(query)}"

            tell("example page", example, get)
            two = urlencode([("run", name) for name in names[:2]])
            tell("example page of two runs", lambda: f"{address}example?{two}&id=cluster-000017", get)
            print(f"  memory so far {peak(server.pid)} MB")
            tell("page of a run", lambda: f"{address}compare?run={names[0]}", get)
            tell("its ranking and notes", lambda: f"{address}ranking?run={names[0]}", get, 2)
            tell("its list of examples", lambda: f"{address}examples?run={names[0]}", get, 2)
            tell("two runs: ranking", lambda: f"{address}ranking?{two}", get, 2)
            tell("two runs: list", lambda: f"{address}examples?{two}", get, 2)
            tell("its charts", lambda: f"{address}charts?run={names[0]}", get, 2)
            print(f"  memory at most {peak(server.pid)} MB")
        finally:
            server.terminate()


def tell(what: str, address: Callable[[], str], ask: Callable[[str], float], times: int = 9) -> None:
    """Ask several times; print the first time and the median."""
    taken = [ask(address()) for _ in range(times)]
    print(f"  {what:28} first {taken[0]:.3f} s, median {statistics.median(taken):.3f} s, most {max(taken):.3f} s")


def beside_duckdb(results: Path) -> None:
    """Find the rows of one cluster in a run's files with DuckDB and with our search."""
    from harness.results.rows_of_cluster import rows_of_cluster

    folder = RunFolder(next(path for path in results.iterdir() if path.name.startswith("large-")))
    kinds = {VERDICTS: CheckedPrediction}
    started = time.perf_counter()
    for name, kind in kinds.items():
        found = list(rows_of_cluster(folder, name, kind, "cluster-000321", print))
    print(
        f"  rows of a cluster among the verdicts: our search {time.perf_counter() - started:.3f} s, {len(found)} rows"
    )
    try:
        import duckdb
    except ImportError:
        print("  DuckDB is not installed")
        return
    started = time.perf_counter()
    connection = duckdb.connect()
    for attempt in ("first", "again"):
        started = time.perf_counter()
        query = "select * from read_json(?, format='newline_delimited') where cluster_id = ?"
        rows = connection.execute(query, [str(folder.path / VERDICTS), "cluster-000321"]).fetchall()
        took = time.perf_counter() - started
        print(f"  the same with DuckDB {duckdb.__version__}, {attempt}: {took:.3f} s, {len(rows)} rows")


def main() -> None:
    """Make, measure, and throw away, unless a folder is named."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--clusters", type=int, default=5000)
    options.add_argument("--folder", type=Path, help="Where it is made, and found again; else it is thrown away.")
    given = options.parse_args()
    with TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        results = folder / "results"
        if not results.exists():
            folder.mkdir(parents=True, exist_ok=True)
            results = make_runs(folder, given.runs, given.clusters)
        measure(results, given.runs, given.clusters)
        beside_duckdb(results)


if __name__ == "__main__":
    main()

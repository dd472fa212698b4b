"""Digests of all that the harness writes and prints, to show that a move or a rename changes no result.

    python -m tests.golden.digests -o before.json                    # in the tree before the change
    python -m tests.golden.digests --against before.json             # and in the tree after it

`--tree FOLDER` runs the harness of another checkout with this interpreter; `--old RESULTS` also reads the runs that
another tree left in the folder RESULTS. Times, versions, and what else differs from one start to the next is left out.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
SHARED = TOP.parent / "shared"
NEUS = SHARED / "data" / "clusters" / "neus_val.jsonl"
SEEDS = SHARED / "seeds"
CLUSTERS = 12
"""Clusters of neus_val that are run: checking each takes seconds."""
VOLATILE = frozenset({"versions", "git_commit", "git_dirty", "machine", "started", "finished", "seconds", "files"})
"""Keys whose values differ between two starts of one tree, and `files`, the digests of what has such keys: new in the
manifests of a tree whose runs are sealed, so that it may be compared with one before."""
NEUS_CONFIG = """\
name: neus
data: {jsonl: DATA}
models: [lead, {lexrank: {max_words: 12}}]
metrics: [{rouge: {variants: [rouge1, rougeL]}}, headline, surface, factual: {checker: rules}]
"""


def main() -> int:
    """Print digests, or what differs from earlier ones; end with 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, help="write the digests here")
    parser.add_argument("--against", type=Path, help="digests to compare with")
    parser.add_argument("--tree", type=Path, default=TOP, help="the checkout whose harness runs")
    parser.add_argument("--old", type=Path, help="results of another tree, to be read by this one")
    parser.add_argument("--keep", type=Path, help="leave the results in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        results = (arguments.keep or Path(temporary)).resolve()
        found = dict(_measure(arguments.tree.resolve(), results, arguments.old))
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    if arguments.against is None:
        print(text, end="")
        return 0
    before = json.loads(arguments.against.read_text(encoding="utf-8"))
    differing = sorted(name for name in before.keys() | found.keys() if before.get(name) != found.get(name))
    for name in differing:
        print(f"differs: {name}: {before.get(name, 'absent')} before, {found.get(name, 'absent')} now")
    print(f"{len(found) - len(differing)} of {len(found)} are byte-equal")
    return 1 if differing else 0


def _measure(tree: Path, results: Path, old: Path | None) -> Iterator[tuple[str, str]]:
    """Every digest by its name; a line on standard error for what is skipped."""
    run = _Runner(tree, results)
    smoke = tree / "configs" / "smoke.yaml"
    yield from run.evaluation("demo", smoke, "--no-cache")
    yield from run.evaluation("demo in two processes", smoke, "--no-cache", "--jobs", "2")
    yield from run.evaluation("demo, filling the cache", smoke, cache="cache")
    yield from run.evaluation("demo, from the cache", smoke, cache="cache")
    place = next((results / "demo").glob("smoke-*"))
    for name, arguments in {
        "compare": ["compare", str(place)],
        "compare as JSON": ["compare", str(place), "--format", "json"],
        "show": ["show", str(place), "--all"],
        "one cluster": ["show", str(place), "--cluster", "ferry-grounding"],
        "gate": ["gate", str(place), "--config", str(smoke)],
        "rescore": ["score", str(place), "--config", str(smoke), "--set", "metrics.0.rouge.stemmer=false"],
    }.items():
        yield f"demo: {name}", run.printed(*arguments, results="demo")
    yield from run.folders("rescored", results / "demo")
    if old:
        for place in sorted(path.parent for path in old.resolve().rglob("manifest.json")):
            yield f"old run {place.parent.name}/{place.name}: show", run.printed("show", str(place), "--all")
            yield f"old run {place.parent.name}/{place.name}: compare", run.printed("compare", str(place))
    if SEEDS.is_dir():
        gold = json.loads((SEEDS / "kazakhstan_gold.json").read_text(encoding="utf-8"))
        texts = results / "seeds.txt"
        texts.write_text("".join(f"{row['headline']}\n" for kind in ("faithful", "unfaithful") for row in gold[kind]))
        for form in ("table", "json", "csv", "html"):
            yield f"seeds: {form}", run.printed("check", str(SEEDS), str(texts), "--format", form)
        yield "seeds: claims", run.printed("claims", str(SEEDS))
    else:
        print(f"skipped: no seeds at {SEEDS}", file=sys.stderr)
    if NEUS.is_file():
        config = results / "neus.yaml"
        config.write_text(NEUS_CONFIG.replace("DATA", json.dumps(str(NEUS))), encoding="utf-8")
        yield from run.evaluation("neus_val", config, "--no-cache", "--limit", str(CLUSTERS))
    else:
        print(f"skipped: no clusters at {NEUS}", file=sys.stderr)


class _Runner:
    """Runs the harness of one tree and digests what it prints and writes."""

    def __init__(self, tree: Path, results: Path) -> None:
        self.tree = tree
        self.results = results

    def printed(self, *arguments: str, results: str = "") -> str:
        """The digest of a command's exit code and its standard output, without times and names of folders."""
        more = ["--results", str(self.results / results)] if results else []
        ended = subprocess.run(
            [sys.executable, "-m", "harness", *arguments, *more],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.tree,
            env={**os.environ, "PYTHONPATH": str(self.tree), "COLUMNS": "120", "NO_COLOR": "1"},
        )
        if ended.returncode not in (0, 1):
            print(f"harness {' '.join(arguments)} ended with {ended.returncode}: {ended.stderr}", file=sys.stderr)
        said = ended.stdout.replace(str(self.results / results) if results else "\0", "RESULTS")
        said = said.replace(str(self.results), "RESULTS").replace(str(self.tree), "TREE")
        said = re.sub(r"\b\d+(\.\d+)? ?(s|ms|seconds|minutes)\b", "TIME", said)
        said = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?", "TIME", said)
        return _digest(f"{ended.returncode}\n{_without_times(said)}")

    def evaluation(self, name: str, config: Path, *more: str, cache: str = "") -> Iterator[tuple[str, str]]:
        """Digests of an evaluation: its table as it was printed, and every file of its folder."""
        kept = ["--cache", str(self.results / cache)] if cache else []
        yield f"{name}: printed", self.printed("eval", "--config", str(config), *more, *kept, results=name)
        yield from self.folders(name, self.results / name)

    def folders(self, name: str, results: Path) -> Iterator[tuple[str, str]]:
        """Digests of the files in each run's folder, without what differs from one start to the next."""
        for file in sorted(results.glob("*-*/*")):
            if file.suffix in (".json", ".jsonl") and file.name != "events.jsonl":
                rows = file.read_text(encoding="utf-8").replace(str(self.tree), "TREE").splitlines()
                text = "\n".join(_without_times(row) for row in (rows if file.suffix == ".jsonl" else ["".join(rows)]))
                yield f"{name}: {file.parent.name}/{file.name}", _digest(text)
            elif file.suffix == ".md":
                yield f"{name}: {file.parent.name}/{file.name}", _digest(file.read_text(encoding="utf-8"))


def _without_times(text: str) -> str:
    try:
        return json.dumps(_stripped(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return text


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(inner) for key, inner in value.items() if key not in VOLATILE}
    return [_stripped(inner) for inner in value] if isinstance(value, list) else value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())

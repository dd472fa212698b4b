"""Measures the figures: python -m benchmarks [--quick] [--only NAME …] [--check] [--profiles] [--list].

Writes benchmarks/results.json and benchmarks/results.md; with `--only` the other figures stay as they were. `--quick`
takes small sizes and few rounds and writes nothing: it shows that everything runs. `--check` writes nothing and ends
with 1 where a figure is worse than the committed one by more than its tolerance.
"""

import argparse
import json
import os
import pkgutil
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module, metadata
from typing import Any

from benchmarks import figures, report
from benchmarks.frame import TOP, Figure, UnavailableError, as_row, end_with_parent, top_ten

RESULTS = TOP / "benchmarks/results.json"
PAGE = TOP / "benchmarks/results.md"
LONGEST = 1200
"""Seconds that one figure may take."""


def main() -> int:
    """Measures what the command line asks for; the exit code is 1 where a figure broke or, with --check, fell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds; writes nothing")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="figures whose names begin so")
    parser.add_argument("--check", action="store_true", help="compare with the committed results instead of writing")
    parser.add_argument("--profiles", action="store_true", help="measure nothing; profile anew what falls short")
    parser.add_argument("--list", action="store_true", help="name the figures")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    known = {figure.name: figure for figure in all_figures()}
    if given.child:
        figure = known[given.child]
        print(json.dumps(_profile(figure) if given.profiles else _measure(figure, quick=given.quick)))
        return 0
    chosen = [name for name in known if not given.only or any(map(name.startswith, given.only))]
    if not chosen:
        print(f"no figure begins with {' or '.join(given.only)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if given.list:
        print("\n".join(chosen))
        return 0
    before = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"figures": []}
    if given.profiles:
        for row in before["figures"]:
            if row["name"] in chosen and row["reached"] is False:
                row["profile"] = _in_a_process(known[row["name"]], "--profiles")
                print(f"{row['name']}: profiled", flush=True)
        _write(before)
        return 0
    rows: list[dict[str, Any]] = []
    for name in chosen:
        started = time.perf_counter()
        try:
            row = _in_a_process(known[name], *(["--quick"] if given.quick else []))
        except RuntimeError as error:
            row = as_row(known[name], None, reason=f"broke: {error}")
        row["took"] = round(time.perf_counter() - started, 1)
        print(f"{name}: {report.found(row)} ({row['took']:.0f} s)", flush=True)
        rows.append(row)
    broken = any(row["reason"].startswith("broke: ") for row in rows)
    if given.check:
        return max(int(broken), _check(rows, before["figures"]))
    if not given.quick:
        by_name = {row["name"]: row for row in (*before["figures"], *rows)}
        _write({"machine": _machine(), "figures": [by_name[name] for name in known if name in by_name]})
    return int(broken)


def _write(results: Mapping[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(report.page(results), encoding="utf-8")


def all_figures() -> list[Figure]:
    """The figures of every module of the group folder, by module name."""
    names = sorted(module.name for module in pkgutil.iter_modules(figures.__path__))
    return [figure for name in names for figure in import_module(f"{figures.__name__}.{name}").FIGURES]


def _measure(figure: Figure, *, quick: bool) -> dict[str, Any]:
    try:
        measured = figure.measure(quick)
    except UnavailableError as error:
        return as_row(figure, None, reason=f"not measured: {error}")
    short = not figure.aim.reached(measured.value)
    return as_row(figure, measured, profile=_profile(figure) if short and not quick else ())


def _profile(figure: Figure) -> list[str]:
    return top_ten(figure.profiled) if figure.profiled else []


def _in_a_process(figure: Figure, *options: str) -> Any:
    """What a child says of a figure. Raises RuntimeError where it breaks or takes too long."""
    command = [sys.executable, "-m", "benchmarks", "--child", figure.name, *options]
    try:
        done = subprocess.run(
            command,
            cwd=TOP,
            stdout=subprocess.PIPE,
            text=True,
            timeout=LONGEST,
            check=False,
            preexec_fn=end_with_parent,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"took longer than {LONGEST} s") from None
    if done.returncode:
        raise RuntimeError(f"ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def _check(rows: Sequence[Mapping[str, Any]], committed: Sequence[Mapping[str, Any]]) -> int:
    """1 where a figure is worse than the committed one by more than its tolerance, 2 where none could be compared."""
    were = {row["name"]: row["measured"] for row in committed}
    fallen = compared = 0
    for row in rows:
        was, now = were.get(row["name"]), row["measured"]
        if not was or not now:
            print(f"{row['name']}: not compared: {row['reason'] or 'nothing committed to compare it with'}")
            continue
        limit = report.limit(was["value"], row["aim"]["bound"], row["tolerance"])
        worse = now["value"] < limit if row["aim"]["bound"] == "at least" else now["value"] > limit
        fallen += worse
        compared += 1
        print(
            f"{row['name']}: {'FELL' if worse else 'holds'}: {now['value']:.3g}, committed {was['value']:.3g}, "
            f"{row['aim']['bound']} {limit:.3g} holds"
        )
    return int(fallen > 0) if compared else 2


def _machine() -> dict[str, str]:
    """What a reader must know of the machine and of the moment."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:  # noqa: PTH123 - a file of the system
            processor = next(line.partition(":")[2].strip() for line in stream if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    packages = ("numpy", "rouge-score", "rouge-score-rs", "pydantic", "torch", "transformers")
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": processor,
        "cores": str(os.cpu_count()),
        "load at the end": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        **{name: _version(name) for name in packages},
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())

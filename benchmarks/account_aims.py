"""Measures what the account is for: gibberish and other events held up, true headlines passed, planted errors flagged.

    python -m benchmarks.account_aims --data ../shared/data [--part report] [--checker ensemble]

The weights were fitted on NeuS train and other rows than these; `--part report` takes the half of the clusters and
documents that no threshold was looked at on. Parses are kept in `--cache`.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir

from benchmarks.account_cases import Case, gathered, part_of
from benchmarks.frame import TOP
from benchmarks.labelled_data import RememberedParser
from harness.checkers.base import CheckSession
from harness.checkers.ensemble import EnsembleSession
from harness.checkers.rules import RulesSession
from harness.claims.scoring import faithfulness, flagged
from harness.records import Verdict


def found(session: CheckSession, cases: Sequence[Case]) -> list[list[Verdict]]:
    """The verdicts on each case, texts about one cluster together."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, case in enumerate(cases):
        places[f"{case.cluster.cluster_id} {case.cluster.digest}"].append(at)
    held: dict[int, list[Verdict]] = {}
    for several in places.values():
        texts = [cases[at].text for at in several]
        held.update(zip(several, session.check_all(cases[several[0]].cluster, texts), strict=True))
    return [held[at] for at in range(len(cases))]


def area(true: Sequence[float], false: Sequence[float]) -> float:
    """The chance that a true text scores above a false one, ties half."""
    wins = sum((one > other) + 0.5 * (one == other) for one in true for other in false)
    return wins / (len(true) * len(false)) if true and false else float("nan")


def table(cases: Sequence[Case], verdicts: Sequence[Sequence[Verdict]]) -> None:
    """Prints a line for each kind of case."""
    groups: dict[str, list[tuple[Case, Sequence[Verdict]]]] = defaultdict(list)
    for case, several in zip(cases, verdicts, strict=True):
        named = f"{case.kind} {case.error}" if case.kind in {"planted", "gibberish"} else case.kind
        groups[named].append((case, several))
    flags = {}
    for name, held in groups.items():
        labels = [several[0].label for _, several in held]
        if {case.true for case, _ in held} <= {True, False} and len({case.true for case, _ in held}) == 2:
            true = [flagged(several) for case, several in held if case.true]
            false = [flagged(several) for case, several in held if case.true is False]
            scores = [[faithfulness(several) or 0.0 for case, several in held if case.true is side]
                      for side in (True, False)]  # fmt: skip
            balanced = (1 - sum(true) / len(true) + sum(false) / len(false)) / 2
            print(f"{name:30} passed {len(true) - sum(true)} of {len(true)}, flagged {sum(false)} of {len(false)}, "
                  f"balanced {balanced:.3f}, AUC {area(*scores):.3f}")  # fmt: skip
            continue
        flags[name] = sum(map(flagged, (several for _, several in held))) / len(held)
        shares = ", ".join(f"{label} {labels.count(label) / len(held):.3f}" for label in sorted(set(labels)))
        print(f"{name:30} n {len(held)}, flagged {flags[name]:.3f}; {shares}")
    planted = [share for name, share in flags.items() if name.startswith("planted")]
    print(f"planted errors, mean of {len(planted)} types: {sum(planted) / len(planted):.3f}")


def main() -> None:
    """Reads the data, checks it, prints the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    options.add_argument("--cache", type=Path, default=Path(gettempdir()) / "account-cache")
    options.add_argument("--part", choices=("tune", "report", "all"), default="report")
    options.add_argument("--checker", choices=("rules", "ensemble"), default="ensemble")
    chosen = options.parse_args()
    parser = RememberedParser(chosen.cache)
    cases = gathered(chosen.data, TOP / "data" / "demo", parser, clusters=307, headlines=300, rows=150)
    cases = [
        case for case in cases if chosen.part == "all" or case.kind == "demo" or part_of(case.group) == chosen.part
    ]
    session: CheckSession = RulesSession("rules", parser, "headline")
    if chosen.checker == "ensemble":
        session = EnsembleSession("ensemble", RulesSession("rules", parser, "headline"))
    table(cases, found(session, cases))


if __name__ == "__main__":
    main()

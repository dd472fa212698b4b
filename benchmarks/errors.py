"""Prints what a checker gets wrong, for a person to read: text, verdict, what is missing, the nearest evidence.

    python -m benchmarks.errors --group neus [--data ../shared/data] [--part tune] [--most 50] [--checker ensemble]

Groups: `neus` (editors' own headlines that are flagged), `numhg` (true headlines with a number that are flagged),
`demo` (demo headlines: false ones passed, faithful ones flagged), `sets` (the same of labelled sets), `paraphrase`
(pairs whose false side scores no lower than the true one), `controls` (what no articles bear out, called supported).
What is not of the demo data is of the half of the clusters and documents that thresholds were looked at on; read no
errors of the other half, or its figures tell nothing any more. Of more than `--most` errors that many are drawn with
`--seed`, in turn of each kind. What is printed holds sentences of the data sets: keep it out of the project.
docs/factual-errors.md says what was found in those that were read.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from benchmarks.aims_measures import LABELLED
from benchmarks.aims_rows import SETS, Row, Sizes, of_clusters, of_numbers, of_project, of_set
from benchmarks.factual_sets import checker_of
from benchmarks.frame import TOP
from benchmarks.parses import remembered
from harness.checkers.base import CheckSession
from harness.checkers.rules import RulesSession
from harness.claims.parsing.parse import Parser
from harness.claims.scoring import faithfulness, flagged
from harness.records import Verdict

SIZES = Sizes(rows=120)
"""How much is checked to find errors in: every cluster and headline, whole documents of each labelled set."""
SHOWN = 3
"""Sentences of evidence that are printed."""
CONTROLS = ("gibberish", "constant", "single word", "other", "planted", "figures")
MADE = ("negation", "roles")
"""Planted errors that are controls: headlines negated, parties exchanged."""


@dataclass(frozen=True)
class Wrong:
    """A row that a checker gets wrong, and how."""

    row: Row
    error: str
    verdicts: Sequence[Verdict]


Checked = tuple[Row, Sequence[Verdict]]


def demo_rows(_: Path, __: str) -> Iterator[Row]:
    """Yield the demo headlines, whole whatever the part."""
    return (row for row in of_project() if row.kind == "demo")


def paraphrase_rows(_: Path, __: str) -> Iterator[Row]:
    """Yield the pairs of paraphrase and reuse, whole whatever the part."""
    return (row for row in of_project() if row.kind == "paraphrase")


def neus_rows(data: Path, part: str) -> Iterator[Row]:
    """Yield editors' own headlines."""
    return (row for row in of_clusters(data, part, SIZES, Parser()) if row.kind == "own")


def numhg_rows(data: Path, part: str) -> Iterator[Row]:
    """Yield true headlines with a number."""
    return (row for row in of_numbers(data, part, SIZES) if row.kind == "numhg")


def set_rows(data: Path, part: str) -> Iterator[Row]:
    """Yield texts of the labelled sets that have an aim."""
    for chosen in SETS:
        if chosen.name in LABELLED:
            yield from of_set(chosen, data, part, SIZES)


def control_rows(data: Path, part: str) -> Iterator[Row]:
    """Yield what no articles bear out."""
    for row in (*of_clusters(data, part, SIZES, Parser()), *of_numbers(data, part, SIZES)):
        if row.kind in CONTROLS and (row.kind != "planted" or row.detail in MADE):
            yield row


def misjudged(checked: Sequence[Checked]) -> Iterator[Wrong]:
    """Yield false alarms (true, flagged) and misses (false, passed)."""
    for row, verdicts in checked:
        if verdicts[0].label != "abstained" and flagged(verdicts) == row.label:
            yield Wrong(row, f"{row.kind} {'false alarm' if row.label else 'miss'}", verdicts)


def supported(checked: Sequence[Checked]) -> Iterator[Wrong]:
    """Yield controls called supported."""
    for row, verdicts in checked:
        if verdicts[0].label == "supported":
            yield Wrong(row, f"{row.kind} {row.detail}".strip(), verdicts)


def misranked(checked: Sequence[Checked]) -> Iterator[Wrong]:
    """Yield both sides of pairs whose false side scores no lower than the true one."""
    pairs: defaultdict[str, dict[bool, Checked]] = defaultdict(dict)
    for row, verdicts in checked:
        if row.pair is not None and row.label is not None:
            pairs[row.pair][row.label] = row, verdicts
    for sides in pairs.values():
        if len(sides) == 2 and (faithfulness(sides[True][1]) or 0.0) <= (faithfulness(sides[False][1]) or 0.0):
            for label, (row, verdicts) in sorted(sides.items(), reverse=True):
                yield Wrong(row, f"pair, {'true' if label else 'false'} side", verdicts)


Rows = Callable[[Path, str], Iterator[Row]]
Errors = Callable[[Sequence[Checked]], Iterator[Wrong]]
GROUPS: Mapping[str, tuple[Rows, Errors]] = {
    "neus": (neus_rows, misjudged),
    "numhg": (numhg_rows, misjudged),
    "demo": (demo_rows, misjudged),
    "sets": (set_rows, misjudged),
    "paraphrase": (paraphrase_rows, misranked),
    "controls": (control_rows, supported),
}


def drawn(found: Sequence[Wrong], most: int, seed: int) -> list[Wrong]:
    """Draw at most so many, in turn of each kind of error; the sides of a pair together."""
    kinds: defaultdict[str, list[list[Wrong]]] = defaultdict(list)
    sides: dict[str, list[Wrong]] = {}
    for each in found:
        if each.error.startswith("pair"):
            sides.setdefault(each.row.pair or "", []).append(each)
        else:
            kinds[each.error].append([each])
    kinds["pair"] += sides.values()
    for name, held in kinds.items():
        random.Random(f"{seed} {name}").shuffle(held)
    chosen: list[Wrong] = []
    while len(chosen) < most and any(kinds.values()):
        for name in sorted(kinds):
            if kinds[name] and len(chosen) < most:
                chosen += kinds[name].pop()
    return chosen


def told(session: CheckSession, each: Wrong) -> str:
    """Write one error out for a reader."""
    row, verdict = each.row, each.verdicts[0]
    probability = "none" if verdict.probability is None else f"{verdict.probability:.2f}"
    lines = [
        f"{each.error} [{row.detail}] {row.unit[:40]!r}",
        f"  text      {row.text}",
        f"  verdict   {verdict.label} {probability} by {', '.join(verdict.decided_by)}{_leaning(session, row)}",
        f"  reason    {verdict.reason}",
    ]
    for element in (element for held in each.verdicts[:1] for element in held.elements):
        if element.state != "borne_out":
            written = row.text[element.start : element.end]
            lines.append(f"  {element.state:<12} {element.kind} “{written}”: {element.reason}")
    lines += [f"  evidence  {span.text.strip()}" for span in verdict.evidence[:SHOWN]]
    return "\n".join(lines) + "\n"


def _leaning(session: CheckSession, row: Row) -> str:
    """What the entailment model says of each sentence, where a session has one."""
    if not isinstance(session, RulesSession):
        return ""
    cluster = session.reading_of(row.cluster)
    read = [session.accounted(cluster, one)[1] for one in session.examined(row.cluster, [row.text])[0]]
    said = [f"{each.entailed:+.1f} (otherwise {each.contradicted:+.1f})" for each in read if each is not None]
    return f", entailed {'; '.join(said)}" if said else ""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", choices=tuple(GROUPS), action="append", required=True, help="repeatable")
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data", help="development data")
    parser.add_argument("--part", choices=("tune", "report"), default="tune", help="which half (default: tune)")
    parser.add_argument("--most", type=int, default=50, help="how many errors of a group are printed (default: 50)")
    parser.add_argument("--checker", default="ensemble", help="a checker (default: ensemble)")
    parser.add_argument("--seed", type=int, default=13, help="of what is drawn where there are more (default: 13)")
    parser.add_argument("--parses", type=Path, metavar="FOLDER", help="where parses are kept from run to run")
    return parser.parse_args()


def main() -> None:
    """Check, draw, print."""
    chosen = arguments()
    if not chosen.data.is_dir() and set(chosen.group) - {"demo", "paraphrase"}:
        sys.stderr.write(f"error: no development data at {chosen.data}; without it only demo and paraphrase\n")
        raise SystemExit(2)
    with remembered(chosen.parses) if chosen.parses else nullcontext():
        for group in chosen.group:
            rows_of, errors_of = GROUPS[group]
            # Genre tells a checker what it reads; of one group all texts are of one genre.
            rows = list(rows_of(chosen.data, chosen.part))
            with checker_of(chosen.checker, headlines=group != "sets").open() as session:
                found = list(errors_of([(row, session.check(row.cluster, row.text)) for row in rows]))
                counts = Counter(each.error for each in found)
                read = drawn(found, chosen.most, chosen.seed)
                for each in read:
                    sys.stdout.write(told(session, each) + "\n")
            several = ", ".join(f"{many} {name}" for name, many in sorted(counts.items()))
            sys.stderr.write(f"{group}: {len(rows)} texts, {several or 'no error'}; {len(read)} printed\n")


if __name__ == "__main__":
    main()

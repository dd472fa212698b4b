"""Gathers what the sums of the factual check are fitted on: the signals of development texts and of ours, row by row.

A row is a text: its kind, error, document or cluster, whether it is true, and for each sentence the signals of
`harness.checkers.doubt` and the features of `harness.checkers.about`. Rows are kept in a file, so that a fit need not
read every article again; that takes half an hour of one core.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from benchmarks.account_cases import CONSTANTS, SETS, Case, lines, of_set, part_of
from benchmarks.aims_rows import Sizes, of_clusters, of_numbers, of_plain
from benchmarks.frame import TOP
from harness.checkers.about import about_features
from harness.checkers.decisive import is_certain
from harness.checkers.doubt import signals
from harness.checkers.rules import RulesSession
from harness.checkers.verdict import is_held_up
from harness.claims.parsing.parse import Parser
from harness.records import Article, Cluster

PLAIN = TOP / "training" / "plain.jsonl"
LATER = TOP / "training" / "later_events.jsonl"
EVENTS, MOST_WORDS = 250, 15
"""Invented events of which no close reading learned, drawn by chance, and most words of their claims that are read."""
OTHERS = 8
"""Plain headlines of other clusters that are shown to each cluster of ours."""
LEFT_OUT = frozenset({"padding", "doubled source", "reordered", "letters", "repeated"})
"""Harmless edits that leave a headline as it is, and what needs no sum to be held up."""


@dataclass
class Text:
    """One text with what was computed of its sentences."""

    kind: str
    """`own`, `planted`, `harmless`, `gibberish`, `numhg`, `figures`, `plain`, the name of a labelled set; and what is
    about no event of the articles: `constant`, `other`."""
    error: str
    group: str
    true: bool
    sentences: list[dict[str, float]]
    about: dict[str, float]
    """Features of the first sentence."""
    decided: bool = False
    """Whether an element or a conflict decides, whatever the sum."""


def plain_cases() -> Iterator[Case]:
    """Yield plain headlines of ours, true and false, and for each cluster constants and headlines of other clusters."""
    held = list(of_plain(PLAIN))
    clusters = {row.unit: row.cluster for row in held}
    for row in held:
        yield Case("plain", row.unit, row.cluster, row.text, row.label, row.detail)
    for name in sorted(clusters):
        yield from (Case("constant", name, clusters[name], text, False) for text in CONSTANTS)
        others = [row for row in held if row.unit != name]
        drawn = Random(f"o{name}").sample(others, OTHERS)
        yield from (Case("other", name, clusters[name], row.text, False) for row in drawn)


def headline_cases(data: Path, parser: Parser) -> Iterator[Case]:
    """Yield headlines of the half `tune` of NeuS val and NumHG, changed ones, and plain ones of ours."""
    for row in (*of_clusters(data, "tune", Sizes(), parser), *of_numbers(data, "tune", Sizes())):
        if row.detail not in LEFT_OUT:
            yield Case(row.kind, row.unit, row.cluster, row.text, row.label, row.detail)
    yield from plain_cases()


def later_cases() -> Iterator[Case]:
    """Yield short claims of invented events, true and false."""
    drawn = lines(LATER)
    Random(3).shuffle(drawn)
    for row in drawn[:EVENTS]:
        articles = tuple(Article(article_id=f"a{at}", text=text) for at, text in enumerate(row["articles"]))
        cluster = Cluster(cluster_id=row["cluster_id"], articles=articles)
        for claim in row["claims"]:
            if len(claim["text"].split()) <= MOST_WORDS:
                yield Case("later", row["cluster_id"], cluster, claim["text"], claim["faithful"], claim["kind"])


def set_cases(data: Path, rows: int) -> Iterator[Case]:
    """Yield texts of the half `tune` of the labelled sets."""
    for name, path in SETS.items():
        yield from (case for case in of_set(name, data / path, rows) if part_of(case.group) == "tune")


def gathered(cases: Iterator[Case], session: RulesSession) -> Iterator[Text]:
    """Compute the rows of some cases; one that the check abstains from is left out."""
    for number, case in enumerate(cases, 1):
        if number % 500 == 0:
            print(f"{number} texts", flush=True)
        if session.why_abstain(case.cluster, case.text):
            continue
        cluster = case.cluster.without_references()
        reading = session.reading_of(cluster, case.text)
        told: list[dict[str, float]] = []
        about: dict[str, float] = {}
        decided = False
        for one in session.examined(cluster, [case.text])[0]:
            held, read = session.accounted(reading, one)
            told.append(signals(held, one.alignment, session.prior(one), read))
            about = about or about_features(held, read)
            certain = any(is_certain(conflict, read) for conflict in one.alignment.conflicts)
            decided |= certain or is_held_up(held, read)
        yield Text(case.kind, case.error, case.group, bool(case.true), told, about, decided)


def kept(path: Path, cases: Iterator[Case], session: RulesSession) -> list[Text]:
    """Read the rows of a file; where there is none, compute and write them."""
    if not path.exists():
        rows = [json.dumps(asdict(text)) for text in gathered(cases, session)]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return [Text(**row) for row in lines(path)]

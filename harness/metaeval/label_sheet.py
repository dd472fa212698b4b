"""Sheets that people label by hand: what stands in them, made from runs and checks, and read back for `metaeval`.

A sheet is a CSV file with a row for each text on each cluster; equal texts on one cluster are one row, whoever wrote
them. The last column is empty: somebody fills it in.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.errors import DataError, Problem
from harness.inputs.delimited import csv_rows
from harness.inputs.json_lines import json_document
from harness.inputs.values import RowError, describe, describe_keys
from harness.records import Verdict, content_digest
from harness.results.run_folder import RunFolder

COLUMNS = ("cluster", "text", "claims", "verdicts", "label")
ENDINGS = (".csv", ".tsv")
MOST_PROBLEMS = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
_CHECK = "what `harness check --format json` prints"
_WORDS: Mapping[str, int | str] = {
    "1": 1, "1.0": 1, "true": 1, "yes": 1, "y": 1, "ok": 1,
    "0": 0, "0.0": 0, "false": 0, "no": 0, "n": 0,
    "?": "unsure", "unsure": "unsure", "null": "unsure",
}  # fmt: skip
"""Words that people write into the column `label`, with the label each stands for."""


@dataclass
class SheetRow:
    """One text on one cluster, and what checkers made of it, a line for each claim."""

    cluster_id: str
    text: str
    claims: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    checkers: list[str] = field(default_factory=list)
    """Signatures of the checkers whose verdicts stand here."""

    def add(self, checker: str, verdicts: Sequence[Verdict]) -> None:
        """Add one checker's verdicts, once."""
        if checker in self.checkers:
            return
        self.checkers.append(checker)
        for verdict in verdicts:
            self.claims.append(verdict.claim.text)
            self.verdicts.append(_verdict_line(verdict))


def _verdict_line(verdict: Verdict) -> str:
    """`contradicted 0.12 (number): …`, in one line."""
    probability = "" if verdict.probability is None else f" {verdict.probability:.2f}"
    errors = f" ({', '.join(verdict.errors)})" if verdict.errors else ""
    reason = f": {verdict.reason}" if verdict.reason else ""
    return f"{verdict.label.replace('_', ' ')}{probability}{errors}{reason}"


Rows = dict[tuple[str, str], SheetRow]
"""Rows of a sheet by cluster and text, in order."""


def add_run(rows: Rows, folder: RunFolder) -> None:
    """Add what a run's configurations wrote, cluster by cluster, with the verdicts that the run holds."""
    order = {facts.cluster_id: place for place, facts in enumerate(folder.clusters())}
    texts: dict[tuple[str, str], str] = {}
    for prediction in folder.predictions():
        texts[prediction.cluster_id, prediction.configuration] = prediction.text
    for (cluster_id, _), text in sorted(texts.items(), key=lambda item: order.get(item[0][0], len(order))):
        rows.setdefault((cluster_id, text), SheetRow(cluster_id, text))
    for checked in folder.checked():
        found = texts.get((checked.cluster_id, checked.configuration))
        if found is not None:
            rows[checked.cluster_id, found].add(checked.verdicts[0].checker or checked.checker, checked.verdicts)


def add_check(rows: Rows, path: str) -> None:
    """Add the texts of a file that `harness check --format json` wrote. Raises DataError where it is no such file."""
    document = json_document(path, _CHECK)
    for place, value in enumerate(document if isinstance(document, list) else [document]):
        within = f"{place}." if isinstance(document, list) else ""
        texts = value.get("texts") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(value.get("cluster_id"), str) or not isinstance(texts, list):
            found = describe_keys(value) if isinstance(value, dict) else describe(value)
            raise DataError([Problem("no texts that were checked", path, path=within.strip("."), found=found,
                                     accepted=_CHECK)])  # fmt: skip
        for at, item in enumerate(texts):
            _add_checked(rows, value["cluster_id"], str(value.get("checker", "")), item, path, f"{within}texts.{at}")


def _add_checked(rows: Rows, cluster_id: str, checker: str, item: object, path: str, within: str) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise DataError([Problem("not a text that was checked", path, path=within, found=describe(item),
                                 accepted="an object with `text` and `verdicts`")])  # fmt: skip
    try:
        verdicts = [Verdict.model_validate(each) for each in item.get("verdicts") or ()]
    except (ValidationError, TypeError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise DataError([Problem(f"not a verdict: {told}", path, path=f"{within}.verdicts", accepted=_CHECK)]) from None
    row = rows.setdefault((cluster_id, item["text"]), SheetRow(cluster_id, item["text"]))
    row.add(checker, verdicts)


def sampled(rows: Rows, count: int | None, seed: int) -> list[SheetRow]:
    """Draw `count` of the rows, in their order; all of them where it is None or more than there are."""
    every = list(rows.values())
    if count is None or count >= len(every):
        return every
    return [every[place] for place in sorted(random.Random(seed).sample(range(len(every)), count))]


def labels_in(path: Path) -> int:
    """Count the labels that somebody has filled into a sheet. Raises DataError where the file is no such sheet."""
    return sum(
        isinstance(row.value, dict) and bool(str(row.value.get(COLUMNS[-1]) or "").strip())
        for row in csv_rows(str(path))
    )


def read_sheet(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read a labelled sheet: each row by its line, as a labelled text of `metaeval`.

    The columns `cluster` (or `cluster_id`), `text` and `label` are read, others ignored. An empty label is none. Adds
    to `problems` each row that cannot be read, that stands twice, or whose label is no label; also where no row has a
    label.
    """
    lines: dict[tuple[str, str], int] = {}
    labelled = 0
    rows = 0
    for row in csv_rows(str(path)):
        rows += 1
        if isinstance(row.value, RowError):
            problems.append(Problem(row.value.reason, row.where, row.line, row.value.path))
            continue
        cells: dict[str, Any] = row.value if isinstance(row.value, dict) else {}
        cluster_name = "cluster_id" if "cluster_id" in cells and "cluster" not in cells else COLUMNS[0]
        missing = [name for name in (cluster_name, "text", "label") if name not in cells]
        if missing:
            accepted = f"the columns {', '.join(COLUMNS)}, as `harness labels export` writes them"
            problems.append(
                Problem(f"no column {missing[0]}", row.where, 1, found=describe_keys(cells), accepted=accepted)
            )
            return
        cluster_id, text = (as_written(cells[name] or "") for name in (cluster_name, "text"))
        before = lines.setdefault((cluster_id, text), row.line)
        if before != row.line:
            message = f"cluster {cluster_id!r} has this text on line {before} too"
            problems.append(Problem(message, row.where, row.line, "text", accepted="one row each"))
            continue
        label = (cells["label"] or "").strip()
        labelled += bool(label)
        meaning = _WORDS.get(label.lower(), label)
        yield (
            row.line,
            {
                "id": content_digest([cluster_id, text]),
                "cluster_id": cluster_id,
                "text": text,
                "label": None if label == "" or meaning == "unsure" else meaning,
                "dataset": cells.get("dataset") or path.stem,
                "split": cells.get("split"),
                "error_type": cells.get("error_type"),
            },
        )
    if rows and not labelled:
        accepted = "1 (faithful), 0 (not faithful), or empty where you cannot say"
        problems.append(Problem("no row has a label", str(path), path="label", accepted=accepted))


def as_written(cell: str) -> str:
    """Undo the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def collected(sources: Iterable[RunFolder | str]) -> Rows:
    """Collect the rows of a sheet from runs and from files of checks, in the order given."""
    rows: Rows = {}
    for source in sources:
        if isinstance(source, RunFolder):
            add_run(rows, source)
        else:
            add_check(rows, source)
    return rows

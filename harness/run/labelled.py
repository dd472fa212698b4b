"""Texts with human labels: read from JSON Lines, checked by a checker, measured against the labels.

A row is `{"id", "source", "summary", "label" (1 faithful, 0 not, null other), "dataset"?, "split"?, "meta"?}`, or has
`"system"` and `"ratings"` (name → number) in place of a label. docs/metaeval.md says which fields of `meta` are read.
"""

import ast
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness.analysis.correlate import correlations
from harness.analysis.metaeval import RESAMPLES, Agreement, Scored, agreement
from harness.checkers.base import CheckSession
from harness.claims.scoring import faithfulness, flagged
from harness.errors import DataError, Problem, RunError
from harness.records import Article, Cluster, Verdict, content_digest

MAX_PROBLEMS = 20
"""Bad rows that are listed; more are only counted."""

SIDES = frozenset({"ref", "edit", "true", "false", "c", "i"})
"""What the id of one side of a minimal pair ends in, after a hyphen."""


@dataclass(frozen=True)
class LabelledText:
    """One row: a text about a source, and what people said of it."""

    row_id: str
    source: str
    text: str
    label: bool | None
    dataset: str
    pair: str | None = None
    types: frozenset[str] = frozenset()
    system: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What a checker made of one row."""

    score: float | None
    passed: bool
    abstained: str = ""
    failed: str = ""


def read(files: Sequence[Path], *, split: str | None = None, limit: int | None = None) -> dict[str, list[LabelledText]]:
    """Data set → rows, in the order read: those of one `split`, at most `limit` of each data set.

    Raises DataError with file, line and field of the first bad rows.
    """
    problems: list[Problem] = []
    found: dict[str, list[LabelledText]] = defaultdict(list)
    splits: Counter[str] = Counter()
    for file in files:
        for line, row in _rows(file, problems):
            splits[str(row.get("split"))] += 1
            if split is not None and row.get("split") != split:
                continue
            name = row.get("dataset") or file.stem
            if limit is not None and len(found.get(str(name), ())) >= limit:
                continue
            text = _labelled(row, str(name), str(file), line, problems)
            if text is not None:
                found[text.dataset].append(text)
    if problems:
        more = len(problems) - MAX_PROBLEMS
        rest = [Problem(f"and {more} more bad fields")] if more > 0 else []
        raise DataError([*problems[:MAX_PROBLEMS], *rest])
    if not found:
        held = ", ".join(sorted(splits)) or "none: no file has a row"
        raise DataError(
            [Problem("no rows to measure on", "--split" if split else "--data", found=split or "", accepted=held)]
        )
    return dict(found)


def _rows(file: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    problems.append(Problem(f"not JSON: {error.msg}", str(file), number))
                    continue
                if isinstance(row, dict):
                    yield number, row
                else:
                    problems.append(Problem("not a JSON object", str(file), number, found=type(row).__name__))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not UTF-8: {error.reason}"
        problems.append(Problem(f"cannot be read: {reason}", str(file), accepted="a JSON Lines file"))


def _labelled(row: dict[str, Any], dataset: str, where: str, line: int, problems: list[Problem]) -> LabelledText | None:
    before = len(problems)

    def problem(path: str, message: str, accepted: str) -> None:
        value = row.get(path.split(".")[0])
        found = "nothing" if value is None else repr(value)[:60]
        problems.append(Problem(message, where, line, path, found, accepted))

    for name in ("source", "summary"):
        if not isinstance(row.get(name), str):
            problem(name, "not a text", "a string")
    label = row.get("label")
    if isinstance(label, str | list | dict) or label not in (None, 0, 1):
        problem("label", "not a label", "1 (faithful), 0 (not faithful) or null")
    if not isinstance(row.get("id"), str | int):
        problem("id", "not an id", "a string or a whole number")
    ratings = row.get("ratings") or {}
    if not isinstance(ratings, dict) or not all(_is_number(value) for value in ratings.values()):
        problem("ratings", "not ratings", "an object of finite numbers")
    meta = row.get("meta") or {}
    if not isinstance(meta, dict):
        problem("meta", "not an object", "an object or null")
    if len(problems) > before:
        return None
    return LabelledText(
        row_id=str(row["id"]),
        source=row["source"],
        text=row["summary"],
        label=None if label is None else bool(label),
        dataset=dataset,
        pair=_pair(row, meta),
        types=_error_types(meta) if label == 0 else frozenset(),
        system=_name(row.get("system") or meta.get("system") or meta.get("model")),
        ratings={str(name): float(value) for name, value in ratings.items()},
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _name(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _pair(row: Mapping[str, Any], meta: Mapping[str, Any]) -> str | None:
    """Which minimal pair a row is a side of: its id without the side, or `meta.pair`."""
    stem, _, side = str(row["id"]).rpartition("-")
    if stem and side in SIDES:
        return stem
    return _name(meta.get("pair"))


def _error_types(meta: Mapping[str, Any]) -> frozenset[str]:
    """The kinds of error that a row's `meta` names, in any of the shapes that public sets use."""
    found: set[str] = set()
    value = meta.get("error_types", meta.get("error_type"))
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            value = [value]
    found.update([value] if isinstance(value, str) else map(str, value) if isinstance(value, list) else [])
    found.update(name for name in ("intrinsic", "extrinsic") if meta.get(name) is True)
    free = meta.get("errors")
    # FRANK: kind → share of sentences free of it. Where all are equal the annotators did not say which kind it is.
    if isinstance(free, dict) and all(_is_number(share) for share in free.values()) and len(set(free.values())) > 1:
        found.update(name for name, share in free.items() if share < max(free.values()))
    return frozenset(name.removesuffix(" Error") for name in found) - {"correct", ""}


def check_rows(session: CheckSession, rows: Sequence[LabelledText]) -> tuple[list[Finding], float]:
    """What the checker makes of each row, in order, and the seconds it took; rows of one source go together."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.source].append(place)
    found: list[Finding | None] = [None] * len(rows)
    started = time.perf_counter()
    for source, held in places.items():
        cluster = Cluster(cluster_id=content_digest(source), articles=(Article(article_id="source", text=source),))
        try:
            verdicts = session.check_all(cluster, [rows[place].text for place in held])
        except RunError as error:
            for place in held:
                found[place] = Finding(None, False, failed=str(error))
            continue
        for place, judged in zip(held, verdicts, strict=True):
            found[place] = _finding(judged)
    seconds = time.perf_counter() - started
    return [finding for finding in found if finding is not None], seconds


def _finding(verdicts: Sequence[Verdict]) -> Finding:
    score = faithfulness(verdicts)
    if score is None:
        return Finding(None, False, abstained=verdicts[0].reason if verdicts else "the checker gave no verdict")
    return Finding(score, not flagged(verdicts))


def measure(
    dataset: str,
    checker: str,
    session: CheckSession,
    rows: Sequence[LabelledText],
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> Agreement:
    """One checker on one data set."""
    wanted = [row for row in rows if row.label is not None or row.ratings]
    findings, seconds = check_rows(session, wanted)
    judged = list(zip(wanted, findings, strict=True))
    labelled = [(row, finding) for row, finding in judged if row.label is not None]
    scored = [(row, finding) for row, finding in labelled if finding.score is not None]
    report = Agreement(
        dataset=dataset,
        checker=checker,
        signature=session.signature,
        rows=len(rows),
        documents=len({row.source for row, _ in scored}),
        unlabelled=sum(row.label is None for row in rows),
        abstained=sum(bool(finding.abstained) for _, finding in labelled),
        failed=sum(bool(finding.failed) for _, finding in labelled),
        faithful=0,
        unfaithful=0,
        seconds_per_thousand=1000 * seconds / len(wanted) if wanted else None,
        abstentions=dict(Counter(finding.abstained for finding in findings if finding.abstained)),
    )
    arrays = Scored(
        documents=[row.source for row, _ in scored],
        labels=np.array([bool(row.label) for row, _ in scored], dtype=bool),
        scores=np.array([finding.score for _, finding in scored], dtype=np.float64),
        passed=np.array([finding.passed for _, finding in scored], dtype=bool),
        pairs=[row.pair for row, _ in scored],
        types=[row.types for row, _ in scored],
    )
    report = agreement(arrays, report, seed=seed, resamples=resamples)
    return report.model_copy(update={"correlations": _correlated(judged, seed, resamples)})


def _correlated(judged: Sequence[tuple[LabelledText, Finding]], seed: int, resamples: int) -> tuple[Any, ...]:
    names = dict.fromkeys(name for row, _ in judged for name in row.ratings)
    rated = [(row, finding) for row, finding in judged if row.system is not None]
    found = []
    for name in names:
        found += correlations(
            name,
            [row.source for row, _ in rated],
            [row.system or "" for row, _ in rated],
            np.array([np.nan if finding.score is None else finding.score for _, finding in rated]),
            np.array([row.ratings.get(name, np.nan) for row, _ in rated]),
            seed=seed,
            resamples=resamples,
        )
    return tuple(found)

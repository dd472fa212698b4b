"""Texts to check: read from a file or standard input, joined with the clusters they are about, and checked."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from harness.checkers.base import CheckSession
from harness.errors import DataError, Problem, RunError, UsageError, nearest_name
from harness.inputs.files import file_error, read_text
from harness.inputs.grouping import group_problems
from harness.inputs.json_lines import Row
from harness.inputs.tables import file_rows, format_of
from harness.inputs.values import RowError, check_text, describe, describe_keys
from harness.records import Cluster, RowProblem, Verdict

STANDARD_INPUT = "standard input"
MOST_BYTES = 256 * 1024 * 1024
"""The largest text file, or standard input, that is read."""
MOST_PROBLEMS = 20
"""Lines of one error that list mistakes; the rest are counted."""
CLUSTER_KEYS = ("cluster_id", "cluster")
TEXT_KEYS = ("text", "headline", "summary")
ACCEPTED = "one text a line, or JSON Lines, JSON or CSV rows with a `text` and, for several clusters, a `cluster_id`"


class AskedText(NamedTuple):
    """A text to check, and where it was asked for."""

    text: str
    cluster_id: str | None
    """None where the row does not say; then it is about the one cluster that is meant."""
    where: str = "--text"
    line: int | None = None


@dataclass(frozen=True)
class CheckedTexts:
    """One checker's findings on texts about one cluster."""

    cluster: Cluster
    signature: str
    texts: tuple[str, ...]
    verdicts: tuple[tuple[Verdict, ...], ...]
    """For each text; empty where the checker failed."""
    failure: str = ""
    """Why the checker could not judge the texts of this cluster."""


def read_texts(path: str, standard_input: IO[bytes] | None = None) -> list[AskedText]:
    """Read the texts of a file, or of `standard_input` where the path is `-`.

    JSON Lines, JSON, CSV, TSV and Parquet are told by their ending: each row has a text and may name its cluster. Any
    other file has one text a line; blank lines are skipped. Raises DataError with file and line of each bad row.
    """
    if path == "-":
        if standard_input is None:
            raise file_error(STANDARD_INPUT, "it is closed", "a file of texts")
        return _read_stream(standard_input)
    found, problems = [], []
    for row in _rows(path):
        asked = asked_text(row)
        if isinstance(asked, Problem):
            problems.append(asked)
        else:
            found.append(asked)
    if problems:
        raise DataError(group_problems(problems, MOST_PROBLEMS))
    if not found:
        raise file_error(path, "no text in it", ACCEPTED)
    return found


def _read_stream(stream: IO[bytes]) -> list[AskedText]:
    """Read what a pipe holds; its beginning tells rows from plain lines."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise file_error(STANDARD_INPUT, f"longer than {MOST_BYTES:,} bytes", "a file, named in place of -")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"texts{_ending_of(content)}"
        file.write_bytes(content)
        try:
            found = read_texts(str(file))
        except DataError as error:
            raise DataError([replace(problem, where=STANDARD_INPUT) for problem in error.problems]) from None
    return [asked._replace(where=STANDARD_INPUT) for asked in found]


def _ending_of(content: bytes) -> str:
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].strip()
    if first.startswith(b"{"):
        return ".jsonl"
    cells = {cell.strip(b' "').decode(errors="replace") for cell in first.replace(b";", b",").split(b",")}
    return ".csv" if cells & set(TEXT_KEYS) and cells & set(CLUSTER_KEYS) else ".txt"


def _rows(path: str) -> Iterator[Row]:
    if format_of(path):
        yield from file_rows(path)
        return
    content = read_text(path, ACCEPTED, MOST_BYTES)
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield Row(path, number, line.strip())


def asked_text(row: Row) -> AskedText | Problem:
    """Read a row: a text, or a mapping with a text and, where it is about one of several clusters, that one's id."""
    value = row.value
    if isinstance(value, RowError):
        return Problem(value.reason, row.where, row.line, value.path)
    if isinstance(value, str):
        return _checked_text(row, value, None, "")
    if not isinstance(value, dict):
        return Problem("not a row", row.where, row.line, found=describe(value), accepted=ACCEPTED)
    name = next((key for key in TEXT_KEYS if key in value), None)
    if name is None:
        return Problem(
            "has no text", row.where, row.line, TEXT_KEYS[0], describe_keys(value), f"one of {', '.join(TEXT_KEYS)}"
        )
    text = "" if value[name] is None else value[name]
    if not isinstance(text, str):
        return Problem("is not text", row.where, row.line, name, describe(text), "a string")
    named = next((key for key in CLUSTER_KEYS if value.get(key) not in (None, "")), None)
    cluster_id = None if named is None else value[named]
    if isinstance(cluster_id, int) and not isinstance(cluster_id, bool):
        cluster_id = str(cluster_id)
    if cluster_id is not None and not isinstance(cluster_id, str):
        return Problem("is not an id", row.where, row.line, named or "", describe(cluster_id), "a string")
    return _checked_text(row, text, cluster_id, name)


def _checked_text(row: Row, text: str, cluster_id: str | None, path: str) -> AskedText | Problem:
    """Refuse what cannot be written down again, such as half a surrogate pair."""
    try:
        return AskedText(check_text(text, path), cluster_id, row.where, row.line)
    except RowError as error:
        return Problem(error.reason, row.where, row.line, error.path)


def with_clusters(
    asked: Sequence[AskedText],
    rows: Iterable[Cluster | RowProblem],
    source: str,
    wanted: str | None,
    note: Callable[[str], None],
) -> list[tuple[Cluster, list[str]]]:
    """Join texts with the clusters that they are about, in the order in which clusters are asked for.

    `rows` are what a data set reads; `source` is what messages call it.

    A text that names no cluster is about `wanted`, or about the only cluster there is. Where `wanted` is given, texts
    that name another cluster are left out. `note` is told of each row of the data that cannot be read. Raises
    UsageError where it is not clear which cluster is meant, DataError for ids that no cluster has.
    """
    if wanted is not None:
        kept = [each for each in asked if each.cluster_id in (None, wanted)]
        if not kept:
            raise UsageError(f"no text is about cluster {wanted!r}: all {len(asked)} name other clusters")
        asked = [each._replace(cluster_id=wanted) for each in kept]
    needed = {each.cluster_id for each in asked}
    known, ids, bad = _clusters(rows, needed)
    if not ids:
        raise DataError(bad or [Problem("no cluster could be read", source)])
    for problem in bad:
        note(f"left out: {problem}")
    if None in needed and len(ids) > 1:
        listed = ", ".join(ids[:20]) + (f" and {len(ids) - 20} more" if len(ids) > 20 else "")
        raise UsageError(f"{source} has {len(ids)} clusters; say which with --cluster: {listed}")
    if wanted is not None and wanted not in known:
        near = nearest_name(wanted, ids)
        hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(ids[:20])}"
        raise UsageError(f"no cluster {wanted!r} in {source}{hint}")
    missing = [each for each in asked if each.cluster_id is not None and each.cluster_id not in known]
    if missing:
        raise DataError(group_problems([_no_such_cluster(each, ids, source) for each in missing], MOST_PROBLEMS))
    found: dict[str, list[str]] = {}
    for each in asked:
        found.setdefault(ids[0] if each.cluster_id is None else each.cluster_id, []).append(each.text)
    return [(known[cluster_id], texts) for cluster_id, texts in found.items()]


def _clusters(
    rows: Iterable[Cluster | RowProblem], needed: set[str | None]
) -> tuple[dict[str, Cluster], list[str], list[Problem]]:
    """Read the clusters that are needed (the first too where a text names none), every id, and bad rows."""
    known: dict[str, Cluster] = {}
    ids: list[str] = []
    bad: list[Problem] = []
    for row in rows:
        if isinstance(row, RowProblem):
            bad.append(Problem(row.reason, row.where, row.line, row.path))
            continue
        if row.cluster_id in needed or (None in needed and not ids):
            known[row.cluster_id] = row
        ids.append(row.cluster_id)
        if None not in needed and len(known) == len(needed):
            break
    return known, ids, bad


def _no_such_cluster(asked: AskedText, ids: Sequence[str], source: str) -> Problem:
    return Problem(
        f"no such cluster in {source}",
        asked.where,
        asked.line,
        CLUSTER_KEYS[0],
        repr(asked.cluster_id),
        nearest=nearest_name(asked.cluster_id or "", ids),
    )


def check_each(
    opening: AbstractContextManager[CheckSession],
    groups: Iterable[tuple[Cluster, Sequence[str]]],
    tick: Callable[[int], None],
) -> Iterator[CheckedTexts]:
    """Check the texts of each cluster in turn; where the checker fails on a cluster, that one says so and others go on.

    `tick` is told how many texts are done.
    """
    with opening as session:
        for cluster, texts in groups:
            try:
                verdicts = tuple(map(tuple, session.check_all(cluster, texts)))
                failure = ""
            except RunError as error:
                verdicts, failure = tuple(() for _ in texts), str(error)
            tick(len(texts))
            yield CheckedTexts(cluster, session.signature, tuple(texts), verdicts, failure)

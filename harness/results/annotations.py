"""`annotations.jsonl` in a results folder: what people said of headlines, a line each, only ever added to."""

import json
import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from pydantic import ValidationError

from harness.disk.durable import appending, cut_torn_line, open_regular, unreadable, unwritable
from harness.errors import StoreError
from harness.inputs.line_search import lines_with
from harness.records import Annotation, content_digest
from harness.stores.places import changing, fetch_beside

ANNOTATIONS = "annotations.jsonl"
LONGEST_NOTE = 10_000
"""Characters of a note."""
_one_at_a_time = Lock()


def annotation_id(cluster_digest: str, text: str) -> str:
    """Return the id of what is said of a text about a cluster, whichever configuration wrote it."""
    return content_digest([cluster_digest, text])


def add(results: Path, annotation: Annotation) -> None:
    """Add a line and have the disk itself hold it. Raises StoreError where it cannot be written."""
    file = results / ANNOTATIONS
    with _one_at_a_time:
        if file.is_symlink():
            raise StoreError(f"{file}: a link, through which nothing is written; remove it")
        with changing(file):
            try:
                _end_last_line(file)
            except OSError as error:
                raise unwritable(file, error) from None
            with appending(file) as lines:
                lines.add(annotation)


def said_of(results: Path, cluster_id: str, ids: Iterable[str]) -> tuple[dict[str, Annotation], int]:
    """Find the last annotation with each of some ids, and count the lines on the cluster that cannot be read.

    Raises StoreError where the file cannot be read.
    """
    file = results / ANNOTATIONS
    fetch_beside(file)
    wanted, found, unread = set(ids), dict[str, Annotation](), 0
    try:
        with open_regular(file) as stream:
            for line in lines_with(stream, cluster_id):
                try:
                    annotation = Annotation.model_validate_json(line)
                except ValidationError:
                    unread += 1
                    continue
                if annotation.id in wanted:
                    found[annotation.id] = annotation
    except FileNotFoundError:
        return {}, 0
    except OSError as error:
        raise unreadable(file, error) from None
    return found, unread


def _end_last_line(file: Path) -> None:
    """See that the file ends with a whole line: cut half a line that a kill left, end one that was written by hand."""
    with suppress(FileNotFoundError), open_regular(file, "rb+") as stream:
        size = stream.seek(0, os.SEEK_END)
        if not size:
            return
        stream.seek(size - 1)
        if stream.read(1) == b"\n":
            return
        stream.seek(0)
        last = deque(stream, maxlen=1)[0]
        try:
            json.loads(last)
        except ValueError:
            cut_torn_line(file)
        else:
            stream.seek(0, os.SEEK_END)
            stream.write(b"\n")

"""Parses kept on disk, so that a program that measures the factual check parses no sentence twice, run after run."""

import hashlib
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.labelled_data import packed, unpacked
from harness.claims.parsing import parse
from harness.claims.parsing.parse import Parse, Parser, installed_model

MOST = 1 << 13
"""Sentences that are held in memory as well."""


@contextmanager
def remembered(folder: Path) -> Iterator[None]:
    """While the context is open, whatever any `Parser` parses is kept in `folder`, and taken from there.

    Kept apart by the code of the parser and its weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = sqlite3.connect(folder / f"{_version()}.db", timeout=600)
    kept.execute("pragma journal_mode=wal")
    kept.execute("pragma synchronous=off")
    kept.execute("create table if not exists sentences (text text primary key, parse blob)")
    original = Parser.parse
    latest: OrderedDict[str, Parse] = OrderedDict()  # what is read from a parse is remembered by the object

    def from_disk(parser: Parser, texts: Sequence[str]) -> list[Parse]:
        new = []
        for text in dict.fromkeys(texts):
            if text in latest:
                latest.move_to_end(text)
                continue
            row = kept.execute("select parse from sentences where text = ?", (text,)).fetchone()
            if row is None:
                new.append(text)
            else:
                latest[text] = unpacked(text, row[0])
        if new:
            latest.update(zip(new, original(parser, new), strict=True))
            rows = [(text, packed(latest[text])) for text in new]
            kept.executemany("insert or replace into sentences values (?, ?)", rows)
            kept.commit()
        found = [latest[text] for text in texts]
        while len(latest) > MOST:
            latest.popitem(last=False)
        return found

    # Checkers open parsers of their own, so that the class is what has to be changed.
    try:
        with patch.object(Parser, "parse", from_disk):
            yield
    finally:
        kept.close()


def _version() -> str:
    """A digest of what decides a parse."""
    from importlib import import_module
    from importlib.metadata import version

    weights = getattr(import_module(installed_model()), "__version__", "")
    code = Path(parse.__file__).read_bytes()
    return hashlib.sha256(code + f"{version('spacy')} {weights}".encode()).hexdigest()[:12]

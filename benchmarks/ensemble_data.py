"""The labelled development data as `fit_ensemble` fits it: signals of sentences, labels, minimal pairs."""

import hashlib
import json
import pickle
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fit_rules import HINGES, one_article, planted
from numpy.typing import NDArray

from harness.checkers.rules import RulesSession
from harness.checkers.signals import text_signals
from harness.checkers.weights import hinged
from harness.claims.parse import Parse, Parser

Floats = NDArray[np.float64]

FILES = {
    "bump": "factual/bump_even_documents.jsonl",
    "falke": "factual/falke_pairs.jsonl",
    "emergent": "factual/emergent_headlines.jsonl",
    "qags_sentences": "factual/qags_cnndm_sentences.jsonl",
    "qags": "factual/qags_cnndm_summaries.jsonl",
    "frank": "factual/frank_val.jsonl",
    "cliff": "factual/cliff_val.jsonl",
    "defacto": "factual/defacto.jsonl",
    "defacto_corrected": "factual/defacto_corrected.jsonl",
    "entfa": "factual/entfa.jsonl",
}
PLANTED = "planted"
HEADLINES = 800
SEED = 7
HALVED = ("defacto", "defacto_corrected", "entfa")
"""Sets of which every second document is read, but for DeFacto's test split: each is one article for one text."""


@dataclass
class Row:
    """One labelled text with the signals of its sentences, shape (sentences, signals)."""

    key: str
    group: str
    dataset: str
    document: str
    summary: str
    label: bool
    reported_only: bool
    signals: Floats
    kind: str = ""
    pair: str | None = None


def used(name: str, row: dict[str, Any]) -> bool:
    """Whether a row is fitted on or reported: it has a label, and its document is not left out."""
    odd = bool(hashlib.sha256(row["source"].encode()).digest()[0] & 1)
    return row["label"] is not None and not (odd and name in HALVED and row.get("split") != "test")


def pair_of(name: str, row: dict[str, Any]) -> str | None:
    """Which minimal pair a row is a side of: DeFacto's unfaithful texts and their corrections are pairs, too."""
    if name in ("bump", "falke"):
        return f"{name}:{row['id'].rpartition('-')[0]}"
    if name == PLANTED:
        return f"{name}:{row['id'] if row['label'] else row['id'].rpartition('-')[0]}"
    if name == "defacto_corrected":
        return f"defacto:{row['id'].removesuffix('-c')}"
    return f"defacto:{row['id']}" if name == "defacto" else None


def code_digest() -> str:
    """Digest of all code that a signal can come from."""
    code = hashlib.sha256()
    top = Path(__file__).resolve().parent.parent
    for folder in ("checkers", "claims", "ingest"):
        for file in sorted((top / "harness" / folder).glob("*.*")):
            if file.suffix in (".py", ".toml") and not file.name.startswith(
                ("nli", "judge", "likelihood", "chat", "ensemble", "causal", "language")
            ):
                code.update(file.read_bytes())
    return code.hexdigest()[:16]


def rows_of(data: Path, name: str, rules: RulesSession) -> list[dict[str, Any]]:
    """The labelled rows of one set."""
    rows = planted(data, rules, HEADLINES, SEED) if name == PLANTED else _lines(data / FILES[name])
    return [row for row in rows if used(name, row)]


class RememberedParser(Parser):
    """The parser, with what it read kept on disk: features change more often than parses."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def parse(self, sentences: Sequence[str]) -> list[Parse]:
        """As the parser does, from disk where the same sentences were read together before."""
        if not sentences:
            return []
        kept = self._folder / hashlib.sha256("\0".join(sentences).encode()).hexdigest()[:24]
        if kept.is_file():
            return list(pickle.loads(zlib.decompress(kept.read_bytes())))  # noqa: S301 - this program's own
        found = super().parse(sentences)
        kept.write_bytes(zlib.compress(pickle.dumps(found), 1))
        return found


def read(data: Path, cache: Path) -> tuple[list[str], list[Row]]:
    """Names of the signals, and every labelled row; signals are computed once for one version of the code."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"signals-{code_digest()}.pkl"
    if not kept.is_file():
        kept.write_bytes(pickle.dumps(_computed(data, cache)))
    computed = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this program, in its own folder
    found = [signals for _, several in computed.values() for signals in several]
    names = sorted({signal for one in found if one for sentence in one for signal in sentence}) + HINGES
    return names, list(_rows(names, computed))


def _computed(data: Path, cache: Path) -> dict[str, Any]:
    """Set → its rows and their signals; texts about one document are read together, whatever set they are in."""
    rules = RulesSession("", RememberedParser(cache / "parses"), "headline")
    computed: dict[str, Any] = {}
    for name in (*FILES, PLANTED):
        rows = rows_of(data, name, rules)
        computed[name] = rows, [[] for _ in rows]
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, (rows, _) in computed.items():
        for place, row in enumerate(rows):
            places[row["source"]].append((name, place))
    started = time.perf_counter()
    for number, (source, held) in enumerate(places.items()):
        cluster = one_article(source)
        asked = [(name, at) for name, at in held if not rules.why_abstain(cluster, text_of(computed[name][0][at]))]
        if source.strip() and asked:
            texts = [text_of(computed[name][0][at]) for name, at in asked]
            reading = rules.reading_of(cluster)
            for (name, at), sentences in zip(asked, rules.examined(cluster, texts), strict=True):
                computed[name][1][at] = text_signals(reading, sentences)
        if number % 250 == 0:
            sys.stderr.write(f"{number} of {len(places)} documents, {time.perf_counter() - started:.0f} s\n")
            if PARTIAL:
                (cache / "partial.pkl").write_bytes(pickle.dumps(computed))
    return computed


PARTIAL = False


def _rows(names: list[str], computed: dict[str, Any]) -> Iterator[Row]:
    for name, (rows, several) in computed.items():
        for row, found in zip(rows, several, strict=True):
            if found:
                yield Row(
                    key=f"{name}:{row['id']}",
                    group=name.removesuffix("_sentences").removesuffix("_corrected"),
                    dataset=_dataset(name, row),
                    document=row["source"],
                    summary=text_of(row),
                    label=bool(row["label"]),
                    reported_only=name.startswith("defacto") and row.get("split") == "test",
                    signals=np.array([[hinged(sentence, signal) for signal in names] for sentence in found]),
                    kind=str((row.get("meta") or {}).get("error_type") or (row.get("meta") or {}).get("type") or ""),
                    pair=pair_of(name, row),
                )


def text_of(row: dict[str, Any]) -> str:
    """What is checked: a summary or a headline."""
    return str(row.get("summary") or row["headline"])


def _dataset(name: str, row: dict[str, Any]) -> str:
    if name in ("qags_sentences", PLANTED):
        return name
    return "defacto_test" if name == "defacto" and row.get("split") == "test" else row.get("dataset") or name


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

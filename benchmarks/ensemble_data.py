"""The labelled development data as `fit_ensemble` fits it: signals of sentences, labels, minimal pairs."""

import hashlib
import json
import pickle
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.checkers.ensemble import text_signals
from harness.checkers.rules import Rules, RulesSession
from harness.records import Article, Cluster

Floats = NDArray[np.float64]

FILES = {
    "qags_sentences": "factual/qags_cnndm_sentences.jsonl",
    "qags": "factual/qags_cnndm_summaries.jsonl",
    "frank": "factual/frank_val.jsonl",
    "cliff": "factual/cliff_val.jsonl",
    "entfa": "factual/entfa.jsonl",
    "defacto": "factual/defacto.jsonl",
    "defacto_corrected": "factual/defacto_corrected.jsonl",
    "polytope": "ratings/polytope.jsonl",
    "emergent": "factual/emergent_headlines.jsonl",
    "bump": "factual/bump_even_documents.jsonl",
    "falke": "factual/falke_pairs.jsonl",
}
EXTRACTIVE = {"Summa", "TextRank", "Bert_Ext"}
"""PolyTope's extractive systems: their inaccuracies are pronouns out of context."""


@dataclass
class Row:
    """One labelled text with the signals of its sentences, shape (sentences, signals)."""

    key: str
    group: str
    dataset: str
    document: str
    label: bool
    reported_only: bool
    signals: Floats
    pair: str | None = None


def faithful(name: str, row: dict[str, Any]) -> bool | None:
    """A row's label; PolyTope's from its error spans, none for what is not asked."""
    if name != "polytope":
        return None if row.get("label") is None else bool(row["label"])
    if row["system"] in EXTRACTIVE:
        return None
    return not any(
        (error["subtype"] or "").startswith("Inaccuracy") and error["severity"] in ("Critical", "Major")
        for error in row["errors"]
    )


def pair_of(name: str, row: dict[str, Any]) -> str | None:
    """Which minimal pair a row is a side of: DeFacto's unfaithful texts and their corrections are pairs, too."""
    if name in ("bump", "falke"):
        return f"{name}:{row['id'].rpartition('-')[0]}"
    if name == "defacto_corrected":
        return f"defacto:{row['id'].removesuffix('-c')}"
    return f"defacto:{row['id']}" if name == "defacto" else None


def read(data: Path, cache: Path) -> tuple[list[str], list[Row]]:
    """Names of the signals, and every labelled row; signals are computed once for one version of the code."""
    code = hashlib.sha256()
    top = Path(__file__).resolve().parent.parent
    for folder in ("checkers", "claims", "ingest"):
        for file in sorted((top / "harness" / folder).glob("*.*")):
            if file.suffix in (".py", ".toml") and not file.name.startswith(("nli", "judge", "likelihood", "chat")):
                code.update(file.read_bytes())
    kept = cache / f"signals-{code.hexdigest()[:16]}.pkl"
    if not kept.is_file():
        with Rules().open() as rules:
            computed = {name: _signals(data / file, rules, name) for name, file in FILES.items()}
        kept.write_bytes(pickle.dumps(computed))
    computed = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this program, in its own folder
    names = sorted({signal for found in computed.values() for one in found if one for s in one for signal in s})
    rows: list[Row] = []
    for name, file in FILES.items():
        for row, found in zip(_lines(data / file), computed[name], strict=True):
            label = faithful(name, row)
            if label is None or not found:
                continue
            rows.append(
                Row(
                    key=f"{name}:{row['id']}",
                    group=name.removesuffix("_sentences").removesuffix("_corrected"),
                    dataset=_dataset(name, row),
                    document=row["source"],
                    label=label,
                    reported_only=name.startswith("defacto") and row.get("split") == "test",
                    signals=np.array([[sentence[signal] for signal in names] for sentence in found]),
                    pair=pair_of(name, row),
                )
            )
    return names, rows


def _dataset(name: str, row: dict[str, Any]) -> str:
    if name == "qags_sentences":
        return name
    return "defacto_test" if name == "defacto" and row.get("split") == "test" else row.get("dataset") or name


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _signals(file: Path, rules: RulesSession, name: str) -> list[list[dict[str, float]]]:
    started = time.perf_counter()
    rows = _lines(file)
    places = defaultdict(list)
    for place, row in enumerate(rows):
        places[row["source"]].append(place)
    found: list[list[dict[str, float]]] = [[] for _ in rows]
    for source, held in places.items():
        cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=source),))
        asked = [place for place in held if not rules.why_abstain(cluster, rows[place]["summary"])]
        if source.strip() and asked:
            texts = [rows[place]["summary"] for place in asked]
            for place, signals in zip(asked, text_signals(rules, cluster, texts), strict=True):
                found[place] = signals
    sys.stderr.write(f"{name}: {len(rows)} rows, {time.perf_counter() - started:.0f} s\n")
    return found

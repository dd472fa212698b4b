"""The labelled development data as the checkers' weights are fitted on it: signals of sentences, labels, minimal pairs.

Not part of the repository. Reading it all takes about half an hour of one core; what was computed is kept in a folder,
parses apart from signals, so that a change of the signals parses nothing again.
"""

import hashlib
import json
import sqlite3
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from harness.checkers.rules import RulesSession
from harness.claims.parsing.parse import Parse, Parser, Token
from harness.perturbations.plant import plant
from harness.records import Article, Cluster, Reference

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
HEADLINES = "headlines/numhg_2000.jsonl"
FIRST_HEADLINE = 1000
"""The first thousand true headlines are left for measuring false alarms."""
MOST_HEADLINES = 400
SEED = 7
FOLDS = 5
HINGES = [
    f"{name}>{knot}"
    for name in (
        "bigram_all_share", "bigram_three_share", "trigram_all_share", "arc_all_share", "arc_best_share", "density",
        "longest_run_share", "stem_best_share", "stem_all_share", "role_all_share",
    )
    for knot in (0.6, 0.8)
]  # fmt: skip


@dataclass
class Row:
    """One labelled text with the signals of its sentences."""

    name: str
    """The file it is from, as `FILES` calls it."""
    dataset: str
    document: str
    summary: str
    label: bool
    reported_only: bool
    """True for DeFacto's test split, which nothing is fitted on."""
    signals: list[dict[str, float]]
    kind: str = ""
    pair: str | None = None

    @property
    def group(self) -> str:
        """The family of data sets that is left out together."""
        return self.name.removesuffix("_sentences").removesuffix("_corrected")

    @property
    def part(self) -> int:
        """Which of five parts it is in: by its document, for headlines against headlines by the claim they share."""
        text = self.summary if self.name == "emergent" else self.document
        return int(hashlib.md5(text[:2000].encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


class RememberedParser(Parser):
    """The parser, with what it read kept on disk sentence by sentence: rules change more often than parses."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self._kept = sqlite3.connect(folder / "parses.db", timeout=600)
        self._kept.execute("pragma journal_mode=wal")
        self._kept.execute("pragma synchronous=off")
        self._kept.execute("create table if not exists sentences (text text primary key, parse blob)")

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """As the parser does, from disk where a sentence was read before."""
        found: dict[str, Parse] = {}
        for text in dict.fromkeys(texts):
            row = self._kept.execute("select parse from sentences where text = ?", (text,)).fetchone()
            if row is not None:
                found[text] = unpacked(text, row[0])
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            parses = super().parse(new)
            rows = [(text, packed(parse)) for text, parse in zip(new, parses, strict=True)]
            self._kept.executemany("insert or replace into sentences values (?, ?)", rows)
            self._kept.commit()
            found.update(zip(new, parses, strict=True))
        return [found[text] for text in texts]


def packed(parse: Parse) -> bytes:
    """A parse without its text as compressed JSON."""
    tokens = [astuple(token) for token in parse.tokens]
    return zlib.compress(json.dumps([tokens, parse.children], ensure_ascii=False).encode(), 1)


def unpacked(text: str, blob: bytes) -> Parse:
    """The parse of `text` that `packed` wrote."""
    tokens, children = json.loads(zlib.decompress(blob))
    return Parse(text, tuple(Token(*token) for token in tokens), tuple(map(tuple, children)))


def read(data: Path, cache: Path) -> list[Row]:
    """Every labelled row; signals are computed once for one version of the code."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"signals-{code_digest()}.json"
    if not kept.is_file():
        kept.write_text(json.dumps(_computed(data, cache)), encoding="utf-8")
    return list(_rows(json.loads(kept.read_text(encoding="utf-8"))))


def code_digest() -> str:
    """Digest of all code that a signal can come from."""
    code = hashlib.sha256(Path(__file__).read_bytes())
    top = Path(__file__).resolve().parent.parent
    for folder in ("checkers", "claims", "language", "ingest", "perturbations"):
        for file in sorted((top / "harness" / folder).rglob("*.*")):
            if file.suffix in (".py", ".toml") and not file.name.startswith(
                ("nli", "judge", "likelihood", "chat", "ensemble", "causal", "language")
            ):
                code.update(file.read_bytes())
    return code.hexdigest()[:16]


def one_article(text: str) -> Cluster:
    """A cluster of one."""
    return Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))


def text_of(row: dict[str, Any]) -> str:
    """What is checked: a summary or a headline."""
    return str(row.get("summary") or row["headline"])


def rows_of(data: Path, name: str, parser: Parser) -> list[dict[str, Any]]:
    """The labelled rows of one set."""
    rows = list(planted_rows(data, parser)) if name == PLANTED else _lines(data / FILES[name])
    return [row for row in rows if row["label"] is not None]


def planted_rows(data: Path, parser: Parser) -> Iterator[dict[str, Any]]:
    """True human headlines (NumHG), each with the errors that `harness stress` can plant in it."""
    rows = _lines(data / HEADLINES)[FIRST_HEADLINE:][:MOST_HEADLINES]
    clusters = [
        Cluster(
            cluster_id=f"h{number}",
            articles=(Article(article_id="a", text=row["source"]),),
            references=(Reference(text=text_of(row)),),
        )
        for number, row in enumerate(rows)
    ]
    sources = {cluster.cluster_id: cluster.articles[0].text for cluster in clusters}
    for planting in plant(clusters, parser, SEED):
        name = planting.cluster.cluster_id
        base = {"source": sources[name], "dataset": PLANTED, "split": "dev"}
        yield {**base, "id": name, "summary": planting.original, "label": 1}
        for changed, _ in planting.planted:
            if not changed.harmless:
                yield {
                    **base,
                    "id": f"{name}-{changed.edit}",
                    "summary": changed.text,
                    "label": 0,
                    "meta": {"error_type": changed.edit},
                }


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _computed(data: Path, cache: Path) -> dict[str, Any]:
    """Set → its rows and their signals; texts about one document are read together, whatever set they are in."""
    parser = RememberedParser(cache / "parses")
    rules = RulesSession("", parser, "headline")
    computed: dict[str, Any] = {}
    for name in (PLANTED, *FILES):
        rows = rows_of(data, name, parser)
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
            for (name, at), sentences in zip(asked, rules.examined(cluster, texts), strict=True):
                computed[name][1][at] = [one.features for one in sentences]
        if number % 250 == 0:
            sys.stderr.write(f"{number} of {len(places)} documents, {time.perf_counter() - started:.0f} s\n")
    return computed


def _rows(computed: dict[str, Any]) -> Iterator[Row]:
    for name, (rows, several) in computed.items():
        for row, found in zip(rows, several, strict=True):
            if found:
                yield Row(
                    name=name,
                    dataset=_dataset(name, row),
                    document=row["source"],
                    summary=text_of(row),
                    label=bool(row["label"]),
                    reported_only=name.startswith("defacto") and row.get("split") == "test",
                    signals=found,
                    kind=str((row.get("meta") or {}).get("error_type") or ""),
                    pair=_pair(name, row),
                )


def _dataset(name: str, row: dict[str, Any]) -> str:
    if name in ("qags_sentences", PLANTED):
        return name
    return "defacto_test" if name == "defacto" and row.get("split") == "test" else row.get("dataset") or name


def _pair(name: str, row: dict[str, Any]) -> str | None:
    """Which minimal pair a row is a side of: DeFacto's unfaithful texts and their corrections are pairs, too."""
    if name in ("bump", "falke"):
        return f"{name}:{row['id'].rpartition('-')[0]}"
    if name == PLANTED:
        return f"{name}:{row['id'] if row['label'] else row['id'].rpartition('-')[0]}"
    if name == "defacto_corrected":
        return f"defacto:{row['id'].removesuffix('-c')}"
    return f"defacto:{row['id']}" if name == "defacto" else None

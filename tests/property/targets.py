"""Everything that reads what others wrote, what is thrown at it, and what must hold of whatever comes out."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from harness import printable
from harness.claims.contested.facts import contested_facts
from harness.claims.extract import article_claims, claims_of
from harness.claims.parsing.parse import Parser
from harness.claims.typography import plain
from harness.comparison import baseline, baseline_file
from harness.config import load_text
from harness.datasets.dates import parse_date
from harness.datasets.folder import Folder
from harness.datasets.hub import Hub
from harness.datasets.jsonl import Jsonl
from harness.endpoint import protocol
from harness.endpoint.protocol import UnusableError
from harness.errors import HarnessError, Problem
from harness.ingest.clean import clean_article, clean_cluster
from harness.ingest.extractor import PageError
from harness.ingest.markup import without_markup
from harness.inputs.html_files import decode_html
from harness.language.numerals import number_values, with_commas
from harness.language.text import dateline_end, sentence_spans, word_spans
from harness.metaeval import labelled
from harness.models import postprocess
from harness.models.extract import news_sentences
from harness.models.recorded import Recorded
from harness.records import Article, Cluster, RowProblem
from harness.registry import Registry
from harness.report import escape
from harness.results.run_folder import RunFolder
from tests.property.inputs import (
    ANSWERED,
    ANSWERS,
    BASELINE,
    CONFIG,
    CSV,
    EXPORT,
    EXPORTED,
    LABELLED,
    MANIFEST,
    MARKUP,
    NUMERALS,
    PAGE,
    PARTS,
    PREDICTION,
    PREDICTIONS_CSV,
    ROW,
    SETTINGS,
    SHORT,
    TEXTS,
    changed,
    dumped,
    encoded,
    lines_like,
    spliced,
)
from tests.property.web_pages import WEB_PAGES


def read_jsonl(content: bytes, place: Path) -> None:
    (place / "x.jsonl").write_bytes(content)
    _written(Jsonl(path=str(place / "x.jsonl")).read())


def read_tables(made: tuple[str, bytes], place: Path) -> None:
    name, content = made
    (place / f"x{name}").write_bytes(content)
    _written(Hub.model_validate({"path": str(place / f"x{name}"), "fields": {"text": "text"}}).read())


def read_folder(files: dict[str, bytes], place: Path) -> None:
    for name, content in files.items():
        (place / name).write_bytes(content)
    try:
        _written(Folder(path=str(place)).read())
        _written(Folder(path=str(place), clean=False).read())
    finally:
        for name in files:
            (place / name).unlink()


def _written(rows: Iterator[Cluster | RowProblem]) -> None:
    """Whatever comes out can be written to a file and read back."""
    for row in rows:
        if isinstance(row, Cluster):
            assert Cluster.model_validate_json(row.to_json().encode()) == row
            assert row.digest
        else:
            assert not _steers(str(row))
            row.to_json().encode()


def _steers(text: str) -> bool:
    return printable.line(text) != text


def read_recorded(made: tuple[str, dict[str, Any], bytes], place: Path) -> None:
    name, parameters, content = made
    (place / name).write_bytes(content)
    model = Recorded.model_validate({"path": place / name, **parameters})
    cluster = Cluster(cluster_id="c1", articles=(Article(article_id="a", text="x"),))
    first = list(model.problems())
    audit = model.audit(["c1"])
    for told in (*map(str, audit.problems), *audit.notes):
        assert not _steers(printable.line(told))
        told.encode()
    try:
        with model.open(0) as session:
            (answer,) = session.answer([cluster])
            str(answer).encode()
            assert not first
            assert not audit.problems
    except HarnessError:
        assert first or audit.problems
        raise


def read_labelled(content: bytes, place: Path) -> None:
    (place / "l.jsonl").write_bytes(content)
    labelled.read([place / "l.jsonl"], limit=3)


def read_baseline(content: bytes, place: Path) -> None:
    (place / "b.json").write_bytes(content)
    found = baseline_file.read(place / "b.json")
    written = b"".join(baseline_file.lines(found))
    (place / "again.json").write_bytes(written)
    assert b"".join(baseline_file.lines(baseline_file.read(place / "again.json"))) == written
    baseline.differences(found, found)


def read_manifest(content: bytes, place: Path) -> None:
    (place / "manifest.json").write_bytes(content)
    manifest = RunFolder(place).manifest()
    json.dumps(json.loads(manifest.model_dump_json()), ensure_ascii=False, allow_nan=False).encode()


def read_config(text: str, place: Path) -> None:
    load_text(text, "x.yaml", Registry()).resolved()


def read_override(text: str, place: Path) -> None:
    load_text(CONFIG, "x.yaml", Registry(), [text]).resolved()


def clean(files: dict[str, str], place: Path) -> None:
    found = clean_cluster(files, "c")
    for article in found.articles:
        raw = files[article.article.article_id]
        for drop in article.dropped:
            assert raw[drop.start : drop.end] == drop.text


def post_process(text: str, place: Path) -> None:
    after, changed_by = postprocess.apply(text, postprocess.DEFAULT)
    assert bool(changed_by) == (after != text) or changed_by
    postprocess.first_line_is_complete(text)


def read_answer(content: bytes, place: Path) -> None:
    for mode in ("chat", "completions"):
        with suppress(UnusableError):
            found = protocol.read(content, mode)
            found.text.encode()
            answer = postprocess.finish(found.text, postprocess.DEFAULT, found.stopped)
            assert any(map(str.isalnum, answer.text)) or answer.text == ""


def read_numerals(text: str, place: Path) -> None:
    spans = [span for span, _ in number_values(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert len(with_commas(text)) == len(text)
    form = plain(text)
    for start, end in (span for span, _ in number_values(form.text)):
        first, last = form.written(start, end)
        assert 0 <= first < last <= len(text)


def clean_markup(raw: str, place: Path) -> None:
    assert len(without_markup(raw).text) == len(raw)
    clean({"a": raw}, place)


def clean_web_page(content: bytes, place: Path) -> None:
    raw = decode_html(content)
    if raw is None:
        return
    try:
        found = clean_article(raw, "a", web_page=True)
    except PageError as error:
        if "failed on it" in str(error):
            raise AssertionError(str(error)) from error
        raise
    found.to_json().encode()
    for drop in found.dropped:
        assert raw[drop.start : drop.end] == drop.text
    for each in found.paragraphs:
        assert 0 <= each.raw_start < each.raw_end <= len(raw)
        assert found.article.text[each.start : each.end].strip()


def read_text(text: str, place: Path) -> None:
    for spans in (word_spans(text), sentence_spans(text), [span for span, _ in number_values(text)]):
        assert all(0 <= start < end <= len(text) for start, end in spans)
    assert 0 <= dateline_end(text) <= len(text)
    news_sentences(text)
    with suppress(ValueError):
        parse_date(text)
    problem = str(Problem(text, text, 1, text, text, text, text))
    for shown in (problem, escape.markdown(text), escape.code(text), escape.csv_cell(text), escape.latex(text)):
        assert not _steers(shown)
        shown.encode()


@cache
def english_parser() -> Parser:
    parser = Parser()
    with suppress(HarnessError):
        parser.parse(["The dam held on Monday."])  # loads what it needs, which is no input's time
    return parser


def read_claims(texts: list[str], place: Path) -> None:
    articles = tuple(Article(article_id=str(at), title=text, text=text) for at, text in enumerate(texts))
    for article in articles:
        for claim in [*claims_of(article.title, english_parser()), *article_claims(article, english_parser())]:
            assert article.text[claim.start : claim.end] == claim.text
    contested_facts(Cluster(cluster_id="c", articles=articles), english_parser())


@dataclass(frozen=True)
class Target:
    """Something that reads, and what is thrown at it."""

    run: Callable[[Any, Path], None]
    inputs: st.SearchStrategy[Any]
    share: int
    """Inputs of the short run, of about 5,000 in all."""


FILE_NAMES = st.sampled_from(["a.txt", "b.TXT", "c.txt", "references.txt", "references.json", "x.md", "\udcff.txt"])
CLEAN_TEXTS = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
TARGETS = {
    "jsonl": Target(read_jsonl, lines_like(ROW), 900),
    "tables": Target(
        read_tables,
        st.one_of(
            st.tuples(st.just(".csv"), st.one_of(spliced(CSV), st.binary(max_size=80), TEXTS.map(encoded))),
            st.tuples(st.just(".json"), st.one_of(changed([ROW]).map(dumped), spliced(dumped([ROW])))),
            st.tuples(st.just(".jsonl.gz"), st.binary(max_size=80).map(lambda packed: b"\x1f\x8b\x08" + packed)),
            st.tuples(st.just(".parquet"), st.binary(max_size=80).map(lambda packed: b"PAR1" + packed + b"PAR1")),
        ),
        500,
    ),
    "folder": Target(
        read_folder,
        st.dictionaries(
            FILE_NAMES, st.one_of(TEXTS.map(encoded), spliced(PAGE.encode()), st.binary(max_size=80)), max_size=3
        ),
        200,
    ),
    "recorded": Target(
        read_recorded,
        st.one_of(
            *(
                st.tuples(st.just("p.jsonl"), st.just(parameters), lines_like(row))
                for parameters, row in (({}, PREDICTION), *(({"format": name}, row) for name, row in EXPORTED.items()))
            ),
            st.tuples(
                st.just("p.json"),
                st.sampled_from([{}, {"format": "promptfoo"}, {"rows": "results.results"}, {"where": {"epoch": 1}}]),
                st.one_of(changed(EXPORT), changed({"c1": "Dam holds"}), changed([PREDICTION])).map(dumped),
            ),
            st.tuples(st.sampled_from(["p.csv", "p.tsv"]), st.just({}), spliced(PREDICTIONS_CSV)),
        ),
        600,
    ),
    "labelled": Target(read_labelled, lines_like(LABELLED), 600),
    "baseline": Target(read_baseline, st.one_of(changed(BASELINE).map(dumped), spliced(dumped(BASELINE))), 400),
    "manifest": Target(read_manifest, st.one_of(changed(MANIFEST).map(dumped), spliced(dumped(MANIFEST))), 400),
    "config": Target(
        read_config,
        st.one_of(
            spliced(CONFIG.encode()).map(lambda content: content.decode("utf-8", "replace")),
            changed(SETTINGS).map(dumped).map(bytes.decode),
            TEXTS,
        ),
        500,
    ),
    "override": Target(
        read_override,
        st.tuples(
            st.lists(st.sampled_from(PARTS), max_size=5).map(".".join),
            st.sampled_from(["=", "", "=="]),
            TEXTS,
        ).map("".join),
        250,
    ),
    "ingest": Target(
        clean,
        st.lists(st.one_of(TEXTS, spliced(PAGE.encode()).map(lambda page: page.decode("utf-8", "replace"))), max_size=3)
        .map(lambda texts: {str(at): text for at, text in enumerate(texts)}),
        200,
    ),
    "markup": Target(clean_markup, MARKUP, 150),
    "pages": Target(clean_web_page, WEB_PAGES, 150),
    "postprocess": Target(post_process, st.one_of(TEXTS, ANSWERS), 300),
    "answers": Target(
        read_answer,
        st.one_of(
            ANSWERS.map(lambda text: dumped({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})),
            changed(ANSWERED).map(dumped),
            spliced(dumped(ANSWERED)),
        ),
        200,
    ),
    "numerals": Target(read_numerals, NUMERALS, 200),
    "text": Target(read_text, TEXTS, 350),
    "claims": Target(
        read_claims,
        # Two short texts, which may contradict each other, or one of any length.
        st.one_of(st.lists(SHORT, min_size=1, max_size=2), CLEAN_TEXTS.map(lambda text: [text])),
        60,
    ),
}  # fmt: skip

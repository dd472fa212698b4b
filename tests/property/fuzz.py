"""Everything that reads what others wrote, thrown at with arbitrary input: only our own errors, never over a second.

`python -m tests.property.fuzz --inputs 100000 --seed 1` is the long run (`make fuzz`); `test_fuzz.py` makes a short one
of the same targets, the same inputs each time. With atheris (`pip install atheris`), `--atheris --only jsonl` lets the
coverage choose the inputs.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from harness import printable
from harness.claims.contested import contested_facts
from harness.claims.extract import article_claims, claims_of
from harness.claims.parse import Parser
from harness.config import load_text
from harness.datasets.dates import parsed_date
from harness.datasets.folder import Folder
from harness.datasets.hub import Hub
from harness.datasets.jsonl import Jsonl
from harness.errors import HarnessError, Problem
from harness.ingest.clean import clean_cluster
from harness.models import postprocess
from harness.models.extract import news_sentences
from harness.models.recorded import Recorded
from harness.records import Article, Cluster, RowProblem
from harness.registry import Registry
from harness.report import escape
from harness.run import baseline, labelled
from harness.run.store import RunFolder
from harness.text import dateline_end, number_values, sentence_spans, word_spans

ROUNDS = 20
"""Parts of the long run, each with a seed of its own, so that it says how far it is."""
SECONDS = 1.0
"""Of this process's time: no input may take more."""

PIECES = [
    *("a", "A", " ", "\n", "\r", "\t", "\0", "1", "1,", "1.", "-", "—", ".", ". ", ":", "“", "”", '"', "'", "’s", "("),
    *("[", "{", "<", "<b>", "&amp;", "|", "*", "**", "__", "#", "##[", "::error::", "%", "$", "$1", "²", "½", "٣"),
    *("é", "🙂", "\u0301", "\u202e", "\u200b", "\ufeff", "\u2028", "\x1b[31m", "\x9b", "\ud800", "\udfff", "五"),
    *("Photo: ", "By Ann Lee", "Jan 1, 2020", "10:30 GMT", "LONDON (AP) — ", "U.S. ", "Mr. ", "Read more: ", "Title: "),
    *("two", "hundred", "million", "more than 150 ", "third ", "50 percent ", "no ", "not ", "said", "Police said "),
    *("The dam held on Monday. ", "Two men were arrested in Hollin. ", "Headline: ", "Here is a headline:\n", "\n\n"),
    *("http://x ", "=1", "@x", "../", "/", "\\", "~", "%0A", "{articles}", "null", "NaN", "1e400", "&a", "*a", "!!"),
    *("? ", "and ", "\u00a0", "\U000e0041"),
]  # fmt: skip
LONG = st.tuples(st.sampled_from(PIECES), st.sampled_from([10, 100, 1000, 3000])).map(lambda part: part[0] * part[1])
TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.tuples(LONG, st.sampled_from(PIECES), LONG).map("".join),
)
SHORT = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -1, 0, 2**63, 1e308, 1634515200]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)


def dumped(value: object) -> bytes:
    """JSON as Python writes it, with NaN and half surrogates."""
    return json.dumps(value).encode()


@st.composite
def changed(draw: st.DrawFn, value: object) -> Any:
    """A value like `value`, something in it replaced, left out, renamed or added."""
    how = draw(st.sampled_from(["here", "inside", "inside", "inside"]))
    if isinstance(value, dict) and value and how == "inside":
        key = draw(st.sampled_from(sorted(value)))
        rest = {name: held for name, held in value.items() if name != key}
        what = draw(st.sampled_from(["deeper", "deeper", "gone", "renamed", "more"]))
        if what == "gone":
            return rest
        if what == "renamed":
            return {**rest, draw(TEXTS): value[key]}
        if what == "more":
            return {**value, draw(TEXTS): draw(JSON)}
        return {**value, key: draw(changed(value[key]))}
    if isinstance(value, list) and value and how == "inside":
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], draw(changed(value[at])), *value[at + draw(st.sampled_from([0, 1])) :]]
    return draw(JSON)


@st.composite
def spliced(draw: st.DrawFn, content: bytes) -> bytes:
    """`content` with some bytes cut out and others put in their place."""
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(len(content), start + 40)))
    return content[:start] + draw(st.one_of(st.binary(max_size=20), TEXTS.map(encoded))) + content[end:]


def encoded(text: str) -> bytes:
    """`text` as bytes, half surrogates as such."""
    return text.encode("utf-8", "surrogatepass")


def lines_like(row: object) -> st.SearchStrategy[bytes]:
    """Files of lines of which some are like `row` and some like nothing."""
    whole = dumped(row)
    line = st.one_of(st.just(whole), changed(row).map(dumped), spliced(whole), st.binary(max_size=60))
    end = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"])
    joined = st.lists(st.tuples(line, end).map(b"".join), max_size=5).map(b"".join)
    return st.one_of(joined, joined.map(lambda content: b"\xef\xbb\xbf" + content), joined.flatmap(spliced))


ROW = {
    "id": "c1",
    "topic": "dams",
    "articles": [
        {"id": "a", "title": "Dam holds", "text": "The dam held.", "source": "Wire", "date": "2021-10-18", "url": "x"},
        {"text": "Nobody was hurt."},
        "A third.",
    ],
    "references": ["Dam holds", {"text": "Dam stands", "annotator": "kt"}],
}
LABELLED = {
    "id": "x-true", "source": "The dam held.", "summary": "Dam holds", "label": 1, "dataset": "d", "split": "test",
    "system": "s", "ratings": {"coherence": 0.5}, "published": {"m": 1.0}, "evidence": [[0]], "error_types": "[['a']]",
    "meta": {"pair": "x", "error_type": "e", "intrinsic": True, "errors": {"a": 0.5, "b": 1}, "system": "s"},
}  # fmt: skip
MEASURE = {"name": "rouge1-f", "metric": "rouge", "summary": "s", "signature": "rouge1-f|v:1"}
BASELINE = {
    "format": 1, "run": "trial-0", "data_digest": "d", "seed": 3, "measures": [MEASURE],
    "configurations": [{"name": "lead", "signature": "lead|v:1", "clusters": {
        "c1": {"text": "Dam holds", "statistics": {"rouge1-f": 0.5}}, "c2": {"text": None, "statistics": {}}}}],
}  # fmt: skip
MANIFEST = {
    "schema_version": 1, "name": "trial", "digest": "0", "status": "complete", "config": {"name": "trial"},
    "configurations": [{"name": "lead", "model": "lead", "signature": "lead|v:1", "parameters": {}, "seed": 3}],
    "metrics": {"rouge": "rouge|v:1"}, "measures": [MEASURE], "data": "jsonl", "data_digest": "d", "clusters": 1,
    "seed": 3, "counts": {"lead": {"predicted": 1}}, "started": "2026-01-01T00:00:00Z", "seconds": {"score": 0.1},
}  # fmt: skip
CONFIG = """\
name: trial
seed: 3
data:
  jsonl: {path: clusters.jsonl, fields: {id: id, text: text}}
models:
  - lead: {article: longest}
    as: other
  - recorded: predictions.jsonl
  - lexrank
metrics: [rouge: {variants: [rouge1, rougeL]}, headline, surface]
matrix: {models.lead.article: [first, longest], seed: [1, 2]}
gate: {tolerance: {rouge1: 0.01}, limits: [rouge1 >= 0.1], alpha: 0.05}
"""
SETTINGS = {"name": "t", "data": {"jsonl": "x"}, "models": ["lead"], "metrics": ["rouge"], "matrix": {"seed": [1]}}
PARTS = ["models", "*", "0", "lead", "other", "seed", "data", "jsonl", "²", "gate", "matrix"]
CSV = b'id,title,text,references\n1,"Dam, holds",The dam held.,Dam holds\n2,,Nobody was hurt.,\n'
PAGE = (
    "Dam holds after night of rain\n\nBy Ann Lee\nPublished 18 October 2021\n\nLONDON (AP) — The dam at Hollin held on "
    "Monday, the mayor of the town said.\n\nPhoto: Reuters\n\nNobody was hurt, and the water fell in the evening.\n"
)


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


def read_recorded(content: bytes, place: Path) -> None:
    (place / "p.jsonl").write_bytes(content)
    model = Recorded(path=place / "p.jsonl")
    list(model.problems())
    cluster = Cluster(cluster_id="c1", articles=(Article(article_id="a", text="x"),))
    with model.open(0) as session:
        session.answer([cluster])


def read_labelled(content: bytes, place: Path) -> None:
    (place / "l.jsonl").write_bytes(content)
    labelled.read([place / "l.jsonl"], limit=3)


def read_baseline(content: bytes, place: Path) -> None:
    (place / "b.json").write_bytes(content)
    found = baseline.read(place / "b.json")
    assert baseline.Baseline.model_validate_json(baseline.dumped(found)) == found
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


def read_text(text: str, place: Path) -> None:
    for spans in (word_spans(text), sentence_spans(text), [span for span, _ in number_values(text)]):
        assert all(0 <= start < end <= len(text) for start, end in spans)
    assert 0 <= dateline_end(text) <= len(text)
    news_sentences(text)
    with suppress(ValueError):
        parsed_date(text)
    problem = str(Problem(text, text, 1, text, text, text, text))
    for shown in (problem, escape.markdown(text), escape.code(text), escape.csv_cell(text), escape.latex(text)):
        assert not _steers(shown)
        shown.encode()


@cache
def _parser() -> Parser:
    parser = Parser()
    with suppress(HarnessError):
        parser.parse(["The dam held on Monday."])  # loads what it needs, which is no input's time
    return parser


def read_claims(texts: list[str], place: Path) -> None:
    articles = tuple(Article(article_id=str(at), title=text, text=text) for at, text in enumerate(texts))
    for article in articles:
        for claim in [*claims_of(article.title, _parser()), *article_claims(article, _parser())]:
            assert article.text[claim.start : claim.end] == claim.text
    contested_facts(Cluster(cluster_id="c", articles=articles), _parser())


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
    "recorded": Target(read_recorded, lines_like({"cluster_id": "c1", "text": "Dam holds"}), 600),
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
    "postprocess": Target(post_process, TEXTS, 400),
    "text": Target(read_text, TEXTS, 350),
    "claims": Target(
        read_claims,
        # Two short texts, which may contradict each other, or one of any length.
        st.one_of(st.lists(SHORT, min_size=1, max_size=2), CLEAN_TEXTS.map(lambda text: [text])),
        60,
    ),
}  # fmt: skip


@dataclass
class Tally:
    """What a run of one target did."""

    inputs: int = 0
    refused: int = 0
    """Inputs that ended in one of our own errors."""
    slowest: float = 0.0
    hardest: Any = field(default=None, repr=False)


def throw(name: str, inputs: int, seeded: int) -> Tally:
    """Throw `inputs` at one target. Raises what it raised, AssertionError where an input took too long."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        _test(name, inputs, seeded, Path(folder), tally)()
    return tally


def guide(name: str, inputs: int, seeded: int) -> None:
    """The same with inputs that atheris chooses by what they reach; ends the process, with 77 where one broke it."""
    import atheris

    with tempfile.TemporaryDirectory() as folder:
        test = _test(name, inputs, seeded, Path(folder), Tally())
        for function in _functions():
            atheris.instrument_func(function)
        atheris.Setup([sys.argv[0], f"-runs={inputs}", f"-seed={seeded}"], test.hypothesis.fuzz_one_input)
        atheris.Fuzz()


def _functions() -> Iterator[FunctionType]:
    """Every function and method of the harness that is loaded."""
    for name, module in list(sys.modules.items()):
        if name.startswith("harness."):
            held = [value for value in vars(module).values() if getattr(value, "__module__", "") == name]
            methods = [value for owner in held if isinstance(owner, type) for value in vars(owner).values()]
            yield from (value for value in (*held, *methods) if isinstance(value, FunctionType))


def _test(name: str, inputs: int, seeded: int, place: Path, tally: Tally) -> Any:
    """A test of hypothesis that throws at one target."""
    target = TARGETS[name]
    if target.run is read_claims:
        _parser()

    def thrown(made: Any) -> None:
        tally.inputs += 1
        started = time.process_time()
        try:
            with _interrupted_after(10 * SECONDS):
                target.run(made, place)
        except HarnessError as error:
            tally.refused += 1
            str(error).encode()
        took = time.process_time() - started
        if took > tally.slowest:
            tally.slowest, tally.hardest = took, made
        assert took <= SECONDS, f"{took:.1f} s for one input"

    return seed(seeded)(
        settings(
            max_examples=inputs,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(given(target.inputs)(thrown))
    )


class HangError(BaseException):
    """An input that does not end; hypothesis must not take it for a failure to be shrunk."""


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise HangError(f"still at it after {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> None:
    """The long run: every target by its share, in rounds, a line each at the end, and a last one in all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS, action="append", help="this target; repeatable")
    parser.add_argument("--atheris", action="store_true", help="inputs chosen by coverage, for one target")
    asked = parser.parse_args()
    names = asked.only or list(TARGETS)
    if asked.atheris:
        if len(names) != 1:
            parser.error("--atheris takes one target: --only NAME")
        guide(names[0], asked.inputs, asked.seed)
    total = sum(TARGETS[name].share for name in names)
    whole = {name: Tally() for name in names}
    failed: set[str] = set()
    started = time.monotonic()
    for at in range(ROUNDS):
        for name in names:
            inputs = round(asked.inputs * TARGETS[name].share / total / ROUNDS)
            if name not in failed and not _threw(name, inputs, asked.seed + at, whole[name]):
                failed.add(name)
        thrown = sum(tally.inputs for tally in whole.values())
        _say(f"round {at + 1} of {ROUNDS}: {thrown:,} inputs, {time.monotonic() - started:.0f} s")
    for name, tally in whole.items():
        said = f"{tally.inputs:,} inputs, {tally.refused:,} refused, slowest {tally.slowest:.2f} s"
        _say(f"{name}: {said}{', FAILED' if name in failed else ''}")
    last = asked.seed + ROUNDS - 1
    _say(f"{thrown:,} inputs, seeds {asked.seed} to {last}, {len(failed)} of {len(names)} targets failed")
    raise SystemExit(1 if failed else 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _threw(name: str, inputs: int, seeded: int, whole: Tally) -> bool:
    """Throw a round at one target and add it to `whole`; False where something broke, which is printed."""
    try:
        tally = throw(name, max(1, inputs), seeded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the other targets are still to be run
        _say(f"{name}, seed {seeded}: {type(error).__name__}: {str(error)[:2000]!a}")
        for note in getattr(error, "__notes__", ()):
            _say(f"  {note[:3000]!a}")
        _say("".join(traceback.format_exception(error, limit=-6)))
        return False
    whole.inputs += tally.inputs
    whole.refused += tally.refused
    whole.slowest = max(whole.slowest, tally.slowest)
    return True


if __name__ == "__main__":
    main()

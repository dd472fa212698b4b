"""Arbitrary input: texts of awkward pieces, values and files like good ones with something broken in them."""

import json
from typing import Any

from hypothesis import strategies as st

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
ANSWER_PIECES = [
    *("<think>", "</think>", "<reasoning>", "[THINK]", "<|channel|>", "analysis", "final", "<|message|>", "<|end|>"),
    *("<|im_start|>", "assistant\n", "user\n", "<|im_end|>", "</s>", "[/INST]", "```", "```json\n", '{"headline": "'),
    *('"}', "Sure! ", "Okay.\n", "**Headline**\n", "Here is a headline:\n", "---\n", "Dam holds", "\n", "\n\n", " "),
    *("1. ", "<answer>", "<|", "|>", "é"),
]
ANSWERS = st.one_of(
    st.lists(st.sampled_from(ANSWER_PIECES), max_size=25).map("".join),
    st.tuples(st.sampled_from(ANSWER_PIECES), st.sampled_from([100, 3000])).map(lambda part: part[0] * part[1]),
)
MARKUP_PIECES = [
    *(
        "<p>",
        "</p>",
        "<h1>",
        "</h1>",
        "<title>",
        "</title>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
    ),
    *("<DOC>", "<TEXT>", "</TEXT>", "</DOC>", "<HEADLINE>", "</HEADLINE>", "<a href='x'>", "<a ", "<br/>", "<", ">"),
    *("&lt;", "&amp;", "<![CDATA[", "Dam holds", "\n", "\r\n", " ", "(PROFILE\n", ")", "\u200b"),
    "The dam at Hollin held on Monday, the mayor of the town said. ",
]
MARKUP = st.one_of(
    st.lists(st.sampled_from(MARKUP_PIECES), max_size=30).map("".join),
    st.tuples(st.sampled_from(MARKUP_PIECES), st.sampled_from([100, 3000]), st.sampled_from(MARKUP_PIECES)).map(
        lambda part: part[0] * part[1] + part[2]
    ),
)
NUMERAL_PIECES = [
    *(
        "1",
        "16",
        "181",
        "2,500",
        ".",
        ",",
        "'",
        "’",
        " ",
        "\u00a0",
        "\u202f",
        "\u2009",
        "-",
        "–",
        "$",
        "£",
        "USD ",
        "A$",
    ),
    *("CHF ", "Rs ", "m", "bn", "mln", "million", "crore", "lakh", " yen", " people", "half a ", "two", "thirds", "½"),
    *("st", "Jan ", "May 5", "km"),
]
NUMERALS = st.lists(st.sampled_from(NUMERAL_PIECES), max_size=25).map("".join)
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
PREDICTION = {"cluster_id": "c1", "text": "Dam holds", "error": None}
EXPORTED = {
    "lm-eval": {"doc_id": 0, "doc": {"id": "c1"}, "resps": [["Dam"]], "filtered_resps": ["Dam"], "filter": "a"},
    "promptfoo": {"vars": {"id": "c1"}, "provider": {"id": "p"}, "response": {"output": "Dam holds"}, "error": "no"},
    "openai-batch": {"custom_id": "c1", "error": None, "response": {"status_code": 200, "body": {
        "choices": [{"message": {"content": "Dam holds", "refusal": None}}],
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Dam holds"}]}]}}},
    "inspect": {"id": "c1", "epoch": 1, "output": {"completion": "Dam holds", "choices": [
        {"message": {"content": [{"type": "text", "text": "Dam holds"}]}}]}, "error": None},
}  # fmt: skip
PREDICTIONS_CSV = b"sep=;\ncluster_id;text;\nc1;Dam holds;\n"
EXPORT = {"results": {"results": [EXPORTED["promptfoo"]], "prompts": [{"raw": "x"}]}, "samples": [EXPORTED["inspect"]]}
PARTS = ["models", "*", "0", "lead", "other", "seed", "data", "jsonl", "²", "gate", "matrix"]
CSV = b'id,title,text,references\n1,"Dam, holds",The dam held.,Dam holds\n2,,Nobody was hurt.,\n'
PAGE = (
    "Dam holds after night of rain\n\nBy Ann Lee\nPublished 18 October 2021\n\nLONDON (AP) — The dam at Hollin held on "
    "Monday, the mayor of the town said.\n\nPhoto: Reuters\n\nNobody was hurt, and the water fell in the evening.\n"
)
ANSWERED = {
    "id": "x", "model": "m", "usage": {"prompt_tokens": 3, "completion_tokens": 2}, "choices": [{
        "finish_reason": "stop", "text": "Dam holds", "logprobs": {"content": [{"token": "Dam", "logprob": -0.1}]},
        "message": {"content": [{"type": "text", "text": "Dam holds"}, "x"], "refusal": None, "reasoning": "Hm"},
    }],
}  # fmt: skip

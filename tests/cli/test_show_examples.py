"""`harness show RUN --example ID`, `--worst N` and `--contradicted`: examples drawn with their evidence."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_terminal import run_in_terminal

PLACES = ("harbour", "market", "school", "church", "station", "hotel", "museum")
QUIET = " ".join(f"The {place} stayed open." for place in PLACES)
CLUSTERS = [
    {
        "id": "launch",
        "desk": "sport",
        "articles": [
            {"id": "n1", "source": "Lorn Post", "text": "A lifeboat capsized off Lorn on Monday. Six people drowned."},
            {"id": "n2", "source": "West Wire", "text": "A lifeboat capsized off Lorn on Monday. Nine people drowned."},
        ],
        "references": ["Lifeboat capsizes off Lorn"],
    },
    {
        "id": "tunnel",
        "articles": [
            {
                "id": "t1",
                "title": "",
                "text": "The Orm tunnel reopened on Friday after repairs that cost 3 million euros.",
            }
        ],
        "references": ["Orm tunnel reopens", "Tunnel <script>x</script> open \x1b[31m again"],
    },
    {"id": "flood", "articles": [{"id": "w1", "text": f"The Tarn flooded Ecks on Sunday. {QUIET} Nobody was hurt."}]},
]
TEXTS = {
    "launch": "Six people drown as lifeboat capsizes off Lorn",
    "tunnel": "Orm tunnel reopens after repairs that cost 9 million euros",
    "flood": "Tarn floods Ecks",
}
CONFIG = """\
name: drawn
data: {jsonl: clusters.jsonl}
models:
  - recorded: texts.jsonl
    as: ours
metrics: [rouge, headline, factual]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run: `launch` is contested, `tunnel` contradicted, `flood` without reference."""
    from harness import api

    folder = tmp_path_factory.mktemp("drawn")
    (folder / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    rows = [json.dumps({"cluster_id": name, "text": text}) for name, text in TEXTS.items()]
    (folder / "texts.jsonl").write_text("\n".join(rows) + "\n")
    config = CONFIG.replace("clusters.jsonl", str(folder / "clusters.jsonl"))
    (folder / "c.yaml").write_text(config.replace("texts.jsonl", str(folder / "texts.jsonl")))
    api.evaluate(folder / "c.yaml", results=folder / "results", cache=False, jobs=1)
    return folder


@pytest.fixture
def show(made: Path, monkeypatch: pytest.MonkeyPatch, harness: Callable[..., Any]) -> Callable[..., Any]:
    monkeypatch.chdir(made)
    return lambda *options: harness("show", "drawn", *options)


def headings(out: str) -> list[str]:
    return re.findall(r"^(\w+)(?:  \d of \d)? ─{20,}$", out, re.M)


def test_both_sides_of_a_contested_fact_stand_marked_in_articles_and_quoted_with_their_sources(
    show: Callable[..., Any],
):
    out = show("--example", "launch").out
    assert headings(out) == ["launch"]
    assert "«Six people drowned.»[+a]" in out
    assert "«Nine people drowned.»[-a]" in out
    assert "n1 (Lorn Post): “Six people drowned.”" in out
    assert "n2 (West Wire): “Nine people drowned.”" in out
    assert re.search(r"^  contested 0\.\d\d", out, re.M)
    assert "beside the reference: {+Six people drown as+} lifeboat capsizes off Lorn" in out


def test_a_contradicted_word_is_marked_and_text_of_others_steers_nothing(show: Callable[..., Any]):
    out = show("--example", "tunnel").out
    assert "cost [×9 million] euros" in out
    assert "differs    “9 million” (figure)" in out
    assert "<script>x</script>" in out
    assert "\x1b" not in out
    assert r"\u001b[31m" in out


def test_sentences_far_from_evidence_are_left_out_and_counted_unless_details_are_asked_for(show: Callable[..., Any]):
    short = " ".join(show("--example", "flood").out.split())
    # nine sentences, of which the first is the evidence: the one after it is kept, seven are not
    assert "The market stayed open." not in short
    assert "7 sentences far from any evidence left out: --details shows them" in short
    assert "none: this cluster has no reference" in short
    whole = " ".join(show("--example", "flood", "--details").out.split())
    assert "The market stayed open." in whole
    assert "left out:" not in whole


def test_contradicted_keeps_contradicted_and_contested_ones_and_goes_with_worst(show: Callable[..., Any]):
    assert headings(show("--contradicted").out) == ["launch", "tunnel"]
    # ROUGE-1 F by words: launch shares 3 of 8 and 4 exactly (lifeboat, off, lorn; stems: capsizes too) = 2·4/12;
    # tunnel shares 3 of 10 and 3 = 2·3/13, which is less.
    assert headings(show("--worst", "1").out) == ["tunnel"]
    assert headings(show("--worst", "3").out) == ["tunnel", "launch"]  # flood has no reference, and so no score
    assert headings(show("--worst", "1", "--contradicted").out) == ["tunnel"]
    assert headings(show("--worst", "9", "--primary", "factual-contradicted").out)[0] == "tunnel"


def test_json_is_an_object_for_a_named_example_and_a_list_for_chosen_ones(show: Callable[..., Any]):
    one = json.loads(show("--example", "launch", "--format", "json").out)
    assert [article["source"] for article in one["article_texts"]] == ["Lorn Post", "West Wire"]
    (row,) = one["configurations"]
    assert row["difference"]["reference"] == "Lifeboat capsizes off Lorn"
    assert row["difference"]["words"] == [["added", "Six people drown as"], ["same", "lifeboat capsizes off Lorn"]]
    several = json.loads(show("--worst", "1", "--format", "json").out)
    assert [each["cluster_id"] for each in several] == ["tunnel"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--example", "lanch"), "did you mean 'launch'?"),
        (("--example", "launch", "--worst", "2"), "--example and --worst"),
        (("--cluster", "launch", "--contradicted"), "--cluster and --contradicted"),
        (("--worst", "0"), "--worst"),
        (("--worst", "x"), "--worst"),
        (("--worst", "1", "--format", "csv"), "accepted: table, json"),
        (("--contradicted", "--primary", "rouge1"), "--worst N is missing"),
        (("--worst", "1", "--primary", "rogue1"), "rouge1"),
    ],
)
def test_what_cannot_be_chosen_is_refused(show: Callable[..., Any], options: tuple[str, ...], told: str):
    ended = show(*options)
    assert ended.code == 2
    assert told in ended.err
    assert ended.out == ""


def test_articles_that_changed_are_told_and_the_verdicts_stay(made: Path, show: Callable[..., Any]):
    data = made / "clusters.jsonl"
    was = data.read_text()
    try:
        data.write_text(was.replace("Nine people", "Eight people"))
        out = show("--example", "launch").out
    finally:
        data.write_text(was)
    assert "articles and references not shown: the data has changed since the run" in out
    assert "n2: “Nine people drowned.”" in out


def test_a_run_without_verdicts_says_what_to_add(made: Path, harness: Callable[..., Any], tmp_path: Path):
    from harness import api

    api.evaluate(made / "c.yaml", overrides=["metrics=[rouge]", "name=bare"], results=tmp_path, cache=False)
    ended = harness("show", "bare", "--contradicted", "--results", tmp_path)
    assert ended.code == 2
    assert "add the metric `factual`" in ended.err


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_a_terminal_gets_colours_or_signs_and_no_line_too_long(made: Path, columns: int):
    command = ["show", "drawn", "--contradicted", "--results", str(made / "results")]
    coloured, signed = (run_in_terminal([command], columns, {"NO_COLOR": no_colour})[0] for no_colour in ("", "1"))
    assert "[×9 million]" not in coloured.text
    assert "\x1b[1;4;31m9 million" in coloured.raw
    assert "[×9 million]" in signed.text
    assert "\x1b[31m" not in signed.raw
    assert max(map(len, signed.screen)) <= columns

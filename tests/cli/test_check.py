"""`harness check`, `harness claims` and the factual metric from outside."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ARTICLES = [
    {
        "id": "morning",
        "source": "The Quay Courier",
        "title": "Twelve hurt as ferry strikes pier",
        "text": "A ferry struck the north pier at Hollin on Monday, injuring twelve people. "
        "Harbour master Ines Vell said the captain had ignored two warnings.",
    },
    {
        "id": "evening",
        "source": "Hollin Observer",
        "title": "Nineteen injured in pier collision",
        "text": "Nineteen people were injured when a ferry hit Hollin's north pier on Monday. "
        "The pier will stay closed.",
    },
]


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [{"id": "ferry", "articles": ARTICLES, "references": ["Ferry hits pier at Hollin"]}]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def labels(harness: Callable[..., Any], *texts: str) -> list[dict[str, Any]]:
    flags = [part for text in texts for part in ("--text", text)]
    ended = harness("check", "clusters.jsonl", *flags, "--format", "json")
    assert ended.code == 0, ended.err
    return [found["verdicts"][0] for found in json.loads(ended.out)["texts"]]


def test_supported_contradicted_and_contested_are_told_apart(harness: Callable[..., Any]):
    hit, town, hurt = labels(
        harness,
        "Ferry strikes north pier at Hollin",
        "Ferry strikes south pier at Hollin on Friday",
        "Twelve injured as ferry strikes Hollin pier",
    )
    assert hit["label"] == "supported"
    assert town["label"] == "contradicted"
    assert hurt["label"] == "contested"
    assert hurt["supporters"] == ["morning"]
    assert hurt["contradictors"] == ["evening"]


def test_every_quote_stands_where_it_says(harness: Callable[..., Any]):
    by_id = {article["id"]: article for article in ARTICLES}
    found = labels(harness, "Twelve injured as ferry strikes Hollin pier")[0]
    assert found["evidence"]
    for span in found["evidence"]:
        whole = by_id[span["article_id"]]["title" if span["title"] else "text"]
        assert whole[span["start"] : span["end"]] == span["text"]


def test_a_table_quotes_the_evidence_and_names_its_article(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    ended = harness("check", "clusters.jsonl", "--text", "Twelve injured as ferry strikes Hollin pier")
    assert ended.code == 0
    assert "contested" in ended.out
    unwrapped = " ".join(ended.out.split())
    assert "morning (The Quay Courier)" in unwrapped
    assert "evening (Hollin Observer)" in unwrapped
    assert "“Nineteen" in unwrapped
    assert max(map(len, ended.out.splitlines())) <= 80


def test_each_side_is_quoted_below_its_articles_and_the_checker_is_named(
    harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    ended = harness(
        "check", "clusters.jsonl", "--text", "Twelve injured as ferry strikes Hollin pier", "--checker", "rules"
    )
    shown = " ".join(ended.out.split())
    so, otherwise = shown.index("says so (1 independent witness): morning"), shown.index("says otherwise: evening")
    assert so < shown.index("“A ferry struck") < otherwise < shown.index("“Nineteen")
    assert shown.endswith("on the 2 articles of ferry")
    assert "rules|entailment:none|genre:headline" in shown


def test_several_checkers_give_a_list(harness: Callable[..., Any]):
    asked = ("check", "clusters.jsonl", "--text", "Ferry hits pier", "--checker", "rules", "--checker", "ensemble")
    found = json.loads(harness(*asked, "--format", "json").out)
    assert [each["checker"].split("|")[0] for each in found] == ["rules", "ensemble"]
    assert " ".join(harness(*asked).out.split()).count("articles of ferry") == 2


@pytest.mark.parametrize("text", ["", "?!", "Ferry", "Паром врезался в пирс в понедельник утром", "word " * 5000])
def test_odd_texts_get_a_verdict_or_a_reason(text: str, harness: Callable[..., Any]):
    found = labels(harness, text)[0]
    assert found["label"] in ("supported", "contradicted", "contested", "not_found", "abstained")
    assert (found["probability"] is None) == (found["label"] == "abstained")
    assert found["reason"] or found["label"] != "abstained"


def test_terminal_escapes_in_articles_are_not_passed_on(harness: Callable[..., Any]):
    rows = [
        {"id": "x", "articles": [{"id": "a", "title": "\u001b[2JFerry", "text": "A ferry \u001b]0;x\u0007 struck."}]}
    ]
    Path("clusters.jsonl").write_text(json.dumps(rows[0]) + "\n")
    ended = harness("check", "clusters.jsonl", "--text", "Ferry struck")
    assert "\u001b]0" not in ended.out
    assert "\u001b[2J" not in ended.out


def test_claims_lists_carriers_and_what_is_contested(harness: Callable[..., Any]):
    ended = harness("claims", "clusters.jsonl", "--format", "json")
    found = json.loads(ended.out)
    assert any(fact["kind"] == "figures" and len(fact["versions"]) == 2 for fact in found["contested"])
    closed = next(claim for claim in found["claims"] if "stay closed" in claim["claim"]["text"])
    assert closed["carriers"] == ["evening"]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--cluster", "ferri"), "did you mean 'ferry'?"),
        (("--checker", "ruls"), "did you mean 'rules'?"),
        (("--checker", "rules: {strict: 1}"), "unknown parameter of rules"),
    ],
)
def test_a_name_that_is_none_is_exit_2(arguments: tuple[str, ...], wanted: str, harness: Callable[..., Any]):
    ended = harness("check", "clusters.jsonl", "--text", "x", *arguments)
    assert ended.code == 2
    assert wanted in ended.err


def test_the_factual_metric_counts_claims_and_keeps_abstentions_apart(harness: Callable[..., Any]):
    predictions = [{"cluster_id": "ferry", "text": "Ferry strikes south pier at Hollin on Friday"}]
    Path("mine.jsonl").write_text(json.dumps(predictions[0]) + "\n")
    Path("other.jsonl").write_text(json.dumps({"cluster_id": "ferry", "text": "Паром врезался в пирс утром"}) + "\n")
    Path("x.yaml").write_text(
        "name: t\ndata: {jsonl: clusters.jsonl}\n"
        "models: [recorded: mine.jsonl, {recorded: other.jsonl, as: russian}]\nmetrics: [factual]\n"
    )
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code == 0, ended.err
    found = {(row["configuration"], row["measure"]): row for row in json.loads(ended.out)["summaries"]}
    assert found["recorded", "factual-contradicted"]["mean"] == 1.0
    assert found["recorded", "factual-abstained"]["mean"] == 0.0
    assert found["russian", "factual-supported"]["mean"] is None
    assert found["russian", "factual-supported"]["unscorable"] == 1
    assert found["russian", "factual-abstained"]["mean"] == 1.0
    verdicts = next(Path("results").glob("*/verdicts.jsonl")).read_text().splitlines()
    assert len(verdicts) == 2
    spoke = {row["configuration"]: row["verdicts"][0].get("decided_by", []) for row in map(json.loads, verdicts)}
    assert "account" in spoke["recorded"]
    assert spoke["russian"] == []
    by_error = harness("compare", "t", "--metric", "factual-abstained", "--by", "error", "--format", "md")
    assert by_error.code == 0
    assert "| time |" in by_error.out or "| place |" in by_error.out

"""What every checker that needs no weights must bear, through the API, `harness check` and `harness eval`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness.claims.scoring import faithfulness
from harness.perturbations.plant import plant
from harness.records import Article, Cluster, Reference
from harness.registry import Registry

FIRE = (
    "A fire destroyed the old library of Rivertown on Friday. Nobody was hurt, the fire service said. "
    "Mayor Ann Lee promised to rebuild it. Twelve firefighters fought the flames for five hours."
)
# Of 300 different sentences, so that the test is quick; tests/contract has one of 4,700.
LONG = (
    " ".join(f"In village {n % 300} the council met and spoke about road {n % 300}." for n in range(4700)) + " " + FIRE
)
ODD = {
    "an empty text": (FIRE, ""),
    "a text without words": (FIRE, "?!…"),
    "one word": (FIRE, "Fire"),
    "another language": (FIRE, "Пожар уничтожил старую библиотеку города в пятницу утром"),
    "an article without sentences": ("…", "Fire destroys library"),
    "an article of another script": ("大統領は警告なしに発砲するよう命じた。", "Fire destroys library"),
    "an article of 50,000 words": (LONG, "Fire destroys old library of Rivertown"),
}


def offline() -> list[str]:
    """The checkers that need no parameter: those with weights of their own name them in one."""
    found = []
    for name in Registry().names("checker"):
        try:
            Registry().find("checker", name)()
        except ValidationError:
            continue
        found.append(name)
    return found


@pytest.fixture(scope="module", params=offline())
def checker(request: pytest.FixtureRequest, parser: object) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def session(checker: str):
    with Registry().find("checker", checker)().open() as opened:
        yield opened


@pytest.mark.parametrize("kind", ODD)
def test_odd_input_gets_a_verdict_or_a_reason(session, kind: str):
    article, text = ODD[kind]
    verdicts = session.check(Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),)), text)
    assert verdicts[0].reason
    if kind in ("an empty text", "a text without words", "another language", "an article without sentences"):
        assert verdicts[0].label == "abstained"
    if kind == "an article of 50,000 words":
        assert verdicts[0].label == "supported"


def test_check_and_eval_bear_the_same(
    checker: str, harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    rows = [{"id": str(at), "articles": [{"text": article}]} for at, (article, _) in enumerate(ODD.values())]
    texts = [{"cluster_id": str(at), "text": text} for at, (_, text) in enumerate(ODD.values())]
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts))
    for at, (_, text) in enumerate(ODD.values()):
        ended = harness(
            "check", "clusters.jsonl", "--cluster", at, "--text", text, "--checker", checker, "--format", "json"
        )
        assert ended.code == 0, ended.err
        (found,) = json.loads(ended.out)["texts"]
        assert found["verdicts"][0]["reason"]
        shown = harness("check", "clusters.jsonl", "--cluster", at, "--text", text, "--checker", checker)
        assert shown.code == 0, shown.err
    Path("x.yaml").write_text(
        "name: odd\ndata: {jsonl: clusters.jsonl}\nmodels: [recorded: texts.jsonl]\n"
        f"metrics: [factual: {{checker: {checker}}}]\n"
    )
    ended = harness("eval", "--config", "x.yaml", "--format", "json")
    assert ended.code in (0, 3), ended.err
    verdicts = [
        json.loads(line) for line in next(Path("results").glob("odd-*/verdicts.jsonl")).read_text().splitlines()
    ]
    # What a model did not write is a failure of the model; everything else has a verdict or an abstention.
    assert {row["cluster_id"] for row in verdicts} == {str(at) for at, (_, text) in enumerate(ODD.values()) if text}
    assert all(row["verdicts"][0]["reason"] for row in verdicts)


def test_padding_doubling_and_reordering_raise_no_score_of_the_demo_headlines(session, top: Path, parser):
    from harness.datasets.jsonl import Jsonl

    clusters = [row for row in Jsonl(path=str(top / "data/demo/clusters.jsonl")).read() if isinstance(row, Cluster)]
    gold = [json.loads(line) for line in (top / "data/demo/gold.jsonl").read_text().splitlines()]
    headlines: dict[str, list[str]] = {}
    for row in gold:
        headlines.setdefault(row["cluster_id"], []).append(row["headline"])
    chosen = [
        cluster.model_copy(update={"references": tuple(Reference(text=text) for text in headlines[cluster.cluster_id])})
        for cluster in clusters[::7]
    ]
    compared = 0
    for planting in plant(chosen, parser, 13):
        before = faithfulness(session.check(planting.cluster, planting.original))
        for row, cluster in planting.planted:
            if row.edit in ("padding", "doubled source", "reordered") and before is not None:
                after = faithfulness(session.check(cluster, row.text))
                assert after is not None
                assert after <= before + 1e-9, f"{row.edit}: {row.text}"
                compared += 1
    assert compared > 50

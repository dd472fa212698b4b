"""Configurations that wrote the same are one system, and are compared once."""

import json
from pathlib import Path

import pytest

from harness import api
from harness.report import comparison as report
from harness.report.answer import sentences
from harness.report.leaderboard import of_comparison

IDS = [f"c{at}" for at in range(8)]
TEXTS = {
    "good": [f"Dam {at} holds in flood" for at in range(8)],
    "copy": [f"Dam {at} holds in flood" for at in range(8)],
    "bad": [f"Mayor {at} opens new school" for at in range(8)],
    # the same scores as `bad`, and other words
    "worse": [f"Mayor {at} shuts new school" for at in range(8)],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """A run of four systems, two of which wrote the same."""
    folder = tmp_path_factory.mktemp("equal")
    rows = [
        {"id": name, "articles": [{"text": f"The dam {at} held."}], "references": [f"Dam {at} holds"]}
        for at, name in enumerate(IDS)
    ]
    (folder / "clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    models = []
    for name, texts in TEXTS.items():
        file = folder / f"{name}.jsonl"
        file.write_text(
            "".join(json.dumps({"cluster_id": at, "text": text}) + "\n" for at, text in zip(IDS, texts, strict=True))
        )
        models.append({"recorded": {"path": str(file)}, "as": name})
    data = {"jsonl": {"path": str(folder / "clusters.jsonl")}}
    config = {"name": "equal", "data": data, "models": models, "metrics": [{"rouge": {"variants": ["rouge1"]}}]}
    return api.evaluate(config, results=folder / "results", cache=False)


def paired(compared: api.Comparison) -> set[tuple[str, str]]:
    return {(pair.first, pair.second) for pair in compared.pairs}


def test_equal_texts_are_compared_once_and_equal_scores_alone_are_not_equal(run: api.Run):
    compared = api.compare(run)
    assert paired(compared) == {("good", "bad"), ("good", "worse"), ("bad", "worse")}
    told = " ".join(report.legend(compared.comparison))
    assert "good and copy wrote the same on every cluster: they are compared with others once." in told
    # three pairs, not six: 1/128 times 3 for the first of Holm's steps
    assert compared.pair("bad", "rouge1").p_adjusted == pytest.approx(3 / 128)


@pytest.mark.parametrize("baseline", ["good", "copy", "bad"])
def test_both_stand_in_every_table_with_the_same_numbers(run: api.Run, baseline: str):
    compared = api.compare(run, baseline=baseline)
    rows = {row["configuration"]: row for row in report.records(compared.comparison) if row["measure"] == "rouge1-f"}
    assert set(rows) == set(TEXTS)
    assert rows["good"]["better_than"] == rows["copy"]["better_than"] == ["bad", "worse"]
    if baseline == "bad":
        assert {**rows["good"], "configuration": "copy"} == rows["copy"]
    else:
        other = "copy" if baseline == "good" else "good"
        assert (rows[other]["difference"], rows[other]["ties"], rows[other]["p_holm"]) == (0.0, 8, None)
        assert rows["bad"]["losses"] == 8
    configurations = json.loads(report.as_json(compared.comparison, compared.details))["configurations"]
    told = {each["label"]: each["equal_to"] for each in configurations if each["equal_to"]}
    assert told == ({"good": "copy"} if baseline == "copy" else {"copy": "good"})


def test_the_answer_names_both(run: api.Run):
    board = of_comparison(api.compare(run).comparison)
    assert board is not None
    assert [standing.rank for standing in board.standings] == [1, 1, 3, 3]
    first, alike, *_ = sentences(board)
    assert first.startswith("good is better than bad (ROUGE-1 +")
    assert alike == "good and copy have equal scores on all 8 clusters."
    assert not board.standings[2].like_best
    assert board.standings[1].beside_baseline["rouge1-f"] == ""


def test_a_run_beside_itself_is_no_difference(run: api.Run, tmp_path: Path):
    import shutil

    copied = tmp_path / f"{run.path.name[:-1]}x"
    shutil.copytree(run.path, copied)
    compared = api.compare([run, copied])
    names = {name for pair in paired(compared) for name in pair}
    assert names == {f"{name} ({run.path.name})" for name in ("good", "bad", "worse")}

"""Who did it to whom: sixty short articles, each with a true headline in its own words and one with parties exchanged.

The pairs were written for this, the second thirty before anything was looked at on them. How many may pass or be held
up is what was counted when this was written; a change that makes either number worse fails here.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from harness.checkers.base import Checker
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.records import Article, Cluster

ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "exchanged_parties.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("checker", "exchanged_supported", "true_supported", "true_contradicted"),
    [(Ensemble(), 7, 53, 2), (Rules(entailment=False), 10, 50, 2)], ids=["ensemble", "account alone"],
)  # fmt: skip
def test_headlines_with_parties_exchanged_are_rarely_supported_and_true_ones_rarely_held_up(
    checker: Checker, exchanged_supported: int, true_supported: int, true_contradicted: int
):
    true: Counter[str] = Counter()
    exchanged: Counter[str] = Counter()
    with checker.open() as session:
        for at, row in enumerate(ROWS):
            cluster = Cluster(cluster_id=str(at), articles=(Article(article_id="a", text=row["article"]),))
            first, second = (found[0].label for found in session.check_all(cluster, [row["true"], row["exchanged"]]))
            true[first] += 1
            exchanged[second] += 1
    assert exchanged["supported"] <= exchanged_supported
    assert true["supported"] >= true_supported
    assert true["contradicted"] <= true_contradicted


def test_what_the_model_alone_reads_the_other_way_round_is_told_as_its_word():
    told = "Nurse Ellen Ward donated a kidney to her neighbour, Sam Hart. Hart said that he owed her his life."
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=told),))
    with Ensemble().open() as session:
        verdict = session.check(cluster, "Neighbour Sam Hart gives kidney to nurse Ellen Ward")[0]
    assert (verdict.label, verdict.decided_by) == ("not_found", ("model",))
    assert "the other way round" in verdict.reason

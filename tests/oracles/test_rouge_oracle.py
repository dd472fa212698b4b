"""Every number of `rouge` equals the one that the package rouge-score gives, to the last bit."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.rouge_contract import VARIANTS, case, cases
from harness.metrics.rouge import Rouge

EDGE_TEXTS = [
    " ",
    "\n",
    "a",
    "the",
    "The cat sat.\nThe dog ran.",
    "\n\nthe dog ran the cat sat\n",
    "the the the the",
    "Café naïve Müller",
    "Путин встретился с Си",
    "習近平 2024",
    "İstanbul K İ ſtraße",  # lower-casing makes ASCII letters of some of these
    "it's U.S.-led 2,500 co-op_op",
    "skies dying innings news proceed generalisations organisational",
    "Running runners ran\u2028run\x0bruns\x1crun\u00a0runs",
    "0 00 000 0000 a1b2c3",
    "\ud800 lone surrogate",
]


def expected(scorer: RougeScorer, prediction: str, references: list[str]) -> dict[str, float]:
    scores = scorer.score_multi(references, prediction)
    return {
        f"{variant}-{aspect}": value
        for variant, score in scores.items()
        for aspect, value in (("f", score.fmeasure), ("p", score.precision), ("r", score.recall))
    }


def assert_equal(prediction: str, references: list[str]) -> None:
    for stemmer in (False, True):
        metric = Rouge(variants=VARIANTS, stemmer=stemmer)
        scorer = RougeScorer(list(VARIANTS), use_stemmer=stemmer)
        found = metric.findings(case(prediction, references))
        wanted = expected(scorer, prediction, references)
        if found.unscorable:
            # The one deviation: where no reference has a token, rouge-score says 0 and this metric says why.
            assert not any(re.search("[a-z0-9]", text.lower()) for text in references)
            assert set(wanted.values()) == {0}
        else:
            assert found.statistics == wanted, (prediction, references, stemmer)


def test_the_oracle_is_the_version_that_signatures_name():
    assert version("rouge-score") == "0.1.2"


@pytest.mark.parametrize("prediction", EDGE_TEXTS)
def test_edge_texts_equal_rouge_score(prediction: str):
    for reference in EDGE_TEXTS:
        assert_equal(prediction, [reference])
    assert_equal(prediction, EDGE_TEXTS)


def test_random_texts_of_all_kinds_equal_rouge_score():
    # Ties, all endings, half pairs, long lines: what the contract compares in blocks, here one case at a time.
    for one in cases(1_000, seed=20):
        assert_equal(one.prediction.text, [reference.text for reference in one.cluster.references])


def test_real_headlines_and_summaries_equal_rouge_score(shared: Path):
    rows = (shared / "data/clusters/neus_val.jsonl").read_text("utf-8").splitlines()[:100]
    for row in map(json.loads, rows):
        titles = [article["title"] for article in row["articles"] if article["title"]]
        for title in titles:
            assert_equal(title, [*row["references"], *titles])
        summaries = [text.replace(". ", ".\n") for text in row.get("summary_references", []) if text]
        if summaries:
            assert_equal(row["articles"][0]["text"][:600].replace(". ", ".\n"), summaries)


def test_sentences_as_lines_equal_rouge_score_given_those_lines():
    prediction = "The mayor resigned on Friday. Protests had gone on for weeks. Nobody was hurt."
    reference = "Nobody was hurt in the protests. After weeks of protests, the mayor resigned."
    lines = [text.replace(". ", ".\n") for text in (prediction, reference)]
    score = RougeScorer(["rougeLsum"], use_stemmer=True).score(lines[1], lines[0])["rougeLsum"]
    found = Rouge(variants=("rougeLsum",), lsum_split="sentences").findings(case(prediction, [reference]))
    assert found.statistics == {
        "rougeLsum-f": score.fmeasure,
        "rougeLsum-p": score.precision,
        "rougeLsum-r": score.recall,
    }
    unsplit = Rouge(variants=("rougeLsum",)).findings(case(prediction, [reference]))
    assert unsplit.statistics["rougeLsum-f"] < score.fmeasure

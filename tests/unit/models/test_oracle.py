import json

import pytest
from rouge_score.rouge_scorer import RougeScorer

from harness.errors import ModelError
from harness.models.central import Central
from harness.models.lead import Lead
from harness.models.lexrank import Lexrank
from harness.models.oracle import Oracle
from harness.records import Article, Cluster, Reference


def cluster(references, *articles):
    rows = tuple(Article(article_id=f"a{i}", title=title, text=text) for i, (title, text) in enumerate(articles))
    return Cluster(cluster_id="c", articles=rows, references=tuple(Reference(text=text) for text in references))


MINE = (
    ("Joy in Lima", "Rain fell for a week. Nine miners were saved on Sunday."),
    ("Nine saved from mine", "The tenth miner is still missing in Lima."),
)


def test_it_says_that_it_reads_references():
    assert Oracle.reads_references
    assert not any(model.reads_references for model in (Lead, Central, Lexrank))


def test_the_candidate_closest_to_the_reference_is_picked():
    # rouge1 F1 with "nine miners saved": the sentence 2*3/(3+6), the title "Nine saved from mine" 2*2/(3+4).
    assert Oracle().pick(cluster(["Nine miners saved"], *MINE)) == "Nine miners were saved on Sunday."


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [("titles", "Nine saved from mine"), ("sentences", "Nine miners were saved on Sunday.")],
)
def test_candidates_can_be_narrowed(candidates, expected):
    assert Oracle(candidates=candidates).pick(cluster(["Nine miners saved"], *MINE)) == expected


def test_the_best_of_several_references_counts():
    # Mean over the two would favour the sentence that holds "nine"; the second reference alone equals a title.
    assert Oracle().pick(cluster(["Nine miners were saved today", "Joy in Lima"], *MINE)) == "Joy in Lima"


def test_the_measure_decides():
    story = cluster(
        ["nine miners saved in Lima"], ("Lima saved miners nine", ""), ("Nine miners", ""), ("Saved in", "")
    )
    # rouge1: 2*4/(4+5), 2*2/(2+5), 2*2/(2+5). rouge2: no pair of the first stands in the reference; of the second its
    # only one does, 2*1/(1+4). rougeL: "saved", or "nine miners" whole: 2*1/(4+5) against 2*2/(2+5).
    assert [Oracle(measure=measure).pick(story) for measure in ("rouge1", "rouge2", "rougeL")] == [
        "Lima saved miners nine",
        "Nine miners",
        "Nine miners",
    ]


def test_words_are_stemmed_as_the_metric_stems_them():
    picked = Oracle().pick(cluster(["miner saves"], ("Nothing new", ""), ("Miners saved", "")))
    assert picked == "Miners saved"


def test_max_words_is_applied_before_the_comparison():
    articles = (("Nine miners saved after a week of rain in Lima and a night of fear", ""), ("Nine miners rest", ""))
    # Whole, the long title has 2*3/(3+15); cut to three words it is the reference itself.
    assert Oracle().pick(cluster(["Nine miners saved"], *articles)) == "Nine miners rest"
    assert Oracle(max_words=3).pick(cluster(["Nine miners saved"], *articles)) == "Nine miners saved"


def test_sentences_are_added_while_the_score_rises():
    reference = "Rain fell for a week. The tenth miner is still missing in Lima."
    both = "Rain fell for a week. The tenth miner is still missing in Lima."
    assert Oracle(max_sentences=3, candidates="sentences").pick(cluster([reference], *MINE)) == both
    assert Oracle(max_sentences=1, candidates="sentences").pick(cluster([reference], *MINE)) == (
        "The tenth miner is still missing in Lima."
    )


def test_ties_go_to_titles_before_sentences_and_to_the_earlier_article():
    story = cluster(
        ["Saved"], ("", "Nine miners were saved."), ("Two miners were saved.", ""), ("Six were so saved", "")
    )
    # All three have rouge1 F1 2*1/(1+4).
    assert Oracle().pick(story) == "Two miners were saved."


def test_a_cluster_without_references_is_a_failure():
    with pytest.raises(ModelError, match="the cluster has no reference"):
        Oracle().pick(cluster([], *MINE))


def test_nothing_to_pick_from_is_a_failure():
    with pytest.raises(ModelError, match="no article of the cluster has a title to pick"):
        Oracle(candidates="titles").pick(cluster(["Nine"], ("", "Nine miners were saved.")))


def test_no_extractive_model_beats_it_on_the_demo_clusters(top):
    scorer = RougeScorer(["rouge1"], use_stemmer=True)
    rows = [json.loads(line) for line in (top / "data/demo/clusters.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    for row in rows:
        story = cluster(row["references"], *((article["title"], article["text"]) for article in row["articles"]))

        def score(model, story=story):
            picked = model.pick(story)
            return scorer.score_multi([reference.text for reference in story.references], picked)["rouge1"].fmeasure

        assert score(Oracle()) >= max(score(Lead()), score(Central()), score(Lexrank()), score(Lead(part="sentence")))

import numpy as np
import pytest

from harness.errors import ModelError
from harness.models import lexrank
from harness.models.lexrank import Lexrank, centrality, distinct, similarities
from harness.records import Article, Cluster


def cluster(*texts, titles=()):
    names = [*titles, *[""] * (len(texts) - len(titles))]
    rows = tuple(
        Article(article_id=f"a{i}", title=title, text=text)
        for i, (title, text) in enumerate(zip(names, texts, strict=True))
    )
    return Cluster(cluster_id="c", articles=rows)


def test_centrality_of_a_star_by_hand():
    # Centre 0, leaves 1 and 2, no loops: p0 = .05 + .85 (p1 + p2), p1 = p2 = .05 + .85 p0 / 2,
    # so p0 = .05 + .85 (.1 + .85 p0) = .135 / (1 - .7225), and the leaves share the rest.
    star = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    centre = 0.135 / 0.2775
    assert centrality(star, 0.85) == pytest.approx([centre, (1 - centre) / 2, (1 - centre) / 2], abs=1e-9)


def test_centrality_agrees_with_another_program():
    # networkx 3.6.1: nx.pagerank(nx.from_numpy_array(weights), alpha=0.85, tol=1e-13, max_iter=1000)
    weights = np.array(
        [[1.0, 0.3, 0.0, 0.5], [0.3, 1.0, 0.2, 0.0], [0.0, 0.2, 1.0, 0.0], [0.5, 0.0, 0.0, 1.0]],
    )
    expected = [0.281071068489, 0.252541091233, 0.226701681165, 0.239686159113]
    assert centrality(weights, 0.85) == pytest.approx(expected, abs=1e-9)


def test_a_vertex_without_edges_jumps():
    # Vertex 1 jumps always: p1 = .5 (1 - .85) + .85 p1 / 2, so p1 = .075 / .575.
    assert centrality(np.array([[1.0, 0.0], [0.0, 0.0]]), 0.85)[1] == pytest.approx(0.075 / 0.575, abs=1e-9)


def test_without_damping_all_are_equal():
    assert centrality(np.array([[1.0, 0.9], [0.9, 0.1]]), 0.0) == pytest.approx([0.5, 0.5])


def test_similarities_by_hand():
    # Stems cat chase mice, and dog chase cat; shared ones weigh 1 + ln(3/3) = 1, others 1 + ln(3/2).
    rare = 1 + np.log(1.5)
    cosine = 2 / (2 + rare**2)
    found = similarities(["The cats chased the mice.", "The dogs chase a cat."])
    assert found == pytest.approx(np.array([[1, cosine], [cosine, 1]]))


def test_distinct_drops_what_nearly_repeats_an_earlier_sentence():
    first = "Nine miners walked free from the flooded Lima pit on Sunday."
    # Stems: nine miner walk free flood lima pit sunday: 8; the copy shares 7 of 9 in the union (.78), "Nine miners
    # walked free" 4 of 8.
    copy = "Nine miners walked free from the flooded Lima pit on Monday."
    assert distinct([first, copy, "Nine miners walked free."]) == [first, "Nine miners walked free."]


def test_distinct_drops_sentences_without_content_unless_all_are():
    assert distinct(["It was not so.", "Miners sang."]) == ["Miners sang."]
    assert distinct(["It was not so.", "This is it."]) == ["It was not so."]
    assert distinct([]) == []


HUB = "Rescuers saved nine miners from the flooded Lima pit on Sunday night."
AROUND = (
    "The flooded pit lies in a valley outside Lima.",
    "Nine miners were below ground when the water came.",
    "Rescuers worked through Sunday night with pumps.",
)


def test_the_sentence_that_the_others_resemble_is_picked_wherever_it_stands():
    assert Lexrank().pick(cluster(f"{AROUND[0]} {AROUND[1]}", f"{AROUND[2]} {HUB}")) == HUB


def test_copies_of_a_sentence_earn_no_votes():
    beside = "Shares of the copper company closed lower in quiet trading."
    copies = [f"{beside}\nCopy number {i} of the paper says so." for i in ("one", "two", "three", "four")]
    assert Lexrank().pick(cluster(*copies, *AROUND, HUB)) == HUB


def test_max_words_cuts_and_trims():
    # The sixth word is "the", the fifth "from".
    assert Lexrank(max_words=6).pick(cluster(*AROUND, HUB)) == "Rescuers saved nine miners"
    assert Lexrank(max_words=14).pick(cluster(*AROUND, HUB)) == HUB


AGAIN = "By rescuers were nine miners saved, all from a pit that lay flooded at Lima."


def test_further_sentences_do_not_repeat_the_ones_taken():
    # AGAIN shares nine miner save rescuer flood lima pit with HUB: one vertex they are not,
    # but too alike to be picked both.
    assert distinct([HUB, AGAIN]) == [HUB, AGAIN]
    picked = Lexrank(max_sentences=2).pick(cluster(HUB, AGAIN, *AROUND))
    assert (HUB in picked, AGAIN in picked) in ((True, False), (False, True))
    assert picked.count(".") == 2


def test_further_sentences_stand_in_the_articles_order():
    # HUB ranks first and stands last.
    picked = Lexrank(max_sentences=2).pick(cluster(*AROUND, HUB))
    assert picked.endswith(f". {HUB}")


def test_titles_are_candidates_only_if_asked_for():
    articles = cluster(*AROUND, titles=("Rescuers save nine miners from flooded Lima pit",))
    assert Lexrank().pick(articles) in AROUND
    assert Lexrank(titles=True).pick(articles) == "Rescuers save nine miners from flooded Lima pit"


def test_a_threshold_cuts_weak_edges():
    # Above every cosine but the loops' all vertices are alike, and the first stands.
    assert Lexrank(threshold=0.95).pick(cluster(*AROUND, HUB)) == AROUND[0]


def test_more_sentences_than_the_most_are_taken_from_the_beginnings(monkeypatch):
    monkeypatch.setattr(lexrank, "MOST_SENTENCES", 3)
    assert Lexrank().pick(cluster(*AROUND, HUB)) in AROUND


def test_a_text_without_content_words_still_gives_a_sentence():
    assert Lexrank().pick(cluster("It was not so.\nAnd what then?")) == "It was not so."


def test_a_cluster_without_sentences_is_a_failure():
    with pytest.raises(ModelError, match="no article of the cluster has a sentence"):
        Lexrank().pick(cluster("", "* * *"))

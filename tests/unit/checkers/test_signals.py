import pytest

from harness.checkers.reading import ClusterReading
from harness.checkers.signals import copied_runs, refutes, sentence_signals
from harness.claims.parse import Parser
from harness.claims.reading import read
from harness.records import Article, Cluster

pytest.importorskip("spacy", reason="the claims extra is not installed")

TEXT = "The old bridge in Tarn was closed on Monday. Police said that two boats had hit it."


@pytest.fixture(scope="module")
def parser():
    return Parser()


@pytest.fixture(scope="module")
def cluster(parser):
    return ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=TEXT),)), parser)


def signals(cluster, parser, text):
    return sentence_signals(cluster, read(parser.parse([text])[0]))


def test_runs_are_the_longest_from_left_to_right(cluster):
    # Words of the first sentence stand at 0-8, of the second at 0-7.
    runs = copied_runs(cluster, ["the", "old", "bridge", "police", "said", "that", "it"])
    assert [(run.start, run.length, run.unit, run.place) for run in runs] == [(0, 3, 0, 0), (3, 3, 1, 0)]


def test_a_copied_sentence_has_one_run_and_no_joins(cluster, parser):
    found = signals(cluster, parser, "The old bridge in Tarn was closed on Monday.")
    assert (found["copied_share"], found["run_count"], found["uncopied_words"]) == (1.0, 1.0, 0.0)
    assert (found["run_joins_across"], found["run_cut_end"], found["run_headless"]) == (0.0, 0.0, 0.0)


def test_joins_between_sentences_cut_ends_and_lost_heads_are_counted(cluster, parser):
    found = signals(cluster, parser, "Bridge in Tarn was police said that two boats")
    # `bridge in tarn was` (from word 2 on) and `police said that two boats` (cut before `had hit it`).
    assert (found["run_count"], found["run_joins_across"], found["run_headless"], found["run_cut_end"]) == (2, 1, 1, 1)


def test_words_of_its_own_are_no_runs(cluster, parser):
    found = signals(cluster, parser, "Nobody expected snow")
    assert (found["copied_share"], found["run_count"], found["uncopied_words"]) == (0.0, 0.0, 3.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBM denies layoff rumors", True),
        ("It is a hoax", True),
        ("The ban wasn't lifted", True),
        ("IBM fires ten", False),
    ],
)
def test_refuting_sentences(parser, text, expected):
    assert refutes(read(parser.parse([text])[0])) is expected

"""Rows of clusters grouped by a field, lengths in thirds."""

from harness.comparison.score_matrix import groups_of
from harness.records import ClusterFacts


def facts(words, **tags):
    return ClusterFacts(cluster_id=f"c{words}", digest="d", articles=2, references=1, words=words, tags=tags)


def test_lengths_are_parted_at_the_thirds_of_the_clusters():
    # Of 10, 20, 30, 40 the quantiles 1/3 and 2/3 lie at places 1 and 2, counted from 0: 20 and 30.
    assert groups_of([facts(words) for words in (40, 10, 30, 20)], "words") == {
        "1: up to 20": [1, 3], "2: 21 to 30": [2], "3: over 30": [0],
    }  # fmt: skip
    assert groups_of([facts(7), facts(7)], "words") == {"1: up to 7": [0, 1]}


def test_other_fields_group_by_their_value_and_name_what_has_none():
    rows = [facts(10, desk="city"), facts(20), facts(30, desk="city")]
    assert groups_of(rows, "desk") == {"city": [0, 2], "(none)": [1]}
    assert groups_of(rows, "sources") == {"2": [0, 1, 2]}

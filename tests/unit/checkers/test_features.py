import math

import pytest

from harness.checkers.account.conflicts import align
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.features import closeness
from harness.claims.sentence_analysis import read
from harness.records import Article, Cluster


def test_words_are_as_close_as_in_the_claim_or_fall_off_with_every_word_between():
    assert closeness([5], [6], 1) == 1.0
    assert closeness([5], [8], 1) == pytest.approx(math.exp(-2 / 5))
    assert closeness([5], [8], 3) == 1.0
    assert closeness([5], [21], 1) == pytest.approx(math.exp(-15 / 5))
    assert closeness([5], [22], 1) == 0.0
    assert closeness([], [6], 1) == 0.0


def test_the_other_order_counts_as_two_words_farther_off():
    # The second word right before the first: a distance of 1 + 2, an excess of 2.
    assert closeness([6], [5], 1) == pytest.approx(math.exp(-2 / 5))
    # Right after it elsewhere, the nearer counts.
    assert closeness([6, 40], [5, 41], 1) == 1.0


def entity_conflict(article, text, parser):
    """The weight of the only conflict about a party, with what its pair of frames gives before it is halved."""
    cluster = ClusterReading(Cluster(cluster_id="c", articles=(Article(article_id="a", text=article),)), parser)
    alignment = align(cluster, read(parser.parse([text])[0]))
    (conflict,) = (found for found in alignment.conflicts if found.kind == "entity")
    pair = next(pair for pair in alignment.pairs if pair.unit == conflict.unit and pair.differing)
    return conflict.weight, min(1.0, 0.3 * pair.same + 0.5 * pair.context)


def test_another_party_weighs_half_where_the_claims_stands_in_the_sentence_too(parser):
    text = "Officers arrest Linde in Ostby"
    weight, whole = entity_conflict("Officers arrested Karlov in Ostby on Monday.", text, parser)
    assert weight == whole > 0
    weight, whole = entity_conflict("Officers arrested Karlov in Ostby on Monday while Linde watched.", text, parser)
    assert weight == whole / 2 > 0

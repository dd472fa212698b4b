"""Near-duplicate articles are one source, and every count of witnesses follows from that."""

import pytest

from harness.checkers.claim_support import carried_claims
from harness.checkers.rules import Rules
from harness.ingest.independence import Sources
from harness.records import Article, Cluster

WIRE = (
    "The harbour wall at Selm broke in two places on Sunday night and the lower market stood under a metre of water by "
    "dawn. Nobody was hurt, since the stalls had been cleared for the winter. The port office wants a stone wall now."
)
OWN = (
    "Water ran through the stalls at Selm after a wall gave way. Traders who came at six found the gates locked and "
    "fish boxes floating in the street. The harbour wall at Selm broke in two places on Sunday night."
)


@pytest.fixture
def cluster():
    return Cluster(
        cluster_id="selm",
        articles=(
            Article(article_id="own", text=OWN),
            Article(article_id="wire-2", text=f"{WIRE} More follows."),
            Article(article_id="wire-1", text=WIRE),
        ),
    )


def test_copies_are_one_source_whatever_their_order(cluster):
    turned = cluster.model_copy(update={"articles": tuple(reversed(cluster.articles))})
    for sources in (Sources(cluster), Sources(turned)):
        assert sources.count(["wire-1", "wire-2"]) == 1
        assert sources.count(["wire-1", "wire-2", "own"]) == 2
        assert sources.count([]) == 0
        assert sources.are_apart(["own"], ["wire-1", "wire-2"])
        assert not sources.are_apart(["own", "wire-1"], ["wire-2"])


def test_two_sources_disagree_only_where_the_other_side_has_one_of_its_own(cluster):
    sources = Sources(cluster)
    assert sources.disagree(["own"], ["wire-1"])
    assert sources.disagree(["wire-1"], ["wire-2", "own"])
    assert not sources.disagree(["wire-1"], ["wire-2"])
    assert not sources.disagree([], ["own"])


def test_verdicts_and_carried_claims_count_copies_once(cluster, parser):
    with Rules(entailment=False).open() as session:
        whole = session.check(cluster, "Harbour wall at Selm broke in two places")[0]
        carried = {claim.claim.text: claim for claim in carried_claims(cluster, parser, session)}
    assert (whole.supporters, whole.witnesses) == (("own", "wire-1", "wire-2"), 2)
    nobody = next(claim for text, claim in carried.items() if text.startswith("Nobody"))
    assert (nobody.carriers, nobody.witnesses) == (("wire-1", "wire-2"), 1)


def test_a_text_is_witnessed_by_those_who_support_every_sentence(cluster):
    with Rules(entailment=False).open() as session:
        whole, first, second = (
            verdict for verdict in session.check(cluster, "Harbour wall at Selm broke. Traders found the gates locked.")
            if verdict.claim.part != "proposition"
        )  # fmt: skip
    assert (first.supporters, first.witnesses) == (("own", "wire-1", "wire-2"), 2)
    assert (second.supporters, second.witnesses) == (("own",), 1)
    assert (whole.supporters, whole.witnesses) == (("own",), 1)

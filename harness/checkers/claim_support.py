"""The claims of a cluster's articles, and the articles that carry each."""

from collections.abc import Iterator

from pydantic import Field

from harness.checkers.base import CheckSession
from harness.claims.extract import article_claims
from harness.claims.parsing.parse import Parser
from harness.ingest.independence import Sources
from harness.language.text import normalise
from harness.records import Claim, Cluster, Evidence, Record

CLOSE = 0.5
"""Share of a claim's words from which on a sentence is taken to say the same."""


class CarriedClaim(Record):
    """A sentence of one article as a claim, and the articles that bear it out."""

    claim: Claim = Field(description="The claim, where it is first made.")
    carriers: tuple[str, ...] = Field(description="Ids of the articles that say it, its own among them, sorted.")
    witnesses: int = Field(ge=1, description="Independent carriers; near-duplicates count once.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="Where the others say it.")


def carried_claims(cluster: Cluster, parser: Parser, session: CheckSession) -> Iterator[CarriedClaim]:
    """Yield every sentence of the articles as a claim, in order, with the articles that carry it.

    A sentence that bears out an earlier article's claim is not a claim of its own again.
    """
    said: set[str] = set()
    sources = Sources(cluster)
    for article in cluster.articles:
        claims = [claim for claim in article_claims(article, parser) if claim.part == "sentence"]
        verdicts = session.check_all(cluster, [claim.text for claim in claims])
        for claim, (whole, *_) in zip(claims, verdicts, strict=True):
            # Already carried by an earlier article's claim.
            if normalise(claim.text) in said or whole.label == "abstained":
                continue
            # Evidence also holds sentences that only help a verdict; those say something else.
            near = (span for span in whole.evidence if span.score >= CLOSE)
            others = tuple(span for span in near if span.article_id in whole.supporters)
            said |= {normalise(claim.text), *(normalise(span.text) for span in others)}
            carriers = {article.article_id, *whole.supporters}
            yield CarriedClaim(
                claim=claim,
                carriers=tuple(sorted(carriers)),
                witnesses=sources.count(carriers),
                evidence=tuple(span for span in others if span.article_id != article.article_id),
            )

"""Where independent articles of a cluster disagree, and where one merely came later.

Seven kinds of disagreement are looked for, each between articles that are not copies of one another: figures that
answer one question; opposite words of one thing (violent and peaceful protests); different parties for one deed;
different places of one; one office said of a person and a former one; names spelled in two ways; what is planned here
and done there. A later figure, by date or by wording, is an update.
"""

from harness.claims.contested.deeds import opposite_facts, party_facts, place_facts, progress_facts
from harness.claims.contested.figures import figure_facts
from harness.claims.contested.names import office_facts, spelling_facts
from harness.claims.contested.statements import Statements
from harness.claims.parsing.parse import Parser
from harness.records import Cluster, ContestedFact

_MOST = 60
"""Most facts that are listed, figures first."""


def contested_facts(cluster: Cluster, parser: Parser) -> list[ContestedFact]:
    """Find the facts on which independent articles of a cluster disagree, both sides quoted; figures first."""
    sentences = Statements(cluster, parser)
    searches = (figure_facts, opposite_facts, party_facts, place_facts, office_facts, spelling_facts, progress_facts)
    unique: dict[tuple[tuple[str, int, int], ...], ContestedFact] = {}
    for fact in (fact for search in searches for fact in search(sentences)):
        key = tuple(sorted((e.article_id, e.start, e.end) for version in fact.versions for e in version.evidence))
        unique.setdefault(key, fact)
    return list(unique.values())[:_MOST]

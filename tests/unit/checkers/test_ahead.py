"""Several clusters are parsed side by side, which changes no verdict."""

from collections.abc import Sequence

import pytest

from harness.checkers import rules
from harness.checkers.rules import RulesSession
from harness.claims.parsing.parse import Parse, Parser
from harness.records import Article, Cluster

TEXTS = (
    "The harbour of Port Ellis froze on Sunday. Two tugs broke the ice. Mayor Rhea Dunn thanked the tugs’ crews.",
    "A court in Brenn jailed four smugglers. Their boat had carried 60 crates. Police burned them on Monday.",
    "The village of Oke lost its only bridge to a flood. Builders from Brenn will put up another by May.",
)
SPANISH = "La aldea de Oke perdió su único puente en una inundación y otro será construido hasta mayo"
ASKED = (["Tugs free frozen harbour", "Mayor thanks the tugs’ crews."], ["Six smugglers jailed in Brenn"], [SPANISH])


class Counting(Parser):
    """Notes the sentences that it is asked for, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        self.calls.append(list(texts))
        return super().parse(texts)


def asked() -> list[tuple[Cluster, list[str]]]:
    return [
        (Cluster(cluster_id=f"c{n}", articles=(Article(article_id="a", title="News", text=text),)), texts)
        for n, (text, texts) in enumerate(zip(TEXTS, ASKED, strict=True))
    ]


def session_of(parser: Parser) -> RulesSession:
    return RulesSession("r", parser, "headline")


def test_all_sentences_and_texts_are_parsed_in_one_call(parser: Parser):
    del parser  # skips where there is none
    counting = Counting()
    session = session_of(counting)
    session.expect(asked())
    ((*first,),) = counting.calls
    for cluster, texts in asked():
        session.check_all(cluster, texts)
    later = {text for call in counting.calls[1:] for text in call}
    # Of two clusters three sentences, a title and the headlines; about the third nothing in English is asked.
    assert len(first) == (3 + 1 + 2) + (3 + 1 + 1)
    assert later == set(first), "whatever is asked for later was parsed ahead, as it was then written"


def test_what_was_expected_gets_the_verdicts_it_would_have_had(parser: Parser):
    alone = [session_of(parser).check_all(cluster, texts) for cluster, texts in asked()]
    session = session_of(parser)
    session.expect(asked())
    assert [session.check_all(cluster, texts) for cluster, texts in asked()] == alone


def test_large_clusters_are_left_to_themselves(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    del parser
    monkeypatch.setattr(rules, "_AHEAD", 7)
    counting = Counting()
    session_of(counting).expect(asked())
    ((*ahead,),) = counting.calls
    assert len(ahead) == 6, "the first cluster's; the four sentences of the second would make ten"

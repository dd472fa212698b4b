"""A cluster of more sentences than are read: what bears on a text is, and decides as the whole cluster does."""

from collections.abc import Sequence

import pytest

from harness.checkers import rules
from harness.checkers.rules import RulesSession
from harness.claims.parsing.parse import Parse, Parser
from harness.records import Article, Cluster

PEOPLE = ("Ada Brenn", "Olga Tarn", "Piet Holm", "Rhea Dunn", "Ivo Sand", "Mara Quill", "Tom Ferris", "Lena Voss")
DEEDS = ("opened a bridge", "sold two ships", "closed a school", "bought a mill", "left the council", "won a prize")
TOWNS = ("Oke", "Lessing", "Port Ellis", "Brenn", "Tarvale")
SENTENCES = [
    f"{person} {deed} in {town} on Monday, the mayor’s office said."
    for person in PEOPLE for deed in DEEDS for town in TOWNS[: 3 + len(person) % 3]
]  # fmt: skip
TEXTS = [
    "Lena Voss won a prize in Oke",
    "Ivo Sand left the council in Lessing",
    "Mara Quill bought a mill in Hamburg",
    "Ivo Sand jailed for nine years",
    "A storm sank three boats off Madeira",
]


class Counting(Parser):
    """Notes the distinct sentences that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        self.seen.update(texts)
        return super().parse(texts)


def cluster_of(*groups: Sequence[str]) -> Cluster:
    articles = (Article(article_id=f"a{n}", text=" ".join(group)) for n, group in enumerate(groups))
    return Cluster(cluster_id="c", articles=tuple(articles))


ONE = cluster_of(SENTENCES)
MANY = cluster_of(*([sentence] for sentence in SENTENCES))


def labels(cluster: Cluster, texts: Sequence[str], parser: Parser) -> list[str]:
    return [found[0].label for found in RulesSession("r", parser, "headline").check_all(cluster, texts)]


@pytest.mark.parametrize("cluster", [ONE, MANY], ids=["one long article", "many short ones"])
def test_the_labels_are_those_of_the_whole_cluster(parser: Parser, monkeypatch: pytest.MonkeyPatch, cluster: Cluster):
    assert len(SENTENCES) > 150
    whole = labels(cluster, TEXTS, parser)
    assert set(whole) == {"supported", "not_found"}
    monkeypatch.setattr(rules, "_MOST", 60)
    assert labels(cluster, TEXTS, parser) == whole


def test_so_many_sentences_are_read_for_each_text_and_no_more(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    del parser  # skips where there is none
    monkeypatch.setattr(rules, "_MOST", 60)
    monkeypatch.setattr(rules, "_AHEAD", 30)
    for text in TEXTS:
        counting = Counting()
        session = RulesSession("r", counting, "headline")
        session.expect([(MANY, [text])])
        session.check_all(MANY, [text])
        assert len(counting.seen) <= 60 + 1  # and the text


def test_a_verdict_does_not_depend_on_what_else_is_asked(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules, "_MOST", 60)
    alone = [RulesSession("r", parser, "headline").check_all(ONE, [text])[0] for text in TEXTS]
    session = RulesSession("r", parser, "headline")
    assert session.check_all(ONE, TEXTS) == alone
    assert session.check_all(ONE, TEXTS[::-1]) == alone[::-1]


def test_articles_are_not_compared_with_one_another(parser: Parser, monkeypatch: pytest.MonkeyPatch):
    """Each with each takes a quarter of an hour where there are 10,000."""
    session = RulesSession("r", parser, "headline")
    monkeypatch.setattr(Article, "__eq__", lambda *_: pytest.fail("compared"))
    assert session.why_abstain(MANY, TEXTS[0]) == ""

"""What is not said changes no verdict: typography, the order and number of copies of articles, how money is written."""

import unicodedata
from collections.abc import Iterator

import pytest

from harness.checkers.base import CheckSession
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.records import Article, Cluster, Verdict

FIRST = (
    "Zoë Müller, the mayor of Lowen, resigned on Monday after the council’s “lost” budget was found. Some 16,181 homes "
    "pay for it. The builder Norden was fined 2 million dollars on Tuesday."
)
SECOND = (
    "The mayor of Lowen, Zoë Müller, stepped down on Monday. She denied that she had hidden the budget. A court fined "
    "Norden $2m. The new bridge is 40 kilometres long."
)
TEXTS = (
    "Lowen mayor Zoë Müller resigns over ‘lost’ budget",
    "Norden fined $2 million",
    "16,181 homes pay for Lowen’s lost budget",
    "Lowen mayor Zoë Müller does not resign",
    "Norden fined $3 million",
    "New bridge is 40km long",
)


def cluster(*texts: str) -> Cluster:
    return Cluster(
        cluster_id="lowen",
        articles=tuple(Article(article_id=f"a{at}", source=f"Paper {at}", text=text) for at, text in enumerate(texts)),
    )


def straight(text: str) -> str:
    for curly, plain in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"')):
        text = text.replace(curly, plain)
    return text


TYPOGRAPHY = {
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "straight quotes": straight,
    "spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "several spaces": lambda text: text.replace(" ", "  "),
    "spaces without width": lambda text: text.replace("o", "o\u200b"),
    "soft hyphens": lambda text: text.replace("bud", "bud\u00ad"),
    "a narrow space between thousands": lambda text: text.replace("16,181", "16\u202f181"),
    "dollars by their code": lambda text: text.replace("$2", "US$2").replace("$3", "USD 3"),
}


@pytest.fixture(scope="module", params=[Rules, Ensemble], ids=["rules", "ensemble"])
def session(request: pytest.FixtureRequest) -> Iterator[CheckSession]:
    with request.param().open() as opened:
        yield opened


def told(session: CheckSession, held: Cluster, texts: tuple[str, ...]) -> list[tuple[str, float]]:
    whole: list[Verdict] = [verdicts[0] for verdicts in session.check_all(held, texts)]
    return [(verdict.label, verdict.probability or 0.0) for verdict in whole]


def same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> bool:
    return [label for label, _ in found] == [label for label, _ in expected] and all(
        abs(one - other) < 1e-6 for (_, one), (_, other) in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("name", TYPOGRAPHY)
def test_typography_of_texts_and_of_articles_changes_nothing(session: CheckSession, name: str):
    change = TYPOGRAPHY[name]
    expected = told(session, cluster(FIRST, SECOND), TEXTS)
    assert {label for label, _ in expected} >= {"supported", "contradicted"}
    assert same(told(session, cluster(FIRST, SECOND), tuple(map(change, TEXTS))), expected)
    assert same(told(session, cluster(change(FIRST), change(SECOND)), TEXTS), expected)


def test_spans_are_those_of_the_text_as_it_was_written(session: CheckSession):
    first, text = (unicodedata.normalize("NFD", each) for each in (FIRST, TEXTS[0]))
    for verdict in session.check(cluster(first, SECOND), text):
        assert text[verdict.claim.start : verdict.claim.end] == verdict.claim.text
        for element in verdict.elements:
            assert text[element.start : element.end] == element.text
            for span in element.evidence:
                assert {"a0": first, "a1": SECOND}[span.article_id][span.start : span.end] == span.text


def test_copies_and_order_of_articles_change_nothing(session: CheckSession):
    expected = told(session, cluster(FIRST, SECOND), TEXTS)
    assert same(told(session, cluster(FIRST, SECOND, SECOND), TEXTS), expected)
    held = cluster(FIRST, SECOND)
    assert same(told(session, held.model_copy(update={"articles": held.articles[::-1]}), TEXTS), expected)


def test_how_money_and_lengths_are_written_changes_no_label(session: CheckSession):
    sums = ("$2m", "2 million dollars", "US$2 million", "$2,000,000", "USD 2m")
    ways = tuple(f"Court fines builder Norden {written} on Tuesday" for written in sums)
    labels = {label for label, _ in told(session, cluster(FIRST, SECOND), ways)}
    assert labels == {"supported"}
    labels = {
        label
        for label, _ in told(session, cluster(FIRST, SECOND), ("Court fines Norden £2m", "Court fines Norden 2m euros"))
    }
    assert "supported" not in labels


def test_an_article_of_another_language_changes_nothing(session: CheckSession):
    german = "Die Bürgermeisterin von Lowen ist am Montag zurückgetreten, wie der Rat der Stadt mitteilte."
    expected = told(session, cluster(FIRST, SECOND), TEXTS)
    assert same(told(session, cluster(FIRST, SECOND, german), TEXTS), expected)
    assert {label for label, _ in told(session, cluster(german), TEXTS)} == {"abstained"}

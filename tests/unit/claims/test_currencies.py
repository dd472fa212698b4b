"""Currencies of figures: one however it is written, and never another country's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.figures.conversion import counterpart
from harness.claims.figures.currencies import currency_at
from harness.claims.figures.quantities import figures
from harness.claims.typography import plain, plain_cluster
from harness.records import Article, Cluster

WRITTEN = {
    "American": ["US$2.4m", "USD 2.4 million", "US $2.4m", "2.4m US dollars", "2.4 million American dollars"],
    "Australian": ["A$2.4m", "AU$2.4m", "AUD 2.4m", "2.4m AUD", "2.4 million Australian dollars"],
    "Canadian": ["C$2.4m", "CA$2.4m", "CAD 2.4m", "2.4 million Canadian dollars"],
    "of New Zealand": ["NZ$2.4m", "NZD 2.4m", "2.4 million New Zealand dollars"],
    "of Hong Kong": ["HK$2.4m", "HKD 2.4m", "2.4 million Hong Kong dollars"],
    "of Singapore": ["S$2.4m", "SGD 2.4m", "2.4 million Singapore dollars"],
    "of Jamaica": ["J$2.4m", "2.4 million Jamaican dollars"],
    "British": ["£2.4m", "GBP 2.4m", "2.4 mln pounds", "2.4 million British pounds"],
    "Egyptian": ["EGP 2.4m", "2.4 million Egyptian pounds"],
    "of the euro": ["€2.4m", "EUR 2.4m", "2.4m euros"],
    "Japanese": ["¥2.4m", "JPY 2.4m", "2.4m yen"],
    "Chinese": ["CNY 2.4m", "2.4 million yuan", "RMB 2.4m"],
    "Indian": ["₹24 lakh", "INR 24 lakh", "INR 2.4m", "2.4 million Indian rupees", "₹0.24 crore"],
    "Pakistani": ["PKR 2.4m", "2.4 million Pakistani rupees"],
    "Mexican": ["MX$2.4m", "MXN 2.4m", "2.4 million Mexican pesos"],
    "Argentine": ["ARS 2.4m", "2.4 million Argentine pesos"],
    "Norwegian": ["NOK 2.4m", "2.4 million Norwegian kroner"],
    "Danish": ["DKK 2.4m", "2.4 million Danish kroner"],
    "Swedish": ["SEK 2.4m", "2.4 million Swedish kronor"],
    "Swiss": ["CHF 2.4m", "2.4 million Swiss francs"],
}
"""One sum, by whose money it is."""
EVERY = [(whose, written) for whose, ways in WRITTEN.items() for written in ways]


def figure(parser, written):
    (found,) = figures(parser.parse([plain(f"The firm paid {written} on Monday").text])[0])
    return found


@settings(deadline=None)
@given(st.sampled_from(EVERY), st.sampled_from(EVERY))
def test_money_is_equal_to_that_of_its_country_alone(parser, one, other):
    (whose, claimed), (theirs, found) = one, other
    mine = figure(parser, claimed)
    assert mine.value == pytest.approx(2.4e6)
    assert (counterpart(mine, figure(parser, found)) is not None) == (whose == theirs), (claimed, found)


@pytest.mark.parametrize("whose", ["American", "Australian", "Canadian", "of Hong Kong", "of Jamaica"])
def test_a_bare_dollar_of_a_claim_may_be_any_countrys(parser, whose):
    for written in WRITTEN[whose]:
        assert counterpart(figure(parser, "$2.4m"), figure(parser, written)) is not None
    assert counterpart(figure(parser, "$2.4m"), figure(parser, "£2.4m")) is None
    assert counterpart(figure(parser, "2.4 million pesos"), figure(parser, "ARS 2.4m")) is not None
    for rupees in ("2.4 million rupees", "Rs 24 lakh", "Rs.0.24 crore"):
        for written in WRITTEN["Pakistani"] + WRITTEN["Indian"]:
            assert counterpart(figure(parser, rupees), figure(parser, written)) is not None


@pytest.mark.parametrize(
    ("articles", "claimed", "stands"),
    [
        (["It paid $2.4m."], "US$2.4m", True),  # the American one, where nothing says otherwise
        (["It paid $2.4m."], "A$2.4m", False),
        (["It paid A$3m, and $2.4m more."], "A$2.4m", True),  # written out once
        (["It paid A$3m, and $2.4m more."], "US$2.4m", False),
        (["It paid A$3m, and $2.4m more."], "$2.4m", True),
        (["The firm in Australia paid $2.4m."], "A$2.4m", True),  # either: nobody can say that it is not
        (["The firm in Australia paid $2.4m."], "US$2.4m", True),
        (["The firm in Australia paid $2.4m."], "C$2.4m", False),
        (["The firm in Australia paid the United States $2.4m."], "A$2.4m", False),
        (["It paid A$2.4m.", "A jury had it pay $2.4m."], "US$2.4m", False),  # the sum that the other gives
        (["It paid A$2.4m.", "It paid $1.6m, or A$2.4m."], "US$1.6m", False),
        (["It paid A$2.4m.", "It paid $1.6m."], "US$1.6m", True),
        (["It paid US$2.4m, and S$3m more."], "S$2.4m", False),
    ],
)
def test_what_a_dollar_without_a_country_is_an_article_tells(parser, articles, claimed, stands):
    held = [Article(article_id=f"a{at}", source=f"Paper {at}", text=text) for at, text in enumerate(articles)]
    reading = ClusterReading(plain_cluster(Cluster(cluster_id="c", articles=tuple(held))), parser)
    mine = figure(parser, claimed)
    assert any(counterpart(mine, found) is not None for _, found in reading.figures) is stands


@pytest.mark.parametrize(
    ("text", "unit"), [("won 3 won medals", ""), ("a 500-pound bomb", "gbp"), ("3 euros", "eur"), ("3 homes", "")]
)
def test_a_noun_right_after_a_figure_is_its_currency(text, unit):
    start = next(at for at, character in enumerate(text) if character.isdigit())
    end = start + (3 if text[start:].startswith("500") else 1)
    assert currency_at(text, start, end) == unit

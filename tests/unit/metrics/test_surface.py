from statistics import fmean

import pytest

from harness.metrics.surface import Surface
from harness.records import Article, Case, Cluster, Prediction

ARTICLES = (
    Article(
        article_id="a",
        title="Fourteen hurt as ferry hits reef",
        text="Two dozen people cheered Tilda Marsh on Tuesday.\nThe former U.S. officer is well-known in Sao Paulo.",
    ),
    Article(article_id="b", text="Kessel Line lost 2.5 million dollars, the Bureau of Marine Safety said."),
)


def case(prediction: str, articles: tuple[Article, ...] = ARTICLES) -> Case:
    return Case(
        cluster=Cluster(cluster_id="c", articles=articles),
        prediction=Prediction(prediction_id="p", cluster_id="c", configuration="m", text=prediction),
    )


def measured(prediction: str) -> dict[str, float]:
    return dict(Surface().score(case(prediction)).statistics)


def test_each_precision_is_the_share_that_an_article_has():
    found = measured("The ferry of Tilda Jones hits 14 reefs and 3 rocks")
    assert found["surface-unigram"] == 4 / 6  # ferry tilda hits reefs (by its stem); not jones, rocks
    assert found["surface-bigram"] == 0 / 10
    assert found["surface-number"] == 1 / 2  # 14 is fourteen
    assert found["surface-name"] == 1 / 2  # Tilda, not Jones
    parts = [found[f"surface-{part}"] for part in ("unigram", "bigram", "number", "name")]
    assert found["surface"] == fmean(parts)


def test_support_may_come_from_any_title_or_text():
    assert measured("Fourteen hurt, Tilda Marsh tells Kessel Line")["surface-name"] == 1.0
    assert measured("Kessel Line hits reef")["surface-bigram"] == 2 / 3


def test_numbers_are_compared_by_value():
    assert measured("24 people, 2,500,000 dollars and fourteen hurt")["surface-number"] == 1.0
    assert measured("25 people")["surface-number"] == 0.0


def test_words_are_compared_without_accents_possessives_and_dots():
    assert measured("the US said the São Paulo’s Márine")["surface-name"] == 1.0
    assert measured("well known")["surface-unigram"] == 1.0
    assert measured("The reef-ferry")["surface-unigram"] == 1.0
    assert measured("a fan of Marsh-Tilda")["surface-name"] == 1.0


def test_a_number_word_is_supported_by_its_value():
    assert measured("twenty-four")["surface-unigram"] == 1.0
    assert measured("twenty-five")["surface-unigram"] == 0.0


def test_nothing_to_check_is_a_reason_and_neither_1_nor_0():
    found = Surface().score(case("the ferry"))
    assert found.unscorable == {
        "surface-number": "prediction has no number",
        "surface-name": "prediction has no word that its capitals mark as a name",
    }
    assert found.statistics["surface"] == fmean([1.0, 0.0])
    nothing = Surface().score(case("—"))
    assert not nothing.statistics
    assert nothing.unscorable["surface"] == "prediction has no content word"
    assert Surface().score(case("ferry")).unscorable["surface-bigram"] == "prediction has no two words side by side"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Police say Barack Obama met McCain", ["police", "barack", "obama", "mccain"]),
        ("Officer says Obama won", ["obama"]),  # the articles write officer small
        ("Two arrested, Twenty-one held", []),
        ("Anti-officer riot", []),  # a piece of it is written small
        ("Riot ends. Smith held", ["riot", "smith"]),
        ("ferry hits the US, says the WHO", ["us", "who"]),
        ("Ferry Hits Reef As GOP And McCain Re-Open U.S Talks", ["gop", "mccain", "us"]),
        ("Joe Biden", []),  # may be a title: every content word has its capital
        ("OBAMA WINS IN OHIO", []),
        ("why the G20 and a B-52 matter", ["g20", "b-52"]),
        ("the 2nd Covid-19 wave", ["covid-19"]),
        ("习近平 访问", []),
    ],
)
def test_names_are_what_capitals_mark(text: str, expected: list[str]):
    assert_checked("surface-name", text, expected)


def assert_checked(measure: str, text: str, expected: list[str]) -> None:
    """What is looked for is `expected`, and nothing else: an article with one of them has its share of them."""
    for one in expected:
        articles = (Article(article_id="a", title="an officer", text=one.upper()),)
        assert Surface().score(case(text, articles)).statistics[measure] == expected.count(one) / len(expected)
    if not expected:
        assert measure in Surface().score(case(text)).unscorable


def test_pairs_do_not_cross_the_end_of_a_sentence():
    assert_checked("surface-bigram", "A ferry sank. Nobody died: luck", ["a ferry", "ferry sank", "nobody died"])


def test_content_words_leave_out_function_words_and_numerals():
    assert_checked("surface-unigram", "The US has 12 of its ferries, twelve", ["us", "ferries", "twelve"])
    assert_checked("surface-unigram", "THE FERRY OF IT", ["ferry"])


def test_signatures_name_the_word_list_where_it_matters():
    signatures = Surface().signatures({})
    assert signatures["surface-number"] == "surface-number|v:2"
    assert signatures["surface-name"].startswith("surface-name|function-words:")

import pytest
from pydantic import ValidationError

from harness.metrics.headline import Headline
from harness.records import Article, Case, Cluster, Prediction, Reference

ARTICLE = Article(
    article_id="a",
    title="Ferry hits reef",
    text="A ferry struck a reef on Tuesday.\nFourteen people were hurt, police said.Boat runs aground at Annis",
)


def case(prediction: str, *references: str, articles: tuple[Article, ...] = (ARTICLE,)) -> Case:
    return Case(
        cluster=Cluster(
            cluster_id="c", articles=articles, references=tuple(Reference(text=text) for text in references)
        ),
        prediction=Prediction(prediction_id="p", cluster_id="c", configuration="m", text=prediction),
    )


def test_words_and_characters_are_counted_as_a_reader_counts_them():
    found = Headline().findings(case(" U.S. ferry’s café sinks  "))
    assert found.statistics["words"] == 4
    assert found.statistics["characters"] == 4 + 1 + 7 + 1 + 4 + 1 + 5  # no spaces round it
    assert Headline().findings(case("café")).statistics["characters"] == 4
    assert Headline().findings(case("cafe\u0301")).statistics["characters"] == 4


@pytest.mark.parametrize(
    ("limits", "text", "fits"),
    [
        ({"max_characters": 70}, "x" * 70, 1.0),
        ({"max_characters": 70}, "x" * 71, 0.0),
        ({"max_characters": None, "max_words": 2}, "ferry sinks", 1.0),
        ({"max_characters": None, "max_words": 2}, "the ferry sinks", 0.0),
        ({"max_characters": 5, "max_words": 2}, "ferry sinks", 0.0),
    ],
)
def test_the_limit_holds_to_the_last_character_and_word(limits: dict[str, int], text: str, fits: float):
    assert Headline(**limits).findings(case(text)).statistics["within-limit"] == fits


def test_without_a_limit_there_is_no_such_measure():
    metric = Headline(max_characters=None)
    assert "within-limit" not in {measure.name for measure in metric.measures()}
    assert "within-limit" not in metric.score(case("a")).statistics


def test_novel_ngrams_are_those_that_no_title_or_text_has():
    found = Headline(novel=(1, 2)).findings(case("Ferry strikes reef on Tuesday"))
    assert found.statistics["novel-1"] == 1 / 5  # strikes
    assert found.statistics["novel-2"] == 2 / 4  # ferry strikes, strikes reef


def test_an_ngram_does_not_run_from_the_title_into_the_text():
    articles = (Article(article_id="a", title="Ferry", text="sinks"),)
    assert Headline(novel=(2,)).findings(case("ferry sinks", articles=articles)).statistics["novel-2"] == 1.0


def test_too_short_a_prediction_has_a_reason():
    found = Headline(novel=(1, 2)).score(case("Ferry"))
    assert found.statistics["novel-1"] == 0.0
    assert found.unscorable["novel-2"] == "prediction has fewer than 2 words"
    assert found.unscorable["copied"] == "prediction has fewer than 3 words"
    assert Headline().score(case("—")).unscorable["novel-1"] == "prediction has no word"


@pytest.mark.parametrize(
    ("prediction", "copied"),
    [
        ("FERRY HITS REEF!", 1.0),
        ("fourteen people were hurt", 1.0),
        ("Boat runs aground", 1.0),  # glued to the line before it
        ("Boat run aground", 0.0),
        ("erry hits reef", 0.0),  # whole words only
        ("hits reef a ferry", 0.0),  # title and text are apart
    ],
)
def test_copied_means_standing_word_for_word_in_an_article(prediction: str, copied: float):
    assert Headline().findings(case(prediction)).statistics["copied"] == copied


def test_leakage_looks_at_references_and_not_at_the_prediction():
    assert Headline().findings(case("x", "Ferry sinks fast", "Boat runs aground at Annis")).statistics["leakage"] == 1.0
    assert Headline().findings(case("Ferry hits reef", "Ferry sinks fast")).statistics["leakage"] == 0.0


def test_leakage_without_a_reference_worth_looking_for_has_a_reason():
    assert Headline().score(case("x")).unscorable["leakage"] == "cluster has no references"
    found = Headline().score(case("x", "Ferry hits"))
    assert found.unscorable["leakage"] == "every reference has fewer than 3 words"


def test_limits_stand_in_the_signature_of_the_limit_alone():
    signatures = Headline(max_characters=60).signatures({})
    assert signatures["within-limit"] == "within-limit|max_characters:60|v:2"
    assert signatures["novel-2"] == "novel-2|v:2"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"novel": [1, 1]}, "named more than once"),
        ({"novel": [0]}, "greater than or equal to 1"),
        ({"max_characters": 0}, "greater than or equal to 1"),
    ],
)
def test_wrong_parameters_are_refused(parameters: dict[str, object], message: str):
    with pytest.raises(ValidationError, match=message):
        Headline(**parameters)

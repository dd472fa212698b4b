"""Which texts and articles are read at all: English ones. Words of other languages are ours."""

import pytest

from harness.claims.english import in_another_language, readable_articles, why_not_english
from harness.records import Article, Cluster

ENGLISH = Article(article_id="en", text="The old bridge at Lowen was closed on Friday after cracks were found in it.")
OTHERS = {
    "German": (
        "Die alte Brücke in Lowen ist am Freitag gesperrt worden, nachdem Risse gefunden wurden.",
        "Alte Brücke in Lowen gesperrt",
    ),
    "French": (
        "Le vieux pont de Lowen a été fermé vendredi après la découverte de fissures.",
        "Vieux pont fermé à Lowen",
    ),
    "Spanish": (
        "El viejo puente de Lowen fue cerrado el viernes tras hallarse grietas.",
        "Cierran viejo puente de Lowen",
    ),
    "Polish": (
        "Stary most w Lowen został zamknięty w piątek po wykryciu pęknięć.",
        "Zamknięto stary most w Lowen",
    ),
    "Turkish": (
        "Lowen'deki eski köprü cuma günü çatlaklar bulunduktan sonra kapatıldı.",
        "Eski köprü trafiğe kapatıldı",
    ),
    "Indonesian": (
        "Jembatan tua di Lowen ditutup pada hari Jumat setelah ditemukan retakan.",
        "Jembatan tua di Lowen ditutup",
    ),
    "Finnish": (
        "Lowenin vanha silta suljettiin perjantaina, kun siitä löytyi halkeamia.",
        "Lowenin vanha silta suljettiin",
    ),
}


@pytest.mark.parametrize("language", OTHERS)
def test_an_article_of_another_language_is_told_and_left_out(language, parser):
    article = Article(article_id="x", text=OTHERS[language][0])
    assert in_another_language(article, parser.common)
    kept = readable_articles(Cluster(cluster_id="c", articles=(article, ENGLISH)), parser.common)
    assert [each.article_id for each in kept] == ["en"]


@pytest.mark.parametrize("language", OTHERS)
def test_a_headline_in_the_language_of_an_article_beside_english_ones_is_told(language, parser):
    article = Article(article_id="x", text=OTHERS[language][0])
    assert "English" in why_not_english(OTHERS[language][1], parser.common, [article])


@pytest.mark.parametrize(
    "text",
    ["Lowen bridge closed over cracks", "Lowen Bridge Closed", "Café fined", "Mayor: “No risk”", "Van der Sar signs"],
)
def test_an_english_headline_is_read_beside_an_article_of_another_language(text, parser):
    assert why_not_english(text, parser.common, [Article(article_id="x", text=OTHERS["German"][0])]) == ""


def test_few_words_do_not_tell_a_language(parser):
    article = Article(article_id="x", title="Zelenskyy", text="Kyiv, Kharkiv, Odesa")
    assert not in_another_language(article, parser.common)

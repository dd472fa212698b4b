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
    "Italian": (
        "Il vecchio ponte di Lowen è stato chiuso venerdì dopo la scoperta di alcune crepe.",
        "Chiuso il vecchio ponte di Lowen",
    ),
    "Dutch": (
        "De oude brug in Lowen is vrijdag gesloten nadat er scheuren waren gevonden.",
        "Oude brug in Lowen gesloten",
    ),
    "Portuguese": (
        "A velha ponte de Lowen foi fechada na sexta-feira depois de serem encontradas fissuras.",
        "Velha ponte de Lowen fechada após fissuras",
    ),
    "Swedish": (
        "Den gamla bron i Lowen stängdes i fredags efter att sprickor hade hittats.",
        "Gamla bron i Lowen stängd",
    ),
    "Danish": (
        "Den gamle bro i Lowen blev lukket fredag, efter at der var fundet revner.",
        "Gammel bro i Lowen lukket",
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


@pytest.mark.parametrize(
    "text",
    [
        "Drei Dörfer bei Lowen überflutet",
        "Feuerwehr rettet 300 Menschen",
        "Trois villages inondés près de Lowen",
        "Lowen: 300 personnes évacuées",
        "Inondations à Lowen",
        "Tres pueblos inundados cerca de Lowen",
        "Tre villaggi allagati vicino a Lowen",
        "Drie dorpen bij Lowen onder water",
        "Brandweer redt 300 mensen",
        "Trzy wsie pod Lowen zalane",
        "Lowen yakınında üç köy sular altında",
        "Tiga desa dekat Lowen terendam",
    ],
)
def test_a_headline_in_another_language_is_told_beside_english_articles(text, parser):
    told = frozenset({"lowen", "three", "villages", "flooded", "the", "300", "people"})
    assert "English" in why_not_english(text, parser.common, told=told)


@pytest.mark.parametrize(
    "text",
    [
        "Xi Jinping meets Narendra Modi",
        "Zverev outlasts Wawrinka",
        "Lowen villages flooded",
        "Erdoğan, Kılıçdaroğlu trade barbs",
        "Résumé of Yevgeny Prigozhin doctored",
        "Lowen flooded",
    ],
)
def test_names_that_no_article_has_make_no_headline_foreign(text, parser):
    assert why_not_english(text, parser.common, told=frozenset({"lowen", "mayor"})) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Jean-Pierre de la Croix met Łukasz Wójcik and Günther von Straußenberg at the Élysée. Le Monde reported.",
        "Recep Tayyip Erdoğan and Şükrü Öztürk flew to Diyarbakır with Kılıçdaroğlu. İmamoğlu stayed in Beşiktaş.",
        "Susilo Bambang Yudhoyono opened Taman Mini Indonesia Indah in Jakarta. Megawati Soekarnoputri was there.",
    ],
)
def test_an_english_article_of_many_foreign_names_is_english(text, parser):
    assert not in_another_language(Article(article_id="x", text=text), parser.common)

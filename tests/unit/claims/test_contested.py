from datetime import UTC, datetime

from harness.claims.contested import figures
from harness.claims.contested.facts import contested_facts
from harness.claims.figures import questions
from harness.records import Article, Cluster

PADDING = {
    "a": "The mayor visited the site on foot. Rescue workers used dogs and cranes through the night to search.",
    "b": "Schools in the region will stay shut this week. Donations of blankets and food arrived from abroad.",
}


def cluster(*texts, days=None):
    articles = tuple(
        Article(
            article_id="abcd"[n],
            text=f"{text} {PADDING.get('abcd'[n], '')}",
            published=datetime(2020, 1, days[n], tzinfo=UTC) if days else None,
        )
        for n, text in enumerate(texts)
    )
    return Cluster(cluster_id="c", articles=articles)


def kinds(made, parser):
    return [(fact.kind, fact.update, [v.value for v in fact.versions]) for fact in contested_facts(made, parser)]


def test_figures_in_one_slot_are_contested_and_both_sides_quoted(parser):
    made = cluster("More than 150 people were killed.", "At least 140 people have died.")
    (fact,) = contested_facts(made, parser)
    assert (fact.kind, fact.update) == ("figures", False)
    assert [(v.value, [e.text for e in v.evidence]) for v in fact.versions] == [
        ("At least 140", ["At least 140 people have died."]),
        ("More than 150", ["More than 150 people were killed."]),
    ]


def test_figures_of_other_things_are_not(parser):
    assert kinds(cluster("150 people were killed.", "140 people were injured."), parser) == []
    assert kinds(cluster("150 people were killed.", "140 houses were destroyed."), parser) == []
    assert kinds(cluster("150 people were killed.", "Two of the people were killed."), parser) == []


def test_of_a_part_that_a_clause_tells_of_nothing_is_told_of_the_whole(parser):
    assert kinds(cluster("Four dogs died at the lake.", "Vets treated nine dogs, of which four died."), parser) == []
    assert (
        kinds(cluster("Six miners were killed.", "Rescuers pulled out 30 miners, of whom six were dead."), parser) == []
    )
    guards = "He praised his police and soldiers, 20 of whom have been killed in the riots."
    assert kinds(cluster("13 soldiers were killed in the riots.", guards), parser) == [("figures", False, ["13", "20"])]
    assert kinds(cluster("Five dogs died at the lake.", "Vets treated nine dogs, of which four died."), parser) == [
        ("figures", False, ["four", "Five"])
    ]


def test_a_later_toll_is_an_update_by_wording_and_by_date(parser):
    by_wording = cluster("At least 61 people were killed.", "The death toll rose to 82.")
    assert kinds(by_wording, parser) == [("figures", True, ["At least 61", "82"])]
    by_date = cluster("At least 61 people were killed.", "At least 82 people were killed.", days=[1, 2])
    assert kinds(by_date, parser) == [("figures", True, ["At least 61", "At least 82"])]


def test_a_copy_is_no_second_side(parser):
    text = f"More than 150 people were killed in the protests on Friday. {PADDING['a']} {PADDING['b']}"
    made = Cluster(
        cluster_id="c",
        articles=(Article(article_id="a", text=text), Article(article_id="b", text=text.replace("150", "140"))),
    )
    assert contested_facts(made, parser) == []


def test_opposite_words_other_offices_and_spellings_are_found(parser):
    made = cluster(
        "Violent protests shook the city. President Omar Hasan spoke to Hassib Hussain.",
        "Peaceful protests shook the city. Former president Omar Hasan was silent. Police named Hasib Hussain.",
    )
    assert {fact.kind for fact in contested_facts(made, parser)} == {"description", "office", "spelling"}


def test_where_each_side_claims_another_country(parser):
    made = cluster(
        "The Royal Navy insists that they were operating in Iraqi waters.", "Iran claims they were in Iranian waters."
    )
    assert kinds(made, parser) == [("place", False, ["Iranian waters", "Iraqi waters"])]


def test_figures_that_nothing_happens_to_are_held_against_no_other(parser, monkeypatch):
    compared = []
    monkeypatch.setattr(figures, "disagree", lambda *asked: compared.append(asked))
    assert contested_facts(cluster("%0A" * 400, "%0A" * 300), parser) == []
    assert compared == []


def test_a_sentence_of_many_figures_is_read_near_each_of_them_only(parser, monkeypatch):
    """Over the whole sentence, hundreds of figures took the square of its length: 1.5 s for 3,000 characters."""
    read = []

    class Noted:
        def __init__(self, pattern):
            self.pattern = pattern

        def search(self, text):
            read.append(len(text))
            return self.pattern.search(text)

    for name in ("_AGE", "_PART_BEFORE", "_INCLUDED", "_BEFORE"):
        monkeypatch.setattr(questions, name, Noted(getattr(questions, name)))
    questions._is_of_earlier.cache_clear()
    text = f"{'50 percent ' * 200}of the people voted."
    contested_facts(cluster(text, f"{text} Twice."), parser)
    assert len(read) > 100  # a figure's searches, each over a few words
    assert sum(length > questions._NEAR_BEFORE for length in read) <= 2 + 4  # a sentence once for each text and padding

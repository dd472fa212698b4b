"""What is planted is what it is called: an error is one, and a harmless edit is none."""

import pytest

from harness.perturbations.context import Context
from harness.perturbations.plant import ERRORS, HARMLESS, plant, plant_in
from harness.perturbations.words import in_letters, inflected, written_like
from harness.records import Article, Cluster, Reference

FLOOD = Cluster(
    cluster_id="flood",
    articles=(
        Article(
            article_id="a",
            title="Army rescues 40 villagers",
            text="The army rescued 40 villagers near Rivertown on Monday, General Ann Lee said. Heavy rain flooded the "
            "northern valley. Mayor Omar Dahl claimed that engineers had opened the dam at night. The bridge in "
            "Oldport collapsed. Lee thanked the crews.",
        ),
        Article(
            article_id="b",
            text="At least 35 villagers were rescued by the army near Rivertown. The road to Oldport is closed.",
        ),
    ),
    references=(Reference(text="Army rescues 40 villagers near Rivertown after heavy rain"),),
)
FIRE = Cluster(
    cluster_id="fire",
    articles=(
        Article(article_id="c", text="A fire burned in Hillside on Tuesday. Police arrested Jon Berg in Hillside."),
    ),
    references=(Reference(text="Police arrest Jon Berg over fire in Hillside"),),
)


@pytest.fixture(scope="module")
def context(parser):
    return Context(FLOOD, parser)


def planted(context, text, seed=13):
    return {row.edit: row for row, _ in plant_in(context.headline(text), "reference", [], seed).planted}


def test_every_headline_has_each_edit_or_says_that_it_does_not_apply(parser):
    for planting in plant([FLOOD, FIRE], parser, 13):
        made = [row.edit for row, _ in planting.planted]
        assert sorted([*made, *planting.not_applicable]) == sorted([*ERRORS, *HARMLESS])
        for row, _ in planting.planted:
            assert row.harmless == (row.edit in HARMLESS)
            assert (row.text == row.original) == (row.edit in ("doubled source", "reordered"))


def test_equal_seeds_plant_equal_texts_whatever_stands_beside(parser):
    alone, among = ([p.planted for p in plant(clusters, parser, 13)] for clusters in ([FLOOD], [FLOOD, FLOOD]))
    assert alone[0] == among[0] == among[1]
    assert any(next(plant([FLOOD], parser, seed)).planted != alone[0] for seed in range(5))


@pytest.mark.parametrize("seed", range(12))
def test_a_wrong_number_is_none_that_an_article_states_or_allows_in_that_slot(context, seed):
    # 40 and `at least 35` are stated, so that anything from 35 up would be borne out.
    wrong = planted(context, "Army rescues 40 villagers near Rivertown", seed)["number"]
    value = int(wrong.text.split()[2])
    assert value < 35
    assert wrong.text == f"Army rescues {value} villagers near Rivertown"


def test_a_bound_is_only_moved_to_promise_more(context):
    for seed in range(12):
        found = planted(context, "More than 30 villagers rescued near Rivertown", seed).get("number")
        assert found is None or int(found.text.split()[2]) > 35


def test_another_name_is_no_alias_and_does_not_share_the_deed(parser):
    text = "General Ann Lee rescues villagers near Rivertown"
    context = Context(FLOOD, parser)
    for seed in range(12):
        row = planted(context, text, seed)["entity"]
        assert "Lee" not in row.text
        assert row.text.endswith("rescues villagers near Rivertown")


def test_parties_change_places(context):
    row = planted(context, "Army rescues villagers near Rivertown")["roles"]
    assert row.text == "Villagers rescues army near Rivertown"


@pytest.mark.parametrize(
    ("true", "denied"),
    [
        ("Army rescues 40 villagers", "Army does not rescue 40 villagers"),
        ("Bridge in Oldport has collapsed", "Bridge in Oldport has not collapsed"),
        ("Army to rescue 40 villagers", "Army not to rescue 40 villagers"),
        ("Bridge is not open to cars", "Bridge is open to cars"),
        ("40 villagers rescued near Rivertown", "40 villagers not rescued near Rivertown"),
    ],
)
def test_negation(context, true, denied):
    assert planted(context, true)["negation"].text == denied


@pytest.mark.parametrize("true", ["Villagers were only moved to Oldport", "Bridge wasn’t by any stretch the first one"])
def test_what_no_not_would_deny_is_not_negated(context, true):
    assert "negation" not in planted(context, true)


def test_a_claim_loses_its_speaker_and_a_plain_report_is_none(context):
    row = planted(context, "Mayor claims engineers opened dam at night")["attribution"]
    assert row.text == "Engineers opened dam at night"
    beside = planted(context, "Army rescues 40 villagers")["attribution"]
    assert beside.way == "asserted beside"
    assert beside.after == "Engineers had opened the dam at night."


def test_a_wrong_time_and_place_stand_in_no_article(context):
    row = planted(context, "Army rescues villagers on Monday")["time"]
    assert row.before == "Monday"
    assert row.after not in ("Monday", "")
    turned = planted(context, "Rain floods northern valley")["place"]
    assert turned.text in ("Rain floods southern valley",) or turned.way == "added"


def test_numbers_in_letters_and_digits(context):
    assert planted(context, "Army rescues 40 villagers")["number words"].text == "Army rescues forty villagers"
    assert planted(context, "Army rescues forty villagers")["number words"].text == "Army rescues 40 villagers"


def test_padding_is_a_sentence_of_an_article_as_it_stands(context):
    row = planted(context, "Army rescues 40 villagers")["padding"]
    assert any(row.after in article.text for article in FLOOD.articles)
    assert row.text == f"Army rescues 40 villagers. {row.after}"


def test_a_title_that_is_the_headline_is_taken_from_the_articles(context):
    planting = plant_in(context.headline("Army rescues 40 villagers"), "title", [], 13)
    assert [article.title for article in planting.cluster.articles] == ["", ""]
    assert all(cluster.articles[-1].title == "" for _, cluster in planting.planted)


@pytest.mark.parametrize(
    ("lemma", "tag", "form"),
    [
        ("deny", "VBZ", "denies"), ("ban", "VBD", "banned"), ("find", "VBN", "found"), ("leave", "VBG", "leaving"),
        ("crash", "VBZ", "crashes"), ("agree", "VBD", "agreed"), ("delay", "VBD", "delayed"), ("free", "VB", "free"),
    ],
)  # fmt: skip
def test_verbs_take_the_form_of_those_they_replace(lemma, tag, form):
    assert inflected(lemma, tag) == form


def test_numbers_are_written_in_the_manner_of_those_they_replace():
    assert [written_like(old, new) for old, new in (("1,200", 3400), ("second", 4), ("21st", 32), ("nine", 19))] == [
        "3,400", "fourth", "32nd", "nineteen",
    ]  # fmt: skip
    assert written_like("1.2m", 5) is None
    assert in_letters(104) == "one hundred and four"

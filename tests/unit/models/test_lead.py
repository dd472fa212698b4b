import pytest

from harness.errors import ModelError
from harness.models.lead import Lead
from harness.records import Article, Cluster

BODY = "Rescuers pulled nine people from the mine on Monday. The search goes on."


def cluster(*articles):
    rows = tuple(Article(article_id=f"a{i}", **article) for i, article in enumerate(articles))
    return Cluster(cluster_id="c", articles=rows)


def test_the_title_of_the_first_article_is_the_default():
    assert Lead().pick(cluster({"title": " Nine\nsaved ", "text": BODY}, {"title": "Other", "text": BODY})) == (
        "Nine saved"
    )


def test_auto_falls_back_to_the_first_sentence_where_there_is_no_title():
    assert Lead().pick(cluster({"title": "  ", "text": BODY})) == (
        "Rescuers pulled nine people from the mine on Monday."
    )


def test_sentence_ignores_the_title():
    assert Lead(part="sentence").pick(cluster({"title": "Nine saved", "text": BODY})).startswith("Rescuers pulled")


FIRST = "Rescuers pulled nine people from the mine on Monday."


@pytest.mark.parametrize(
    "before",
    [
        "LIMA (Reuters) - ",
        "LIMA, Peru, March 3 (AP) — ",
        "Nine saved from Peruvian mine\n",
        "By Ana Ruiz and Tom Lee\n",
        "By Ana Ruiz, Mining Correspondent of the Lima Daily Courier\nLIMA - ",
        "18/11/2004 - 17:36:52\n",
        "Thursday, November 18, 2004\n",
        "Updated at 10:30 GMT on Friday.\n",
        "Staff report\n\n",
        "Breaking news.\n",
        "The mouth of the mine after sunrise on Tuesday. Photograph: Ana Ruiz/Lima Daily\n",
    ],
)
def test_what_stands_before_the_first_real_sentence_is_passed_over(before):
    article = {"title": "Nine saved from Peruvian mine", "text": before + BODY}
    assert Lead(part="sentence").pick(cluster(article)) == FIRST


def test_a_title_that_stands_again_as_a_sentence_is_passed_over():
    title = "Got spam? It probably came from the mine."
    article = {"title": title, "text": f"{title}\n{BODY}"}
    assert Lead(part="sentence").pick(cluster(article)) == FIRST


def test_a_sentence_that_opens_with_by_or_a_date_is_one():
    text = "By Friday, rescuers had reached nine people. The search goes on."
    assert Lead(part="sentence").pick(cluster({"text": text})) == "By Friday, rescuers had reached nine people."
    text = "On 3 March 2024, rescuers reached them. The search goes on."
    assert Lead(part="sentence").pick(cluster({"text": text})) == "On 3 March 2024, rescuers reached them."


def test_a_text_without_marks_gives_its_first_line_that_is_long_enough():
    text = "by ana ruiz in lima today\nrescuers pulled nine people from the mine\nthe search goes on tonight"
    assert Lead(part="sentence").pick(cluster({"text": text})) == "rescuers pulled nine people from the mine"


def test_a_text_of_scraps_gives_the_first_scrap():
    assert Lead().pick(cluster({"text": "***\nNine saved\nMore soon"})) == "Nine saved"


def test_longest_counts_words_and_the_earlier_of_equals_wins():
    # Words: 3, 4, 4; characters would choose the first.
    articles = cluster(
        {"title": "A", "text": "Extraordinarily incomprehensible circumlocutions."},
        {"title": "B", "text": "It is so now."},
        {"title": "C", "text": "It is not so."},
    )
    assert Lead(article="longest").pick(articles) == "B"


def test_latest_compares_moments_among_the_dated_articles():
    # 23:30 at UTC-5 is 04:30 UTC of the next day, later than 03:00 UTC of that day.
    articles = cluster(
        {"title": "No date", "text": BODY},
        {"title": "Early", "text": BODY, "published": "2024-03-04T03:00:00Z"},
        {"title": "Late", "text": BODY, "published": "2024-03-03T23:30:00-05:00"},
    )
    assert Lead(article="latest").pick(articles) == "Late"


def test_latest_without_any_date_is_a_failure():
    with pytest.raises(ModelError, match="no article of the cluster has a date"):
        Lead(article="latest").pick(cluster({"title": "A", "text": BODY}))


def test_a_title_that_is_asked_for_and_missing_is_a_failure():
    with pytest.raises(ModelError, match="article 'a0', the first one, has no title"):
        Lead(part="title").pick(cluster({"text": BODY}, {"title": "B", "text": BODY}))


def test_an_article_without_words_is_a_failure():
    with pytest.raises(ModelError, match="article 'a0', the first one, has no sentence"):
        Lead().pick(cluster({"text": "— * —"}))


def test_max_words_cuts_at_a_word_and_leaves_no_dangling_mark():
    article = {"title": "Mine collapse: $1.5m, 'nine saved' (so far)", "text": BODY}
    # Words: Mine, collapse, 1.5m, nine, saved, so, far.
    assert [Lead(max_words=n).pick(cluster(article)) for n in (2, 3, 5, 7)] == [
        "Mine collapse",
        "Mine collapse: $1.5m",
        "Mine collapse: $1.5m, 'nine saved'",
        "Mine collapse: $1.5m, 'nine saved' (so far)",
    ]


def test_a_bare_value_names_the_article():
    assert Lead.positional == "article"

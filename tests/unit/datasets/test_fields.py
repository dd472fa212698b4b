"""The field map: rows of other shapes, and what is never read by mistake."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.datasets.dates import parse_date
from harness.datasets.fields import HOPELESS_AFTER, UNSEEN_AFTER, FieldMap, Row, RowReader, clusters
from harness.datasets.jsonl import Jsonl
from harness.errors import DataError
from harness.inputs.values import RowError
from harness.records import Cluster, RowProblem


def cluster_of(row: object, separator: str | None = None, **fields: object) -> Cluster:
    return RowReader(FieldMap.model_validate(fields), separator).cluster(row, 7)


def test_every_field_can_stand_elsewhere_also_within_objects():
    row = {
        "doc_id": 12,
        "payload": {"docs": [{"meta": {"headline": "H", "by": "Wire"}, "body": "B", "no": 3, "at": "2021-10-18"}]},
        "gold": "One headline",
        "desk": "sport",
    }
    cluster = cluster_of(
        row,
        id="doc_id",
        articles="payload.docs",
        article_id="no",
        title="meta.headline",
        source="meta.by",
        text="body",
        date="at",
        references="gold",
    )
    (article,) = cluster.articles
    assert (cluster.cluster_id, article.article_id, article.title, article.source) == ("12", "3", "H", "Wire")
    assert (article.text, article.published) == ("B", datetime(2021, 10, 18, tzinfo=UTC))
    assert [reference.text for reference in cluster.references] == ["One headline"]
    assert cluster.tags == {"desk": "sport"}


def test_a_flat_row_is_one_article():
    cluster = cluster_of(
        {"id": "x", "document": "D", "summary": "S", "title": "T"}, text="document", references="summary"
    )
    (article,) = cluster.articles
    assert (article.article_id, article.title, article.text) == ("a0", "T", "D")
    assert [reference.text for reference in cluster.references] == ["S"]
    assert cluster.tags == {}


def test_a_title_that_is_the_reference_never_reaches_the_article():
    cluster = cluster_of({"id": "x", "text": "D", "title": "The headline"}, references="title")
    assert cluster.articles[0].title == ""
    assert "headline" not in cluster.without_references().to_json()


def test_a_default_field_gives_way_to_the_map():
    cluster = cluster_of({"id": "x", "source": "A long body.", "date": "2021-10-18"}, text="source")
    assert (cluster.articles[0].text, cluster.articles[0].source) == ("A long body.", None)


def test_articles_may_be_strings_or_one_string_with_a_separator():
    assert [a.text for a in cluster_of({"id": "x", "docs": ["A", "B"]}, articles="docs").articles] == ["A", "B"]
    joined = {"id": "x", "document": "A one |||||\n B two ||||| "}
    for fields in ({"articles": "document"}, {"text": "document"}):
        articles = cluster_of(joined, separator="|||||", **fields).articles
        assert [(article.article_id, article.text) for article in articles] == [("a0", "A one"), ("a1", "B two")]
    with pytest.raises(RowError, match="found no text between the separators"):
        cluster_of({"id": "x", "document": " ||||| "}, separator="|||||", articles="document")


def test_several_fields_may_hold_references():
    row = {"id": "x", "text": "D", "ref_a": "One", "ref_b": ["Two", "Three"], "ref_c": None}
    found = cluster_of(row, references=["ref_a", "ref_b", "ref_c"]).references
    assert [reference.text for reference in found] == ["One", "Two", "Three"]


def test_rows_are_numbered_only_where_the_map_says_so():
    assert cluster_of({"text": "D"}, id=None).cluster_id == "row-000007"
    with pytest.raises(RowError, match=r"^id: missing.*`fields: \{id: null\}` to number the rows"):
        cluster_of({"text": "D"})
    assert RowReader(FieldMap(), id_required=False).cluster({"text": "D"}, 7).cluster_id == "row-000007"
    with pytest.raises(RowError, match=r"^doc: missing"):  # a mapped id is never made up
        RowReader(FieldMap(id="doc"), id_required=False).cluster({"text": "D"}, 7)


@pytest.mark.parametrize("name", ["articles", "references", "text"])
def test_a_mapped_field_that_is_not_there_is_a_problem(name):
    row = {"id": "x", "articles": [{"text": "D"}], "text": "D", "sumary": "S"}
    with pytest.raises(RowError, match=r"summary: missing; .*(did you mean 'sumary'|found the fields text;)"):
        cluster_of(row, **{name: "summary"})


def test_a_mapped_field_that_no_row_has_is_reported_once():
    rows = [Row("f", n, {"id": str(n), "text": "D", "headline": "H"}) for n in range(1, UNSEEN_AFTER + 10)]
    found = list(clusters(rows, RowReader(FieldMap(title="headlin", url="headline"))))
    problems = [row for row in found if isinstance(row, RowProblem)]
    assert [found.index(problem) for problem in problems] == [UNSEEN_AFTER]
    assert "(title: headlin)" in problems[0].reason
    short = list(clusters(rows[:2], RowReader(FieldMap(title="headlin"))))
    assert [type(row) for row in short] == [Cluster, Cluster, RowProblem]
    sparse = [*rows[:3], Row("f", 4, {"id": "4", "text": "D", "by": "Wire"})]
    assert all(isinstance(row, Cluster) for row in clusters(sparse, RowReader(FieldMap(source="by"))))


# Rows that are nearly right: every field as it should be or with anything in it, and characters that no file can hold.
WORDS = st.text(st.sampled_from("\ud800\0 ab"), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("text") | WORDS, inner, max_size=2),
    max_leaves=4,
)
FIELDS = {name: st.just("ab") | WORDS | VALUES for name in ("title", "text", "source", "date", "url")}
ARTICLES = st.lists(st.just("ab") | WORDS | st.fixed_dictionaries({}, optional=FIELDS | {"id": WORDS}), max_size=2)
REFERENCES = st.lists(st.just("ab") | WORDS, max_size=2)
ROWS = st.fixed_dictionaries(
    {"id": st.just("c") | VALUES},
    optional=FIELDS | {"articles": ARTICLES | VALUES, "references": REFERENCES | VALUES, "\ud800": WORDS, "a": WORDS},
)
MAPS = ({}, {"articles": None}, {"id": None, "references": "title"}, {"title": "x.y", "source": "id"})


@given(row=ROWS | VALUES, fields=st.sampled_from(MAPS), separator=st.sampled_from([None, " "]))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_whatever_stands_in_a_row_is_a_cluster_or_a_problem_that_can_be_written_down(row, fields, separator):
    (first, *_) = clusters([Row("f", 1, row)], RowReader(FieldMap.model_validate(fields), separator, id_required=False))
    assert type(first).model_validate_json(first.to_json().encode()) == first


def test_a_file_of_another_kind_is_given_up_after_a_thousand_rows():
    rows = (Row("f", n, {"id": str(n), "txt": "D"}) for n in itertools.count(1))
    found = clusters(rows, RowReader(FieldMap()))
    assert all(isinstance(next(found), RowProblem) for _ in range(HOPELESS_AFTER))
    with pytest.raises(DataError, match=r"^f:1000: articles: none of the first 1,000 rows can be read; .*missing"):
        next(found)


def test_one_good_row_keeps_the_reading_going():
    bad = [Row("f", n, {"id": str(n)}) for n in range(2, 2 * HOPELESS_AFTER)]
    found = list(clusters([Row("f", 1, {"id": "1", "text": "D"}), *bad], RowReader(FieldMap())))
    assert len(found) == 2 * HOPELESS_AFTER - 1


def test_the_meaning_of_a_map_survives_being_written_out_and_read_again():
    fields = FieldMap(text="document", references="summary")
    again = FieldMap.model_validate(fields.model_dump(mode="json"))
    row = {"id": "x", "document": "D", "summary": "S"}
    assert RowReader(again).cluster(row, 1) == RowReader(fields).cluster(row, 1)


def test_unknown_keys_and_fields_of_split_articles_are_refused():
    with pytest.raises(ValidationError, match=r"headline\n\s+Extra inputs are not permitted"):
        FieldMap.model_validate({"headline": "x"})
    with pytest.raises(ValidationError, match="have no title of their own: leave it out of `fields`"):
        Jsonl.model_validate({"path": "x", "separator": "|", "fields": {"title": "headline"}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-10-18", "2021-10-18T00:00:00"),
        ("20211018", "2021-10-18T00:00:00"),
        ("2021-10-18 09:30", "2021-10-18T09:30:00"),
        ("2021-10-18T09:30:00Z", "2021-10-18T09:30:00"),
        ("2021-10-18T09:30:00-05:00", "2021-10-18T14:30:00"),
        ("2021-10-18 09:30:00 UTC", "2021-10-18T09:30:00"),
        ("Mon, 18 Oct 2021 09:30:00 EST", "2021-10-18T14:30:00"),
        ("Monday, October 18, 2021", "2021-10-18T00:00:00"),
        ("Sept. 1, 2015", "2015-09-01T00:00:00"),
        ("18 October 2021", "2021-10-18T00:00:00"),
        ("2021/10/18", "2021-10-18T00:00:00"),
        # 1634549400 = 18918 days of 86400 s (2021-10-18) and 34,200 s (09:30)
        (1634549400, "2021-10-18T09:30:00"),
        (1634549400000, "2021-10-18T09:30:00"),
        ("1634549400", "2021-10-18T09:30:00"),
        ("1634549400000", "2021-10-18T09:30:00"),
        ("1634549400.0", "2021-10-18T09:30:00"),
        ("20211018093000", "2021-10-18T09:30:00"),
        (20211018093000, "2021-10-18T09:30:00"),
        ("18/10/2021", "2021-10-18T00:00:00"),
        ("10/18/2021", "2021-10-18T00:00:00"),
        ("10/18/2021 9:30 AM", "2021-10-18T09:30:00"),
        ("10/18/2021 12:05 am", "2021-10-18T00:05:00"),
        ("18.10.2021 09:30", "2021-10-18T09:30:00"),
        ("5/5/2021", "2021-05-05T00:00:00"),
        ("2021. 10. 18.", "2021-10-18T00:00:00"),
        ("18th October 2021", "2021-10-18T00:00:00"),
        ("18-Oct-2021", "2021-10-18T00:00:00"),
        ("October 18, 2021 at 9:30 am EDT", "2021-10-18T13:30:00"),
        ("Monday 18 October 2021 09.30 GMT", "2021-10-18T09:30:00"),
        ("Mon Oct 18 09:30:00 2021", "2021-10-18T09:30:00"),
    ],
)
def test_dates_are_read_as_they_are_written(text, expected):
    assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "01/02/2021",
        "18.10.21",
        "yesterday",
        "1.2.2021 10:30",
        "00/05/2010",
        "13/13/2021",
        "2021-10",
        "2021",
        "31 February 2021",
        "20211318093000",
        "18 October 2021 25:00",
        "99999999999999",
        "2021-13-01",
        "Mon, 18 Oct 2021 09:30:00 IST",
        20211018,
        True,
        [],
        1e300,
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_not_surely_a_date_is_refused(text):
    with pytest.raises(
        ValueError,
        match=r"not a|neither|outside|must be in|out of range|unconverted|does not match|depending on the country",
    ):
        parse_date(text)


@pytest.mark.parametrize("nothing", [None, "", " ", "None", "null", "NaN", "NaT", "NA", float("nan")])
def test_what_programs_write_for_no_date_is_none(nothing):
    assert cluster_of({"id": "x", "text": "D", "date": nothing}).articles[0].published is None


def test_a_date_with_two_readings_names_both_and_the_way_out():
    with pytest.raises(RowError, match=r"1 February or 2 January, depending .*`fields: \{date: null\}` reads the rows"):
        cluster_of({"id": "x", "text": "D", "date": "01/02/2021"})


def test_short_strings_within_objects_are_tags_by_their_dotted_names():
    row = {
        "id": "x",
        "text": "D",
        "desk": "home",
        "meta": {"desk": "north", "gold": "The headline", "year": 2021, "by": {"name": "Ann Lee"}, "list": ["no"]},
        "meta.desk": "the key itself",
        "table": {f"key {n}": "too many" for n in range(41)},
        "a": {"b": {"c": {"d": "deep", "e": {"f": "too deep"}}}},
        "Unnamed: 0": "17",
    }
    cluster = cluster_of(row, references="meta.gold")
    assert cluster.tags == {
        "desk": "home",
        "meta.desk": "the key itself",
        "meta.by.name": "Ann Lee",
        "a.b.c.d": "deep",
    }
    assert "headline" not in cluster.without_references().to_json()


def test_a_text_field_that_is_nearly_there_is_named():
    with pytest.raises(RowError, match=r"did you mean `fields: \{text: Text\}`\?"):
        cluster_of({"id": "x", "Text": "D"})


def test_what_is_far_longer_than_a_date_is_refused_at_once():
    # A scraped page in the place of a date; the patterns of dates took six seconds of it.
    with pytest.raises(ValueError, match="not a date"):
        parse_date("10:30 GMT" * 3000)

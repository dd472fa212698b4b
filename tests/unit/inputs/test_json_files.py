"""Shapes of JSON files, told by the fields that are wanted."""

import json
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.inputs.json_files import Wanted, json_rows

ROWS = [{"id": "a", "text": "One"}, {"id": "b", "text": "Two"}]
WANTED = Wanted("id", ("text",))


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def values(content, wanted=WANTED, name="a.json"):
    Path(name).write_text(content if isinstance(content, str) else json.dumps(content))
    return [row.value for row in json_rows(name, wanted)]


# What pandas 2.2 writes of `DataFrame(ROWS)`, by `orient`; "list" is `to_dict("list")`.
PANDAS = {
    "records": '[{"id":"a","text":"One"},{"id":"b","text":"Two"}]',
    "split": '{"columns":["id","text"],"index":[0,1],"data":[["a","One"],["b","Two"]]}',
    "columns": '{"id":{"0":"a","1":"b"},"text":{"0":"One","1":"Two"}}',
    "index": '{"0":{"id":"a","text":"One"},"1":{"id":"b","text":"Two"}}',
    "table": '{"schema":{"fields":[{"name":"id"}],"primaryKey":["index"]},"data":[{"id":"a","text":"One"},'
    '{"id":"b","text":"Two"}]}',
    "list": '{"id": ["a", "b"], "text": ["One", "Two"]}',
    "columns, the id as index": '{"text":{"a":"One","b":"Two"}}',
    "index, the id as index": '{"a":{"text":"One"},"b":{"text":"Two"}}',
}


@pytest.mark.parametrize("orient", PANDAS)
def test_every_orientation_of_pandas(orient):
    found = values(PANDAS[orient])
    assert [{"id": row["id"], "text": row["text"]} for row in found] == ROWS


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "document",
    [
        {"rows": ROWS},
        {"version": 3, "found": {"of": "x", "rows": ROWS, "names": ["x"]}},
        {"rows": ROWS, "models": [{"name": "m"}] * 5},
    ],
)
def test_an_object_that_holds_the_rows(document, indent):
    assert values(json.dumps(document, indent=indent)) == ROWS


def test_of_two_lists_that_could_be_the_rows_the_user_names_one():
    document = {"train": ROWS[:1], "test": {"rows": ROWS}, "dev": ROWS[1:]}
    with pytest.raises(DataError, match="more than one list could be the rows; say which with `rows:`; found train, d"):
        values(document)
    assert values(document, WANTED._replace(at="test.rows")) == ROWS
    with pytest.raises(DataError, match=r"no list of rows at 'eval', which `rows` names; found nothing"):
        values(document, WANTED._replace(at="eval"))


def test_one_object_is_one_row():
    assert values({"id": "a", "text": "One", "parts": [{"x": 1}]}) == [{"id": "a", "text": "One", "parts": [{"x": 1}]}]
    assert values('{\n "id": "a",\n "text": "One"\n}', name="a.jsonl") == ROWS[:1]


def test_an_object_of_texts_is_rows_where_texts_are_wanted():
    assert values({"a": "One", "b": None}, WANTED._replace(text="text")) == [ROWS[0], {"id": "b", "text": None}]
    assert values({"a": "One", "b": None}) == [{"a": "One", "b": None}]


def test_lines_stay_lines_whatever_is_wrong_with_the_first():
    found = values('{"id": "a"\n{"id": "b", "text": "Two"}\n')
    assert "not JSON" in found[0].reason
    assert found[1] == ROWS[1]
    assert values('\n{"id": "a", "text": "One"}\n\n{"id": "b", "text": "Two"}') == ROWS


@pytest.mark.parametrize("content", ["[]", '{"rows": [', ""])
def test_what_holds_no_rows_is_refused(content):
    with pytest.raises(DataError, match=r"^a\.json: (the file has no rows|not JSON: |the file is empty)"):
        values(content)


def test_constants_pass_only_where_they_are_let_pass():
    assert values('{"id": "a", "text": "One", "x": NaN}', WANTED._replace(constants=True))[0]["id"] == "a"
    (refused,) = values('{"id": "a", "text": "One", "x": NaN}', name="a.jsonl")
    assert "found NaN" in refused.reason

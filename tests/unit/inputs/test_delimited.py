"""CSV as spreadsheets and statistics programs write it."""

import time
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.inputs.delimited import csv_rows
from harness.inputs.values import RowError


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def rows(content, name="a.csv"):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(csv_rows(name))


def values(content, name="a.csv"):
    return [row.value for row in rows(content, name)]


ONE = [{"id": "1", "text": "One"}]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nid;text\r\n1;One\r\n",
        "\ufeffsep=,\nid,text\n1,One\n",
        '"sep=|"\nid|text\n1|One\n',
        "id|text\n1|One\n",
        "id;text\r1;One\r",
        "\n\nid,text\n\n1,One\n\n",
        ",,\nid,text\n1,One\n",
        "id;text\n1;One\n;\n ;  \n",
        "id,text,,\n1,One,,\n",
        "id,text,,\n1,One\n",
        "id,text\n1,One,,\n",
        " id , text\n1, One\n",
        'id, text\n1, "One"\n',
    ],
    ids=repr,
)
def test_what_spreadsheets_add_is_passed_over(content):
    assert values(content) == ONE


def test_a_delimiter_within_quotes_does_not_count():
    head = 'id;text;"Reference (short, plain, without stop, at most 70)"'
    assert list(values(f"{head}\n1;One;Two\n")[0].values()) == ["1", "One", "Two"]
    assert list(values(f'{head}\n1;"One; two\nthree";Two\n')[0].values()) == ["1", "One; two\nthree", "Two"]


def test_the_rows_decide_between_two_delimiters_of_the_header():
    # Two commas in the header against one semicolon, but each row has one semicolon.
    assert values("id (a,b,c);text\n1;One\n2;Two, or three\n")[1] == {"id (a,b,c)": "2", "text": "Two, or three"}


def test_the_first_columns_without_a_name_are_row_numbers():
    # pandas `to_csv()` and R `write.csv()`.
    assert values(",id,text\n0,1,One\n")[0] == {"Unnamed: 0": "0", "id": "1", "text": "One"}
    assert values('"","id","text"\n"1","1","One"\n')[0] == {"Unnamed: 0": "1", "id": "1", "text": "One"}


def test_a_cell_under_no_name_is_a_bad_row_for_it_may_be_half_a_text():
    (bad,) = values("id,text,\n1,The dam holds, says the mayor\n")
    assert isinstance(bad, RowError)
    assert "column 3 has no name; found the string ' says the mayor'" in bad.reason
    (bad,) = values("id,text\n1,The dam holds, says the mayor\n")
    assert "found 3 cells; accepted: 2" in bad.reason


def test_lines_are_those_of_the_file():
    content = 'sep=;\n\nid;text\n1;"One\nand two"\n;\n2;Two;three\n'
    assert [(row.line, isinstance(row.value, RowError)) for row in rows(content)] == [(4, False), (7, True)]


@pytest.mark.parametrize("content", [",,\n,,\n", "sep=;\n", '"",""\n'])
def test_a_file_without_names_of_columns_is_refused(content):
    with pytest.raises(DataError, match=r"a\.csv: the header names no column|a\.csv: the file has no rows"):
        rows(content)


def test_names_that_stand_twice_are_named():
    with pytest.raises(DataError, match=r"names of columns stand twice: text; found id, text, text"):
        rows("id,text,text \n1,2,3\n")


def test_thirty_thousand_columns_are_read_in_no_time():
    """Twice as many take twice as long; each name was looked for in all of them, which took over ten seconds."""
    header = ",".join(f"c{number}" for number in range(30_000))
    started = time.process_time()
    (row,) = values(f"{header}\n{header}\n")
    assert time.process_time() - started < 5
    assert row["c29999"] == "c29999"

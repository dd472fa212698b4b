"""Files of the formats that people keep data and predictions in."""

import gzip
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.inputs import delimited, json_lines
from harness.inputs.delimited import csv_rows
from harness.inputs.tables import file_rows
from harness.inputs.values import RowError


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def values(path: str) -> list[object]:
    return [row.value for row in file_rows(path)]


def test_csv_cells_stay_the_strings_that_they_are():
    Path("a.csv").write_text('\ufeffid,title,n\r\n0012,NA,1.0\r\n0013,"two\r\nlines, ""quoted""",\r\n', newline="")
    rows = list(csv_rows("a.csv"))
    assert [row.value for row in rows] == [
        {"id": "0012", "title": "NA", "n": "1.0"},
        {"id": "0013", "title": 'two\r\nlines, "quoted"', "n": None},
    ]


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ";"), ("a.csv", ","), ("a.tsv", "\t")])
def test_the_delimiter_is_what_the_header_is_written_with(name, mark):
    Path(name).write_text(f"id{mark}text\n1{mark}one\n")
    assert values(name) == [{"id": "1", "text": "one"}]


def test_a_bad_csv_row_is_one_problem_at_its_line_and_reading_goes_on():
    Path("a.csv").write_bytes(b'id,text\n1,"one\nhalf"\n2\n\n3,"x"y\n4,caf\xe9\n5,five\n')
    rows = list(csv_rows("a.csv"))
    assert [(row.line, getattr(row.value, "reason", "")[:15]) for row in rows] == [
        (2, ""),
        (4, "found 1 cells; "),
        (6, "not CSV: ',' ex"),
        (7, ""),  # the byte that is not UTF-8 is refused where the field is read
        (8, ""),
    ]
    assert rows[3].value == {"id": "4", "text": "caf\udce9"}


def test_a_csv_line_over_the_limit_is_one_problem_and_is_never_held(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_LINE_BYTES", 20)
    Path("a.csv").write_text("id,text\n1,short\n2," + "x" * 100_000 + '\n3,"two\nlines"\n4,short\n')
    first, long, *rest = csv_rows("a.csv")
    assert isinstance(long.value, RowError)
    assert "a line longer than 20 characters" in long.value.reason
    assert [row.value["id"] for row in (first, *rest)] == ["1", "3", "4"]
    Path("a.csv").write_text("x" * 100_000)
    with pytest.raises(DataError, match="the header is not CSV: a line longer than 20 characters"):
        list(csv_rows("a.csv"))


def test_a_csv_file_without_usable_header_is_refused():
    Path("a.csv").write_text("id,id,x\n1,2,3\n")
    with pytest.raises(DataError, match=r"a\.csv: names of columns stand twice: id; found id, id, x"):
        values("a.csv")
    Path("a.csv").write_text("id,text\n")
    with pytest.raises(DataError, match="the file has no rows"):
        values("a.csv")
    Path("a.csv").write_text('id,"text\n')
    with pytest.raises(DataError, match="the header is not CSV"):
        values("a.csv")


@pytest.mark.parametrize(
    "content", ['[{"id": 1}, {"id": 2}]', '\ufeff[\n {"id": 1},\n {"id": 2}\n]', '{"id": 1}\n{"id": 2}']
)
def test_json_is_an_array_or_one_object_a_line(content):
    for name in ("a.json", "a.json.gz"):
        packed = gzip.compress(content.encode()) if name.endswith(".gz") else content.encode()
        Path(name).write_bytes(packed)
        assert values(name) == [{"id": 1}, {"id": 2}]


def test_a_broken_json_array_is_located():
    Path("a.json").write_text('[\n{"id": 1},\n{"id": NaN}]')
    with pytest.raises(DataError, match=r"a\.json: found NaN, which is not JSON"):
        values("a.json")
    Path("a.json").write_text('[\n{"id": 1},\n{"id" 2}]')
    with pytest.raises(DataError, match=r"a\.json: not JSON: .*line 3, character 7"):
        values("a.json")


def test_a_json_array_too_large_to_be_read_whole_is_refused(monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_DOCUMENT_BYTES", 10)
    Path("a.json").write_text('[{"id": 12345}]')
    with pytest.raises(DataError, match=r"larger than 10 bytes; accepted: one JSON object a line"):
        values("a.json")


def test_parquet_rows_keep_their_types_and_damage_is_named():
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    from pyarrow import parquet

    rows = [{"id": "0012", "articles": [{"title": "T", "text": "D"}]}, {"id": "0013", "articles": []}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), "a.parquet")
    assert values("a.parquet") == rows
    whole = Path("a.parquet").read_bytes()
    Path("cut.parquet").write_bytes(whole[:-20])
    with pytest.raises(DataError, match=r"^cut\.parquet: not a Parquet file, or damaged: "):
        values("cut.parquet")
    Path("none.parquet").write_bytes(b"")
    with pytest.raises(DataError, match=r"^none\.parquet: the file is empty"):
        values("none.parquet")


def test_an_unknown_ending_is_answered_with_the_known_ones():
    with pytest.raises(DataError, match=r"a\.txt: the ending does not tell the format; accepted: CSV \(\.csv, \.tsv\)"):
        values("a.txt")


def test_bytes_that_are_not_utf8_reach_the_user_as_such():
    from harness.datasets.fields import FieldMap, RowReader

    Path("a.csv").write_bytes(b"id,text\n4,caf\xe9\n")
    (row,) = csv_rows("a.csv")
    with pytest.raises(RowError, match=r"^text: the byte 0xe9 at character 3 is not UTF-8"):
        RowReader(FieldMap()).cluster(row.value, 1)

import gzip
import hashlib
import json
import sys

import pytest
import yaml
from pydantic import ValidationError

from harness.errors import DataError, ModelError
from harness.models.base import Answer
from harness.models.recorded import Recorded
from harness.records import Article, Cluster


def clusters(*ids):
    return [Cluster(cluster_id=name, articles=(Article(article_id="a", text="Body."),)) for name in ids]


def answers(path, *ids, **parameters):
    with Recorded(path=path, **parameters).open(seed=0) as session:
        return session.answer(clusters(*ids))


@pytest.fixture
def write(tmp_path):
    def write(*rows):
        path = tmp_path / "predictions.jsonl"
        path.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows))
        return path

    return write


def problem_of(path, **parameters):
    with pytest.raises(DataError, match="predictions") as caught:
        Recorded(path=path, **parameters).open(seed=0)
    (problem,) = caught.value.problems
    return problem


def test_rows_are_joined_by_id_whatever_their_order(write):
    path = write({"cluster_id": "b", "text": "Two"}, {"cluster_id": "a", "text": "One"})
    assert [answer.text for answer in answers(path, "a", "b")] == ["One", "Two"]


def test_further_keys_blank_lines_a_byte_order_mark_and_unknown_ids_are_ignored(write):
    row = b'\xef\xbb\xbf{"cluster_id": "a", "text": "One", "tokens_in": 7, "seconds": 0.1}'
    path = write(row, b"", b"  ", {"cluster_id": "not in the data", "text": "Two"}, b"")
    assert answers(path, "a") == [Answer(text="One")]


def test_a_line_separator_inside_a_text_does_not_end_the_row(write):
    path = write('{"cluster_id": "a", "text": "One\u2028line"}'.encode())
    assert answers(path, "a")[0].text == "One\u2028line"


def test_other_keys_can_be_named(write):
    path = write({"id": 7, "headline": "Seven", "text": "the article"})
    assert answers(path, "7", fields={"cluster_id": "id", "text": "headline"})[0].text == "Seven"


def test_an_unknown_field_name_is_refused(write):
    with pytest.raises(ValidationError, match="headline"):
        Recorded(path="x", fields={"headline": "text"})


def test_white_space_round_a_text_is_stripped_and_what_stood_there_is_kept(write):
    (answer,) = answers(write({"cluster_id": "a", "text": " One \n"}), "a")
    assert (answer.text, answer.raw_text, answer.postprocess) == ("One", " One \n", ("strip",))


def test_a_cluster_without_a_row_fails_alone_and_names_the_file(write):
    path = write({"cluster_id": "a", "text": "One"})
    missing, found = answers(path, "b", "a")
    assert isinstance(missing, ModelError)
    assert str(missing) == f"no recorded prediction for cluster 'b' in {path}"
    assert found.text == "One"


@pytest.mark.parametrize("text", ["", " \n\t", None])
def test_an_empty_text_is_a_refusal_with_its_place(write, text):
    (answer,) = answers(write({"cluster_id": "z", "text": "…"}, {"cluster_id": "a", "text": text}), "a")
    assert isinstance(answer, ModelError)
    assert str(answer).startswith("refused: the prediction for cluster 'a' is empty (")
    assert str(answer).endswith("predictions.jsonl:2)")


def test_two_rows_for_one_cluster_are_an_error_that_names_both_lines(write):
    problem = problem_of(write({"cluster_id": "a", "text": "One"}, b"", {"cluster_id": "a", "text": "One"}))
    assert problem.line == 3
    assert problem.message == "cluster 'a' already has a prediction on line 1; accepted: one row each"


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        (b'{"cluster_id": "a"', "", "not JSON"),
        (b'{"cluster_id": "a", "text": "One", "text": "Two"}', "text", "stands twice in one object"),
        (b'{"cluster_id": "a", "text": "One", "score": NaN}', "", "found NaN or Infinity, which is not JSON"),
        (b'{"cluster_id": "a", "text": "One\\u0000"}', "text", "a NUL character"),
        (b'{"cluster_id": ' + b"[" * 100_000, "", "nested too deeply"),
        (b'["a", "One"]', "", "not a JSON object; found a list of 2"),
        (b'{"cluster_id": "a", "text": "\xff"}', "", "byte 30 is not UTF-8"),
        (b'{"cluster_id": "a", "prediction": "One"}', "text", "is missing"),
        (b'{"cluster": "a", "text": "One"}', "cluster_id", "is missing"),
        (b'{"cluster_id": "", "text": "One"}', "cluster_id", "is not an id"),
        (b'{"cluster_id": true, "text": "One"}', "cluster_id", "is not an id"),
        (b'{"cluster_id": "a", "text": ["One"]}', "text", "is not text"),
        (b'{"cluster_id": "a", "text": "\\ud83d"}', "text", "half a surrogate pair"),
    ],
)
def test_a_bad_row_is_located(write, row, path, message):
    problem = problem_of(write({"cluster_id": "z", "text": "fine"}, row))
    assert (problem.line, problem.path) == (2, path)
    assert message in problem.message


def test_a_missing_key_shows_the_nearest_one_that_is_there(write):
    problem = problem_of(write({"clusterid": "a", "text": "One"}))
    assert "found the fields clusterid, text" in problem.message
    assert problem.message.endswith("did you mean 'clusterid'?")


def test_rows_with_one_mistake_are_one_line_with_their_count(write):
    with pytest.raises(DataError, match="not JSON") as caught:
        Recorded(path=write(*[b"{}{"] * 1000, b'{"cluster_id": "a"}')).open(seed=0)
    many, one = caught.value.problems
    assert many.line == 1
    assert many.message.startswith("1,000 rows like this (lines 1, 2, 3, 4, 5, …): not JSON: Extra data")
    assert str(one).startswith(f"{one.where}:1001: text: is missing")


def test_five_rows_with_one_mistake_are_listed_by_themselves(write):
    with pytest.raises(DataError, match="not JSON") as caught:
        Recorded(path=write(*[b"{}{"] * 5)).open(seed=0)
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3, 4, 5]


def test_problems_names_the_nearest_file(write):
    path = write({"cluster_id": "a", "text": "One"})
    (problem,) = Recorded(path=path.with_name("prediction.jsonl")).problems()
    assert problem.message == "no such predictions file"
    assert problem.nearest == str(path)
    assert list(Recorded(path=path).problems()) == []


def test_problems_reads_the_first_row_only(write):
    (problem,) = Recorded(path=write(b"", {"id": "a"}, b"{")).problems()
    # The configuration reader puts the place in the YAML in front, so line and field stand in the message.
    assert (problem.line, problem.path) == (None, "")
    assert problem.message.startswith("line 2: cluster_id: is missing; found the fields id; accepted: rows such as")
    assert list(Recorded(path=write({"cluster_id": "a", "text": "One"}, b"{")).problems()) == []


def test_a_tilde_means_the_home_folder(write, monkeypatch):
    path = write({"cluster_id": "a", "text": "One"})
    monkeypatch.setenv("HOME", str(path.parent))
    assert answers("~/predictions.jsonl", "a")[0].text == "One"


def test_problems_tells_of_an_empty_file_and_of_a_folder(write, tmp_path):
    assert [problem.message for problem in Recorded(path=write(b"")).problems()] == ["the file is empty"]
    assert [problem.message for problem in Recorded(path=tmp_path).problems()] == ["is a folder"]


@pytest.mark.parametrize("use", [lambda model: model.open(seed=0), lambda model: model.identity()])
def test_a_missing_file_is_a_data_error(tmp_path, use):
    with pytest.raises(DataError, match="no such predictions file"):
        use(Recorded(path=tmp_path / "none.jsonl"))


def test_the_identity_is_the_digest_of_the_bytes(write):
    path = write({"cluster_id": "a", "text": "One"})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert Recorded(path=path).identity() == {"path": f"sha256:{digest}"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", "cluster_id,text\n1,One\n2,\n"),
        ("p.csv", ",cluster_id,text\n0,1.0,One\n1,2.0,\n"),
        ("p.tsv", "cluster_id\ttext\n1\tOne\n2\t\n"),
        ("p.json", '[{"cluster_id": 1.0, "text": "One"}, {"cluster_id": 2.0, "text": null}]'),
        ("p.json", '{"of": "x", "rows": [{"cluster_id": "1.0", "text": "One"}, {"cluster_id": "2.0", "text": ""}]}'),
        ("p.json", '{"1": "One", "2": null}'),
        ("p.jsonl", '{"cluster_id": 1, "text": "One"}\n{"cluster_id": 2, "text": " "}\n'),
        ("p.out", '{"cluster_id": 1, "text": "One"}\n{"cluster_id": 2, "text": " "}\n'),
    ],
)
def test_every_format_gives_the_same_answers(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    one, two = answers(tmp_path / name, "1", "2")
    assert one.text == "One"
    assert str(two).startswith("refused: the prediction for cluster '2")


def test_parquet_predictions(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    from pyarrow import parquet

    rows = [{"cluster_id": 1.0, "out": {"text": "One"}}, {"cluster_id": 2.0, "out": None}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "p.parquet")
    one, two = answers(tmp_path / "p.parquet", "1", "2", fields={"text": "out.text"})
    assert (one.text, str(two)[:8]) == ("One", "refused:")


def test_parquet_without_pyarrow_is_a_problem_that_names_the_command(tmp_path, monkeypatch):
    (tmp_path / "p.parquet").write_bytes(b"PAR1 whatever")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (problem,) = Recorded(path=tmp_path / "p.parquet").problems()
    assert "install 'headline-harness[parquet]'" in problem.message


def test_whole_numbers_are_one_id_however_they_are_written_but_an_exact_id_comes_first(write):
    path = write({"cluster_id": "1.0", "text": "Float"}, {"cluster_id": 2.0, "text": "Two"}, {"cluster_id": "007"})
    path.write_text(path.read_text().replace('"007"', '"007", "text": "Agent"'))
    found = answers(path, "1", "2", "2.0", "007")
    assert [answer.text for answer in found] == ["Float", "Two", "Two", "Agent"]
    assert isinstance(answers(path, "7")[0], ModelError)
    both = write({"cluster_id": "1.0", "text": "Float"}, {"cluster_id": "1", "text": "Whole"})
    assert [answer.text for answer in answers(both, "1", "1.0")] == ["Whole", "Float"]


def test_a_float_that_is_no_whole_number_is_answered_with_all_that_is_accepted(write):
    problem = problem_of(write({"cluster_id": 1.5, "text": "x"}))
    assert problem.message == "is not an id; found the number 1.5; accepted: a non-empty string or a whole number"


def test_a_list_of_texts_is_answered_with_the_path_of_the_first(write):
    assert (
        "`fields: {text: text.0}` for the first of a list"
        in problem_of(write({"cluster_id": 1, "text": ["x"]})).message
    )


def test_a_row_with_an_error_in_place_of_a_text_fails_with_it(write):
    path = write({"cluster_id": "a", "error": {"code": 429, "message": "slow\ndown"}}, {"cluster_id": "b", "text": "B"})
    failed, fine = answers(path, "a", "b")
    assert str(failed) == "recorded as failed: 429: slow down"
    assert fine.text == "B"
    assert "text: is missing" in str(problem_of(path, fields={"error": None}))


def test_one_system_of_several_is_chosen_by_any_field(write):
    rows = [{"cluster_id": "a", "text": f"By {name}", "model_id": name, "run": {"n": n}} for n, name in enumerate("XY")]
    assert answers(write(*rows), "a", where={"model_id": "Y"})[0].text == "By Y"
    assert answers(write(*rows), "a", where={"run.n": 0})[0].text == "By X"
    assert "`where: {model_id: X}` reads one of them" in problem_of(write(*rows)).message


@pytest.mark.parametrize(
    ("names", "offered"),
    [
        (("a, b", "c"), 'where: {model: "a, b"}'),  # plain, it would be two values
        (("org/x: 1", "y"), 'where: {model: "org/x: 1"}'),
        (("yes", "other"), 'where: {model: "yes"}'),  # plain, it would be true
        (("1.0", "2.0"), 'where: {model: "1.0"}'),  # plain, it would be a number, which is spelled 1
    ],
)
def test_what_a_message_offers_to_choose_a_system_chooses_it(write, names, offered):
    path = write(*({"cluster_id": "a", "text": f"By {name}", "model": name} for name in names))
    assert f"`{offered}` reads one of them" in problem_of(path).message
    where = yaml.safe_load(offered)["where"]
    assert answers(path, "a", where=where)[0].text == f"By {names[0]}"


def test_no_value_that_is_cut_short_is_offered(write):
    rows = [{"cluster_id": "a", "text": "One", "prompt": "x" * 70 + end, "seed": n} for n, end in enumerate("ab")]
    assert "they differ in seed ('0', '1'): `where: {seed: 0}` reads one of them" in problem_of(write(*rows)).message


def test_parameters_that_are_not_given_are_in_no_signature_and_no_manifest(write):
    path = write({"cluster_id": "a", "text": "One"})
    assert set(Recorded(path=path).parameters()) == {"path", "fields"}
    assert Recorded(path=path).parameters()["fields"] == {"cluster_id": "cluster_id", "text": "text"}
    given = Recorded(path=path, format="lm-eval", where={"filter": "x"}, fields={"error": None})
    assert set(given.parameters()) == {"path", "fields", "format", "where"}
    assert given.signature() != Recorded(path=path).signature()


def test_an_audit_counts_strangers_and_clusters_without_a_prediction(write):
    path = write(*({"cluster_id": f"s{n}", "text": "x"} for n in range(7)), {"cluster_id": "1.0", "text": "x"})
    problems, notes = Recorded(path=path).audit(["1", "2"])
    assert problems == []
    first = "'s0' (line 1), 's1' (line 2), 's2' (line 3), 's3' (line 4), 's4' (line 5), …"
    assert [note.removeprefix(f"{path}: ") for note in notes] == [
        f"7 of 8 predictions are for clusters that the data does not have: {first}",
        "1 of 2 clusters have no prediction, and would fail: '2'",
    ]


def test_an_audit_goes_on_to_the_end_of_a_damaged_file(tmp_path):
    rows = b'{"cluster_id": "a"}\n' + b'{"cluster_id": "b", "text": "x"}\n' * 3_000
    path = tmp_path / "p.jsonl.gz"
    path.write_bytes(gzip.compress(rows)[:-30])
    problems, _ = Recorded(path=path).audit(None)
    assert [problem.line for problem in problems][:2] == [1, 3]
    assert "the gzip file is damaged" in problems[-1].message


def test_an_audit_tells_of_words_that_programs_write_for_nothing(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("cluster_id,text\na,NaN\nb,Nathan\nc,\nd,N/A\n")
    _, (note,) = Recorded(path=path).audit(None)
    assert note.endswith("2 predictions are words that programs write for nothing, scored as any text; leave the cell "
                         "empty for a failure: 'NaN' (line 2), 'N/A' (line 5)")  # fmt: skip

"""Published data sets: the ready layouts, local folders, and names on the Hub without a network."""

import csv
import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from harness.datasets.hub import Hub
from harness.errors import DataError, MissingExtraError
from harness.records import Cluster, RowProblem

# Rows as the sets have them, with the words written for this test.
ROWS = {
    "multi_news": {
        "document": "First article NEWLINE_CHAR NEWLINE_CHAR Second paragraph ||||| Second article |||||",
        "summary": "– Two articles agree.",
    },
    "cnn_dailymail": {
        "article": "(CNN) -- A ferry ran aground.",
        "highlights": "Ferry aground .\nNobody hurt .",
        "id": "0001d1afc246a7964130f43ae940af6bc6c57f01",
    },
    "xsum": {"document": "A ferry ran aground.\nAll are safe.", "summary": "A ferry is stuck.", "id": "29750031"},
    "gigaword": {"document": "a ferry ran aground on ## rocks .", "summary": "ferry runs aground"},
}
EXPECTED = {
    "multi_news": ("row-000001", ["First article \n \n Second paragraph", "Second article"], "– Two articles agree."),
    "cnn_dailymail": (
        "0001d1afc246a7964130f43ae940af6bc6c57f01",
        ["(CNN) -- A ferry ran aground."],
        "Ferry aground .\nNobody hurt .",
    ),
    "xsum": ("29750031", ["A ferry ran aground.\nAll are safe."], "A ferry is stuck."),
    "gigaword": ("row-000001", ["a ferry ran aground on ## rocks ."], "ferry runs aground"),
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """The `datasets` library with an empty cache and told to stay offline."""
    library = pytest.importorskip("datasets", reason="the extra `models` is not installed")
    monkeypatch.setattr(library.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(library.config, "HF_HUB_OFFLINE", True)
    return library


def read(path: str, **parameters: object) -> list[Cluster | RowProblem]:
    return list(Hub.model_validate({"path": path, **parameters}).read())


def write(path: str, rows: list[dict[str, object]]) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if path.endswith(".csv"):
        with Path(path).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.endswith(".parquet"):
        pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif path.endswith(".json"):
        Path(path).write_text(json.dumps(rows, indent=1))
    else:
        Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "jsonl"])
@pytest.mark.parametrize("layout", ROWS)
def test_the_known_sets_are_read_from_every_format(layout, ending):
    (cluster,) = read(write(f"{layout}.{ending}", [ROWS[layout]]), layout=layout)
    assert isinstance(cluster, Cluster)
    cluster_id, texts, reference = EXPECTED[layout]
    assert cluster.cluster_id == cluster_id
    assert [article.text for article in cluster.articles] == texts
    assert [found.text for found in cluster.references] == [reference]
    assert cluster.tags == {}


def test_what_the_user_says_overrules_the_layout():
    rows = [{"document": "A && B", "gold": "S", "id": "7"}]
    fields = {"references": "gold", "id": None}
    (cluster,) = read(write("a.jsonl", rows), layout="multi_news", fields=fields, separator="&&")
    assert (cluster.cluster_id, len(cluster.articles), cluster.references[0].text) == ("row-000001", 2, "S")
    assert cluster.tags == {"id": "7"}


def test_bad_rows_name_their_file_and_row():
    rows = [{"document": "A", "summary": "S"}, {"document": "", "summary": "S"}, {"document": "B", "summary": " "}]
    _, second, third = read(write("set/test-0.parquet", rows), layout="xsum")
    assert str(second) == ("set/test-0.parquet:2: document: empty, and there is no title; accepted: a text or a title")
    assert str(third).startswith("set/test-0.parquet:3: summary: found the string ' '; accepted: a reference that is")


def test_a_folder_is_read_split_by_split_whatever_its_formats():
    write("set/train.jsonl", [{"id": "a", "text": "A"}])
    write("set/test.parquet", [{"id": "b", "text": "B"}, {"id": "c", "text": "C"}])
    assert [cluster.cluster_id for cluster in read("set")] == ["b", "c"]
    assert [cluster.cluster_id for cluster in read("set", split="train")] == ["a"]
    with pytest.raises(DataError, match=r"^set: there is no split 'validation'; accepted: test, train$"):
        read("set", split="validation")


def test_rows_are_numbered_through_the_files_of_a_split_and_ids_are_unique_across_them():
    write("set/test-0.jsonl", [{"text": "A"}, {"text": "B"}])
    write("set/test-1.jsonl", [{"text": "C"}])
    assert [cluster.cluster_id for cluster in read("set")] == ["row-000001", "row-000002", "row-000003"]
    write("ids/test-0.jsonl", [{"id": "x", "text": "A"}])
    write("ids/test-1.jsonl", [{"id": "x", "text": "B"}])
    assert str(read("ids")[1]) == (
        "ids/test-1.jsonl:1: id: 'x' already stands in ids/test-0.jsonl:1; accepted: an id of its own"
    )


def test_a_folder_whose_readme_describes_it_is_read_by_its_configurations(library):
    write("set/v1/a.jsonl", [{"id": "old", "text": "A"}])
    write("set/v2/b.jsonl", [{"id": "new", "text": "B"}])
    configs = "\n".join(
        f"- config_name: {name}\n  data_files:\n  - split: test\n    path: {name}/*" for name in ("v1", "v2")
    )
    Path("set/README.md").write_text(f"---\nconfigs:\n{configs}\n---\n# A set\n")
    assert [cluster.cluster_id for cluster in read("set", config="v2")] == ["new"]
    with pytest.raises(DataError, match=r"^set: .*Config name is missing.*v1.*v2"):
        read("set")
    with pytest.raises(DataError, match=r"^set: .*BuilderConfig 'v3' not found.*v1.*v2"):
        read("set", config="v3")


def test_a_folder_that_the_library_saved_is_read_by_it(library):
    rows = library.Dataset.from_list([{"id": "a", "text": "A"}])
    library.DatasetDict({"train": rows, "test": library.Dataset.from_list([{"id": "b", "text": "B"}])}).save_to_disk(
        "saved"
    )
    assert [cluster.cluster_id for cluster in read("saved")] == ["b"]
    assert [cluster.cluster_id for cluster in read("saved/train")] == ["a"]


def test_a_name_is_read_from_the_cache_when_there_is_no_network(library):
    write("rows/test.parquet", [{**ROWS["xsum"], "id": "1"}, {**ROWS["xsum"], "id": "2", "summary": None}])
    library.load_dataset("parquet", data_files={"test": "rows/test.parquet"}, cache_dir="made")
    # The library keeps a set at <owner>___<name>/<configuration>/<version>/<hash>/<name>-<split>.arrow.
    (arrow,) = Path("made").glob("parquet/*/0.0.0/*/parquet-test.arrow")
    kept = Path("cache/owner___news/default/0.0.0", arrow.parent.name)
    shutil.copytree(arrow.parent, kept)
    (kept / "parquet-test.arrow").rename(kept / "news-test.arrow")
    for streaming in (True, False):
        first, second = read("owner/news", layout="xsum", streaming=streaming)
        assert (first.cluster_id, first.articles[0].text) == ("1", ROWS["xsum"]["document"])
        assert second.references == ()
    with pytest.raises(DataError, match=r"^owner/news: there is no split 'train'; accepted: test$"):
        read("owner/news", layout="xsum", split="train")
    with pytest.raises(DataError, match="cache here does not keep revisions apart"):
        read("owner/news", layout="xsum", revision="main")


def test_a_name_that_is_nowhere_is_answered_in_one_line(library, capfd, monkeypatch):
    message = (
        r"^owner/missing: no file or folder here, not in the cache, and the Hugging Face Hub cannot be reached; "
        r"accepted: `hf download --repo-type dataset NAME --local-dir DIR`.*`path: DIR`$"
    )
    with pytest.raises(DataError, match=message):
        read("owner/missing")
    # Not told that there is no network, the library would try six times, half a minute long.
    monkeypatch.setattr(library.config, "HF_HUB_OFFLINE", False)
    told, load = [], library.load_dataset

    def spy(*arguments, **parameters):
        told.append(library.config.HF_HUB_OFFLINE)
        return load(*arguments, **parameters)

    monkeypatch.setattr(library, "load_dataset", spy)
    with pytest.raises(DataError, match=message):
        read("owner/missing")
    assert (told, library.config.HF_HUB_OFFLINE) == ([True], False)
    assert capfd.readouterr() == ("", "")


def test_the_library_is_silent(library):
    import huggingface_hub

    library.enable_progress_bars()
    for speaker in (library, huggingface_hub):
        speaker.logging.set_verbosity_info()
    with pytest.raises(DataError, match="not in the cache"):
        read("owner/missing")
    assert library.are_progress_bars_disabled()
    assert library.logging.get_verbosity() == huggingface_hub.logging.get_verbosity() == logging.CRITICAL


def test_what_only_a_file_can_be_is_never_looked_for_on_the_hub():
    write("data/clusters.csv", [{"id": "a", "text": "A"}])
    with pytest.raises(DataError, match=r"no such file or folder; did you mean 'data/clusters\.csv'\?$"):
        read("data/cluster.csv")
    with pytest.raises(DataError, match=r"^\./nothing: the ending does not tell the format; accepted: CSV"):
        read("./nothing")


def test_without_the_library_files_are_read_and_names_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    write("a.csv", [{"id": "a", "text": "A"}])
    assert [cluster.cluster_id for cluster in read("a.csv")] == ["a"]
    with pytest.raises(
        MissingExtraError, match=r"^data set hub needs datasets, .*pip install 'headline-harness\[models\]'"
    ):
        read("owner/name")


def test_validation_finds_what_can_be_found_without_the_library():
    write("a.csv", [{"id": "a", "text": "A"}])
    write("set/test.csv", [{"id": "a", "text": "A"}])
    Path("a.txt").write_text("A")

    def found(path: str, **parameters: object) -> list[str]:
        return [str(problem) for problem in Hub.model_validate({"path": path, **parameters}).problems()]

    assert found("a.csv") == found("set") == []
    assert found("b.csv") == ["b.csv: no such file or folder; did you mean 'a.csv'?"]
    assert found("set", split="train") == ["set: there is no split 'train'; accepted: test"]
    assert found("a.txt")[0].startswith("a.txt: the ending does not tell the format; accepted: CSV")


def test_neither_import_nor_validation_loads_the_library(top):
    write("a.csv", [{"id": "a", "text": "A"}])
    program = (
        "import sys; from harness.datasets.hub import Hub; list(Hub(path='a.csv').problems()); "
        "list(Hub(path='owner/name').problems()); list(Hub(path='a.csv').read()); "
        "print([name for name in ('datasets', 'pyarrow', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(top)}
    )
    assert run.stdout.strip() == "[]"


def test_parameters_that_contradict_each_other_are_refused():
    with pytest.raises(ValidationError, match=r"a split is one name, such as test; .*--limit"):
        Hub(path="x", split="test[:10]")
    with pytest.raises(ValidationError, match="have no title of their own"):
        Hub.model_validate({"path": "x", "layout": "multi_news", "fields": {"title": "headline"}})
    write("a.csv", [{"id": "a", "text": "A"}])
    with pytest.raises(DataError, match=r"^a\.csv: a local file or folder has no revisions"):
        read("a.csv", revision="main")


def test_streaming_stays_out_of_the_signature():
    assert Hub(path="x", streaming=False).signature() == Hub(path="x").signature()
    assert Hub(path="x", split="train").signature() != Hub(path="x").signature()


def test_rows_that_are_not_named_stand_in_no_signature():
    assert "rows" not in Hub(path="x.json").parameters()
    assert Hub(path="x.json", rows="a.b").parameters()["rows"] == "a.b"


def test_an_object_that_holds_the_rows_is_read_and_a_list_can_be_named():
    rows = [{"id": "a", "text": "One"}, {"id": "b", "text": "Two"}]
    Path("x.json").write_text(json.dumps({"version": "1", "data": {"rows": rows}}))
    assert [cluster.cluster_id for cluster in Hub(path="x.json").read()] == ["a", "b"]
    Path("x.json").write_text(json.dumps({"train": rows[:1], "test": rows[1:]}))
    assert [cluster.cluster_id for cluster in Hub(path="x.json", rows="test").read()] == ["b"]

"""A finished run is not believed: what was done to its files afterwards is seen by whoever reads it, and mended."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness import api
from harness.errors import StoreError
from harness.results.run_folder import NUMBERS, RunFolder
from tests.faults.hostile import refused

CONFIG = """\
name: trial
data: {jsonl: clusters.jsonl}
models: [lead, central]
metrics: [rouge, surface, {factual: {checker: rules}}]
"""
CLUSTERS = [
    {"id": f"c{at}", "articles": [{"id": "a", "text": text}, {"id": "b", "text": f"{text} Rain fell."}],
     "references": [text.split(",")[0]]}
    for at, text in enumerate((
        "The dam at Hollin held on Monday, the mayor said.", "A ferry ran aground near Tarn, nobody was hurt.",
        "Mill workers went on strike in Orrin, their union said.", "The court freed two men in Veld, a clerk said.",
    ))
]  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, its configuration and a baseline; nobody writes to it."""
    place = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
        Path("x.yaml").write_text(CONFIG)
        api.evaluate("x.yaml", cache=False)
        api.save_baseline("trial", "base.json")
    return place


@pytest.fixture
def run(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run's folder in a copy of its own, where the test stands."""
    shutil.copytree(finished, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    (manifest,) = Path("results").glob("*/manifest.json")
    return manifest.parent


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def halve(file: Path) -> None:
    rows = lines(file)
    file.write_bytes(b"".join(rows[: len(rows) // 2]))


def double(file: Path) -> None:
    file.write_bytes(file.read_bytes() + lines(file)[0])


def edit(file: Path) -> None:
    """Change digits and letters, but no length."""
    file.write_bytes(file.read_bytes().replace(b"dam", b"mad").replace(b"1.0", b"0.9").replace(b":22", b":23"))


def swap_ids(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"c1"', b'"z1"'))


def empty(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES: tuple[Callable[[Path], None], ...] = (cut, halve, double, edit, swap_ids, empty, Path.unlink)
DECIDING = (
    ("compare", "trial"), ("baseline", "save", "trial", "-o", "new.json"), ("gate", "trial", "--baseline", "base.json"),
    ("verify", "trial"),
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", ["predictions.jsonl", "verdicts.jsonl", "scores.jsonl", "clusters.jsonl"])
def test_what_decides_refuses_every_damage_and_eval_mends_it(
    name: str, damage: Callable[[Path], None], run: Path, harness: Callable[..., Any]
):
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    damage(run / name)
    assert before[name] != ((run / name).read_bytes() if (run / name).exists() else None), "the damage is one"
    for command in DECIDING:
        ended = harness(*command)
        assert ended.code == 3, (command, ended.err)
        assert name in ended.out + ended.err
        assert "harness eval" in ended.err
        assert "Traceback" not in ended.err
    assert not Path("new.json").exists()
    mended = harness("eval", "--config", "x.yaml", "--no-cache")
    assert mended.code == 0, mended.err
    assert name in mended.err, "it says what it found"
    for kept in ("clusters.jsonl", "verdicts.jsonl", "scores.jsonl", "table.md"):
        assert (run / kept).read_bytes() == before[kept], kept
    for command in DECIDING:
        assert harness(*command).code == 0, command


def test_means_are_not_shown_over_what_is_left(run: Path, harness: Callable[..., Any]):
    """Sizes of all files are compared, and digests of those that are read."""
    for damage, name in ((halve, "scores.jsonl"), (edit, "scores.jsonl"), (halve, "predictions.jsonl")):
        kept = (run / name).read_bytes()
        damage(run / name)
        refused(harness("show", "trial"), name, "harness eval", code=3)
        (run / name).write_bytes(kept)
    edit(run / "predictions.jsonl")
    refused(harness("show", "trial", "--cluster", "c0"), "predictions.jsonl", code=3)
    refused(harness("labels", "export", "trial", "-o", "l.csv"), "predictions.jsonl", code=3)
    refused(harness("report", "trial", "-o", "r.html"), "predictions.jsonl", code=3)
    with pytest.raises(StoreError, match=r"predictions.jsonl: was changed"):
        _ = api.load_run("trial").predictions
    halve(run / "predictions.jsonl")
    assert "predictions.jsonl was changed" in harness("list").err


def test_what_stays_of_changed_predictions_is_what_their_ids_vouch_for(run: Path, harness: Callable[..., Any]):
    """A prediction whose text was changed is made again; one that fits its id is not asked for twice."""
    rows = [json.loads(line) for line in lines(run / "predictions.jsonl")]
    rows[0]["text"] = "The mad dam"
    (run / "predictions.jsonl").write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    mended = harness("eval", "--config", "x.yaml", "--no-cache")
    assert f"{len(rows) - 1} predictions are as the run wrote them" in mended.err
    assert b"The mad dam" not in (run / "predictions.jsonl").read_bytes()


def test_a_rescored_run_names_the_command_that_makes_it_again(run: Path, harness: Callable[..., Any]):
    Path("other.yaml").write_text(CONFIG.replace("metrics: [rouge, surface,", "metrics: [headline,"))
    score = ("score", run, "--config", "other.yaml", "--no-cache")
    assert harness(*score).code == 0
    (rescored,) = (file.parent for file in Path("results").glob("*/manifest.json") if file.parent != run)
    halve(rescored / "scores.jsonl")
    refused(harness("compare", rescored), f"`harness score {run.name}`", code=3)
    assert harness(*score).code == 0
    assert harness("compare", rescored).code == 0
    edit(run / "predictions.jsonl")  # what is damaged is not scored either
    refused(harness(*score), "predictions.jsonl", code=3)


def test_verify_says_what_it_found_of_each_run(run: Path, harness: Callable[..., Any]):
    sound = harness("verify")
    assert sound.code == 0, sound.err
    assert "sound, 6 files" in sound.out
    other = run.with_name("trial-0000000000")
    shutil.copytree(run, other)
    cut(other / "table.md")  # nobody reads a number there, but it is a file of the run
    (other / "scores.jsonl").unlink()
    for named in ((), ("results",), (run, other), (run.name, other.name)):
        found = harness("verify", *named, "--format", "json")
        assert found.code == 3
        states = {Path(each["run"]).name: each["state"] for each in json.loads(found.out)}
        assert states == {run.name: "sound", other.name: "damaged"}
    (problems,) = (each["problems"] for each in json.loads(found.out) if each["problems"])
    assert [line.split()[0] for line in problems] == ["scores.jsonl", "table.md"]
    assert harness("verify", run).code == 0
    Path("empty").mkdir()
    for wrong in (("empty",), ("none",), ("--results", "empty"), ("--results", "x.yaml"), ("x.yaml",)):
        refused(harness("verify", *wrong))


def test_a_run_of_an_earlier_version_is_read_and_its_rows_are_counted(run: Path, harness: Callable[..., Any]):
    """Its manifest describes no files, so only what it counts can be compared."""
    manifest = json.loads((run / "manifest.json").read_text())
    del manifest["files"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert harness("compare", "trial").code == 0
    told = harness("verify")
    assert told.code == 0
    assert "made by an earlier version" in told.out
    halve(run / "predictions.jsonl")
    refused_by_count = harness("verify")
    assert refused_by_count.code == 3
    assert "predictions.jsonl holds 4 of 4 predictions of lead" not in refused_by_count.out
    assert "predictions.jsonl holds 0 of 4 predictions of central" in refused_by_count.out
    (run / "predictions.jsonl").write_text("{}\n")
    assert "predictions.jsonl:1" in harness("verify").out


def test_a_run_that_goes_on_between_two_looks_is_not_called_damaged(run: Path, monkeypatch: pytest.MonkeyPatch):
    """A reader that finds other files than its manifest told looks whether that is the manifest still."""
    double(run / "scores.jsonl")
    folder = RunFolder(run)
    before = folder.manifest()
    told: Iterator[Any] = iter([before, before.model_copy(update={"status": "running"})])
    monkeypatch.setattr(folder, "manifest", lambda: next(told, before.model_copy(update={"status": "running"})))
    assert folder.damage(*NUMBERS) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NUMBERS),
    start=st.floats(0, 1),
    length=st.integers(0, 60),
    put=st.binary(max_size=60),
)
@example(name="scores.jsonl", start=0.5, length=0, put=b"\n")
@example(name="failures.jsonl", start=0.0, length=0, put=b"{}\n")
def test_no_change_of_bytes_goes_unseen(
    name: str, start: float, length: int, put: bytes, finished: Path, tmp_path_factory: pytest.TempPathFactory
):
    """Any bytes of any file that numbers rest on, replaced by any others: `damage` names that file and no other."""
    (source,) = (finished / "results").glob("*-*")
    place = tmp_path_factory.mktemp("changed") / source.name
    shutil.copytree(source, place)
    content = (place / name).read_bytes()
    at = int(start * len(content))
    changed = content[:at] + put + content[at + length :]
    (place / name).write_bytes(changed)
    found = RunFolder(place).damage(*NUMBERS)
    assert [each.name for each in found] == ([] if changed == content else [name])
    shutil.rmtree(place.parent)


READING = (
    ("show", "trial"), ("compare", "trial"), ("gate", "trial", "--baseline", "base.json"),
    ("report", "trial", "-o", "r.html"), ("labels", "export", "trial", "-o", "l.csv"), ("export", "trial", "-o", "e"),
    ("verify", "trial"),
)  # fmt: skip


def in_windows_lines(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def with_mark(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())


def of_another_file(file: Path) -> None:
    file.write_bytes((file.parent / "table.md").read_bytes())


def dangling(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def in_a_circle(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


CASES: list[tuple[Callable[[Path], None], str]] = [
    (in_windows_lines, "predictions.jsonl"), (with_mark, "verdicts.jsonl"), (of_another_file, "manifest.json"),
    (dangling, "predictions.jsonl"), (in_a_circle, "scores.jsonl"), (a_folder, "clusters.jsonl"),
    (dangling, "clusters.jsonl"), (a_pipe, "predictions.jsonl"), (a_pipe, "clusters.jsonl"), (a_pipe, "manifest.json"),
    (halve, "manifest.json"), (dangling, "manifest.json"), (in_a_circle, "manifest.json"), (a_folder, "manifest.json"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "name"), CASES, ids=lambda each: getattr(each, "__name__", each))
def test_every_reader_names_the_file(damage: Callable[[Path], None], name: str, run: Path, harness: Callable[..., Any]):
    damage(run / name)
    for command in READING:
        ended = harness(*command)
        assert ended.code == 3, command
        assert name in ended.out + ended.err, command
        assert "Traceback" not in ended.err, command
    listed = harness("list")
    assert listed.code == 0
    assert name in listed.out + listed.err


@pytest.mark.parametrize("damage", [in_windows_lines, with_mark], ids=lambda each: each.__name__)
def test_a_manifest_that_another_editor_saved_says_the_same(
    damage: Callable[[Path], None], run: Path, harness: Callable[..., Any]
):
    damage(run / "manifest.json")
    assert harness("compare", "trial").code == 0

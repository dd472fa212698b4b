"""What was planned is what is used, whatever is done to files between a run's plan and the turn of who reads them."""

import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import registry
from harness.cache.pins import held, pinned
from harness.cache.store import opened
from harness.checkers.base import Checker, CheckSession, whole_claim
from harness.checkpoints.digests import checkpoint_digests
from harness.checkpoints.find import Checkpoint
from harness.config import load_text
from harness.errors import DataError
from harness.ingest import extractor
from harness.inputs.digests import file_digest
from harness.metrics.base import Findings, Measure, Metric
from harness.models.hf.model import Hf
from harness.models.lead import Lead
from harness.records import Article, Cluster, RunManifest, Verdict
from harness.run.check import CheckJob, Questions
from harness.run.pipeline import Outcome, execute
from harness.run.plan import Plan, make_plan, measure_records
from harness.run.progress import Silent
from tests.faults.server import FaultServer

CLUSTERS = [{"id": name, "articles": [f"The dam at {name} held."], "references": ["Dam holds"]} for name in "xyz"]
CHANGED = "changed after the run was planned"


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clusters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))


def planned(models: str) -> Plan:
    text = f"name: trial\nseed: 1\ndata: {{jsonl: clusters.jsonl}}\nmodels: [{models}]\nmetrics: [headline]\n"
    return make_plan(load_text(text, "x.yaml", registry.Registry()))


def run(plan: Plan, results: str, *, cache: bool = False) -> Outcome:
    with opened(Path(results), Path("kept"), pytest.fail, unused=not cache) as kept:
        return execute(plan, Path(results), Silent(), cache=kept)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_prompt_that_is_edited_under_way_is_asked_as_it_was_planned_and_kept_as_that():
    prompt = Path("p.md")

    def echo(body: Mapping[str, Any]) -> Mapping[str, Any]:
        said = body["messages"][-1]["content"].splitlines()[0]
        return {"model": "m", "choices": [{"finish_reason": "stop", "message": {"content": said}}]}

    with FaultServer(reply=echo) as server:
        model = f"{{api: {{base_url: '{server.base_url}', model: m, prompt: p.md}}}}"
        prompt.write_text("Prompt one\n{articles}\n")
        first = planned(model)
        prompt.write_text("Prompt two\n{articles}\n")
        outcome = run(first, "one", cache=True)
        assert {row.text for row in outcome.folder.predictions()} == {"Prompt one"}
        assert server.ledger.answered == 3
        # Whoever has the same prompt is handed what that prompt wrote, and who has the other is not.
        other = run(planned(model), "two", cache=True)
        assert {row.text for row in other.folder.predictions()} == {"Prompt two"}
        prompt.write_text("Prompt one\n{articles}\n")
        again = run(planned(model), "three", cache=True)
        assert {row.text for row in again.folder.predictions()} == {"Prompt one"}
        assert server.ledger.answered == 6


def test_the_template_of_hf_is_held_too():
    """Its weights are not needed to see which template a session would read."""
    Path("p.md").write_text("Prompt one\n{articles}\n")
    settled = Hf(checkpoint="none", prompt="p.md").settled()
    Path("p.md").write_text("Prompt two\n{articles}\n")
    for each in (settled, settled.model_copy(), pickle.loads(pickle.dumps(settled))):  # noqa: S301 - our own
        assert "one" in str(each.template())
    assert "two" in str(Hf(checkpoint="none", prompt="p.md").template())


def recorded(word: str) -> bytes:
    return "".join(json.dumps({"cluster_id": row["id"], "text": f"{word} dam"}) + "\n" for row in CLUSTERS).encode()


def test_predictions_that_are_rewritten_under_way_are_refused():
    file = Path("p.jsonl")
    file.write_bytes(recorded("Old"))
    plan = planned("lead, recorded: p.jsonl")
    file.write_bytes(recorded("New"))
    with pytest.raises(DataError, match=rf"model recorded: {CHANGED}.*p\.jsonl.*run the same command again"):
        run(plan, "results")
    (manifest,) = Path("results").glob("*/manifest.json")
    assert RunManifest.model_validate_json(manifest.read_text()).status == "failed"
    assert b"New" not in manifest.with_name("predictions.jsonl").read_bytes()
    assert manifest.with_name("predictions.jsonl").read_bytes().count(b'"lead"') == 3, "what was made before stays"
    file.write_bytes(recorded("Old"))  # put back, the run goes on
    assert {row.text for row in run(planned("lead, recorded: p.jsonl"), "results").folder.predictions()} >= {"Old dam"}


def test_a_file_that_is_written_anew_with_the_same_content_is_used():
    file = Path("p.jsonl")
    file.write_bytes(recorded("Old"))
    plan = planned("recorded: p.jsonl")
    file.unlink()
    file.write_bytes(recorded("Old"))
    os.utime(file, (1, 1))
    assert run(plan, "results").manifest.status == "complete"


def test_data_that_are_rewritten_under_way_are_not_read_again():
    plan = planned("lead")
    Path("clusters.jsonl").write_text("")
    outcome = run(plan, "results")
    assert [facts.cluster_id for facts in outcome.folder.clusters()] == ["x", "y", "z"]
    assert {row.text for row in outcome.folder.predictions()} == {f"The dam at {name} held." for name in "xyz"}


# Weights: components that read a checkpoint's files when they are opened


class Weighed(Lead):
    """Reads the weights in a folder, as far as a test lets it."""

    name: ClassVar[str] = "weighed"
    folder: str

    while_open: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def identity(self) -> Mapping[str, str]:
        return checkpoint_digests(Checkpoint("folder", Path(self.folder)))


def folder_of_weights(place: Path) -> Path:
    place.mkdir(parents=True)
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        (place / name).write_bytes(name.encode() * 20)
        os.utime(place / name, (1, 1))  # long ago: a clock ticks every few milliseconds only
    return place


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["model.safetensors", "config.json", "tokenizer.json", "added.safetensors", "notes.txt"]),
    at=st.integers(0, 250),
    put=st.binary(min_size=1, max_size=9),
    during=st.booleans(),
    back=st.booleans(),
)
def test_weights_are_held_from_digest_to_load(
    name: str, at: int, put: bytes, during: bool, back: bool, tmp_path_factory: pytest.TempPathFactory
):
    """Any change between the plan and the end of loading is refused, also one that is undone while they are loaded."""
    folder = folder_of_weights(tmp_path_factory.mktemp("weights") / "w")
    model = Weighed(folder=str(folder))
    pin = pinned(model)
    file = folder / name
    before = file.read_bytes() if file.exists() else None

    def change() -> None:
        held_bytes = before or b""
        file.write_bytes(held_bytes[:at] + put + held_bytes[at + len(put) :])

    def undo() -> None:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)

    read: list[bytes] = []

    def load() -> None:
        with held(model, pin):
            if during:
                change()
            read.append(file.read_bytes() if file.exists() else b"")
            if during and back:
                undo()

    if not during:
        change()
        if back:
            undo()
    is_part = name != "notes.txt"
    is_other = is_part and (file.read_bytes() if file.exists() else None) != before
    is_seen = is_part and (is_other if not during else not (back and before is None))
    if is_seen:
        with pytest.raises(DataError, match=CHANGED):
            load()
    else:
        load()


def test_a_file_in_the_place_of_another_is_seen_though_size_and_time_agree(tmp_path: Path):
    """As a copy that keeps times leaves it: the inode tells."""
    folder = folder_of_weights(tmp_path / "w")
    model = Weighed(folder=str(folder))
    file = folder / "model.safetensors"
    pin = pinned(model)
    about = file.stat()
    (tmp_path / "other").write_bytes(file.read_bytes()[::-1])
    os.utime(tmp_path / "other", ns=(about.st_atime_ns, about.st_mtime_ns))
    (tmp_path / "other").replace(file)
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (about.st_size, about.st_mtime_ns)
    with pytest.raises(DataError, match=r"model\.safetensors"), held(model, pin):
        pytest.fail("it was opened")


class Read(Checker):
    """Calls each text what stands in a file when it is opened."""

    name: ClassVar[str] = "read"
    file: str

    def identity(self) -> Mapping[str, str]:
        return {"file": file_digest(Path(self.file))}

    @contextmanager
    def open(self) -> Iterator[CheckSession]:
        word = Path(self.file).read_text()

        class Session(CheckSession):
            def verdicts(self, cluster: Cluster, texts: Any) -> Any:  # noqa: ARG002
                return [
                    [Verdict(claim=whole_claim(text), label="supported", probability=0.5, reason=word, checker="read")]
                    for text in texts
                ]

        yield Session("read")


def test_a_checker_is_held_in_the_process_that_opens_it():
    """A job is sent to its process with what the checker must be; there is nothing memoised there."""
    Path("w").write_text("one")
    checker = Read(file="w")
    job = pickle.loads(pickle.dumps(CheckJob(checker, None, pinned(checker))))  # noqa: S301 - our own
    asked = Questions(Cluster(cluster_id="x", articles=(Article(article_id="a", text="t"),)), ["text"])
    with job.open() as check:
        assert check([asked])[0][0][0].reason == "one"
    Path("w").write_text("two")
    with pytest.raises(DataError, match=rf"checker read: {CHANGED}"), job.open():
        pytest.fail("it was opened")
    other_code = replace(job, pin=replace(job.pin, identity=checker.identity(), code="0" * 64))
    with pytest.raises(DataError, match="its code"), other_code.open():
        pytest.fail("it was opened")


class Listed(Metric):
    """Looks into a file whenever it scores."""

    name: ClassVar[str] = "listed"
    file: str

    def identity(self) -> Mapping[str, str]:
        return {"file": file_digest(Path(self.file))}

    def measures(self) -> tuple[Measure, ...]:
        return (Measure("listed", "One."),)

    def findings(self, case: Any) -> Findings:
        if case.cluster.cluster_id == "z":
            Path(self.file).write_text("two")
        return Findings({"listed": float(Path(self.file).read_text() == "one")})


def test_a_metric_whose_file_changes_while_it_scores_leaves_no_scores():
    Path("w").write_text("one")
    plan = planned("lead")
    metric = Listed(file="w")
    pins = {"listed": pinned(metric)}
    measures = measure_records((metric,), plan.config, pins)
    plan = replace(plan, metrics=(metric,), measures=measures, metric_pins=pins)
    with pytest.raises(DataError, match=rf"metric listed: {CHANGED}"):
        run(plan, "results")
    assert not list(Path("results").glob("*/scores.jsonl"))


def test_data_of_web_pages_say_what_read_them_and_are_others_where_others_did(monkeypatch):
    """With the extra `html` and without it: other articles, another run folder, another name of the data."""
    pytest.importorskip("trafilatura", reason="the extra html is not installed")
    said = "The mayor of Hollin resigned on Friday over a contract for the dam, council sources told this paper."
    told = "<p>The dam at Hollin held on Monday after a night of rain, the mayor said, and nobody was hurt at all.</p>"
    Path("pages").mkdir()
    Path("pages/a.html").write_text(
        f"<html><body><h1>Dam at Hollin holds</h1><div class='story'>{told * 2}{told.replace('Monday', 'Sunday')}"
        f"{told.replace('dam', 'bridge')}</div><div class='more-stories related'><p><a href='/'>{said}</a></p></div>"
    )
    text = "name: trial\nseed: 1\ndata: {folder: pages}\nmodels: [lead]\nmetrics: [headline]\n"
    plans = {}
    for name in (extractor.reader(), extractor.OWN):
        monkeypatch.setattr(extractor, "reader", lambda name=name: name)
        plans[name] = make_plan(load_text(text, "x.yaml", registry.Registry()))
        assert plans[name].clusters.signature.endswith(f"|html:{name}")
        notes = []
        monkeypatch.setattr(Silent, "note", lambda _, line, notes=notes: notes.append(line))
        made = execute(plans[name], Path("results"), Silent())
        assert made.manifest.data == plans[name].clusters.signature
        assert any("headline-harness[html]" in line for line in notes) == (name == extractor.OWN)
    library, own = plans.values()
    assert (said in str(list(own.clusters)), said in str(list(library.clusters))) == (True, False)
    assert library.clusters.digest != own.clusters.digest
    assert library.folder_name != own.folder_name

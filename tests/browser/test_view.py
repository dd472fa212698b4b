"""The viewer in a browser, over a results folder that changes: clicked through as a reader would."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from harness import api
from harness.metaeval.labelled import read
from harness.results.run_folder import RunFolder
from tests.browser.conftest import CLUSTERS, HOSTILE, Watched
from tests.browser.test_report import marked, row


def other(first: Path, digest: str, **changed: Any) -> Path:
    """The same run under another digest, with another manifest."""
    copy = first.with_name(f"looked-at-{digest}")
    shutil.copytree(first, copy)
    manifest = json.loads((copy / "manifest.json").read_text()) | {"digest": digest} | changed
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


@pytest.fixture(scope="module")
def results(run: api.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder: the finished run, the same with another seed, one with half a manifest."""
    folder = tmp_path_factory.mktemp("viewed") / "results"
    shutil.copytree(run.path.parent, folder)
    first = folder / run.path.name
    other(first, "00000000aa", seed=99, started="2026-01-02T03:04:05Z")
    broken = folder / "half-00000000bb"
    broken.mkdir()
    (broken / "manifest.json").write_text('{"schema_version": 1, "name": "ha')
    return folder


@pytest.fixture(scope="module")
def address(results: Path) -> Iterator[str]:
    """The address of a viewer of that folder; Ctrl-C ends it at the end, at once."""
    command = [sys.executable, "-m", "harness", "view", str(results), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{43}/", told)
        assert found, told
        yield found[0]
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=5)
        assert server.returncode == 130
        assert said.startswith("interrupted; to run it again: ")
        assert "Traceback" not in said


@pytest.fixture
def looked(chromium: Any, address: str) -> Iterator[Callable[..., Watched]]:
    """Makes pages of the viewer; each test ends with no fault on the console and no request but to the viewer."""
    made: list[Watched] = []

    def make(path: str = "", **options: Any) -> Watched:
        made.append(Watched(chromium, **{"offline": False} | options))
        made[-1].page.goto(f"{address}{path}")
        return made[-1]

    yield make
    for each in made:
        each.context.close()
        assert each.faults == []
        assert [url for url in each.requests if not url.startswith(address)] == []


def example(run: api.Run, cluster_id: str) -> str:
    return f"example?run={run.path.name}&id={quote(cluster_id)}"


def drawn(watched: Watched) -> Any:
    watched.page.wait_for_selector("#detail .row")
    watched.page.wait_for_selector("html[data-ready=yes]")
    return watched.page


SHOWN = "document.querySelector('#shown').textContent"


def until(page: Any, expression: str, wanted: object = True) -> None:
    """Wait until an expression has a value: the policy forbids the eval by which Playwright itself would wait."""
    for _ in range(200):
        if page.evaluate(expression) == wanted:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(expression) == wanted


def names(page: Any) -> list[str]:
    return page.locator("#list-of-runs th.name a").all_text_contents()


def test_runs_are_listed_and_searched(looked: Any, run: api.Run):
    page = looked().page
    assert names(page) == [run.path.name, "looked-at-00000000aa", "half-00000000bb"]
    assert "seed 99 →" in page.locator("#list-of-runs tr", has_text=run.path.name).text_content()
    page.locator("#search input").fill("looked 2026-01")
    until(page, SHOWN, "1 of 3 runs")
    assert names(page) == ["looked-at-00000000aa"]
    page.locator("#search input").fill("no such thing")
    page.wait_for_selector("text=No run fits.")
    page.locator("#search input").fill("")
    until(page, SHOWN, "3 of 3 runs")
    page.select_option("#search select", "damaged")
    until(page, SHOWN, "1 of 3 runs")
    assert names(page) == ["half-00000000bb"]
    assert "manifest.json" in page.locator("#list-of-runs .note").text_content()


def test_chosen_runs_are_compared(looked: Any, run: api.Run):
    page = looked().page
    page.get_by_label(f"Choose {run.path.name}").check()
    page.get_by_label("Choose looked-at-00000000aa").check()
    page.locator("#compare").click()
    page.wait_for_selector("#board")
    assert page.locator("#board tbody tr").count() == 4
    keys = dict(
        zip(
            page.locator("#differs tbody th").all_text_contents(),
            [line.split() for line in page.locator("#differs tbody tr").all_inner_texts()],
            strict=True,
        )
    )
    assert keys == {"seed": ["seed", str(run.manifest.seed), "99"]}
    page.wait_for_selector("#detail .row")
    assert page.locator("#detail .row").count() == 4
    page.locator("summary", has_text="Charts").click()
    page.wait_for_selector("#charts svg")
    assert page.locator("#charts svg").count() > 2


def test_a_claim_lights_its_evidence(looked: Any, run: api.Run):
    page = drawn(looked(example(run, "crane")))
    verdict = run.cluster("crane").verdicts["ours"][0]
    row(page, "ours").locator("button.claim").first.click()
    sides = {span.text: "against" if span.article_id in verdict.contradictors else "for" for span in verdict.evidence}
    assert {text: side for side, text in marked(page)}.items() <= sides.items()
    assert {"for", "against"} == {side for side, _ in marked(page)}
    page.wait_for_selector("#list button")
    page.keyboard.press("j")
    until(page, "location.href.endsWith('id=crane')", False)
    there = page.url
    page.reload()
    page.wait_for_selector("#detail .row")
    assert page.url == there
    assert there.endswith(quote(page.locator("#detail h3").first.text_content()))


def test_what_is_said_of_a_headline_is_a_line_that_metaeval_reads(looked: Any, run: api.Run, results: Path):
    page = drawn(looked(example(run, "bridge")))
    ours = row(page, "ours")
    ours.get_by_label("not faithful", exact=True).check()
    ours.get_by_label("Note on ours").fill('it did reopen: "Friday" <b>\n👩‍🚒')
    ours.get_by_role("button", name="Save").click()
    ours.locator(".saved", has_text=re.compile(r"^saved 2")).wait_for()
    file = results / "annotations.jsonl"
    line = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["cluster_id"], line["system"], line["label"]) == ("bridge", "ours", 0)
    assert line["text"] == "Bridge at Senn did not reopen on Friday"
    assert line["note"] == 'it did reopen: "Friday" <b>\n👩‍🚒'
    assert line["run"] == run.path.name
    # what is said last of a text counts, for the page and for metaeval; the line before stays
    ours.get_by_label("faithful", exact=True).check()
    ours.get_by_role("button", name="Save").click()
    page.wait_for_timeout(200)
    ours.locator(".saved", has_text=re.compile(r"^saved 2")).wait_for()
    page.reload()
    page.wait_for_selector("#detail .row")
    assert row(page, "ours").get_by_label("faithful", exact=True).is_checked()
    labelled = [each for each in read([file])["annotations"] if each.text == line["text"]]
    assert [each.label for each in labelled] == [True]
    assert labelled[0].cluster.articles[0].text == CLUSTERS[1]["articles"][0]["text"]  # type: ignore[index]
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


def test_a_run_is_watched_until_it_is_complete(looked: Any, run: api.Run, results: Path):
    folder = RunFolder(other(results / run.path.name, "00000000cc", status="running", counts={}, files={}))
    predictions = list(RunFolder(run.path).predictions())
    (folder.path / "predictions.jsonl").unlink()
    whole = json.loads((results / run.path.name / "manifest.json").read_text())
    with folder.locked():
        page = looked(f"compare?run={folder.path.name}").page
        page.wait_for_selector("text=Under way")
        counts = "Array.from(document.querySelectorAll('#progress .count'), (each) => each.textContent)"
        assert page.evaluate(counts)[:2] == ["0 of 4", "1 of 4"]  # theirs failed on one
        with folder.appending("predictions.jsonl") as rows:
            for number, prediction in enumerate(predictions[:3], start=1):
                rows.add(prediction)
                until(page, f"{counts}[0]", f"{number} of 4")
            until(page, "document.querySelector('#count').textContent", "4 of 4")
            for prediction in predictions[3:]:
                rows.add(prediction)
        (folder.path / "manifest.json").write_text(json.dumps(whole | {"digest": "00000000cc"}))
    page.wait_for_selector("#board")
    assert page.locator("#progress").count() == 0


def test_hostile_text_is_shown_as_text(looked: Any, run: api.Run):
    page = drawn(looked(example(run, "hostile")))
    assert page.title() == "hostile · harness"
    assert page.locator("#detail img, #detail script, #list img").count() == 0
    assert HOSTILE in row(page, "ours").locator(".headline").text_content()
    page = drawn(looked(example(run, "long")))
    assert page.locator(".articles .text").text_content() == CLUSTERS[3]["articles"][0]["text"]  # type: ignore[index]


@pytest.mark.parametrize(
    "planted", ["<script>document.title='taken'</script>", "<img src=x onerror=\"document.title='taken'\">"]
)
def test_a_planted_script_is_blocked(looked: Any, run: api.Run, planted: str):
    watched = looked()

    def plant(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{planted}</main>", 1))

    watched.page.route("**/compare?*", plant)
    page = watched.page
    page.goto(f"{page.url}compare?run={run.path.name}")
    drawn(watched)
    assert page.title() != "taken"
    assert any("Content Security Policy" in fault for fault in watched.faults)
    watched.faults.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone_by_day_and_by_night(looked: Any, run: api.Run, scheme: str):
    for path in ("", f"compare?run={run.path.name}&run=looked-at-00000000aa", example(run, "crane")):
        watched = looked(path, viewport={"width": 400, "height": 800}, color_scheme=scheme)
        if path:
            drawn(watched)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 400, path
        back = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (back == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(looked: Any, run: api.Run, scheme: str):
    from axe_playwright_python.sync_playwright import Axe

    for path in ("", f"compare?run={run.path.name}&run=looked-at-00000000aa", example(run, "crane")):
        watched = looked(path, color_scheme=scheme, bypass_csp=True)
        if path:
            drawn(watched)
        if path.startswith("compare"):
            watched.page.wait_for_selector("#board")
        found = Axe().run(watched.page).response["violations"]
        serious = {each["id"]: each["nodes"][0]["html"] for each in found if each["impact"] in ("serious", "critical")}
        assert serious == {}, path


def test_without_the_token_or_from_elsewhere_nothing_is_answered(looked: Any, address: str):
    ask = looked().context.request
    where = address.rsplit("/", 2)[0]
    assert ask.get(address).status == 200
    assert ask.get(f"{where}/").status == 403
    assert ask.get(f"{where}/{'x' * 43}/").status == 403
    assert ask.get(address, headers={"Origin": "https://evil.example"}).status == 403
    assert ask.get(address, headers={"Host": "evil.example"}).status == 403
    assert ask.post(f"{address}annotations", data={}, headers={"Origin": "https://evil.example"}).status == 403


def test_a_run_whose_file_was_changed_says_so(looked: Any, run: api.Run, results: Path):
    damaged = other(results / run.path.name, "00000000dd")
    with (damaged / "verdicts.jsonl").open("a") as stream:
        stream.write('{"cluster_id":"crane","half a row\n')
    try:
        page = drawn(looked(f"compare?run={damaged.name}"))
        assert "verdicts.jsonl was changed after the run" in page.locator("#progress").text_content()
        assert page.locator("#list button").count() == 4
        page = drawn(looked(f"example?run={damaged.name}&id=crane"))
        assert "verdicts.jsonl: 1 line on this cluster cannot be read" in page.locator("#detail").text_content()
    finally:
        shutil.rmtree(damaged)

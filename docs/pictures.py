"""Draws the pictures of the README, docs/report.md and docs/view.md from a run of the quickstart: `make pictures`.

    python docs/pictures.py RUN [--results DIR]

The ranking as an SVG, as a terminal of 100 columns shows it; the report in Debian's chromium or another one, at 1280
and 400 pixels, by day and by night, with the evidence of a contested headline lit; the viewer's list of runs and an
example with what somebody said of it. Nothing is asked of a network.
"""

import argparse
import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from harness import api
from harness.report.leaderboard import of_run

IMAGES = Path(__file__).parent / "images"
WIDTH = 100


def draw_ranking(run: api.Run) -> None:
    """Save the first screen of a run as an SVG."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, markup=False, highlight=False)
    console.print(of_run(run.outcome, WIDTH, closer=False))
    console.save_svg(str(IMAGES / "ranking.svg"), title=f"harness show {run.manifest.name}")


def draw_report(run: api.Run, binary: str) -> None:
    """Save screenshots of the report: its top, an example with evidence lit, and the same on a phone."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = api.report(run, Path(folder) / "report.html")
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for name, width, height in (("wide", 1280, 800), ("phone", 400, 800)):
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True)
                page.goto(file.as_uri())
                page.wait_for_selector("#detail .row")
                page.screenshot(path=str(IMAGES / f"report-{name}-{scheme}.png"))
                light_evidence(page)
                page.screenshot(path=str(IMAGES / f"example-{name}-{scheme}.png"))
        browser.close()


def draw_viewer(run: api.Run, binary: str) -> None:
    """Save screenshots of the viewer over three runs: the list, and an example with a human verdict."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        results = Path(folder) / "results"
        results.mkdir()
        repeat_run(run, results)
        (Path(folder) / "data").symlink_to(Path.cwd() / "data")  # where the run's configuration has its articles
        command = [sys.executable, "-m", "harness", "view", "results", "--no-open"]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, text=True, cwd=folder, **quiet) as server:  # noqa: S603 - our own
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            address = server.stdout.readline().split()[-1]
            browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                for name, width, height in (("wide", 1280, 800), ("phone", 400, 800)):
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                    page.goto(address)
                    page.locator("#list-of-runs input").first.check()
                    page.screenshot(path=str(IMAGES / f"view-runs-{name}-{scheme}.png"))
                    page.goto(f"{address}compare?run={run.path.name}")
                    page.wait_for_selector("#detail .row")
                    light_evidence(page)
                    said = page.locator("#detail .row").filter(has=page.locator("[aria-pressed=true]"))
                    said.get_by_label("not faithful", exact=True).check()
                    said.locator("textarea").fill("The later toll is what counts.")
                    said.get_by_role("button", name="Save").click()
                    said.locator(".saved", has_text="saved 2").wait_for()
                    said.first.evaluate("row => row.scrollIntoView()")
                    page.screenshot(path=str(IMAGES / f"view-example-{name}-{scheme}.png"))
            browser.close()
            server.terminate()


def repeat_run(run: api.Run, results: Path) -> None:
    """Copy a run, once more with another seed and once more as one that was interrupted."""
    shutil.copytree(run.path, results / run.path.name)
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    day = {"started": "2026-05-04T08:15:00Z"}
    for digest, changed in (
        ("3f0c9a7d21", {"seed": manifest["seed"] + 1, **day}),
        ("a4417be06c", {"status": "interrupted", "files": {}, "limit": 9, "started": "2026-05-05T17:40:00Z"}),
    ):
        copy = results / f"{manifest['name']}-{digest}"
        shutil.copytree(run.path, copy)
        (copy / "manifest.json").write_text(json.dumps(manifest | changed | {"digest": digest}), encoding="utf-8")
        if "status" in changed:
            lines = (copy / "predictions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
            (copy / "predictions.jsonl").write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")


def light_evidence(page: Any) -> None:
    """Choose the first contested example and its first claim, and bring both into view."""
    page.select_option("#verdict", "contested")
    page.locator("#list button").first.click()
    page.wait_for_timeout(300)
    page.locator("#detail .row").filter(has=page.locator(".label.contested")).locator("button.claim").first.click()
    page.evaluate("document.querySelector('#detail').scrollIntoView()")
    page.wait_for_timeout(300)


def main() -> None:
    """Draw all of them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("run")
    options.add_argument("--results", default="results")
    given = options.parse_args()
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        sys.exit("no chromium is installed: a Debian system gets it with apt-get install chromium")
    run = api.load_run(given.run, results=given.results)
    IMAGES.mkdir(exist_ok=True)
    draw_ranking(run)
    draw_report(run, binary)
    draw_viewer(run, binary)


if __name__ == "__main__":
    main()

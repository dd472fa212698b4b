"""Draws the pictures of the README and of docs/report.md from a run of the quickstart: `make pictures`.

    python docs/pictures.py RUN [--results DIR]

The ranking as an SVG, as a terminal of 100 columns shows it; the report in Debian's chromium or another one, at 1280
and 400 pixels, by day and by night, with the evidence of a contested headline lit. Nothing is asked of a network.
"""

import argparse
import shutil
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


if __name__ == "__main__":
    main()

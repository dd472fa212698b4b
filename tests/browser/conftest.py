"""A browser, and a finished run with something to look at: one disputed fact, one invention, hostile text."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import api

HOSTILE = (
    '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'"> "quoted" & '
    "\u202eright to left\u202c 👩‍🚒"
)
CLUSTERS = [
    {
        "id": "crane",
        "desk": "local",
        "articles": [
            {
                "id": "crane-1",
                "title": "Crane falls on Delmar building site",
                "source": "Delmar Courier",
                "text": "A crane fell on a building site in Delmar on Monday. Four workers were hurt, the fire service "
                "said. The site belongs to the builder Ostrand.",
            },
            {
                "id": "crane-2",
                "title": "Workers hurt as crane falls",
                "source": "Radio Nord",
                "text": "👩‍🚒 Six workers were hurt when a crane fell on a building site in Delmar, Radio Nord has "
                "learnt from the hospital. The crane had been checked in May.",
            },
        ],
        "references": ["Four hurt as crane falls in Delmar"],
    },
    {
        "id": "bridge",
        "desk": "<b>desk</b>",
        "articles": [
            {"id": "bridge-1", "text": "The old bridge at Senn reopened on Friday after repairs that took two years."},
        ],
        "references": ["Bridge at Senn reopens after repairs"],
    },
    {
        "id": "hostile",
        "articles": [
            {"id": "hostile-1", "title": HOSTILE, "source": HOSTILE, "text": f"{HOSTILE} The market moved on Monday."}
        ],
        "references": [HOSTILE],
    },
    {"id": "long", "articles": [{"id": "long-1", "text": "word " * 20_000}]},
]
TEXTS = {
    "ours": {
        "crane": "Four workers hurt as crane falls in Delmar",
        "bridge": "Bridge at Senn did not reopen on Friday",
        "hostile": HOSTILE,
        "long": "word word",
    },
    "theirs": {
        "crane": "Mayor Lindqvist resigns over crane in Delmar",
        "bridge": "Old bridge at Senn reopened on Friday",
        "hostile": "The market moved on Monday",
    },
}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, parser: object) -> api.Run:
    """A finished run of two systems' recorded headlines on four clusters; one of them has no headline for `long`."""
    folder = tmp_path_factory.mktemp("looked-at")
    clusters = folder / "clusters.jsonl"
    clusters.write_text("".join(json.dumps(row) + "\n" for row in CLUSTERS))
    models: list[Any] = []
    for name, texts in TEXTS.items():
        file = folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps({"cluster_id": key, "text": text}) + "\n" for key, text in texts.items()))
        models.append({"recorded": {"path": str(file)}, "as": name})
    config = {
        "name": "looked-at",
        "data": {"jsonl": {"path": str(clusters)}},
        "models": models,
        "metrics": ["rouge", "headline", "factual"],
    }
    return api.evaluate(config, results=folder / "results", cache=False)


@pytest.fixture(scope="session")
def report(run: api.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of that run, on disk."""
    return api.report(run, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's or another installed Chromium; tests that look at pages skip where there is none."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("no chromium is installed: a Debian system gets it with apt-get install chromium")
    # Its event loop runs in this thread until the browser is closed, and no other could: hence a module, no session.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page, and what went wrong on it or left it."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(**{"offline": True} | options)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, file: Path, fragment: str = "") -> Any:
        """Open a file and wait until its script has drawn the first example."""
        self.page.goto(f"{file.as_uri()}{fragment}")
        self.page.wait_for_selector("html[data-ready=yes]")
        self.page.wait_for_selector("#detail .row")
        return self.page


@pytest.fixture
def watched(chromium: Any) -> Iterator[Any]:
    """Makes watched pages; each test ends with no fault on the console and no request but for the file itself."""
    made: list[Watched] = []

    def make(**options: Any) -> Watched:
        made.append(Watched(chromium, **options))
        return made[-1]

    yield make
    for each in made:
        each.context.close()
        assert each.faults == []
        assert [url for url in each.requests if not url.startswith("file:")] == []

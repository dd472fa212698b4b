"""The viewer's addresses: which page each is, and what it is made from."""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from harness.errors import HarnessError, StoreError, UsageError
from harness.report.html.document import environment, script_json
from harness.results.annotations import LONGEST_NOTE
from harness.stores.places import shown as named_place
from harness.view.access import Access, Application
from harness.view.compared import Chosen, Compared, choose
from harness.view.differing import differing
from harness.view.example import Examples
from harness.view.runs import STATES, Runs
from harness.view.watched import progress_of

MOST_BYTES = 1 << 20
"""Of what a browser may send: a headline and a note."""
MOST_RUNS = 20
"""Runs that are looked at together."""
REPORT, PAGES = files("harness.report.html"), files("harness.view") / "pages"
FILES = {
    "page.js": (REPORT, "text/javascript"),
    "report.js": (REPORT, "text/javascript"),
    "report.css": (REPORT, "text/css"),
    "view.js": (PAGES, "text/javascript"),
    "view.css": (PAGES, "text/css"),
    "htmx.min.js": (PAGES, "text/javascript"),
    "icon.svg": (PAGES, "image/svg+xml"),
}
"""Files of ours that pages load, with where they lie."""
LOST = "The articles could not be read again from the data."


def application(results: Path, *, token: str, port: int, ticket: str | None = None) -> Application:
    """Make the application that shows a results folder, for whoever has the token, or once the ticket."""
    pages = _Pages(results)
    pages.warm()
    gets: dict[str, Callable[[Request], Response]] = {
        "/": pages.index,
        "/runs": pages.runs_table,
        "/compare": pages.compare,
        "/ranking": pages.ranking,
        "/charts": pages.charts,
        "/data-notes": pages.data_notes,
        "/progress": pages.progress,
        "/examples": pages.examples,
        "/example": pages.example,
        "/whole": pages.whole,
        "/static/{name}": pages.static,
    }
    routes = [Route(path, answer, methods=["GET"]) for path, answer in gets.items()]
    routes.append(Route("/annotations", pages.annotate, methods=["POST"]))
    handlers: Mapping[Any, Any] = {HarnessError: pages.problem, HTTPException: pages.http_problem}
    return Access(Starlette(routes=routes, exception_handlers=handlers), token=token, port=port, ticket=ticket)


class _Pages:
    """Answers each address; each method is called in a thread of its own."""

    def __init__(self, results: Path) -> None:
        self._results = results
        self._runs = Runs(results)
        self._compared = Compared(results)
        self._examples = Examples(results)
        self._templates = environment(PAGES)

    def warm(self) -> None:
        """Read what the first page shows, so that whoever opens it does not wait."""
        self._runs.all()
        for name in ("index.html.j2", "compare.html.j2", "example.html.j2"):
            self._templates.get_template(name)

    def index(self, request: Request) -> Response:
        """Show the list of runs, with the search that the address names."""
        return self._page("index.html.j2", "Runs", states=STATES, **self._table(request))

    def runs_table(self, request: Request) -> Response:
        """Show the table of the list alone; nothing where it is the one that the browser has."""
        table = self._table(request)
        if request.query_params.get("seen") == table["seen"]:
            return Response(status_code=204)
        return self._part("runs.html.j2", **table)

    def _table(self, request: Request) -> dict[str, Any]:
        asked = request.query_params
        words, state = asked.get("q", ""), asked.get("state", "")
        listed = self._runs.all()
        shown = [run for run in listed if run.fits(words.split(), state)]
        # what a browser has is compared by this, so that nothing is drawn again under the reader's hands
        seen = str(hash((words, state, tuple((run.name, run.state, run.answered, run.failed) for run in shown))))
        return {
            "runs": shown,
            "of": len(listed),
            "words": words,
            "state": state,
            "chosen": set(asked.getlist("run")),
            "seen": seen,
            "results": named_place(self._results),
            "every": "2s" if any(run.state == "running" for run in listed) else "10s",
        }

    def compare(self, request: Request) -> Response:
        """Show one run or several: how far they are, what differs, the ranking, examples."""
        chosen = self._chosen(request)
        facts = script_json(_facts(chosen, alone="example"))
        return self._page("compare.html.j2", chosen.title, chosen=chosen, facts=facts, **_common(chosen))

    def ranking(self, request: Request) -> Response:
        """Show the answer in words, the leaderboard and the notes on the data."""
        try:
            ranked = self._compared.ranked(self._chosen(request))
        except HarnessError as error:
            return self._part("problem.html.j2", problem=str(error))
        return self._part("ranked.html.j2", **ranked)

    def charts(self, request: Request) -> Response:
        """Show the charts."""
        try:
            charts = self._compared.charts(self._chosen(request))
        except HarnessError as error:
            return self._part("problem.html.j2", problem=str(error))
        return self._part("charts.html.j2", charts=charts)

    def data_notes(self, request: Request) -> Response:
        """Show the notes that take reading all articles."""
        try:
            notes = self._compared.data_notes(self._chosen(request))
        except HarnessError as error:
            return self._part("problem.html.j2", problem=str(error))
        return self._part("data_notes.html.j2", data_notes=notes)

    def progress(self, request: Request) -> Response:
        """Show how far runs are that are under way; the whole page anew once none is any more."""
        chosen = self._chosen(request)
        made = self._part("progress.html.j2", **_common(chosen))
        if not any(run.state == "running" for run in chosen.runs):
            made.headers["HX-Refresh"] = "true"
        return made

    def examples(self, request: Request) -> Response:
        """List the examples, for the page's script."""
        return Response(self._compared.listed(self._chosen(request)), media_type="application/json")

    def example(self, request: Request) -> Response:
        """Show one example."""
        chosen = self._chosen(request)
        cluster_id = request.query_params.get("id", "")
        given = self._examples.drawn(chosen, self._examples.find(chosen, cluster_id))
        return self._page(
            "example.html.j2",
            cluster_id,
            chosen=chosen,
            facts=script_json(_facts(chosen, link="example")),
            given=script_json(given),
            **_common(chosen),
        )

    def whole(self, request: Request) -> Response:
        """Tell all of one example, for the page's script."""
        chosen = self._chosen(request)
        example = self._examples.find(chosen, request.query_params.get("id", ""))
        return JSONResponse(self._examples.drawn(chosen, example))

    async def annotate(self, request: Request) -> Response:
        """Keep what somebody said of a headline."""
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise HTTPException(415, "accepted: application/json")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise HTTPException(413, "larger than an annotation may be")
        return await run_in_threadpool(self._annotate, body)

    def _annotate(self, body: bytes) -> Response:
        told = _annotation(body)
        chosen = choose(self._runs.named(told["runs"]))
        example = self._examples.find(chosen, told["id"])
        said = self._examples.annotate(chosen, example, told["at"], told["text"], told["label"], told["note"])
        return JSONResponse(said)

    def static(self, request: Request) -> Response:
        """Send a file of ours."""
        name = request.path_params["name"]
        if name not in FILES:
            raise HTTPException(404, "there is no such file")
        room, kind = FILES[name]
        return Response((room / name).read_bytes(), media_type=kind)

    def problem(self, request: Request, error: Exception) -> Response:
        """Say what is wrong: with what was asked for, or with the folder."""
        return self._problem(request, str(error), 503 if isinstance(error, StoreError) else 404)

    def http_problem(self, request: Request, error: HTTPException) -> Response:
        """Say that there is no such page, or no such method."""
        return self._problem(request, error.detail, error.status_code)

    def _problem(self, request: Request, problem: str, status: int) -> Response:
        """Answer a person with a page, a script with a line."""
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(f"{problem}\n", status)
        page = self._templates.get_template("lost.html.j2").render(title="Not found", problem=problem)
        return HTMLResponse(page, status)

    def _chosen(self, request: Request) -> Chosen:
        names = request.query_params.getlist("run")
        if not names:
            raise UsageError("no run is named; choose one from the list")
        if len(set(names)) > MOST_RUNS:
            raise UsageError(f"{len(set(names))} runs are chosen; accepted: at most {MOST_RUNS} together")
        return choose(self._runs.named(names))

    def _page(self, template: str, title: str, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(title=title, **values))

    def _part(self, template: str, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**values))


def _query(chosen: Chosen) -> str:
    return urlencode([("run", name) for name in chosen.names])


def _facts(chosen: Chosen, **pages: str) -> dict[str, Any]:
    """Gather what the script of a page is told: the runs, and where examples are; `pages` are further addresses."""
    query = _query(chosen)
    addresses = {name: f"{page}?{query}&id=" for name, page in {"whole": "whole", **pages}.items()}
    return {**chosen.facts(), "listed": f"examples?{query}", **addresses, "missing": LOST}


def _common(chosen: Chosen) -> dict[str, Any]:
    return {
        "examples_note": "The most telling first." if not chosen.unfinished else "As far as the run is.",
        "query": _query(chosen),
        "progress": [progress_of(run) for run in chosen.unfinished],
        "live": any(run.state == "running" for run in chosen.runs),
        "differing": differing(chosen.manifests) if len(chosen.manifests) > 1 else [],
    }


def _annotation(body: bytes) -> dict[str, Any]:
    """Read what a browser sent. Raises HTTPException where it is not what our page sends."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "not JSON") from None
    sound = (
        isinstance(told, dict)
        and isinstance(told.get("runs"), Sequence)
        and not isinstance(told["runs"], str)
        and all(isinstance(name, str) for name in told["runs"])
        and isinstance(told.get("at"), int)
        and all(isinstance(told.get(name), str) for name in ("id", "text", "note"))
        and told.get("label") in (0, 1, None)
    )
    if not sound:
        raise HTTPException(400, "not an annotation")
    try:
        told["note"].encode()
    except UnicodeEncodeError:
        raise HTTPException(400, "the note has half a character") from None
    if len(told["note"]) > LONGEST_NOTE:
        raise HTTPException(400, f"the note is longer than {LONGEST_NOTE:,} characters")
    return dict(told)

"""Verdicts for people: each claim with its label, what is wrong, and the evidence quoted with its article named."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.checkers.carriers import CarriedClaim
from harness.records import Cluster, ContestedFact, Element, ElementState, ErrorType, Evidence, Verdict
from harness.report.escape import one_line

COLOURS = {
    "supported": "green",
    "contradicted": "bold red",
    "contested": "bold yellow",
    "not_found": "magenta",
    "abstained": "dim",
}
QUOTED = 2
"""Spans of evidence that are quoted of each side of a claim on a terminal; JSON has them all."""

TITLE = 40
"""Characters of a title that names an article whose publisher is not known."""

ERRORS: Mapping[ErrorType, str] = {
    "number": "wrong number",
    "entity": "wrong name",
    "roles": "roles swapped",
    "negation": "negation",
    "predicate": "wrong predicate",
    "modality": "not certain there",
    "time": "wrong time",
    "place": "wrong place",
    "attribution": "attribution lost",
    "invented": "invented",
}


def explained(cluster: Cluster, text: str, verdicts: Sequence[Verdict], failure: str = "") -> RenderableType:
    """One text's verdicts: the whole first, its parts indented below it; each side's evidence, quoted once.

    `failure` is why the checker could not judge it, where it could not.
    """
    parts: list[RenderableType] = [Text(one_line(text), style="bold")]
    if failure:
        parts.append(Text(one_line(f"failed: {failure}"), style="red"))
    quoted: set[tuple[str, bool, int, int]] = set()
    for verdict in verdicts:
        whole = verdict.claim.part == "whole"
        parts.append(Padding(_claim(verdict), (0, 0, 0, 0 if whole else 2)))
        below: list[RenderableType] = []
        if verdict.reason:
            below.append(Text(one_line(verdict.reason), style="italic"))
        if whole and verdict.elements:
            below.append(_account(verdict.elements))
        new = [span for span in verdict.evidence if _place(span) not in quoted]
        quoted |= {_place(span) for span in new}
        shown = 0
        for heading, style, spans in sides(verdict):
            held = [span for span in spans if span in new]
            if heading or held:
                below.append(Text(heading or "nearest", style=style))
            below.extend(Padding(quote(cluster, span), (0, 0, 0, 2)) for span in held[:QUOTED])
            shown += len(held[:QUOTED])
        if len(new) > shown:
            below.append(Text(f"and {len(new) - shown} more in --format json", style="dim"))
        parts.append(Padding(Group(*below), (0, 0, 0, 4 if whole else 6)))
    return Group(*parts)


STATES: Mapping[ElementState, tuple[str, str]] = {
    "borne_out": ("borne out", "green"),
    "contradicted": ("differs", "bold red"),
    "unaccounted": ("missing", "magenta"),
}


def _account(elements: Sequence[Element]) -> RenderableType:
    """A line for each element: what is made of it, its kind, its words, and the words of the article that show it."""
    table = Table.grid(padding=(0, 2))
    for element in elements:
        name, style = STATES[element.state]
        span = next(iter(element.evidence), None)
        said = one_line(element.reason)
        if element.state == "borne_out" and span is not None:
            same = span.text.casefold() == element.text.casefold()
            said = f"{span.article_id}{', title' if span.title else ''}" + (
                "" if same else f": “{one_line(span.text)}”"
            )
        words = Text(f"“{one_line(element.text)}”")
        table.add_row(Text(name, style=style), Text(element.kind), words, Text(one_line(said)))
    return table


def _place(span: Evidence) -> tuple[str, bool, int, int]:
    return span.article_id, span.title, span.start, span.end


def _beside(span: Evidence, verdict: Verdict) -> bool:
    """Whether a span is of an article that takes neither side."""
    return span.article_id not in {*verdict.supporters, *verdict.contradictors}


def sides(verdict: Verdict) -> Iterator[tuple[str, str, list[Evidence]]]:
    """A heading, its colour and its evidence for each side; last, under no heading, that of articles that take none."""
    if verdict.supporters:
        named = one_line(", ".join(verdict.supporters))
        held = [span for span in verdict.evidence if span.article_id in verdict.supporters]
        yield f"says so ({witnesses(verdict.witnesses)}): {named}", "green", held
    if verdict.contradictors:
        held = [span for span in verdict.evidence if span.article_id in verdict.contradictors]
        yield one_line(f"says otherwise: {', '.join(verdict.contradictors)}"), "red", held
    yield "", "dim", [span for span in verdict.evidence if _beside(span, verdict)]


def checked_by(cluster: Cluster, signature: str) -> Text:
    """The line below a checker's verdicts: what was asked of what."""
    many = "1 article" if len(cluster.articles) == 1 else f"{len(cluster.articles)} articles"
    return Text(one_line(f"{signature}, on the {many} of {cluster.cluster_id}"), style="dim")


def _claim(verdict: Verdict) -> Text:
    line = Text(verdict.label.replace("_", " "), style=COLOURS[verdict.label])
    if verdict.probability is not None:
        line.append(f" {verdict.probability:.2f}", style="default not bold")
    if verdict.errors:
        line.append(f"  {', '.join(ERRORS[error] for error in verdict.errors)}", style="red not bold")
    spoke = decided_by(verdict)
    if spoke and verdict.claim.part == "whole":
        line.append(f"  {spoke}", style="dim not bold")
    if verdict.claim.part != "whole":
        line.append(f"  {one_line(verdict.claim.text)}", style="default not bold")
    return line


def decided_by(verdict: Verdict) -> str:
    """Which part of the checker spoke for the label; empty where nothing is known of it."""
    return f"decided by {' and '.join(verdict.decided_by)}" if verdict.decided_by else ""


def witnesses(count: int) -> str:
    """`1 independent witness`, `3 independent witnesses`."""
    return "1 independent witness" if count == 1 else f"{count} independent witnesses"


def quoted_place(cluster: Cluster, evidence: Evidence) -> str:
    """Where a span stands, in words: its article, who published it, and whether it is the title."""
    article = next(article for article in cluster.articles if article.article_id == evidence.article_id)
    title = article.title if len(article.title) <= TITLE else f"{article.title[: TITLE - 1].rstrip()}…"
    known = article.source or (title if not evidence.title else "")
    return one_line(f"{evidence.article_id}{f' ({known})' if known else ''}{', title' if evidence.title else ''}")


def quote(cluster: Cluster, evidence: Evidence) -> Text:
    """A span with the article it stands in."""
    line = Text(f"{quoted_place(cluster, evidence)}: ", style="cyan")
    line.append(f"“{one_line(evidence.text)}”", style="default")
    return line


def claims(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> RenderableType:
    """What independent articles of a cluster disagree about, then its claims with their carriers."""
    parts: list[RenderableType] = [*_contested(cluster, contested)]
    parts.append(Text(f"\nclaims of {one_line(cluster.cluster_id)}", style="bold"))
    for found in carried:
        claim = found.claim
        said = f"[{claim.attributed_to} {claim.stance}] " if claim.attributed_to else ""
        line = Text(one_line(f"{said}{claim.text}"))
        parts.append(Padding(line, (0, 0, 0, 2)))
        parts.append(
            Padding(
                Text(f"{one_line(', '.join(found.carriers))} ({witnesses(found.witnesses)})", style="dim"), (0, 0, 0, 6)
            )
        )
    return Group(*parts)


def _contested(cluster: Cluster, contested: Sequence[ContestedFact]) -> Iterator[RenderableType]:
    many = "1 fact" if len(contested) == 1 else f"{len(contested)} facts"
    yield Text(f"contested in {one_line(cluster.cluster_id)}: {many if contested else 'nothing'}", style="bold")
    for fact in contested:
        later = " (a later update)" if fact.update else ""
        yield Padding(Text(f"{one_line(fact.fact)}, {fact.kind}{later}", style="yellow"), (0, 0, 0, 2))
        for version in fact.versions:
            yield Padding(Text(f"{one_line(version.value)} ({witnesses(version.witnesses)})"), (0, 0, 0, 4))
            for span in version.evidence[:QUOTED]:
                yield Padding(quote(cluster, span), (0, 0, 0, 8))


def claims_as_json(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> str:
    """The same as one JSON object."""
    value = {
        "cluster_id": cluster.cluster_id,
        "contested": [fact.model_dump(mode="json") for fact in contested],
        "claims": [found.model_dump(mode="json") for found in carried],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

"""Verdicts for people: each claim with its label, what is wrong, and the evidence quoted with its article named."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.checkers.carriers import CarriedClaim
from harness.records import Cluster, ContestedFact, ErrorType, Evidence, Verdict
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


def explained(cluster: Cluster, text: str, verdicts: Sequence[Verdict]) -> RenderableType:
    """One text's verdicts: the whole first, its parts indented below it; each side's evidence, quoted once."""
    parts: list[RenderableType] = [Text(one_line(text), style="bold")]
    quoted: set[tuple[str, bool, int, int]] = set()
    for verdict in verdicts:
        whole = verdict.claim.part == "whole"
        parts.append(Padding(_claim(verdict), (0, 0, 0, 0 if whole else 2)))
        below: list[RenderableType] = []
        if verdict.reason:
            below.append(Text(one_line(verdict.reason), style="italic"))
        new = [span for span in verdict.evidence if _place(span) not in quoted]
        quoted |= {_place(span) for span in new}
        shown = 0
        for heading, style, articles in _sides(verdict):
            held = [span for span in new if (span.article_id in articles if articles else _beside(span, verdict))]
            if heading or held:
                below.append(Text(heading or "nearest", style=style))
            below.extend(Padding(quote(cluster, span), (0, 0, 0, 2)) for span in held[:QUOTED])
            shown += len(held[:QUOTED])
        if len(new) > shown:
            below.append(Text(f"and {len(new) - shown} more in --format json", style="dim"))
        parts.append(Padding(Group(*below), (0, 0, 0, 4 if whole else 6)))
    return Group(*parts)


def _place(span: Evidence) -> tuple[str, bool, int, int]:
    return span.article_id, span.title, span.start, span.end


def _beside(span: Evidence, verdict: Verdict) -> bool:
    """Whether a span is of an article that takes neither side."""
    return span.article_id not in {*verdict.supporters, *verdict.contradictors}


def _sides(verdict: Verdict) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """A heading, its colour and its articles for each side; last the articles that take none."""
    if verdict.supporters:
        named = one_line(", ".join(verdict.supporters))
        yield f"says so ({witnesses(verdict.witnesses)}): {named}", "green", verdict.supporters
    if verdict.contradictors:
        yield one_line(f"says otherwise: {', '.join(verdict.contradictors)}"), "red", verdict.contradictors
    yield "", "dim", ()


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
    if verdict.claim.part != "whole":
        line.append(f"  {one_line(verdict.claim.text)}", style="default not bold")
    return line


def witnesses(count: int) -> str:
    """`1 independent witness`, `3 independent witnesses`."""
    return "1 independent witness" if count == 1 else f"{count} independent witnesses"


def quote(cluster: Cluster, evidence: Evidence) -> Text:
    """A span with the article it stands in."""
    article = next(article for article in cluster.articles if article.article_id == evidence.article_id)
    title = article.title if len(article.title) <= TITLE else f"{article.title[: TITLE - 1].rstrip()}…"
    known = article.source or (title if not evidence.title else "")
    place = f"{evidence.article_id}{f' ({known})' if known else ''}{', title' if evidence.title else ''}"
    line = Text(f"{one_line(place)}: ", style="cyan")
    line.append(f"“{one_line(evidence.text)}”", style="default")
    return line


def claims(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> RenderableType:
    """A cluster's claims with their carriers, then what independent articles disagree about."""
    parts: list[RenderableType] = [Text(f"claims of {one_line(cluster.cluster_id)}", style="bold")]
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
    parts.append(Text(f"\ncontested: {len(contested)}", style="bold"))
    for fact in contested:
        later = " (a later update)" if fact.update else ""
        parts.append(Padding(Text(f"{one_line(fact.fact)}, {fact.kind}{later}", style="yellow"), (0, 0, 0, 2)))
        for version in fact.versions:
            parts.append(Padding(Text(f"{one_line(version.value)} ({witnesses(version.witnesses)})"), (0, 0, 0, 4)))
            parts.extend(Padding(quote(cluster, span), (0, 0, 0, 8)) for span in version.evidence[:QUOTED])
    return Group(*parts)


def claims_as_json(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> str:
    """The same as one JSON object."""
    value = {
        "cluster_id": cluster.cluster_id,
        "claims": [found.model_dump(mode="json") for found in carried],
        "contested": [fact.model_dump(mode="json") for fact in contested],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_json(cluster: Cluster, checked: Sequence[tuple[str, Sequence[tuple[str, Sequence[Verdict]]]]]) -> str:
    """One JSON object for each checker (its signature, then texts with verdicts); a list where there are several."""
    values = [
        {
            "cluster_id": cluster.cluster_id,
            "checker": signature,
            "texts": [
                {"text": text, "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts]}
                for text, verdicts in found
            ],
        }
        for signature, found in checked
    ]
    value = values[0] if len(values) == 1 else values
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

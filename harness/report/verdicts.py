"""Verdicts for people: each claim with its label, what is wrong, and the evidence quoted with its article named."""

import json
from collections.abc import Iterable, Mapping, Sequence

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
QUOTED = 3
"""Spans of evidence that are quoted for one claim on a terminal; JSON has them all."""

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
    """One text's verdicts: the whole first, its parts indented below it, evidence quoted once."""
    parts: list[RenderableType] = [Text(one_line(text), style="bold")]
    quoted: set[tuple[str, int, int]] = set()
    for verdict in verdicts:
        parts.append(Padding(_claim(verdict), (0, 0, 0, 0 if verdict.claim.part == "whole" else 2)))
        below: list[Text] = []
        if verdict.reason:
            below.append(Text(one_line(verdict.reason), style="italic"))
        if verdict.supporters or verdict.contradictors:
            below.append(Text(_sides(verdict), style="dim"))
        new = [span for span in verdict.evidence if (span.article_id, span.start, span.end) not in quoted]
        quoted |= {(span.article_id, span.start, span.end) for span in new}
        below.extend(quote(cluster, span) for span in new[:QUOTED])
        if len(new) > QUOTED:
            below.append(Text(f"and {len(new) - QUOTED} more", style="dim"))
        parts.append(Padding(Group(*below), (0, 0, 0, 4 if verdict.claim.part == "whole" else 6)))
    return Group(*parts)


def _claim(verdict: Verdict) -> Text:
    line = Text(verdict.label.replace("_", " "), style=COLOURS[verdict.label])
    if verdict.probability is not None:
        line.append(f" {verdict.probability:.2f}", style="default not bold")
    if verdict.errors:
        line.append(f"  {', '.join(ERRORS[error] for error in verdict.errors)}", style="red not bold")
    if verdict.claim.part != "whole":
        line.append(f"  {one_line(verdict.claim.text)}", style="default not bold")
    return line


def _sides(verdict: Verdict) -> str:
    sides = []
    if verdict.supporters:
        sides.append(f"says so: {', '.join(verdict.supporters)} ({witnesses(verdict.witnesses)})")
    if verdict.contradictors:
        sides.append(f"says otherwise: {', '.join(verdict.contradictors)}")
    return one_line("; ".join(sides))


def witnesses(count: int) -> str:
    """`1 independent witness`, `3 independent witnesses`."""
    return "1 independent witness" if count == 1 else f"{count} independent witnesses"


def quote(cluster: Cluster, evidence: Evidence) -> Text:
    """A span with the article it stands in."""
    source = next((article.source for article in cluster.articles if article.article_id == evidence.article_id), None)
    place = f"{evidence.article_id}{f' ({source})' if source else ''}{', title' if evidence.title else ''}"
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


def as_json(cluster: Cluster, checker: str, found: Sequence[tuple[str, Sequence[Verdict]]]) -> str:
    """Texts with their verdicts as one JSON object."""
    value = {
        "cluster_id": cluster.cluster_id,
        "checker": checker,
        "texts": [
            {"text": text, "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts]}
            for text, verdicts in found
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

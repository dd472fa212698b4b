"""Verdicts for people: each claim with its label, what is wrong, and the evidence quoted with its article named."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.checkers.claim_support import CarriedClaim
from harness.records import Cluster, ContestedFact, ErrorType, Evidence, Verdict, VerdictLabel
from harness.report import account
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

ERRORS: Mapping[ErrorType, str] = {
    "number": "wrong number",
    "entity": "wrong name",
    "roles": "wrong parties",
    "negation": "negation",
    "predicate": "wrong predicate",
    "modality": "not certain there",
    "time": "wrong time",
    "place": "wrong place",
    "attribution": "attribution lost",
    "invented": "invented",
}


def explain(cluster: Cluster, text: str, verdicts: Sequence[Verdict], failure: str = "") -> RenderableType:
    """Show one text's verdicts: the whole with its account, its sentences, propositions with other labels than those.

    Each sentence of an article is quoted once. `failure` is why the checker could not judge it, where it could not.
    """
    elements = verdicts[0].elements if verdicts and verdicts[0].label in account.FLAGGED else ()
    parts: list[RenderableType] = [account.headline(text, elements)]
    if failure:
        parts.append(Text(one_line(f"failed: {failure}"), style="red"))
    return Group(*parts, *describe_verdicts(cluster, verdicts))


def describe_verdicts(cluster: Cluster, verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    """Yield what stands below a text: each verdict, why, its account, and the sentences of each side."""
    quoted = account.Quotations(cluster)
    told: set[str] = set()
    for verdict in select_verdicts(verdicts):
        whole = verdict.claim.part == "whole"
        yield Padding(describe_claim(verdict), (0, 0, 0, 0 if whole else 2))
        below: list[RenderableType] = []
        if verdict.reason and (whole or verdict.reason not in told):
            below.append(Text(one_line(verdict.reason), style="italic"))
            told.add(verdict.reason)
        if whole:
            below.extend(account.of_claim(verdict, quoted))
        below.extend(_sides(verdict, quoted))
        yield Padding(Group(*below), (0, 0, 0, 4 if whole else 6))


def select_verdicts(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """Select the whole, its sentences, and the propositions with another label than what they stand in."""
    above: VerdictLabel | None = None
    for verdict in verdicts:
        if verdict.claim.part != "proposition":
            above = verdict.label
            yield verdict
        elif verdict.label != above:
            yield verdict


def _sides(verdict: Verdict, quoted: account.Quotations) -> Iterator[RenderableType]:
    """Yield who says so and who says otherwise, each with a sentence not quoted above; else the nearest sentence.

    Of an article the first sentence of the evidence is the one that says it; what it has besides is in JSON.
    """
    for heading, style, spans in sides(verdict):
        if not heading and verdict.label in {"supported", "contested", "contradicted"} and verdict.elements:
            continue  # what takes no side is worth quoting only where no side was quoted
        first = list({span.article_id: span for span in reversed(spans)}.values())[::-1]
        most = QUOTED if heading else int(not any(quoted.has(span) for span in first[:1]))
        seen = sum(quoted.has(span) for span in first)
        new = [span for span in first[: most if not heading else None] if not quoted.has(span)][: max(0, most - seen)]
        if heading or new:
            yield Text(heading or "nearest", style=style)
        for span in new:
            quoted.note_quoted(span)
            yield Padding(account.quote(quoted.cluster, span), (0, 0, 0, 2))
    rest = sum(not quoted.has(span) for span in verdict.evidence)
    if rest and verdict.claim.part == "whole":
        yield Text(f"and {rest} more {'sentence' if rest == 1 else 'sentences'} in --format json", style="dim")


def _beside(span: Evidence, verdict: Verdict) -> bool:
    """Tell whether a span is of an article that takes neither side."""
    return span.article_id not in {*verdict.supporters, *verdict.contradictors}


def sides(verdict: Verdict) -> Iterator[tuple[str, str, list[Evidence]]]:
    """Yield heading, colour and evidence of each side; last, under no heading, those of articles that take none."""
    if verdict.supporters:
        named = one_line(", ".join(verdict.supporters))
        held = [span for span in verdict.evidence if span.article_id in verdict.supporters]
        lacks = any(e.kind != "party" and e.state == "unaccounted" for e in verdict.elements)
        says = "says most of it" if lacks else "says so"
        yield f"{says} ({witnesses(verdict.witnesses)}): {named}", "green", held
    if verdict.contradictors:
        held = [span for span in verdict.evidence if span.article_id in verdict.contradictors]
        yield one_line(f"says otherwise: {', '.join(verdict.contradictors)}"), "red", held
    yield "", "dim", [span for span in verdict.evidence if _beside(span, verdict)]


def describe_checker(cluster: Cluster, signature: str) -> Text:
    """Write the line below a checker's verdicts: what was asked of what."""
    many = "1 article" if len(cluster.articles) == 1 else f"{len(cluster.articles)} articles"
    return Text(one_line(f"{signature}, on the {many} of {cluster.cluster_id}"), style="dim")


def describe_claim(verdict: Verdict) -> Text:
    """Write the line of a verdict: its label, how sure it is, what is wrong, and which claim where it is a part."""
    line = Text(verdict.label.replace("_", " "), style=COLOURS[verdict.label])
    if verdict.probability is not None:
        line.append(f" {verdict.probability:.2f}", style="default not bold")
    if verdict.errors:
        line.append(f"  {describe_errors(verdict)}", style="red not bold")
    spoke = describe_deciders(verdict)
    if spoke and verdict.claim.part == "whole":
        line.append(f"  {spoke}", style="default dim not bold")
    if verdict.claim.part != "whole":
        line.append(f"  {one_line(verdict.claim.text)}", style="default not bold")
    return line


def describe_errors(verdict: Verdict) -> str:
    """Say in words what is wrong with a claim; `invented` only where nothing more is known."""
    known = [error for error in verdict.errors if error != "invented"] or verdict.errors
    return ", ".join(ERRORS[error] for error in known)


def describe_deciders(verdict: Verdict) -> str:
    """Name the part of the checker that spoke for the label; empty where nothing is known of it."""
    return f"decided by {' and '.join(verdict.decided_by)}" if verdict.decided_by else ""


def witnesses(count: int) -> str:
    """Write a count as `1 independent witness`, `3 independent witnesses`."""
    return "1 independent witness" if count == 1 else f"{count} independent witnesses"


def claims(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> RenderableType:
    """Show what independent articles of a cluster disagree about, then its claims with their carriers."""
    parts: list[RenderableType] = [*_contested_lines(cluster, contested)]
    parts.append(Text(f"\nclaims of {one_line(cluster.cluster_id)}", style="bold"))
    for each in carried:
        claim = each.claim
        said = f"[{claim.attributed_to} {claim.stance}] " if claim.attributed_to else ""
        line = Text(one_line(f"{said}{claim.text}"))
        parts.append(Padding(line, (0, 0, 0, 2)))
        parts.append(
            Padding(
                Text(f"{one_line(', '.join(each.carriers))} ({witnesses(each.witnesses)})", style="dim"), (0, 0, 0, 6)
            )
        )
    return Group(*parts)


def _contested_lines(cluster: Cluster, contested: Sequence[ContestedFact]) -> Iterator[RenderableType]:
    many = "1 fact" if len(contested) == 1 else f"{len(contested)} facts"
    yield Text(f"contested in {one_line(cluster.cluster_id)}: {many if contested else 'nothing'}", style="bold")
    for fact in contested:
        later = " (a later update)" if fact.update else ""
        yield Padding(Text(f"{one_line(fact.fact)}, {fact.kind}{later}", style="yellow"), (0, 0, 0, 2))
        for version in fact.versions:
            yield Padding(Text(f"{one_line(version.value)} ({witnesses(version.witnesses)})"), (0, 0, 0, 4))
            for span in version.evidence[:QUOTED]:
                yield Padding(account.quote(cluster, span), (0, 0, 0, 8))


def claims_as_json(cluster: Cluster, carried: Iterable[CarriedClaim], contested: Sequence[ContestedFact]) -> str:
    """Write the same as one JSON object."""
    value = {
        "cluster_id": cluster.cluster_id,
        "contested": [fact.model_dump(mode="json") for fact in contested],
        "claims": [each.model_dump(mode="json") for each in carried],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

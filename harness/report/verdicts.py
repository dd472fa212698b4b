"""Verdicts for people: each claim with its label, what is wrong, and the evidence quoted with its article named."""

import json
import re
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.records import Cluster, Evidence, Verdict

COLOURS = {
    "supported": "green",
    "contradicted": "bold red",
    "contested": "bold yellow",
    "not_found": "magenta",
    "abstained": "dim",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """`text` on one line without what would steer a terminal."""
    return _CONTROL.sub("�", " ".join(text.split()))


def explained(cluster: Cluster, text: str, verdicts: Sequence[Verdict]) -> RenderableType:
    """One text's verdicts: the whole first, its parts indented below it."""
    parts: list[RenderableType] = [Text(shown(text), style="bold")]
    for verdict in verdicts:
        indent = "" if verdict.claim.part == "whole" else "  "
        line = Text(f"{indent}{_name(verdict):<13}", style=COLOURS[verdict.label])
        if verdict.probability is not None:
            line.append(f" {verdict.probability:.2f}", style="default not bold")
        line.append(f"  {shown(verdict.claim.text)}", style="default not bold")
        if verdict.errors:
            line.append(f"  [{', '.join(verdict.errors)}]", style="red not bold")
        parts.append(line)
        if verdict.reason:
            parts.append(Text(f"{indent}    {shown(verdict.reason)}", style="italic"))
        if verdict.supporters or verdict.contradictors:
            parts.append(Text(f"{indent}    {_sides(verdict)}", style="dim"))
        parts.extend(_quote(cluster, evidence, indent) for evidence in verdict.evidence)
    return Group(*parts)


def _name(verdict: Verdict) -> str:
    return verdict.label.replace("_", " ")


def _sides(verdict: Verdict) -> str:
    sides = []
    if verdict.supporters:
        witnesses = "1 independent witness" if verdict.witnesses == 1 else f"{verdict.witnesses} independent witnesses"
        sides.append(f"says so: {', '.join(verdict.supporters)} ({witnesses})")
    if verdict.contradictors:
        sides.append(f"says otherwise: {', '.join(verdict.contradictors)}")
    return "; ".join(sides)


def _quote(cluster: Cluster, evidence: Evidence, indent: str) -> Text:
    source = next((article.source for article in cluster.articles if article.article_id == evidence.article_id), None)
    place = f"{evidence.article_id}{f' ({shown(source)})' if source else ''}{', title' if evidence.title else ''}"
    line = Text(f"{indent}    {place}: ", style="cyan")
    line.append(f"“{shown(evidence.text)}”", style="default")
    return line


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

"""Write `harness check --html`: one page of checked texts, with the evidence of each claim lit in the articles."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from harness.disk.durable import replace_text
from harness.errors import UsageError
from harness.metaeval.texts import CheckedTexts
from harness.report.escape import page
from harness.report.html.document import policy, script_json
from harness.report.html.examples import TOGETHER, article_value, claim_value, packed
from harness.report.verdicts import ERRORS, select_verdicts

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><div class="bar"><h1>{title}</h1>\
<button type="button" id="theme" aria-label="Switch between light and dark">◐</button></div>
<p class="dim">Choose a claim, or an underlined word of a text, to see its evidence in the articles: green says so, red
says otherwise. <kbd>j</kbd> and <kbd>k</kbd> or the arrow keys choose the next cluster and the one before.</p></header>
<main>
<section aria-label="Checked texts" class="examples">
<form id="filters" role="search">
<label>Text <input id="query" type="search" autocomplete="off"></label>
<label>Verdict <select id="verdict"><option value="">any</option>{options}</select></label>
<label>Error <select id="error"><option value="">any</option></select></label>
<select id="outcome" hidden></select><select id="order" hidden></select>
<output id="count"></output>
</form>
<div class="split">
<ol id="list" aria-label="Clusters"></ol>
<article id="detail" tabindex="-1" aria-live="polite"><p class="dim">Choose a cluster.</p></article>
</div>
<noscript><p>The texts need JavaScript; harness check --format html writes a page without.</p></noscript>
</section>
</main>
<script type="application/json" id="facts">{facts}</script>
<script type="text/plain" id="listed">{listed}</script>
{blocks}
<script>{script}</script>
</body>
</html>
"""
_VERDICTS = ("contradicted", "contested", "not_found", "supported", "abstained", "failed")


def write_checked(groups: Sequence[CheckedTexts], output: Path) -> None:
    """Write checked texts to one HTML file that loads nothing, put in place at once.

    Raises StoreError where the file cannot be written.
    """
    replace_text(output, checked_document(groups))


def refuse_folder(output: Path) -> None:
    """Raise UsageError where the folder of a file to write is not there, before anything is checked."""
    if not output.parent.is_dir():
        accepted = "a file in a folder that exists"
        raise UsageError(f"{output}: there is no folder {output.parent}; accepted: {accepted}")


def checked_document(groups: Sequence[CheckedTexts]) -> str:
    """Make the page: an example for each checker and cluster, with a row for each text."""
    room = files("harness.report.html")
    first, second, style = (
        (room / name).read_text(encoding="utf-8") for name in ("page.js", "report.js", "report.css")
    )
    script = f"{first}{second}"
    texts = sum(len(group.texts) for group in groups)
    names = _names(groups)
    blocks = [
        packed({name: _whole(group) for name, group in list(zip(names, groups, strict=True))[at : at + TOGETHER]})
        for at in range(0, len(groups), TOGETHER)
    ]
    facts: dict[str, Any] = {
        "configurations": [], "baseline": 0, "primary": "", "lower": False, "together": TOGETHER, "measures": [],
        "missing": "This cluster has no article.", "small": "",
    }  # fmt: skip
    return _PAGE.format(
        policy=policy(script, style),
        title=page(f"{texts} text{'' if texts == 1 else 's'} checked"),
        style=style,
        script=script,
        options="".join(f'<option value="{each}">{each.replace("_", " ")}</option>' for each in _VERDICTS),
        facts=script_json(facts),
        listed=packed([_listed(name, group) for name, group in zip(names, groups, strict=True)]),
        blocks="\n".join(f'<script type="text/plain" class="block">{block}</script>' for block in blocks),
    )


def _names(groups: Sequence[CheckedTexts]) -> list[str]:
    """Name each group by its cluster, and by its number among those of one cluster from the second on."""
    seen: dict[str, int] = {}
    names = []
    for group in groups:
        at = seen[group.cluster.cluster_id] = seen.get(group.cluster.cluster_id, 0) + 1
        names.append(group.cluster.cluster_id if at == 1 else f"{group.cluster.cluster_id} · {at}")
    return names


def _listed(name: str, group: CheckedTexts) -> dict[str, Any]:
    rows = [
        {
            "text": text,
            "score": None,
            "label": verdicts[0].label if verdicts else None,
            "errors": [ERRORS[error] for error in verdicts[0].errors] if verdicts else [],
            "failure": group.failure or None,
        }
        for text, verdicts in zip(group.texts, group.verdicts, strict=True)
    ]
    return {"id": name, "tags": {**group.cluster.tags, "checker": group.signature.partition("|")[0]}, "rows": rows}


def _whole(group: CheckedTexts) -> dict[str, Any]:
    places = {article.article_id: number for number, article in enumerate(group.cluster.articles)}
    return {
        "articles": [article_value(article) for article in group.cluster.articles],
        "references": [],
        "rows": [
            {"scores": [], "raw": None, "claims": [claim_value(each, places) for each in select_verdicts(verdicts)]}
            for verdicts in group.verdicts
        ],
    }

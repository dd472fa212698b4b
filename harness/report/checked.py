"""Verdicts on texts for programs and browsers: JSON, CSV, and one HTML page that loads nothing."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from harness.metaeval.texts import CheckedTexts
from harness.records import Cluster, Element, Evidence, Verdict
from harness.report.account import (
    FLAGGED,
    KINDS,
    Quotations,
    describe_state,
    flagged_elements,
    is_whole,
    mark_parts,
    one_part,
    other_speaker,
    quoted_place,
)
from harness.report.escape import csv_cell, one_line, page
from harness.report.verdicts import describe_deciders, describe_errors, select_verdicts, sides

COLUMNS = (
    "cluster", "text", "checker", "part", "claim", "label", "probability", "reason", "decided_by", "errors",
    "supporters", "contradictors", "witnesses", "evidence", "elements",
)  # fmt: skip
"""Columns of the CSV form: a row for each claim."""
FAILED = "failed"
"""Stands in place of a label where the checker could not judge a text; the reason stands beside it."""


def as_json(checked: Sequence[CheckedTexts]) -> str:
    """Write an object for each checker and cluster: signature, texts with verdicts; a list where there are several."""
    values = [
        {
            "cluster_id": group.cluster.cluster_id,
            "checker": group.signature,
            "texts": [
                {
                    "text": text,
                    "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts],
                    **({"failure": group.failure} if group.failure else {}),
                }
                for text, verdicts in zip(group.texts, group.verdicts, strict=True)
            ],
        }
        for group in checked
    ]
    value = values[0] if len(values) == 1 else values
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_csv(checked: Iterable[CheckedTexts]) -> Iterator[str]:
    """Yield a header, then a line for each claim: the whole text, its parts below; one line where a text failed."""
    yield _csv_line(COLUMNS)
    for group in checked:
        for text, verdicts in zip(group.texts, group.verdicts, strict=True):
            about = (group.cluster.cluster_id, text, group.signature)
            if group.failure:
                yield _csv_line((*about, "whole", text, FAILED, "", group.failure, "", "", "", "", "", "", ""))
            for verdict in verdicts:
                yield _csv_line((*about, *_cells(group.cluster, verdict)))


def _cells(cluster: Cluster, verdict: Verdict) -> tuple[str, ...]:
    probability = "" if verdict.probability is None else repr(verdict.probability)
    quotes = " | ".join(f"{quoted_place(cluster, span)}: “{span.text}”" for span in verdict.evidence)
    elements = " | ".join(
        f"{describe_state(each)[0]}: “{each.text}” ({each.kind}){f', {each.reason}' if each.reason else ''}"
        for each in flagged_elements(verdict.elements)
    )
    return (
        verdict.claim.part, verdict.claim.text, verdict.label, probability, verdict.reason,
        " ".join(verdict.decided_by), " ".join(verdict.errors), " ".join(verdict.supporters),
        " ".join(verdict.contradictors), str(verdict.witnesses), quotes, elements,
    )  # fmt: skip


def _csv_line(cells: Iterable[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerow(map(csv_cell, cells))
    return made.getvalue()


def as_page(checked: Sequence[CheckedTexts]) -> str:
    """Write one HTML page: each text with its verdict, its claims, and the evidence of each side quoted. No script."""
    body = "".join(map(_section, checked))
    texts = sum(len(group.texts) for group in checked)
    title = f"{texts} text{'' if texts == 1 else 's'} checked"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )


_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
article{border-top:1px solid #8886;padding:.5rem 0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem}h3{font-size:1rem;margin:.8rem 0 .2rem}
.part{margin-left:1.5rem}
mark{color:inherit;background:none;border-bottom:3px solid #74328a}mark.contradicted{border-color:#a61b1b}
b{border-radius:.3rem;padding:.05rem .4rem;color:#fff;background:#667}
.supported{background:#176c3a}.contradicted,.failed{background:#a61b1b}
.contested{background:#875a00}.not_found{background:#74328a}
blockquote{margin:.2rem 0 .2rem 1rem;padding-left:.6rem;border-left:3px solid #8888}
cite,.dim{opacity:.75;font-style:normal}
"""


def _section(group: CheckedTexts) -> str:
    made = [
        f"<h2>{page(group.cluster.cluster_id)}</h2>",
        f'<p class="dim">{page(group.signature)}, on {len(group.cluster.articles)} articles</p>',
    ]
    for text, verdicts in zip(group.texts, group.verdicts, strict=True):
        made.append(f"<article><h3>{_headline(text, verdicts)}</h3>")
        if group.failure:
            made.append(f'<p><b class="failed">{FAILED}</b> {page(group.failure)}</p>')
        quoted = Quotations(group.cluster)
        made.extend(_claim(quoted, verdict) for verdict in select_verdicts(verdicts))
        made.append("</article>")
    return "".join(made)


def _claim(quoted: Quotations, verdict: Verdict) -> str:
    whole = verdict.claim.part == "whole"
    head = f'<b class="{verdict.label}">{verdict.label.replace("_", " ")}</b>'
    if verdict.probability is not None:
        head += f" {verdict.probability:.2f}"
    errors = describe_errors(verdict)
    head += f" <em>{page(errors)}</em>" if errors else ""
    spoke = describe_deciders(verdict)
    head += f' <span class="dim">{page(spoke)}</span>' if spoke else ""
    head += "" if whole else f" {page(one_line(verdict.claim.text))}"
    reason = f"<p>{page(verdict.reason)}</p>" if verdict.reason else ""
    elements = [each for each in flagged_elements(verdict.elements) if not is_whole(each, verdict)] if whole else []
    account = "".join(_element(quoted, element, verdict) for element in elements)
    account = f"<ul>{account}</ul>" if account else ""
    quotes = ""
    for heading, _, held in sides(verdict):
        if heading or not quoted.places:  # what takes no side is worth quoting only where nothing else was quoted
            quotes += _side(quoted, heading, held)
    return f'<div class="{"whole" if whole else "part"}"><p>{head}</p>{reason}{account}{quotes}</div>'


def _headline(text: str, verdicts: Sequence[Verdict]) -> str:
    """Mark the words of a text that differ or are missing."""
    told = verdicts[0].elements if verdicts and verdicts[0].label in FLAGGED else ()
    return "".join(
        f'<mark class="{element.state}">{page(part)}</mark>' if element is not None else page(part)
        for part, element in mark_parts(text, told)
    )


def _element(quoted: Quotations, element: Element, verdict: Verdict) -> str:
    """Show an element that differs or is missing, why, and the sentence with the nearest words, quoted once."""
    kind = f" ({KINDS[element.kind]})" if KINDS[element.kind] else ""
    shown = f"{describe_state(element)[0]}: “{page(one_line(element.text))}”{kind}"
    why = element.reason if element.reason != verdict.reason else other_speaker(element)
    shown += f", {page(why)}" if why else ""
    for span in element.evidence[:1]:
        sentence = quoted.sentence(span, verdict.evidence)
        if quoted.note_quoted(sentence):
            shown += _quote(quoted.cluster, sentence, span)
    return f"<li>{shown}</li>"


def _quote(cluster: Cluster, sentence: Evidence, marked: Evidence | None = None) -> str:
    """Quote a sentence after its article, with the words in `marked` marked."""
    said = page(one_line(sentence.text))
    if marked is not None and (marked.start, marked.end) != (sentence.start, sentence.end):
        start, end = marked.start - sentence.start, marked.end - sentence.start
        before, inside, after = sentence.text[:start], sentence.text[start:end], sentence.text[end:]
        said = f"{page(one_part(before))}<mark>{page(one_line(inside))}</mark>{page(one_part(after))}"
    return f"<blockquote>{said}<br><cite>{page(quoted_place(cluster, sentence))}</cite></blockquote>"


def _side(quoted: Quotations, heading: str, held: Sequence[Evidence]) -> str:
    quotes = "".join(_quote(quoted.cluster, span) for span in held if quoted.note_quoted(span))
    return f'<p class="dim">{page(heading or "nearest")}</p>{quotes}' if heading or quotes else ""

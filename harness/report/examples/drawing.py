"""Draw an example: the articles with the evidence marked, the references, and each headline with its account."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from harness.analysis.leaderboard import leading_measures
from harness.comparison.compare import letters_of
from harness.records import Article, Verdict
from harness.report import account, cluster_view, escape, numbers
from harness.report.answer import name_of
from harness.report.examples.difference import difference, nearest_reference
from harness.report.examples.marked import Mark, marked, marks_of
from harness.report.printing import safe
from harness.report.table import label
from harness.report.verdicts import COLOURS, describe_claim, describe_verdicts, select_verdicts
from harness.results.cluster_view import ClusterView, ConfigurationView

WRONG = {"contradicted": "×", "unaccounted": "?"}
"""State of an element → its sign where there are no colours: `[×14]` differs, `[?word]` is in no article."""
DIFFERENCE = {"same": ("", "", ""), "added": ("{+", "+}", "yellow"), "missing": ("[-", "-]", "dim strike")}


def terminal(view: ClusterView, *, title: str = "", plain: bool = False, whole: bool = False) -> RenderableType:
    """Draw an example. `plain` marks with signs in place of colours; `whole` leaves no sentence of an article out."""
    letters = letters_of([each.record.name for each in view.configurations])
    marks = [
        mark
        for each in view.configurations
        for verdicts in each.verdicts.values()
        for mark in marks_of(verdicts, letters[each.record.name])
    ]
    heading = safe(escape.one_line(view.facts.cluster_id) + (f"  {title}" if title else ""), "bold")
    parts: list[RenderableType] = [Rule(heading, align="left", style="dim")]
    parts += [safe(reason, "dim")] if (reason := _reason(view)) else []
    parts += [safe(escape.one_line(f"{tag}: {value}"), "dim") for tag, value in view.facts.tags.items()]
    parts += [Text(), *_articles(view, marks, plain=plain, whole=whole)]
    if view.references is not None:
        parts += [Text("references", "bold"), *(_indented(_lines(text)) for text in _references(view)), Text()]
    for each in view.configurations:
        parts += [*_configuration(each, view, letters[each.record.name], plain=plain), Text()]
    return Group(*parts)


def legend(*, plain: bool) -> Text:
    """Explain below the examples what the signs stand for."""
    told = [
        "[+a] bears out a claim of the headline a; [-a] says otherwise; [~a] is the nearest there is.",
        "Words of a headline that differ [×] or are missing [?]; beside the reference {+added+} and [-left out-]."
        if plain
        else "In a headline red words differ and purple ones are missing; beside the reference yellow words are added.",
        "Shares are printed times 100.",
    ]
    return safe(" ".join(told), "dim")


def _reason(view: ClusterView) -> str:
    """Say why an example was chosen: `ROUGE-1 12.3 on average`."""
    if view.chosen_by is None:
        return ""
    measure, mean = view.chosen_by
    return f"{name_of(measure)} {numbers.show(mean, measure.unit)} on average"


def _articles(view: ClusterView, marks: Sequence[Mark], *, plain: bool, whole: bool) -> Iterator[RenderableType]:
    if view.cluster is None:
        yield safe(f"articles and {view.note}", "yellow")
        yield Text()
        return
    left_out = 0
    for article in view.cluster.articles:
        of_article = [mark for mark in marks if mark.span.article_id == article.article_id]
        yield safe(_about(article), "cyan")
        if article.title.strip():
            title, _ = marked(article.title, [mark for mark in of_article if mark.span.title], plain=plain)
            title.stylize_before("bold")
            yield _indented(title)
        here = [mark for mark in of_article if not mark.span.title]
        text, gone = marked(article.text.rstrip(), here, plain=plain, whole=whole)
        left_out += gone
        yield _indented(text)
        yield Text()
    if left_out:
        noun = "sentence" if left_out == 1 else "sentences"
        yield Text(f"{left_out} {noun} far from any evidence left out: --details shows them", "dim")
        yield Text()


def _about(article: Article) -> str:
    date = f"{article.published:%Y-%m-%d %H:%M} UTC" if article.published else ""
    return escape.one_line(" · ".join(part for part in (article.article_id, article.source or "", date) if part))


def _references(view: ClusterView) -> Sequence[str]:
    return view.references or [view.note or cluster_view.NO_REFERENCE]


def _configuration(each: ConfigurationView, view: ClusterView, letter: str, *, plain: bool) -> Iterator[RenderableType]:
    name = Text(f"{letter} ", "dim")
    name.append_text(safe(label(each.record), "bold"))
    yield name
    text = each.prediction.text if each.prediction else ""
    verdicts = next(iter(each.verdicts.values()), ())
    if each.prediction is not None:
        yield _indented(_headline(text, verdicts, plain=plain))
        if scores := _scores(each, view):
            yield _indented(Text(scores, "dim"))
    for of_checker in each.verdicts.values():
        if len(each.verdicts) > 1:
            yield _indented(safe(of_checker[0].checker.partition("|")[0], "dim"))
        yield _indented(Group(*_judged(of_checker, view)))
    for line, style in cluster_view.remarks(each):
        yield _indented(safe(line, style))
    if each.prediction is not None and view.references:
        yield _indented(_beside(nearest_reference(view.references, text), text, plain=plain))


def _judged(verdicts: Sequence[Verdict], view: ClusterView) -> Iterator[RenderableType]:
    """Yield the verdicts with their account; without the articles, as much of it as the run's folder holds."""
    if view.cluster is not None:
        yield from describe_verdicts(view.cluster, verdicts)
        return
    for verdict in select_verdicts(verdicts):
        yield describe_claim(verdict)
        if verdict.reason:
            yield safe(escape.one_line(verdict.reason), "italic")
        for span in verdict.evidence:
            yield _indented(safe(escape.one_line(f"{span.article_id}: “{span.text}”")))


def _headline(text: str, verdicts: Sequence[Verdict], *, plain: bool) -> Text:
    """Colour each claim of a text by its verdict, and mark the words that differ or are missing."""
    whole = verdicts[0].label if verdicts else None
    told = verdicts[0].elements if whole in {*account.FLAGGED, "contested"} else ()
    elements = [each for each in account.flagged_elements(told) if each.end - each.start < len(text.strip())]
    claims = [verdict for verdict in select_verdicts(verdicts) if verdict.claim.part != "whole"]
    spans = [*((each.start, each.end) for each in elements), *((c.claim.start, c.claim.end) for c in claims)]
    edges = sorted({0, len(text), *(edge for span in spans for edge in span if 0 <= edge <= len(text))})
    made = Text(style="bold")
    for start, end in pairwise(edges):
        of_claims = [c.label for c in claims if c.claim.start <= start and end <= c.claim.end]
        colour = (of_claims[-1] if of_claims else whole) or ""
        element = next((each for each in elements if each.start <= start and end <= each.end), None)
        part = account.one_part(text[start:end])
        if element is None:
            made.append(part, COLOURS.get(colour, "").removeprefix("bold "))
            continue
        style = f"{account.STATES[element.state][1]} underline"
        opens, closes = plain and start == element.start, plain and end == element.end
        made.append(f"{f'[{WRONG[element.state]}' if opens else ''}{part}{']' if closes else ''}", style)
    return made


def _scores(each: ConfigurationView, view: ClusterView) -> str:
    told = [
        f"{name_of(measure)} {numbers.show(each.scores[measure.name], measure.unit)}"
        for measure in leading_measures(view.measures)
        if measure.name in each.scores
    ]
    return " · ".join(told)


def _beside(reference: str, text: str, *, plain: bool) -> Text:
    line = Text("beside the reference: ", "dim")
    for number, (change, words) in enumerate(difference(reference, text)):
        before, after, style = DIFFERENCE[change]
        line.append(" " if number else "", "not dim")
        said = escape.one_line(words)
        line.append(f"{before}{said}{after}" if plain else said, style or "not dim")
    return line


def _lines(text: str) -> Text:
    return safe(escape.one_line(text))


def _indented(content: RenderableType) -> RenderableType:
    return Padding(content, (0, 0, 0, 2))


def json_value(view: ClusterView) -> dict[str, Any]:
    """Make the object of one example: all that `--cluster` has, the articles, and the words beside the reference."""
    value = cluster_view.json_value(view)
    cluster = view.cluster
    value["article_texts"] = [article.model_dump(mode="json") for article in cluster.articles] if cluster else None
    for each, row in zip(view.configurations, value["configurations"], strict=True):
        row["difference"] = None
        if each.prediction is not None and view.references:
            reference = nearest_reference(view.references, each.prediction.text)
            changes = [list(change) for change in difference(reference, each.prediction.text)]
            row["difference"] = {"reference": reference, "words": changes}
    return value


def as_json(views: Sequence[ClusterView], *, several: bool) -> str:
    """Write one example as an object, or `several` as a list, however many there are."""
    values = [json_value(view) for view in views]
    return json.dumps(values if several else values[0], indent=2, ensure_ascii=False, allow_nan=False) + "\n"

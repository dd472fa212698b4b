"""Show the account of a claim: what differs and what is missing, each with the sentence that shows it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.claims.units import article_spans
from harness.records import Cluster, Element, ElementKind, ElementState, Evidence, Verdict, VerdictLabel
from harness.report.escape import one_line

STATES: Mapping[ElementState, tuple[str, str]] = {
    "borne_out": ("borne out", "green"),
    "contradicted": ("differs", "bold red"),
    "unaccounted": ("missing", "magenta"),
}
KINDS: Mapping[ElementKind, str] = {
    "name": "name", "figure": "figure", "time": "time", "place": "place", "predicate": "deed", "party": "who or whom",
    "polarity": "yes or no", "modality": "how certain", "speaker": "who says it", "word": "",
}  # fmt: skip
"""Kind of an element → its name for people."""
LONGEST_SPEAKER = 60
"""Characters beside a lost speaker beyond which they are a whole sentence, which is quoted anyway."""
APART_FROM_THE_REST = ("apart", STATES["unaccounted"][1])
"""Name and colour of what the articles have, but not as the text has it."""
WIDEST = max(len(name) for name, _ in STATES.values()) + 2
APART = 3
"""Elements of a flagged text that differ or are missing with a line of their own; the others share one."""
FLAGGED: frozenset[VerdictLabel] = frozenset({"contradicted", "not_found"})
"""Labels of a text whose words are marked."""
Place = tuple[str, bool, int, int]
"""Place of a sentence: its article, whether it is the title, its first character, one past its last."""


@dataclass
class Quotations:
    """Remembers which sentences of a cluster were quoted, so that each is quoted once."""

    cluster: Cluster
    places: set[Place] = field(default_factory=set)

    def sentence(self, span: Evidence, whole: Sequence[Evidence] = ()) -> Evidence:
        """Find the sentence that holds a span: one of `whole` where it is inside it, else as the article parts them."""
        for held in (*whole, *self._sentences(span)):
            same = (held.article_id, held.title) == (span.article_id, span.title)
            if same and held.start <= span.start and span.end <= held.end:
                return held
        return span

    def has(self, sentence: Evidence) -> bool:
        """Tell whether a sentence was quoted already."""
        return _place(sentence) in self.places

    def note_quoted(self, sentence: Evidence) -> bool:
        """Note that a sentence is quoted; return whether it was not before."""
        if self.has(sentence):
            return False
        self.places.add(_place(sentence))
        return True

    def _sentences(self, span: Evidence) -> Iterator[Evidence]:
        article = next(article for article in self.cluster.articles if article.article_id == span.article_id)
        text = article.title if span.title else article.text
        for start, end in [(0, len(text))] if span.title else article_spans(text):
            yield span.model_copy(update={"start": start, "end": end, "text": text[start:end]})


def _place(sentence: Evidence) -> Place:
    return sentence.article_id, sentence.title, sentence.start, sentence.end


def headline(text: str, elements: Sequence[Element]) -> Text:
    """Mark the words of a text that differ or are missing."""
    line = Text(style="bold")
    for part, element in mark_parts(text, elements):
        line.append(part, style=f"{STATES[element.state][1]} underline" if element is not None else "")
    return line


def mark_parts(text: str, elements: Sequence[Element]) -> Iterator[tuple[str, Element | None]]:
    """Part a text at its flagged elements; an element as long as the text is not marked: that would tell nothing."""
    at = 0
    for element in sorted(flagged_elements(elements), key=lambda element: element.start):
        if element.start >= at and element.end - element.start < len(text.strip()):
            yield one_part(text[at : element.start]), None
            yield one_part(text[element.start : element.end]), element
            at = element.end
    yield one_part(text[at:]), None


def one_part(text: str) -> str:
    """Put a piece of a line on one line, and keep white space at its ends as one space."""
    return f"{' ' * text[:1].isspace()}{one_line(text)}{' ' * (text[-1:].isspace() and bool(text.strip()))}"


def flagged_elements(elements: Sequence[Element]) -> list[Element]:
    """Select the elements that differ or are missing: what differs first, then in text order, each span once.

    Where another word is missing it goes without saying that it is joined to nothing, and where a thing differs that
    the articles have it in no such sense.
    """
    gone = [element for element in elements if element.state != "borne_out"]
    against = {element.kind for element in gone if element.state == "contradicted"}
    words = any(element.kind != "party" for element in gone)
    by_span: dict[tuple[int, int], Element] = {}
    for element in sorted(gone, key=lambda each: (each.state != "contradicted", each.kind == "word", -each.end)):
        told = any(start < element.end and element.start < end for start, end in by_span)
        implied = element.state == "unaccounted" and (element.kind in against or (element.kind == "party" and words))
        if not told and not implied:
            by_span[element.start, element.end] = element
    return sorted(by_span.values(), key=lambda element: (element.state != "contradicted", element.start))


def describe_state(element: Element) -> tuple[str, str]:
    """Name the state of an element, with its colour: missing is only what the articles do not have at all.

    A party is an element of its own only where its words are somewhere, what is uncertain is told somewhere, so is what
    somebody else says, and a word whose evidence has it is there.
    """
    if element.state == "unaccounted" and (element.kind in {"party", "modality", "speaker"} or _in_evidence(element)):
        return APART_FROM_THE_REST
    return STATES[element.state]


def other_speaker(element: Element) -> str:
    """Quote who says it in the articles, of an element for who says it; empty for any other, and where nobody is."""
    said_by = element.evidence[0].text if element.kind == "speaker" and element.evidence else ""
    return f"“{one_line(said_by)}” in the articles" if 0 < len(said_by) <= LONGEST_SPEAKER else ""


def _in_evidence(element: Element) -> bool:
    """Tell whether the articles' words beside an element are its own."""
    own = re.compile(rf"(?<!\w){re.escape(element.text)}(?!\w)", re.IGNORECASE)
    return any(own.search(span.text) for span in element.evidence)


def is_whole(element: Element, verdict: Verdict) -> bool:
    """Tell whether a missing element is all of the text: the verdict's reason has told all that it could."""
    return element.state == "unaccounted" and element.text.strip() == verdict.claim.text.strip()


def of_claim(verdict: Verdict, quoted: Quotations) -> Iterator[RenderableType]:
    """Yield what differs and what is missing, each with its kind, the reason and a sentence; then what is borne out."""
    elements = [element for element in flagged_elements(verdict.elements) if not is_whole(element, verdict)]
    reasons = [verdict.reason, *verdict.reason.split("; ")]
    first = sorted(
        elements, key=lambda e: (e.state != "contradicted", e.reason not in reasons, bool(e.evidence), e.start)
    )
    if verdict.label in FLAGGED:
        for element in first[:APART]:
            yield _of_element(element, reasons)
            for span in element.evidence[:1]:
                sentence = quoted.sentence(span, verdict.evidence)
                if quoted.note_quoted(sentence):
                    yield Padding(quote(quoted.cluster, sentence, [span]), (0, 0, 0, WIDEST))
        first = first[APART:]
    for state in dict.fromkeys(describe_state(element) for element in first):
        held = [element for element in first if describe_state(element) == state]
        yield _line(state, ", ".join(f"“{one_line(element.text)}”" for element in held))
    borne_out = [element for element in verdict.elements if element.state == "borne_out" and element.kind != "party"]
    if borne_out:
        yield _line(STATES["borne_out"], "; ".join(_by_article(borne_out)))


def _of_element(element: Element, reasons: Sequence[str]) -> RenderableType:
    """Show an element with its kind and the reason, unless the verdict gives the reason or no article has the word."""
    kind = KINDS[element.kind]
    said = f"“{one_line(element.text)}”" + (f" ({kind})" if kind else "")
    nowhere = not element.evidence and element.reason.endswith(f"“{element.text}”")
    if element.reason and element.reason not in reasons and not nowhere:
        said += f": {one_line(element.reason)}"
    elif speaker := other_speaker(element):
        said += f": {speaker}"
    return _line(describe_state(element), said)


def _line(state: tuple[str, str], said: str) -> RenderableType:
    """Show a state and what it is of; folded lines are indented to where the text begins."""
    name, style = state
    table = Table.grid(padding=0)
    table.add_column(width=WIDEST)
    table.add_row(Text(name, style=style), Text(said))
    return table


def _by_article(elements: Sequence[Element]) -> Iterator[str]:
    """Yield the words that each article bears out, with its own words where they differ."""
    by_article: dict[str, list[str]] = defaultdict(list)
    for element in elements:
        words = f"“{one_line(element.text)}”"
        for span in element.evidence[:1]:
            if span.text.casefold() != element.text.casefold() and len(span.text) < 2 * len(element.text) + 12:
                words += f" (“{one_line(span.text)}”)"
        by_article[element.evidence[0].article_id if element.evidence else ""].append(words)
    for article, said in by_article.items():
        yield f"{', '.join(said)} by {one_line(article)}" if article else ", ".join(said)


def quote(cluster: Cluster, evidence: Evidence, marked: Sequence[Evidence] = ()) -> Text:
    """Quote a sentence after its article; the spans in `marked` stand out where there are colours."""
    line = Text(f"{quoted_place(cluster, evidence)}: ", style="cyan")
    line.append("“", style="default")
    at = evidence.start
    for span in sorted(marked, key=lambda span: span.start):
        if span.start >= at and span.end <= evidence.end and (span.start, span.end) != (evidence.start, evidence.end):
            line.append(one_part(evidence.text[at - evidence.start : span.start - evidence.start]), style="default")
            line.append(one_line(span.text), style="default bold underline")
            at = span.end
    line.append(f"{one_part(evidence.text[at - evidence.start :])}”", style="default")
    return line


TITLE = 40
"""Characters of a title that names an article whose publisher is not known."""


def quoted_place(cluster: Cluster, evidence: Evidence) -> str:
    """Name the place of a span: its article, who published it, and whether it is the title."""
    article = next(article for article in cluster.articles if article.article_id == evidence.article_id)
    title = article.title if len(article.title) <= TITLE else f"{article.title[: TITLE - 1].rstrip()}…"
    known = article.source or (title if not evidence.title else "")
    return one_line(f"{evidence.article_id}{f' ({known})' if known else ''}{', title' if evidence.title else ''}")

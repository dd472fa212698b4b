"""Turn raw scraped text into clean articles, with an account of every line that was left out.

The rules stand in one table, `RULES`, in the order in which they run. Each looks at a page and names lines and reasons;
a line that two would drop is dropped by the first. A rule needs strong evidence against a line that ends as a sentence
does: a known phrase, a credit, a heading above it. Nothing is rewritten: a clean paragraph is a stretch of the raw text
with its white space made plain.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import Field

from harness.ingest import captions, extractor, furniture, stamps
from harness.ingest.datelines import is_lone_dateline, stripped_dateline_end
from harness.ingest.markup import Shown, is_web_page, without_markup
from harness.ingest.near_duplicates import groups
from harness.ingest.page import Line, Page, line_starts, page_of, read_page, tidy
from harness.ingest.page_data import data_article, shown_only
from harness.ingest.phrases import rules
from harness.ingest.titles import TitleFinding, clean_title, find_title
from harness.records import Article, Cluster, Record, Reference


class Dropped(Record):
    """A stretch of the raw text that is no part of the article's body or title."""

    line: int = Field(ge=1, description="Line number in the raw file, from 1.")
    start: int = Field(ge=0, description="Where it starts in the raw file, in characters.")
    end: int = Field(ge=0, description="Where it ends in the raw file, exclusive.")
    text: str = Field(description="What stands there: raw[start:end].")
    rule: str = Field(description="Name of the rule that dropped it.")
    why: str = Field(description="The reason, for people.")


class Paragraph(Record):
    """A paragraph of the body: where it stands in the raw file and in the clean text."""

    line: int = Field(ge=1, description="Line number in the raw file, from 1.")
    start: int = Field(ge=0, description="Where it starts in the clean text, in characters.")
    end: int = Field(ge=0, description="Where it ends in the clean text, exclusive.")
    raw_start: int = Field(ge=0, description="Where it starts in the raw file, in characters.")
    raw_end: int = Field(ge=0, description="Where it ends in the raw file, exclusive.")


class Cleaned(Record):
    """One clean article, and where every line of its raw text went."""

    article: Article = Field(description="The clean article.")
    page_reader: str | None = Field(
        default=None, description="What told the article from the rest of a web page; none where it is plain text."
    )
    title_rule: str = Field(description="How the title was found; `none` where there is none.")
    title_why: str = Field(description="Where the title stands, or why there is none.")
    title_span: tuple[int, int] | None = Field(
        default=None, description="Where the title's line stands in the raw file."
    )
    standfirst: str | None = Field(default=None, description="The line under the title that sums up; also in the text.")
    paragraphs: tuple[Paragraph, ...] = Field(description="The body, in order.")
    dropped: tuple[Dropped, ...] = Field(default=(), description="What was left out, in order.")


class CleanedCluster(Record):
    """One clean cluster, and what was left out of its raw files."""

    cluster_id: str = Field(description="Its name.")
    cluster: Cluster | None = Field(description="The clean cluster; none where no file has a body.")
    articles: tuple[Cleaned, ...] = Field(description="One for each raw file, in order; some may be empty.")
    duplicates: tuple[tuple[str, ...], ...] = Field(
        description="Groups of two and more near-duplicate articles, by id."
    )
    empty: Mapping[str, str] = Field(default_factory=dict, description="Article id → why it has no body.")


_LEAST_DATA = 40
"""Words of an article in a page's data, for them to count."""
_MORE_DATA = 1.5
"""How many times the words on the page they must have: then it shows a teaser, or nothing without its program."""

Rule = Callable[[Page], Iterator[tuple[int, str]]]


RULES: tuple[tuple[str, Rule], ...] = (
    ("caption", captions.marked_caption),
    ("picture_credit", captions.credit_block),
    ("stray_punctuation", furniture.stray_punctuation),
    ("script", furniture.script),
    ("timestamp", stamps.timestamp),
    ("byline", stamps.byline),
    ("address", stamps.address),
    ("picture_credit", captions.credit),
    *((phrases.name, phrases) for phrases in rules("voice")),
    ("caption", captions.caption),
    *((phrases.name, phrases) for phrases in rules("furniture")),
    ("related", furniture.labelled_story),
    ("related", furniture.link_list),
    ("comment_section", furniture.comment_section),
)
"""Rules that need no title. The rules that do, `repetition`, `loose_line` and `trailing_line`, run once it is known."""


def clean_article(raw: str, article_id: str, *, web_page: bool | None = None) -> Cleaned:
    """Find the article in `raw` and list what was left out; its text is empty where no line of a body was found.

    A web page (by default what begins as HTML does) goes through the library of the extra `html` where that is
    installed, and what its publisher's data (JSON-LD) have of the article counts where the page shows only a part.
    Raises PageError where the library fails, and for what is longer than any article.
    """
    if not (is_web_page(raw) if web_page is None else web_page):
        return _clean_page(read_page(raw), article_id)
    page = read_page(raw, web_page=True)
    choice = extractor.choose(page)
    seen = _clean_page(page, article_id, choice)
    return _whole_article(seen, page) or seen


def _clean_page(page: Page, article_id: str, choice: extractor.Choice | None = None) -> Cleaned:
    """Decide on every line of a page."""
    for name, rule in RULES:
        for index, why in list(rule(page)):
            page.drop(index, name, why)
    choice = extractor.trusted(choice, page) if choice else None
    if choice is not None and choice.lines is not None:
        for index in set(page.kept()) - choice.lines:
            page.drop(index, "outside", f"{choice.reader} counts it as no part of the article")
    finding = find_title(page)
    _mark_surroundings(page)
    for index, why in list(captions.repetition(page)):
        page.drop(index, "repeated", why)
    _drop_loose_lines(page)
    for index, why in list(captions.trailing_line(page)):
        page.drop(index, "trailing", why)
    return _assemble(page, article_id, finding, choice.reader if choice else None)


def _whole_article(seen: Cleaned, page: Page) -> Cleaned | None:
    """Clean what a page's data have of its article; None where they have no more than the page shows."""
    headline, bodies = data_article(page.written, page.data)
    size = sum(len(page.written[start:end].split()) for start, end in bodies)
    too_long = sum(end - start for start, end in bodies) > extractor.LONGEST_TEXT
    if size < _LEAST_DATA or too_long or size <= _MORE_DATA * len(seen.article.text.split()):
        return None
    title = page.title if seen.title_rule == "marked" else None
    places = bodies if title is not None or headline is None else [headline, *bodies]
    shown = without_markup(shown_only(page.written, places))
    titles = [("headline", *headline)] if headline and title is None else []
    whole = _clean_page(page_of(Shown(shown.text, titles=tuple(titles)), page.written), seen.article.article_id)
    if len(whole.article.text.split()) <= _MORE_DATA * len(seen.article.text.split()):
        return None
    teaser = [
        _dropped_line(
            page, Line(each.line, each.raw_start, each.raw_end, ""), "teaser", "the page's data have it whole"
        )
        for each in seen.paragraphs
    ]
    article = whole.article
    if title is not None:
        kept = {name: getattr(seen.article, name) for name in ("title", "source")}
        kept |= {name: value for name in ("url", "published") if (value := getattr(seen.article, name))}
        article = article.model_copy(update=kept)
    found = seen if title is not None else whole
    return whole.model_copy(
        update={
            "article": article,
            "title_rule": found.title_rule,
            "title_why": found.title_why,
            "title_span": found.title_span,
            "page_reader": "the page's own data (JSON-LD)",
            "dropped": tuple(sorted([*whole.dropped, *seen.dropped, *teaser], key=lambda each: each.start)),
        }
    )


def clean_cluster(
    files: Mapping[str, str],
    cluster_id: str,
    references: Sequence[str] = (),
    web_pages: frozenset[str] | None = None,
) -> CleanedCluster:
    """Clean the raw texts in `files` (article id → text) and make them one cluster, in their order.

    `web_pages` names those that are HTML files; by default those that begin as one.
    """
    cleaned, empty = list[Cleaned](), dict[str, str]()
    for article_id, raw in files.items():
        try:
            found = clean_article(raw, article_id, web_page=True if article_id in (web_pages or ()) else None)
        except extractor.PageError as error:
            empty[article_id] = str(error)
            continue
        cleaned.append(found)
        if not found.article.text:
            empty[article_id] = "no line of a body in it" if raw.strip() else "no text in it"
    kept = [each for each in cleaned if each.article.text]
    parted = groups([each.article.text for each in kept])
    cluster = (
        Cluster(
            cluster_id=cluster_id,
            articles=tuple(each.article for each in kept),
            references=tuple(Reference(text=reference) for reference in references),
        )
        if kept
        else None
    )
    return CleanedCluster(
        cluster_id=cluster_id,
        cluster=cluster,
        articles=tuple(cleaned),
        duplicates=tuple(
            tuple(kept[index].article.article_id for index in group) for group in parted if len(group) > 1
        ),
        empty=empty,
    )


def _mark_surroundings(page: Page) -> None:
    """Drop the lines above the title, and find the standfirst between it and the body."""
    title, lede = page.title, page.lede()
    if title is None or (title > lede and not _stands_above_all(page, title)):
        return
    blurb = lede if lede < title else None
    for index in page.kept():
        if index < title and (not page.lines[index].ends_sentence or index == blurb):
            page.drop(index, "above_title", "stands above the title and is no part of the article")
    lede = page.lede()
    for index in page.kept():
        line = page.lines[index]
        if not title < index < lede:
            continue
        if is_lone_dateline(line.text):
            page.drop(index, "dateline", "a dateline on a line of its own")
        elif captions.is_list_of_names(line):
            page.drop(index, "byline", "nothing but names, between title and body")
        elif page.standfirst is None and len(line.words) >= 8 and page.overlap(index) >= 0.2:
            page.standfirst = index


def _stands_above_all(page: Page, title: int) -> bool:
    """Tell whether all paragraphs but one strange one stand below the title."""
    return (
        sum(index < title and page.lines[index].ends_sentence for index in page.kept())
        <= 1
        < len([index for index in page.kept() if index > title])
    )


def _drop_loose_lines(page: Page) -> None:
    """Drop captions and other stories' lines; not where they would be a third of the page, which then is a list."""
    loose = list(captions.loose_line(page))
    size = sum(len(page.lines[index].words) for index in page.kept())
    if 3 * sum(len(page.lines[index].words) for index, _, _ in loose) <= size:
        for index, rule, why in loose:
            page.drop(index, rule, why)


def _assemble(page: Page, article_id: str, finding: TitleFinding, page_reader: str | None) -> Cleaned:
    """Make the record of a page all of whose lines are decided."""
    dropped = {index: _dropped_line(page, page.lines[index], rule, why) for index, (rule, why) in page.dropped.items()}
    left_out = list(dropped.values())
    text, paragraphs = "", list[Paragraph]()
    for position, index in enumerate(page.kept()):
        line = page.lines[index]
        cut = stripped_dateline_end(page.raw[line.start : line.end]) if position == 0 or index == page.lede() else 0
        if cut:
            remains = Line(line.number, line.start, line.start + cut, "")
            left_out.append(_dropped_line(page, remains, "dateline", "what a scraper left of a dateline"))
        body = tidy(page.raw[line.start + cut : line.end])
        if text:
            previous = page.lines[page.kept()[position - 1]]
            text += " " if _goes_on(previous, line) else "\n"
        span = {"raw_start": line.start + cut, "raw_end": line.end}
        paragraphs.append(Paragraph(line=line.number, start=len(text), end=len(text) + len(body), **span))
        text += body
    title, source = clean_title(page.lines[page.title]) if page.title is not None else ("", None)
    stamped = [page.lines[index] for index, (rule, _) in sorted(page.dropped.items()) if rule == "timestamp"]
    article = Article(
        article_id=article_id,
        title=title,
        text=text,
        source=source,
        url=stamps.find_url(page.lines),
        published=stamps.find_date(stamped),
    )
    return Cleaned(
        article=article,
        page_reader=page_reader,
        title_rule=finding.rule,
        title_why=finding.why,
        title_span=(page.lines[page.title].start, page.lines[page.title].end) if page.title is not None else None,
        standfirst=page.lines[page.standfirst].text if page.standfirst is not None else None,
        paragraphs=tuple(paragraphs),
        dropped=tuple(sorted([*left_out, *_cut(page)], key=lambda each: each.start)),
    )


def _goes_on(line: Line, after: Line) -> bool:
    """Tell whether a line goes on with the sentence of the one before."""
    is_item = line.is_item or after.is_item or after.is_list_item
    return after.goes_on and not line.ends_sentence and not is_item


def _cut(page: Page) -> Iterator[Dropped]:
    """Yield what was cut out of the page before its lines were read."""
    starts = line_starts(page.written) if page.cut else []
    for start, end in page.cut:
        line = Line(bisect_right(starts, start), start, end, "")
        yield _dropped_line(page, line, "markup", "a comment, program text or the head of the file")


def _dropped_line(page: Page, line: Line, rule: str, why: str) -> Dropped:
    return Dropped(
        line=line.number, start=line.start, end=line.end, text=page.written[line.start : line.end], rule=rule, why=why
    )

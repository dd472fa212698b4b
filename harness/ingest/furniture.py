"""What stands round an article without being part of it: menus, tags, other stories' links, players, agency notes."""

import re
from collections.abc import Iterator

from harness.ingest.page import Line, Page
from harness.ingest.phrases import NAMES, TEXT, Phrases

_SECTIONS = (
    r"home(?: ?page)?|news|world|u\.?k\.?|u\.?s\.?(?: news)?|americas?|europe|asia|africa|middle east|india|"
    r"national|international|politics|business|economy|markets|money|finance|tech(?:nology)?|science|health|"
    r"environment|climate|education|sports?|football|cricket|soccer|entertainment|arts?|culture|lifestyle|"
    r"life & style|style|travel|food|opinions?|comment|editorials?|analysis|blogs?|videos?|photos|pictures|audio|"
    r"podcasts?|weather|local|regional|latest|live|more|features|magazine|obituaries|classifieds|property|shopping|"
    r"society|media|law|crime|top stories|(?:top|breaking|world|local|latest|national|uk|us|"
    r"business) (?:news(?: article)?|headlines|stories)|exclusive|headlines|breaking|special report"
)
_FOOTER = (
    r"about(?: us)?|contact(?: us)?|advertis(?:e|ing)(?: with us)?|help|faqs?|careers|jobs|site ?map|"
    r"rss(?: feeds?)?|terms(?: (?:of|and|&) (?:use|service|conditions|sale))?|privacy(?: (?:policy|notice|"
    r"settings))?|accessibility|archives?|corrections|newsletters?|subscribe|e-?paper|apps?|feedback|disclaimer|"
    r"cookies?(?: (?:policy|settings))?|legal(?: notice)?|editorial (?:policy|guidelines|standards)|complaints|"
    r"press(?: office)?|our team|partners|donate|licensing|imprint|ad ?choices|modern slavery.{0,30}|site (?:index|"
    r"feedback)|back to top|top|menu|search|log ?in|sign in|register|sections|login|follow|share"
)
_PART = rf"(?:{_SECTIONS}|{_FOOTER})"

NAVIGATION = Phrases(
    "navigation",
    "a menu, a path or a section label",
    heading=(
        rf"{_PART}(?:\s*(?:[|/·•›»>]|\s-\s|\s)\s*{_PART})*",
        rf"{_PART}(?:\s*[|/·•›»>]\s*[\w&.'’ -]{{1,30}})+",
        r"[\w&.'’ -]{1,30}(?:\s*(?:>|»|›|::|→)\s*[\w&.,'’/ -]{1,40}){1,6}",
        r"(?:[A-Z][\w&.'’-]{1,14}(?: [\w&.'’-]{1,14}){0,2}\s*[|•·]\s*){2,}[\w&.'’ -]{1,30}",
        r"skip (?:to|navigation|past|ad)\b.{0,60}|you are here(?:\s*:.{0,120})?|breadcrumbs?|table of contents",
        (
            r"(?:(?:toggle|open|close|show|hide|main|primary|site|mobile) )+(?:navigation|menu|nav|search|"
            r"sidebar)(?: (?:menu|bar|button|form|icon))*|search(?: (?:for|the site|this site).{0,40})?|close|"
            r"(?:quick|useful) links"
        ),
        r"(?:proudly )?powered by .{1,40}|(?:theme|design(?:ed)?|developed|built|hosted) by:? .{1,60}",
        r"(?:desktop|mobile|text-?only|full) (?:site|version)|(?:uk|us|international|global|india) edition",
        r"(?:today['’]?s|current) (?:paper|issue|edition|headlines)|live (?:now|tv|updates?)|return to .{1,30} index",
        r"close panel|about sharing|(?:opens in )?(?:a )?new (?:window|tab)|view all|see all",
    ),
)
TAGS = Phrases(
    "tags",
    "a list of tags or topics",
    heading=(
        (
            r"(?:tags?|topics?|filed (?:under|in)|keywords?|categor(?:y|ies)|posted (?:in|under)|tagged(?: (?:with|"
            r"as|in))?|labels?|related topics?|explore more(?: topics)?|more topics|published in|"
            r"mentions)(?:\s*:\s*\S.{0,300}|:)?"
        ),
        r"(?:#\w+[\s,;|]*)+",
    ),
    whole=(r"(?:tags|filed under|keywords|tagged|related topics)\s*:.{0,300}",),
)
RELATED = Phrases(
    "related",
    "a pointer to another story",
    whole=(
        (
            r"(?:(?:please |also |must )?read(?: (?:more|also|next|this|it|here|now))?|also (?:read|see|watch)|"
            r"see also|related(?: (?:stor(?:y|ies)|articles?|coverage|news|links?|content|topics?|posts?|videos?|"
            r"reading))?|more on this(?: story)?|must[- ]reads?|don['’]?t miss|recommended(?: (?:reading|for you|"
            r"stories|videos?))?|trending(?: now)?|in (?:pictures|pics|photos|depth|case you missed it)|icymi|"
            r"up next|next up|further reading|watch(?: live| now| video| here| this)?|listen)\s*[:|»>]\s*\S.{2,200}"
        ),
    ),
    heading=(
        r"(?:(?:also )?read|read (?:more|also|next)|also read|related|more)\s*[:|»>]\s*\S.{2,200}",
        r"(?:read more|also read|read also|see also|related)\s*[–—-]\s*\S.{2,200}",
        (
            r"(?:(?:related|recommended|suggested|similar|more|other|top|latest|popular|trending|editor'?s'?|our|"
            r"today['’]?s|picks?|best|must[- ]read|featured|recent) )+(?:stories|articles|news|posts|topics|content|"
            r"coverage|links?|videos?|reads?|picks?|items|headlines|searches)(?: (?:on|for|from|in|about|by|like|"
            r"you|this)\b.{0,50})?"
        ),
        (
            r"(?:most|trending)(?: (?:read|popular|viewed|shared|watched|commented|emailed|recent|now|today|"
            r"discussed|and))+(?: (?:in|on|from|stories|articles|news)\b.{0,40})?|related|see also|also read|"
            r"read also|trending|recommended"
        ),
        (
            r"(?:more|other) (?:from|by|on|in|about|like this|for you)(?: .{1,50})?|what to read next|up next|"
            r"in this story"
        ),
        (
            r"you (?:may|might)(?: also)? (?:like|be interested in|enjoy|want to read|have missed)\b.{0,40}|"
            r"(?:people|others|readers) (?:also|are) (?:read\w*|like\w*|ask\w*|view\w*)\b.{0,30}|(?:around|"
            r"from) (?:the|our) (?:web|partners?|network|sponsors?|archives?)\b.{0,30}|elsewhere on .{1,40}|"
            r"external (?:sites|links)|featured|what['’]?s (?:hot|next)"
        ),
    ),
)
_LABELLED = Phrases(
    "related",
    "a pointer to another story",
    heading=(
        (
            r"(?:watch|live|latest|opinion|explained|explainer|gallery|photos|video|analysis|timeline|profile|"
            r"factbox|special report|in pics)\s*[:|»>]\s*\S.{2,200}"
        ),
    ),
)
AGENCY = Phrases(
    "agency_note",
    "a note on who reported, edited or distributed the text",
    whole=(
        (
            rf"(?:(?:additional|further|contributing|original) )?(?:reporting|writing|editing|translation|compiled|"
            rf"translated|edited|written|reported|published|posted|updated)"
            rf"(?: (?:and (?:reporting|writing|editing)|online))* by:?\s{NAMES}"
        ),
        (
            r"(?:with )?(?:additional |agency |further )?inputs? (?:from|by)\b.{1,160}|with (?:additional |agency |"
            r"further )?(?:files?|reporting|reports|contributions?|agencies)(?: (?:from|by)\b.{1,160}|\W*)|"
            r"with agenc(?:y|ies)(?: inputs?)?"
        ),
        r".{2,160} contributed (?:to this (?:report|story|article|dispatch|piece)|reporting)\b.{0,120}",
        r"the post .{2,200} (?:appeared )?first (?:appeared )?on .{2,60}",
        rf"{NAMES}reported from {NAMES}",
        r"(?:some )?information (?:for|in) this (?:report|article|story) .{1,120}",
        (
            rf"(?:this|the|a version of this) {TEXT} (?:was|is|has|had|have|originally|first|may|also|appeared)\b"
            rf".{{0,30}}\b(?:published|appear\w*|post\w*|republished|produced|generated|auto|syndicated|translated|edited|"
            rf"created|supplied|provided|adapted)\b.{{0,250}}"
        ),
        (
            r"this report (?:was|has been|is) (?:originally|first|auto|compiled by|syndicated|translated|"
            r"part of)\b.{0,160}"
        ),
        r"except for the headline\b.{0,250}",
        (
            r"(?:disclaimer|editor['’]?s['’]? notes?|note to (?:readers|editors)|notes?)\s*[:(].{0,300}|"
            r"our standards:.{0,80}|the thomson reuters trust principles|(?:.{1,40} )?news is provided by.{0,60}"
        ),
        (
            r"for (?:the )?latest (?:news|updates|.{1,30} news)\b.{0,200}|\(adds? .{3,60}\)|"
            r"\((?:[A-Z][\w.]+ ){0,3}agencies\)"
        ),
    ),
    heading=(
        (
            r"(?:the )?(?:(?:associated press|press association|press trust of india|agence france[- ]presse|"
            r"united press international|thomson reuters(?: foundation)?|reuters|ap|afp|upi|pti|ani|ians|dpa|efe|"
            r"agencies|pa|cnn(?: interactive|/money)?|bbc(?: news)?|bloomberg|xinhua|staff|wires?|news agenc(?:y|"
            r"ies)|writers?|reporters?)[\s,/&|-]*(?:and )?)+"
        ),
        r"ends?|eom|ends here|30|first (?:published|posted)\b.{0,80}|about the authors?\b.{0,60}|news agencies",
    ),
)
PLAYER = Phrases(
    "player",
    "the text of a video or audio player, or of an embedded post",
    whole=(
        (
            r"(?:sorry, )?(?:this |the )?(?:video|audio|media|livestream|clip|player|playback)(?: (?:player|content|"
            r"file))?(?: (?:is|can|could|was|has|not|cannot|isn['’]t|failed))*(?: (?:unavailable|loading|"
            r"not available|not supported|to load|be (?:loaded|played|found)|no longer available))+\b.{0,80}"
        ),
        (
            r"(?:to view|to watch|to play) this (?:video|content|clip)\b.{0,160}|listen to this (?:article|"
            r"story)\b.{0,60}"
        ),
        (
            r"(?:image|media|video)[ -](?:source|caption|credit)s?\b.{0,300}|(?:skip|end of) (?:twitter|facebook|"
            r"instagram|youtube|tiktok)(?: post| video)?\b.{0,80}|(?:twitter|facebook|instagram|youtube|"
            r"tiktok) (?:post|video) by .{1,60}"
        ),
        (
            r"(?:allow|accept) (?:twitter|facebook|instagram|youtube|google) content.{0,60}|warning: (?:third party|"
            r"bbc is not).{0,120}"
        ),
        (
            r"view (?:this|original) (?:post|tweet|more) on .{0,60}|a post shared by\b.{0,100}|"
            r"[^\s]{1,2}\s?[^@]{1,60} \(@\w+\).{0,40}"
        ),
        r"(?:https?://|www\.|pic\.twitter\.com|t\.co/|youtu\.be/)\S+",
    ),
    heading=(
        (
            r"(?:now )?playing(?: (?:video|next|now|in|the)\b.{0,60})?|play(?: (?:video|audio|next|all|again|"
            r"the video))?|(?:un)?mute|pause|replay|(?:enter |exit )?full ?screen|captions?(?: (?:off|on|"
            r"settings))?|subtitles|autoplay|transcript|playback (?:rate|speed).{0,12}|volume.{0,12}|"
            r"(?:current time|duration|loaded|progress|remaining time|stream type)\W.{0,20}"
        ),
        (
            r"[\d:]{3,8}(?:\s*/\s*[\d:]{3,8})?|copy (?:video )?url|chapters|(?:video|audio) ?(?:player|transcript|"
            r"duration|file)?|(?:watch|see|view|listen to)(?: (?:the|this|our|a|full|live|more|now|video|videos|"
            r"here|clip|below|above|audio))+(?: .{0,60})?"
        ),
        r"\d+ min(?:ute)?s? (?:listen|watch)|\d+(?:\.\d+)?[km]? (?:retweets?|likes|views|replies)\b.{0,40}|tweet|gif",
    ),
    within=(
        r"\b(?:media|video|audio) playback is (?:not supported|unsupported)\b",
        r"\bcontent provided by (?:twitter|facebook|instagram|youtube|google)\b",
    ),
    longest=70,
)


def labelled_story(page: Page) -> Iterator[tuple[int, str]]:
    """Lines such as `Opinion: …` and `Live: …`, but for a first line about the article's matter: that is its title."""
    first = next(iter(page.kept()), None)
    for index, why in _LABELLED(page):
        if index != first or page.overlap(index) < 0.4:
            yield index, why


RULES: tuple[Phrases, ...] = (PLAYER, AGENCY, TAGS, RELATED, NAVIGATION)
"""Rules about a page's furniture, in the order they are tried."""

_SCRIPT = re.compile(
    r"//\s*-->|<!--|\bfunction\s*\(|\bdocument\.\w+\(|\bwindow\.\w+|^\s*(?:var|let|const) \w+\s*=|"
    r"\}\s*[);]+\s*$|^[.#]?[\w-]+\s*\{"
)
_LIST_HEADINGS = re.compile(
    r"\W*(?:related(?:[ .\w-]{1,40})?|more (?:stories|news|from .{1,30}|on this.{0,10})|(?:most|trending|popular|"
    r"recommended|top|latest) ?.{0,20}|you (?:may|might) .{1,30}|see also|also read|read (?:more|also|next)|"
    r"don['’]?t miss|around the web|useful links|recent posts)\W*",
    re.IGNORECASE,
)


def stray_punctuation(page: Page) -> Iterator[tuple[int, str]]:
    """Lines without a letter or digit."""
    for index in page.kept():
        if not any(character.isalnum() for character in page.lines[index].text):
            yield index, "no letter or digit in it"


def script(page: Page) -> Iterator[tuple[int, str]]:
    """Lines that hold program text or style sheets."""
    for index in page.kept():
        if len(page.lines[index].words) <= 60 and _SCRIPT.search(page.lines[index].text):
            yield index, "program text of the page"


def link_list(page: Page) -> Iterator[tuple[int, str]]:
    """Headline-like lines that follow a heading such as "Related stories", up to the next paragraph."""
    kept = page.kept()
    for index, (rule, _) in sorted(page.dropped.items()):
        if rule != "related" or not _LIST_HEADINGS.fullmatch(page.lines[index].text):
            continue
        for other in (other for other in kept if other > index):
            if not _is_headline(page.lines[other]):
                break
            yield other, f"in the list under “{page.lines[index].text[:40]}”"


def comment_section(page: Page) -> Iterator[tuple[int, str]]:
    """Everything below the heading of the readers' comments, where at least a hundred words of article stand above."""
    headings = [index for index, (rule, _) in sorted(page.dropped.items()) if rule == "comment_form"]
    for index in headings:
        above = [page.lines[other] for other in page.kept() if other < index and page.lines[other].ends_sentence]
        below = range(index + 1, len(page.lines))
        marks = sum(bool(_COMMENT_MARK.search(page.lines[other].text)) for other in below)
        if sum(len(line.words) for line in above) >= 100 and marks:
            for other in below:
                if other not in page.dropped:
                    yield other, "below the heading of the comments"
            return


_COMMENT_MARK = re.compile(
    r"^\S+(?: \S+){0,3} says:?\W*$|^reply$|\breport (?:comment|abuse)\b|^\w+ \d{1,2}, \d{4} at \d|^\W*\d+ (?:hours?|"
    r"days?|weeks?|months?|years?) ago\W*$|^(?:up|down)votes?\b|^log in to reply|^re: ",
    re.IGNORECASE,
)


def _is_headline(line: Line) -> bool:
    """Whether a line reads as a link to a story: up to twenty-five words that do not end as a sentence does."""
    return len(line.words) <= 25 and (not line.ends_sentence or line.text.endswith("?"))

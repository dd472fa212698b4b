"""What stands round an article without being part of it: menus, tags, other stories' links, players, agency notes."""

import re
from collections.abc import Iterator

from harness.ingest.page import Line, Page
from harness.ingest.phrases import NAMES, TEXT, Phrases

_SECTIONS = (
    r"home(?: ?page)?|news|world|u\.?k\.?|u\.?s\.?(?: news)?|americas?|europe|asia|africa|middle east|india|national|"
    r"international|politics|business|economy|markets|money|finance|tech(?:nology)?|science|health|environment"
    r"|climate|"
    r"education|sports?|football|cricket|soccer|entertainment|arts?|culture|lifestyle|life & style|style|travel|food|"
    r"opinions?|comment|editorials?|analysis|blogs?|videos?|photos|pictures|audio|podcasts?|weather|local|regional|"
    r"latest|live|more|features|magazine|obituaries|classifieds|property|shopping|society|media|law|crime"
    r"|top stories|"
    r"(?:top|breaking|world|local|latest|national|uk|us|business) (?:news(?: article)?|headlines|stories)|exclusive|"
    r"headlines|breaking|special report"
)
_FOOTER = (
    r"about(?: us)?|contact(?: us)?|advertis(?:e|ing)(?: with us)?|help|faqs?|careers|jobs|site ?map|rss(?: feeds?)?|"
    r"terms(?: (?:of|and|&) (?:use|service|conditions|sale))?|privacy(?: (?:policy|notice|settings))?|accessibility|"
    r"archives?|corrections|newsletters?|subscribe|e-?paper|apps?|feedback|disclaimer|cookies?(?: (?:policy"
    r"|settings))?|"
    r"legal(?: notice)?|editorial (?:policy|guidelines|standards)|complaints|press(?: office)?|our team|partners"
    r"|donate|"
    r"licensing|imprint|ad ?choices|modern slavery.{0,30}|site (?:index|feedback)|back to top|top|menu|search"
    r"|log ?in|"
    r"sign in|register|sections|login|follow|share"
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
            r"(?:(?:toggle|open|close|show|hide|main|primary|site|mobile) )+(?:navigation|menu|nav|search|sidebar)"
            r"(?: (?:menu|bar|button|form|icon))*|search(?: (?:for|the site|this site).{0,40})?|close|(?:quick"
            r"|useful) links"
        ),
        r"(?:proudly )?powered by .{1,40}|(?:theme|design(?:ed)?|developed|built|hosted) by:? .{1,60}",
        r"(?:desktop|mobile|text-?only|full) (?:site|version)|(?:uk|us|international|global|india) edition",
        r"(?:today['’]?s|current) (?:paper|issue|edition|headlines)|live (?:now|tv|updates?)|return to .{1,30} index",
    ),
)
TAGS = Phrases(
    "tags",
    "a list of tags or topics",
    heading=(
        (
            r"(?:tags?|topics?|filed (?:under|in)|keywords?|categor(?:y|ies)|posted (?:in|under)|tagged(?: (?:with"
            r"|as|in))?|"
            r"labels?|related topics?|explore more(?: topics)?|more topics|published in"
            r"|mentions)(?:\s*:\s*\S.{0,300}|:)?"
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
            r"(?:(?:please |also |must )?read(?: (?:more|also|next|this|it|here|now))?|also (?:read|see|watch)"
            r"|see also|related"
            r"(?: (?:stor(?:y|ies)|articles?|coverage|news|links?|content|topics?|posts?|videos?|reading))?"
            r"|more on this"
            r"(?: story)?|must[- ]reads?|don['’]?t miss|recommended(?: (?:reading|for you|stories|videos?))?"
            r"|trending(?: now)?|"
            r"in (?:pictures|pics|photos|depth|case you missed it)|icymi|up next|next up|further reading"
            r"|watch(?: live| now|"
            r" video| here| this)?|listen)\s*[:|»>]\s*\S.{2,200}"
        ),
    ),
    heading=(
        (
            r"(?:(?:also )?read|read (?:more|also|next)|also read|related|watch|more|live|latest|opinion|explained"
            r"|explainer|"
            r"gallery|photos|video|analysis|timeline|profile|factbox|special report|in pics)\s*[:|»>]\s*\S.{2,200}"
        ),
        r"(?:read more|also read|read also|see also|related)\s*[–—-]\s*\S.{2,200}",
        (
            r"(?:(?:related|recommended|suggested|similar|more|other|top|latest|popular|trending|editor'?s'?|our"
            r"|today['’]?s|"
            r"picks?|best|must[- ]read|featured|recent) )+(?:stories|articles|news|posts|topics|content|coverage"
            r"|links?|videos?|"
            r"reads?|picks?|items|headlines|searches)(?: (?:on|for|from|in|about|by|like|you|this)\b.{0,50})?"
        ),
        (
            r"(?:most|trending)(?: (?:read|popular|viewed|shared|watched|commented|emailed|recent|now|today"
            r"|discussed|and))+"
            r"(?: (?:in|on|from|stories|articles|news)\b.{0,40})?|related|see also|also read|read also|trending"
            r"|recommended"
        ),
        (
            r"(?:more|other) (?:from|by|on|in|about|like this|for you)(?: .{1,50})?|what to read next|up next"
            r"|in this story"
        ),
        (
            r"you (?:may|might)(?: also)? (?:like|be interested in|enjoy|want to read|have missed)\b.{0,40}"
            r"|(?:people|others|"
            r"readers) (?:also|are) (?:read\w*|like\w*|ask\w*|view\w*)\b.{0,30}|(?:around|from) (?:the|our) (?:web"
            r"|partners?|"
            r"network|sponsors?|archives?)\b.{0,30}|elsewhere on .{1,40}|external (?:sites|links)|featured"
            r"|what['’]?s (?:hot|next)"
        ),
    ),
)
AGENCY = Phrases(
    "agency_note",
    "a note on who reported, edited or distributed the text",
    whole=(
        (
            r"(?:(?:additional|further|contributing|original) )?(?:reporting|writing|editing|translation|compiled"
            r"|translated|"
            rf"edited|written|reported|published|posted|updated)(?: (?:and (?:reporting|writing|editing)"
            rf"|online))* by:?\s{NAMES}"
        ),
        (
            r"(?:with )?(?:additional |agency |further )?inputs? (?:from|by)\b.{1,160}|with (?:additional |agency "
            r"|further )?"
            r"(?:files?|reporting|reports|contributions?|agencies)(?: (?:from|by)\b.{1,160}|\W*)|with agenc(?:y"
            r"|ies)(?: inputs?)?"
        ),
        r".{2,160} contributed (?:to this (?:report|story|article|dispatch|piece)|reporting)\b.{0,120}",
        r"(?:some )?information (?:for|in) this (?:report|article|story) .{1,120}",
        (
            rf"(?:this|the|an earlier version of this|a version of this) {TEXT} (?:was|is|has|had|have|originally"
            rf"|first|may|"
            r"also|appeared|contains)\b.{0,30}\b(?:published|appear\w*|post\w*|republished|produced|updated"
            r"|corrected|"
            r"generated|auto|syndicated|translated|amended|edited|created|supplied|provided|written|modified|adapted|"
            r"incorrectly|misstated)\b.{0,250}"
        ),
        (
            r"this report (?:was|has been|is) (?:originally|first|auto|compiled by|syndicated|translated"
            r"|part of)\b.{0,160}"
        ),
        (
            r"(?:an? )?(?:earlier|previous) version of this (?:story|article|report)\b.{0,250}"
            r"|except for the headline\b.{0,250}"
        ),
        (
            r"(?:disclaimer|editor['’]?s['’]? notes?|clarification|correction|note to (?:readers|editors)|notes?)"
            r"\s*[:(].{0,300}|our standards:.{0,80}|the thomson reuters trust principles"
            r"|(?:.{1,40} )?news is provided by.{0,60}"
        ),
        (
            r"for (?:the )?latest (?:news|updates|.{1,30} news)\b.{0,200}|\(adds? .{3,60}\)"
            r"|\((?:[A-Z][\w.]+ ){0,3}agencies\)"
        ),
    ),
    heading=(
        (
            r"(?:the )?(?:(?:associated press|press association|press trust of india|agence france[- ]presse"
            r"|united press "
            r"international|thomson reuters(?: foundation)?|reuters|ap|afp|upi|pti|ani|ians|dpa|efe|agencies|pa"
            r"|cnn(?: interactive|"
            r"/money)?|bbc(?: news)?|bloomberg|xinhua|staff|wires?|news agenc(?:y|ies)|writers?|reporters?)[\s,/&"
            r"|-]*(?:and )?)+"
        ),
        r"ends?|eom|ends here|30|first (?:published|posted)\b.{0,80}|about the authors?\b.{0,60}|news agencies",
    ),
)
PLAYER = Phrases(
    "player",
    "the text of a video or audio player, or of an embedded post",
    whole=(
        (
            r"(?:sorry, )?(?:this |the )?(?:video|audio|media|livestream|clip|player|playback)(?: (?:player"
            r"|content|file))?(?: (?:"
            r"is|can|could|was|has|not|cannot|isn['’]t|failed))*(?: (?:unavailable|loading|not available"
            r"|not supported|to load|be "
            r"(?:loaded|played|found)|no longer available))+\b.{0,80}"
        ),
        (
            r"(?:to view|to watch|to play) this (?:video|content|clip)\b.{0,160}|listen to this (?:article"
            r"|story)\b.{0,60}"
        ),
        (
            r"(?:image|media|video)[ -](?:source|caption|credit)s?\b.{0,300}|(?:skip|end of) (?:twitter|facebook"
            r"|instagram|youtube|"
            r"tiktok)(?: post| video)?\b.{0,80}|(?:twitter|facebook|instagram|youtube|tiktok) (?:post"
            r"|video) by .{1,60}"
        ),
        (
            r"(?:allow|accept) (?:twitter|facebook|instagram|youtube|google) content.{0,60}|warning: (?:third party"
            r"|bbc is not).{0,120}"
        ),
        (
            r"view (?:this|original) (?:post|tweet|more) on .{0,60}|a post shared by\b.{0,100}"
            r"|[^\s]{1,2}\s?[^@]{1,60} \(@\w+\).{0,40}"
        ),
        r"(?:https?://|www\.|pic\.twitter\.com|t\.co/|youtu\.be/)\S+",
    ),
    heading=(
        (
            r"(?:now )?playing(?: (?:video|next|now|in|the)\b.{0,60})?|play(?: (?:video|audio|next|all|again"
            r"|the video))?|(?:un)?mute|"
            r"pause|replay|(?:enter |exit )?full ?screen|captions?(?: (?:off|on|settings))?|subtitles|autoplay"
            r"|transcript|"
            r"playback (?:rate|speed).{0,12}|volume.{0,12}|(?:current time|duration|loaded|progress|remaining time"
            r"|stream type)\W.{0,20}"
        ),
        (
            r"[\d:]{3,8}(?:\s*/\s*[\d:]{3,8})?|copy (?:video )?url|chapters|(?:video|audio) ?(?:player|transcript"
            r"|duration|file)?|"
            r"(?:watch|see|view|listen to)(?: (?:the|this|our|a|full|live|more|now|video|videos|here|clip|below"
            r"|above|audio))+(?: .{0,60})?"
        ),
        r"\d+ min(?:ute)?s? (?:listen|watch)|\d+(?:\.\d+)?[km]? (?:retweets?|likes|views|replies)\b.{0,40}|tweet|gif",
    ),
    within=(
        r"\b(?:media|video|audio) playback is (?:not supported|unsupported)\b",
        r"\bcontent provided by (?:twitter|facebook|instagram|youtube|google)\b",
    ),
    longest=70,
)
RULES: tuple[Phrases, ...] = (PLAYER, AGENCY, TAGS, RELATED, NAVIGATION)
"""Rules about a page's furniture, in the order they are tried."""

_LIST_HEADINGS = re.compile(
    r"\W*(?:related(?: \w+)?|more (?:stories|news|from .{1,30}|on this.{0,10})|(?:most|trending|popular"
    r"|recommended|top|latest) ?.{0,20}|"
    r"you (?:may|might) .{1,30}|see also|also read|read (?:more|also|next)|don['’]?t miss|around the web"
    r"|useful links|recent posts)\W*",
    re.IGNORECASE,
)


def stray_punctuation(page: Page) -> Iterator[tuple[int, str]]:
    """Lines without a letter or digit."""
    for index in page.kept():
        if not any(character.isalnum() for character in page.lines[index].text):
            yield index, "no letter or digit in it"


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
    r"^\S+(?: \S+){0,3} says:?\W*$|^reply$|\breport (?:comment|abuse)\b|^\w+ \d{1,2}, \d{4} at \d"
    r"|^\W*\d+ (?:hours?|days?|weeks?|"
    r"months?|years?) ago\W*$|^(?:up|down)votes?\b|^log in to reply|^re: ",
    re.IGNORECASE,
)


def _is_headline(line: Line) -> bool:
    """Whether a line reads as a link to a story: up to twenty-five words that do not end as a sentence does."""
    return len(line.words) <= 25 and (not line.ends_sentence or line.text.endswith("?"))

"""What stands round the answer in a chat model's text: reasoning, marks of turns, code fences, JSON, politeness.

The names and words are in answer_forms.toml, where more are added.
"""

import html
import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from harness.models import ornaments

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t\r]*$", re.MULTILINE)
_INLINE_FENCE = re.compile(r"(?:```|~~~)(?:(?:text|plaintext|markdown|md|txt|html|json)(?=\s))?")
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>")
_BARE_CHANNEL = re.compile(r"^\s*(?:analysis|commentary)(?=[A-Z\"'“])")
"""The first channel of a text whose marks were left out when its tokens were decoded: `analysisWe need …`."""
_BARE_FINAL = re.compile(r"assistant\s*final(?=\S)|assistant\s*final\s")
_ALOUD = re.compile(r"\s*Thinking(?:\.\.\.|…)[ \t]*\n", re.IGNORECASE)
_DONE = re.compile(r"^[ \t]*(?:\.\.\.|…)done thinking\.?[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""Between these ollama prints reasoning whose tags it has read."""
_LATEX = re.compile(r"\\(?:boxed|text(?:bf|it|rm|sf|tt)?|emph|title|headline|mathbf|mathrm)\{([^{}\n]*)\}")
_MATHS = re.compile(r"^\$+(?=\\)|(?<=\})\$+(?=[ \t]*$)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BREAK_TOKEN = re.compile(r"<n>|<0x0A>|<br\s*/?>", re.IGNORECASE)
_INSTRUCTION = re.compile(r"(?<=[^\s#])[ \t]*#{3,}+\s*(?:Instruction|Input|User|Human|Response)\b.*", re.DOTALL)
"""What an untuned model writes behind its answer, and all that follows."""
_CUT_MARK = r"<(?:[|｜][^<>\n]{0,40}|/\w{0,20}|[a-z]+_\w{0,20})\Z"
_WRITTEN_BREAK = re.compile(r"\\n(?![a-z])")
_HASHES = re.compile(r"(?<=[^\s#])[ \t]*#{3,}+[ \t]*$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]")
_NAMED_KEY = re.compile(
    r"(?!sub)[\w -]*(?:headline|title)s?(?:[ _-]?(?:1|a|one|text))?"
    r"|(?:option|version|candidate|alternative)?[ _-]?(?:1|a|one)"
)
_JSON = ("{", "[{", '["', "['", '"{\\"')
"""What an answer in JSON begins with."""
_BEGUN_LIST = re.compile(r"""\[\s*(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)[,\]])[^\\\n])+)""")
_OBJECT = re.compile(r"\{\s*[\"'][^\"'\n]*[\"']\s*:")
_JSON_LINE = re.compile(r"^[ \t]*(?:\{|\[\{|\[[\"']|\"\{\\)", re.MULTILINE)


@cache
def _forms(section: str, key: str) -> tuple[str, ...]:
    text = resources.files("harness.models").joinpath("answer_forms.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)[section][key])


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)).replace(r"\ ", r"\s+")


@cache
def _reasoning() -> re.Pattern[str]:
    """Build the pattern of what reasoning begins with (group 1) and ends with (group 2)."""
    names = _any(_forms("reasoning", "tags"))
    opened = rf"<[|｜](?:(?:begin|start)[_▁](?:of[_▁])?(?:{names})|(?:{names})[_▁](?:begin|start))[|｜]>"
    closed = rf"<[|｜](?:end[_▁](?:of[_▁])?(?:{names})|(?:{names})[_▁](?:end|stop))[|｜]>"
    begin = rf"<\|?\s*(?:{names})\b[^<>]*(?<!/)>|\[(?:{names})\]|◁(?:{names})▷|{opened}"
    end = rf"</\s*(?:{names})\s*>|<\|/(?:{names})\|>|\[/(?:{names})\]|◁/(?:{names})▷|{closed}"
    channel = rf"<\|channel>\s*(?:{names})\b|<unused94>"  # as Gemma and MedGemma write them
    return re.compile(rf"({begin}|{channel})|({end}|<channel\|>|<unused95>)", re.IGNORECASE)


@cache
def _mark() -> re.Pattern[str]:
    marks = _any(_forms("control", "marks"))
    return re.compile(
        rf"<[|｜][^<>|｜\n]{{1,40}}[|｜]>|\[\|\w{{1,40}}\|\]|<extra_id_\d+>|<2\w\w>|{marks}", re.IGNORECASE
    )


@cache
def _speaker() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Build the patterns of the names after the mark of a turn: the model's own, and those of others."""
    own, others = (_any(_forms("control", key)) for key in ("own", "others"))
    return re.compile(rf"\s*(?:{own})\b[ \t]*:?(?=\s|$)"), re.compile(rf"\s*(?:{others})\b\s*(?:$|:|\n)")


def without_wrapping(text: str) -> str:
    """Return what a model's text answers: empty where it only reasons, or reasons until it is cut off.

    Left out are reasoning in tags or channels, marks of turns and ends with all that follows the answer, code fences,
    elements round the answer, and a JSON object round it.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    answer = _without_marks(_without_reasoning(text)).replace("▁", " ")
    if "<" in answer:
        answer = _BREAK_TOKEN.sub("\n", answer).replace("<unk>", "")
    if "###" in answer:
        answer = _HASHES.sub("", _INSTRUCTION.sub("", answer))
    if "```" in answer or "~~~" in answer:
        answer = _INLINE_FENCE.sub("", _FENCE.sub("", answer))
    if "<" in answer:
        answer = _wrapper().sub("", answer)
    if "\\" in answer:
        answer = _without_latex(answer)
    answer = _out_of_json(answer)
    return _WRITTEN_BREAK.sub("\n", answer.replace('\\"', '"')) if "\\" in answer else answer


def _without_latex(text: str) -> str:
    text = _MATHS.sub("", text)
    for _ in range(3):  # from the innermost outwards
        text = _LATEX.sub(r"\1", text)
    return text


@cache
def _wrapper() -> re.Pattern[str]:
    attributes = r"""(?:\s+[\w-]+=(?:"[^"<>]*"|'[^'<>]*'))*"""
    tags, reasoning = _any(_forms("wrappers", "tags")), _any(_forms("reasoning", "tags"))
    return re.compile(
        rf"<!doctype[^<>\n]*>|</?(?:{tags}){attributes}\s*>|<(?:{reasoning})\s*/>|{_CUT_MARK}", re.IGNORECASE
    )


def _without_reasoning(text: str) -> str:
    if "<|channel|>" in text:
        ends = [found.end() for found in _FINAL.finditer(text)]
        return text[ends[-1] :] if ends else ""
    if (final := _BARE_FINAL.match(text)) or _BARE_CHANNEL.match(text):
        final = final or _BARE_FINAL.search(text)
        return text[final.end() :] if final else ""
    if _ALOUD.match(text):
        done = _DONE.search(text)
        return text[done.end() :] if done else ""
    if not any(sign in text for sign in "<[◁"):
        return text
    said: list[str] = []
    start, thinks = 0, False
    for found in _reasoning().finditer(text):
        if found[1]:
            if not thinks:
                said.append(text[start : found.start()])
            thinks = True
            continue
        if not thinks:  # it was begun in the prompt: all so far was reasoning
            said.clear()
        start, thinks = found.end(), False
    return "\n".join(said if thinks else [*said, text[start:]])


def _without_marks(text: str) -> str:
    """Return the first stretch between the marks of turns that says something; others' turns end the text."""
    if "<" not in text and "[" not in text:
        return text
    own, others = _speaker()
    start, after_mark = 0, False
    for found in [*_mark().finditer(text), None]:
        stretch = text[start : found.start() if found else len(text)]
        if after_mark:
            if others.match(stretch):
                return ""
            stretch = own.sub("", stretch, count=1) if own.match(stretch) else stretch
        if _WORD.search(stretch) or found is None:
            return stretch
        start, after_mark = found.end(), True
    return ""


def _out_of_json(text: str) -> str:
    stripped = _from_json_on(text)
    if not stripped.startswith(_JSON):
        return text
    try:
        value, _ = json.JSONDecoder().raw_decode(stripped)
        if isinstance(value, str):  # JSON that was written as a string of JSON
            value = json.loads(value)
    except (ValueError, RecursionError):
        begun = _BEGUN_LIST.match(stripped) or _begun_json().search(stripped)
        return begun["text"] if begun else "" if _OBJECT.match(stripped) else text
    held = _text_in(value)
    return held if held is not None else "" if isinstance(value, dict) else text


def _from_json_on(text: str) -> str:
    """Return the text from a line of JSON on, where the lines before it only announce it."""
    stripped = text.strip()
    if stripped.startswith(_JSON):
        return stripped
    found = _JSON_LINE.search(stripped)
    before = stripped[: found.start()].splitlines() if found else []
    if found and all(_announces_json(line) for line in before):
        return stripped[found.start() :].lstrip()
    return stripped


def _announces_json(line: str) -> bool:
    return says_nothing(line) or line.rstrip("*_ \t").endswith(":") or line.strip().lower() == "json"


@cache
def _begun_json() -> re.Pattern[str]:
    """Build the pattern of an object that is cut off, or in Python's quotes, from its beginning to the answer's end."""
    keys = _any(_forms("wrappers", "keys"))
    return re.compile(
        rf"""[{{,]\s*(["']?)(?:{keys}|\w+_(?:headline|title))\1\s*:\s*(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])+)""",
        re.IGNORECASE,
    )


def _text_in(value: object, deep: int = 3) -> str | None:
    """Find the answer in a value of JSON: the text itself, the first of several, or what a known key holds."""
    if isinstance(value, str) or not deep:
        return value if isinstance(value, str) else None
    if isinstance(value, list):
        return _text_in(value[0], deep - 1) if value else None
    if isinstance(value, dict):
        lowered = {str(key).lower(): held for key, held in value.items()}
        keys = [*_forms("wrappers", "keys"), *(key for key in lowered if _NAMED_KEY.fullmatch(key))]
        texts = (_text_in(lowered.get(key), deep - 1) for key in keys)
        return next((found for found in texts if found is not None), None)
    return None


def may_still_change(text: str) -> bool:
    """Tell whether what follows may decide on what `text` answers: reasoning, channels or JSON not yet closed."""
    if _JSON_LINE.search(text):
        return True
    return "<|channel|>" in text or bool(_BARE_CHANNEL.match(text)) or text.count("<|") > text.count("|>")


@cache
def _empty_lines() -> re.Pattern[str]:
    courtesy, nouns, vague, aloud = (
        _any(_forms("preambles", key)) for key in ("courtesies", "nouns", "vague", "thinks_aloud")
    )
    offers = (
        r"(?:i\s+can|i\s+will|i['’]ll|i['’]d|i\s+would)\b[^:]*\b(?:help|write|provide|generate|create|happy)\b[^:]*"
    )
    polite = rf"(?:(?:{courtesy})\b[\s,.!;:–—-]*)"
    here = r"(?:here(?:\s+(?:is|are)|['’]s)|below\s+(?:is|are)|this\s+is|the\s+following\s+(?:is|are))"
    kind = r"(?:\w+,?\s+){0,5}?"
    purpose = (
        r"(?:\s+(?:for|based\s+on|that\s+(?:summari[sz]es|covers|captures)|summari[sz]ing|of|from|covering|capturing)"
        r"\s+(?:you|it|them|this|these|the|those|all|both|your|my)\b[^:]*|\s+(?:that\s+)?you\s+(?:asked|requested|wanted)\b[^:]*)?"
    )
    return re.compile(
        rf"(?:{polite}+|{polite}?{offers}|(?:{aloud})\b.*|\(?1[.)]|\(?(?:thinking|reasoning)(?:\s*:.*\)|\.\.\.|…)"
        rf"|{polite}?(?:based\s+on\b[^:]{{0,60}}?,\s*)?{here}\s+{kind}(?:{nouns}){purpose}"
        rf"|{polite}?{here}\s+(?:(?:my|the|your|a|an)\s+)?(?:{vague})"
        rf"|{polite}?here\s+(?:you\s+go|it\s+is|they\s+are|goes)"
        rf"|(?:(?:a|the|my|one|possible|suggested|proposed|new|news|neutral|short|final|best)\s+){{0,3}}"
        rf"(?:{nouns}|answer)(?:\s*\#?\d{{1,2}})?"
        rf"|{_option()}|thought\s+for\s+[\w\s]{{1,20}}?(?:seconds?|minutes?))[\s.!:=>→|–—-]*",
        re.IGNORECASE,
    )


def says_nothing(line: str) -> bool:
    """Tell whether a line is no headline whatever follows: a rule, a fence, politeness, "Headline" and no more."""
    bare = ornaments.undecorated(line.strip("#*_>`~| \t")).strip("#*_>`~| \t")
    if not _WORD.search(bare) or _FENCE.fullmatch(line):
        return True
    return len(bare) <= 200 and (bool(_empty_lines().fullmatch(bare)) or ornaments.is_count(bare))


@cache
def _polite_start() -> re.Pattern[str]:
    """Build the pattern of politeness before the headline: words to the asker, or any where a quotation is all else."""
    to_asker, courtesies = (_any(_forms("preambles", key)) for key in ("to_asker", "courtesies"))
    return re.compile(
        rf"^(?:(?:{to_asker})(?:[!.]\s+|\s+[–—-]\s+)(?=(?-i:[^\Wa-z_])|[\"“'‘*])"
        rf"|(?:{courtesies})[!.,:]?\s+(?=\"[^\"]+\"\.?$|“[^“”]+”\.?$|\*\*[^*]+\*\*$))",
        re.IGNORECASE,
    )


def without_courtesy(line: str) -> str:
    """Return a line without "Sure!", "Option 1:" or "The headline is:" at its beginning, where something follows."""
    line = _polite_start().sub("", line, count=1)
    if line[:1] in "*_":
        line = _bold_name().sub("", line, count=1)
    if not _SEPARATES.search(line, 0, _LABEL):
        return line
    if (found := _label().match(line)) and found.end() < len(line):
        line = (found["kept"] or "") + _OTHERS.sub("", line[found.end() :])
    return line


_SEPARATES = re.compile(r"""[:"“*]|\s[-–—]\s""")
_OTHERS = re.compile(r"(?:\s[/|;–—-]|[;,.])?\s+(?:Option|Version|Alternative|Headline)\s+(?:2|B)\s*[:.–—-].*")
"""The second of several headlines in one line, and those behind it."""


@cache
def _bold_name() -> re.Pattern[str]:
    """Build the pattern of "**Headline**" before the headline itself."""
    nouns = _any(_forms("preambles", "nouns"))
    return re.compile(rf"^([*_]{{1,3}})(?:{nouns})\1\s*[-–—]?\s+(?=(?-i:[A-Z0-9])|[\"“'‘*])", re.IGNORECASE)


def is_reasoning(line: str) -> bool:
    """Tell whether a line begins with "Reasoning:" or the like, after which a line with "Headline:" may come."""
    return bool(_reasons().match(line))


def names_headline(line: str) -> bool:
    """Tell whether a line begins with "Headline:"."""
    return bool(_names().match(line))


@cache
def _reasons() -> re.Pattern[str]:
    return _label_or_heading(_any(_forms("preambles", "reasons")))


@cache
def _names() -> re.Pattern[str]:
    nouns = _any(_forms("preambles", "nouns"))
    return _label_or_heading(rf"(?:(?:final|proposed|suggested|my|the)\s+){{0,2}}(?:{nouns}|answer|a)")


def _label_or_heading(words: str) -> re.Pattern[str]:
    """Build the pattern of words before a colon, or in marks of emphasis or of a heading with nothing behind them."""
    return re.compile(rf"[#*_\s]*(?:{words})[*_]*\s*:|[#*_]+\s*(?:{words})[#*_]*\s*$", re.IGNORECASE)


_LABEL = 100
"""Characters within which the colon of a label stands."""


def _option() -> str:
    """Write the pattern of the name of one of several: `Option 1`, `Headline option B`."""
    nouns, options = _any(_forms("preambles", "nouns")), _any(_forms("preambles", "options"))
    return (
        rf"(?:(?:(?:{nouns})\s+)?(?:{options})\s*(?:\#?\d{{1,2}}|[A-Z])\b(?:\s*\([^()\n]{{1,40}}\))?"
        rf"|(?:first|1st)\s+(?:{options}|{nouns}))"
    )


@cache
def _label() -> re.Pattern[str]:
    """Build the pattern of a label, in marks of emphasis of its own or with those of the whole line, which are kept."""
    nouns, speakers = _any(_forms("preambles", "nouns")), _any(_forms("preambles", "speakers"))
    styles, vague, courtesy = (_any(_forms("preambles", key)) for key in ("styles", "vague", "courtesies"))
    material = r"(?:this|these|the|your|all)\s+(?:\w+\s+){0,3}(?:articles?|cluster|story|stories|news|event)"
    is_one = (
        rf"(?:based\s+on\b[^:,]{{0,60}},\s*)?"
        rf"(?:this\s+is\s+(?:the|my|a)\s+(?:\w+\s+)?(?:{nouns})"
        rf"|(?:the|a|my|one)\s+(?:\w+\s+){{0,2}}(?:{nouns}|answer)(?:\s+(?:for|of)\s+{material})?"
        rf"\s+(?:is|reads|(?:could|would|might|may)\s+be))"
    )
    quoted = r"(?=(?:\"[^\"]+\"|“[^”]+”|\*\*[^*]+\*\*)\.?$)"
    offer = rf"i(?:['’]d|\s+would)?\s+(?:suggest|propose|recommend)\s+(?:\w+\s+){{0,3}}(?:{nouns})"
    asks = r"how\s+about(?=\s*:\s*[\"“])"
    here = r"here(?:\s+(?:is|are)|['’]s)"
    given = (
        rf"(?:(?:{courtesy})[\s,.!–—-]+){{1,3}}{here}\s+(?:\w+\s+){{0,4}}(?:{nouns}|{vague})[^:\n]{{0,60}}"
        r"|here\s+you\s+(?:go|are)"
    )
    label = rf"(?:{_option()}|{speakers}|{is_one}|{offer}|{asks}|{given})"
    dash = rf"{_option()}\s+[-–—](?=\s)"
    return re.compile(
        rf"(?:[-*•>]\s+)?(?:(?P<one>[*_])(?:{nouns})(?::\s*(?P=one)|(?P=one)\s*:)"
        rf"|(?P<marks>[*_]{{1,3}}){label}(?::\s*(?P=marks)|(?P=marks)\s*:)"
        rf"|(?:\(?1[.)]\s+)?(?P<bold>\*\*|__)(?:{styles})(?:\s+(?:{nouns}))?(?::\s*(?P=bold)|(?P=bold)\s*:)"
        rf"|(?P<kept>[*_]{{0,3}})(?:{label}\s*:|{dash}|{is_one}\s+{quoted}))\s*",
        re.IGNORECASE,
    )

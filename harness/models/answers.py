"""What stands round the answer in a chat model's text: reasoning, marks of turns, code fences, JSON, politeness.

The names and words are in answer_forms.toml, where more are added.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t\r]*$", re.MULTILINE)
_INLINE_FENCE = re.compile(r"```|~~~")
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>")
_BARE_CHANNEL = re.compile(r"^\s*(?:analysis|commentary)(?=[A-Z\"'“])")
"""The first channel of a text whose marks were left out when its tokens were decoded: `analysisWe need …`."""
_BARE_FINAL = re.compile(r"assistant\s*final(?=\S)|assistant\s*final\s")
_ALOUD = re.compile(r"\s*Thinking(?:\.\.\.|…)[ \t]*\n", re.IGNORECASE)
_DONE = re.compile(r"^[ \t]*(?:\.\.\.|…)done thinking\.?[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""Between these ollama prints reasoning whose tags it has read."""
_BOXED = re.compile(r"\\boxed\{(?:\\text\{)?([^{}]*)\}{1,2}")
_WORD = re.compile(r"[^\W_]")
_JSON = ("{", "[{", '["')
"""What an answer in JSON begins with."""
_JSON_LINE = re.compile(r"^[ \t]*(?:\{|\[\{|\[\")", re.MULTILINE)


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
    begin = rf"<\|?\s*(?:{names})\b[^<>]*>|\[(?:{names})\]|◁(?:{names})▷|<\|(?:begin_of|start)_(?:{names})\|>"
    end = rf"</\s*(?:{names})\s*>|<\|/(?:{names})\|>|\[/(?:{names})\]|◁/(?:{names})▷|<\|end_(?:of_)?(?:{names})\|>"
    channel = rf"<\|channel>\s*(?:{names})\b|<unused94>"  # as Gemma and MedGemma write them
    return re.compile(rf"({begin}|{channel})|({end}|<channel\|>|<unused95>)", re.IGNORECASE)


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(rf"<[|｜][^<>|｜\n]{{1,40}}[|｜]>|{_any(_forms('control', 'marks'))}")


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
    if "&lt;" in text:
        text = _escaped().sub(r"<\1>", text)
    answer = _without_marks(_without_reasoning(text))
    if "```" in answer or "~~~" in answer:
        answer = _INLINE_FENCE.sub("", _FENCE.sub("", answer))
    if "<" in answer:
        answer = _wrapper().sub("", answer)
    if "\\boxed" in answer:
        answer = _BOXED.sub(r"\1", answer)
    return _out_of_json(answer)


@cache
def _escaped() -> re.Pattern[str]:
    """Build the pattern of a tag of reasoning whose signs were escaped for HTML."""
    return re.compile(rf"&lt;(/?(?:{_any(_forms('reasoning', 'tags'))}))&gt;", re.IGNORECASE)


@cache
def _wrapper() -> re.Pattern[str]:
    attributes = r"""(?:\s+[\w-]+=(?:"[^"<>]*"|'[^'<>]*'))*"""
    return re.compile(rf"</?(?:{_any(_forms('wrappers', 'tags'))}){attributes}\s*>", re.IGNORECASE)


def _without_reasoning(text: str) -> str:
    if "<|channel|>" in text:
        ends = [found.end() for found in _FINAL.finditer(text)]
        return text[ends[-1] :] if ends else ""
    if _BARE_CHANNEL.match(text):
        final = _BARE_FINAL.search(text)
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
    except (ValueError, RecursionError):
        begun = _begun_json().match(stripped)
        return begun["text"] if begun else text
    held = _text_in(value)
    if held is None and isinstance(value, dict) and {str(key).lower() for key in value} & {*_forms("wrappers", "keys")}:
        return ""
    return text if held is None else held


def _from_json_on(text: str) -> str:
    """Return the text from a line of JSON on, where the lines before it only announce it."""
    stripped = text.strip()
    if stripped.startswith(_JSON):
        return stripped
    found = _JSON_LINE.search(stripped)
    before = stripped[: found.start()].splitlines() if found else []
    if found and all(says_nothing(line) or line.rstrip("*_ \t").endswith(":") for line in before):
        return stripped[found.start() :].lstrip()
    return stripped


@cache
def _begun_json() -> re.Pattern[str]:
    """Build the pattern of an object that is cut off, or in Python's quotes, from its beginning to the answer's end."""
    keys = _any(_forms("wrappers", "keys"))
    return re.compile(
        rf"""\{{\s*(["'])(?:{keys})\1\s*:\s*(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])+)""", re.IGNORECASE
    )


def _text_in(value: object, deep: int = 3) -> str | None:
    """Find the answer in a value of JSON: the text itself, the first of several, or what a known key holds."""
    if isinstance(value, str) or not deep:
        return value if isinstance(value, str) else None
    if isinstance(value, list):
        return _text_in(value[0], deep - 1) if value else None
    if isinstance(value, dict):
        lowered = {str(key).lower(): held for key, held in value.items()}
        texts = (_text_in(lowered.get(key), deep - 1) for key in _forms("wrappers", "keys"))
        return next((found for found in texts if found is not None), None)
    return None


def may_still_change(text: str) -> bool:
    """Tell whether what follows may decide on what `text` answers: reasoning, channels or JSON not yet closed."""
    if _JSON_LINE.search(text):
        return True
    return "<|channel|>" in text or bool(_BARE_CHANNEL.match(text)) or text.count("<|") > text.count("|>")


@cache
def _empty_lines() -> re.Pattern[str]:
    courtesy, nouns, vague = (_any(_forms("preambles", key)) for key in ("courtesies", "nouns", "vague"))
    offers = (
        r"(?:i\s+can|i\s+will|i['’]ll|i['’]d|i\s+would)\b[^:]*\b(?:help|write|provide|generate|create|happy)\b[^:]*"
    )
    polite = rf"(?:(?:{courtesy})\b[\s,.!;:–—-]*)"
    here = r"(?:here(?:\s+(?:is|are)|['’]s)|below\s+(?:is|are)|this\s+is|the\s+following\s+(?:is|are))"
    kind = r"(?:\w+,?\s+){0,5}?"
    purpose = (
        r"(?:\s+(?:for|based\s+on|that\s+(?:summari[sz]es|covers|captures)|summari[sz]ing|of|from|covering|capturing)"
        r"\s+(?:you|it|them|this|these|the|those|all|both|your|my)\b[^:]*)?"
    )
    return re.compile(
        rf"(?:{polite}|{polite}?{offers}"
        rf"|{polite}?(?:based\s+on\b[^:]{{0,60}}?,\s*)?{here}\s+{kind}(?:{nouns}){purpose}"
        rf"|{polite}?{here}\s+(?:(?:my|the|your|a|an)\s+)?(?:{vague})"
        rf"|{polite}?here\s+(?:you\s+go|it\s+is|they\s+are|goes)"
        rf"|(?:(?:a|the|my|one|possible|suggested|proposed|new|news|neutral|short|final|best)\s+){{0,3}}"
        rf"(?:{nouns}|answer)(?:\s*\#?\d{{1,2}})?"
        rf"|{_option()}|thought\s+for\s+[\w\s]{{1,20}}?(?:seconds?|minutes?))\s*[.!:]*",
        re.IGNORECASE,
    )


def says_nothing(line: str) -> bool:
    """Tell whether a line is no headline whatever follows: a rule, a fence, politeness, "Headline" and no more."""
    bare = line.strip().strip("#*_>`~ \t")
    if not _WORD.search(bare) or _FENCE.fullmatch(line):
        return True
    return len(bare) <= 200 and bool(_empty_lines().fullmatch(bare))


@cache
def _polite_start() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any(_forms('preambles', 'courtesies'))})!\s+(?=(?-i:[^\Wa-z_])|[\"“'‘*])", re.IGNORECASE)


def without_courtesy(line: str) -> str:
    """Return a line without "Sure!", "Option 1:" or "The headline is:" at its beginning, where something follows."""
    if "!" in line:
        line = _polite_start().sub("", line, count=1)
    if line[:1] in "*_":
        line = _bold_name().sub("", line, count=1)
    if ":" not in line[:_LABEL]:
        return line
    found = _label().match(line)
    return (found["kept"] or "") + line[found.end() :] if found and found.end() < len(line) else line


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
    return _label_or_heading(rf"(?:(?:final|proposed|suggested|my|the)\s+){{0,2}}(?:{nouns})")


def _label_or_heading(words: str) -> re.Pattern[str]:
    """Build the pattern of words before a colon, or in marks of emphasis or of a heading with nothing behind them."""
    return re.compile(rf"[#*_\s]*(?:{words})[*_]*\s*:|[#*_]+\s*(?:{words})[#*_]*\s*$", re.IGNORECASE)


_LABEL = 100
"""Characters within which the colon of a label stands."""


def _option() -> str:
    """Write the pattern of the name of one of several: `Option 1`, `Headline option B`."""
    nouns, options = _any(_forms("preambles", "nouns")), _any(_forms("preambles", "options"))
    return rf"(?:(?:{nouns})\s+)?(?:{options})\s*(?:\#?\d{{1,2}}|[A-Z])\b(?:\s*\([^()\n]{{1,40}}\))?"


@cache
def _label() -> re.Pattern[str]:
    """Build the pattern of a label, in marks of emphasis of its own or with those of the whole line, which are kept."""
    nouns, speakers = _any(_forms("preambles", "nouns")), _any(_forms("preambles", "speakers"))
    is_one = (
        rf"(?:based\s+on\b[^:,]{{0,60}},\s*)?"
        rf"(?:the|a|my|one)\s+(?:\w+\s+){{0,2}}(?:{nouns})\s+(?:is|reads|(?:could|would|might|may)\s+be)"
    )
    offer = rf"i(?:['’]d|\s+would)?\s+(?:suggest|propose|recommend)\s+(?:\w+\s+){{0,3}}(?:{nouns})"
    asks = r"how\s+about(?=\s*:\s*[\"“])"
    label = rf"(?:{_option()}|{speakers}|{is_one}|{offer}|{asks})"
    return re.compile(
        rf"(?:(?P<one>[*_])(?:{nouns})(?::\s*(?P=one)|(?P=one)\s*:)|(?P<marks>[*_]{{1,3}}){label}(?::\s*(?P=marks)|(?P=marks)\s*:)|(?P<kept>[*_]{{0,3}}){label}\s*:)\s*",
        re.IGNORECASE,
    )

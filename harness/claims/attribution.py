"""Who says it: the speaker of a clause and how far the writer stands from what is said."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.claims.frames import Frame, frames
from harness.claims.parsing.parse import Parse, Token
from harness.claims.polarity import parted
from harness.claims.thesaurus import is_being
from harness.language.lexical import word_list

_COLON = re.compile(r"^\s*([^:.!?]{2,60}?)\s*:\s+(?=\S)")
_TAIL = re.compile(
    r"[,;–—-]\s*(?:according to (?P<source>[^,;]+)|(?P<speaker>[^,;]{2,60}?)\s+(?P<verb>\w+))\s*[.!?]?$", re.IGNORECASE
)

_LAST = re.compile(r"\S\s*:\s+([^:.!?,;]{2,40})$")
_MOST_OF_FIRST, _MOST_OF_LAST = 5, 4
"""Words of a speaker before a colon, and at a headline's end."""
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
_NOUNS = frozenset({"NOUN", "PROPN", "PRON"})


@dataclass(frozen=True, slots=True)
class Saying:
    """Who says something, and how far the writer stands from it."""

    speaker: str
    """The words that name the speaker; empty where nobody is named (`allegedly`)."""
    stance: str
    """`asserts`, `reports`, `denies` or `doubts`, as records have it."""
    distant: bool
    """True where the writer keeps away from it: a claim, an accusation, `allegedly`; false for plain `police said`."""
    word: str = ""
    """The word that keeps away from it where nobody is named: `reportedly`, `rumoured`, `believed`."""
    party: int = -1
    """The token of the party with which that word stands, `suspected smugglers`; -1 where it is the deed's."""


@lru_cache(maxsize=1 << 12)
def sayings(parse: Parse) -> dict[Frame, Saying]:
    """Map each frame that the sentence attributes to somebody to who says it; frames it asserts itself are left out."""
    by_frame: dict[Frame, Saying] = {}
    outer = _find_outer_saying(parse)
    for frame in frames(parse):
        saying = _find_saying(parse, frame) or outer
        if saying is not None:
            by_frame[frame] = saying
    return by_frame


def kind_of_saying(lemma: str) -> str:
    """Classify a verb or noun of saying: `reports`, `claims`, `denies`, `doubts`; empty for any other lemma."""
    return next((kind for kind in ("denies", "doubts", "claims", "reports") if lemma in word_list("says", kind)), "")


def keeps_away(token: Token) -> bool:
    """Recognise a word that marks its clause as somebody's words: a verb or noun of saying, `reportedly`."""
    return token.lower in word_list("says", "distance") or bool(kind_of_saying(token.lemma))


def names_nobody(parse: Parse, token: Token) -> bool:
    """Recognise a word that attributes without naming a source: `reportedly`, `rumour`, `reports say`."""
    nobody = word_list("says", "distance") | word_list("says", "rumours")
    if token.lower in nobody or token.lemma in nobody:
        return True
    subjects = (parse.tokens[child].lemma for child in parse.children[token.i] if parse.tokens[child].dep == "nsubj")
    return bool(kind_of_saying(token.lemma)) and any(lemma in nobody or lemma == "report" for lemma in subjects)


def _make_saying(speaker: str, kind: str) -> Saying:
    """Make a saying of a kind; a claim is a report that the writer keeps away from."""
    stance = kind if kind in {"denies", "doubts"} else "reports"
    return Saying(speaker, stance, kind == "claims")


def _span_text(parse: Parse, index: int) -> str:
    """Return the words of the phrase that a token heads, without relative clauses and appositions."""
    inside = parse.subtree(index, lambda token: token.dep in {"relcl", "punct", "appos", "acl"})
    return parse.text[parse.tokens[inside[0]].start : parse.tokens[inside[-1]].end]


def _speaker(parse: Parse, verb: Token) -> str:
    """Find the subject of a verb of saying, or of the verb that it depends on."""
    for child in parse.children[verb.i]:
        if parse.tokens[child].dep in {"nsubj", "nsubjpass", "poss", "agent"}:
            return _span_text(parse, child)
    if verb.dep in {"acl", "xcomp", "advcl", "conj"} and parse.tokens[verb.head].dep in {"nsubj", "ROOT"}:
        for child in parse.children[verb.head]:
            if parse.tokens[child].dep == "nsubj":
                return _span_text(parse, child)
    return ""


def _find_saying(parse: Parse, frame: Frame) -> Saying | None:
    """Find who says the clause of one frame, going up the parse from its predicate."""
    tokens = parse.tokens
    at = tokens[frame.predicate]
    # Who blames says it, whatever stands round the clause.
    if frame.kind == "blamed":
        return Saying(_speaker(parse, at), "reports", True)
    distance = word_list("says", "distance")
    parties = {child: index for index in (*frame.agents, *frame.patients) for child in parse.children[index]}
    for child in sorted({*parse.children[at.i], *parties}):
        if tokens[child].lower in distance and tokens[child].dep in {"advmod", "amod", "npadvmod"}:
            return Saying("", "reports", True, tokens[child].lower, parties.get(child, -1))
    # `passed` is the clause just below `above`: its relation to `above` tells whether it is what is said.
    passed = at
    for above in (at, *parse.ancestors(at.i)):
        for child in parse.children[above.i]:
            token = tokens[child]
            if token.lower == "according" and token.dep == "prep":
                return Saying(_after_to(parse, token), "reports", False)
            if token.dep in {"parataxis"} and (kind := kind_of_saying(token.lemma)) and token.i != passed.i:
                return _make_saying(_speaker(parse, token), kind)
        # The predicate itself may be a verb of saying; what it says is another frame's affair.
        if above is not at:
            if parted(parse, passed, above):
                break
            kind = kind_of_saying(above.lemma)
            clause = passed.dep in {"ccomp", "xcomp", "pcomp", "acl", "prep", "dobj", "parataxis", "oprd"}
            clause = clause or _is_content(parse, passed, above)
            if kind and clause and above.pos in {"VERB", "NOUN", "AUX"}:
                order = passed.dep == "xcomp" and any(tokens[kid].lower == "to" for kid in parse.children[passed.i])
                passive = any(tokens[kid].dep in {"auxpass", "nsubjpass"} for kid in parse.children[above.i])
                # With an infinitive an active verb gives an order; a passive one reports: `is said to have fled`.
                if order and not passive and above.tag != "VBN":
                    return None  # "told them to leave"
                if passive or (order and above.tag == "VBN") or (above.tag == "VBN" and not _speaker(parse, above)):
                    return Saying("", "reports", True, above.lower)
                made = _make_saying(_speaker(parse, above), kind)
                return made if made.speaker else replace(made, word=above.lower)
        passed = above
    return None


def _is_content(parse: Parse, clause: Token, noun: Token) -> bool:
    """Recognise a clause that a noun reports, though it is parsed as a relative one: `a rumour that he left`."""
    subjects = [parse.tokens[child] for child in parse.children[clause.i]
                if parse.tokens[child].dep in {"nsubj", "nsubjpass"}]  # fmt: skip
    relative = any(token.tag in {"WDT", "WP"} for token in subjects)
    return clause.dep == "relcl" and noun.pos == "NOUN" and bool(subjects) and not relative


def _after_to(parse: Parse, according: Token) -> str:
    """Return the source named in `according to …`."""
    for child in parse.children[according.i]:
        for inner in parse.children[child]:
            if parse.tokens[inner].dep == "pobj":
                return _span_text(parse, inner)
    return ""


def _can_speak(parse: Parse, start: int) -> bool:
    """Tell whether the words from a character on name who says what stands before: `…: officials`, `…: study`."""
    told = [token for token in parse.tokens if token.start >= start]
    if not 0 < len(told) <= _MOST_OF_LAST or any(token.pos in {"VERB", "AUX", "NUM"} for token in told):
        return False
    last = told[-1]
    return last.pos in {"NOUN", "PROPN"} and (
        last.pos == "PROPN" or last.lemma in word_list("says", "sources") or is_being(last.lemma)
    )


def _before_colon(parse: Parse) -> Saying | None:
    """Find a speaker before a colon: *Tokayev: …*, *Police say: …*; a clause is none (*Nobody saw it coming: …*)."""
    head = _COLON.match(parse.text)
    if not head or not head.group(1)[:1].isupper() or len(head.group(1).split()) > _MOST_OF_FIRST:
        return None
    told = [token for token in parse.tokens if head.start(1) <= token.start < head.end(1)]
    verb = next((token for token in told if token.pos in {"VERB", "AUX"} and token.tag in _FINITE), None)
    if verb is not None:
        kind = kind_of_saying(verb.lemma)
        return _make_saying(_speaker(parse, verb), kind) if kind and verb is told[-1] else None
    return Saying(head.group(1), "reports", False) if told and told[-1].pos in _NOUNS else None


def _find_outer_saying(parse: Parse) -> Saying | None:
    """Find a speaker before a colon (*Tokayev: …*), or at a headline's end (*…: officials*; *…, police say*)."""
    text = parse.text
    if (first := _before_colon(parse)) is not None:
        return first
    last = _LAST.search(text)
    if last and _can_speak(parse, last.start(1)):
        return Saying(last.group(1), "reports", False)
    tail = _TAIL.search(text)
    if tail and tail.group("source"):
        return Saying(tail.group("source").strip(), "reports", False)
    if tail and tail.group("verb") and len(tail.group("speaker").split()) <= 6:
        verb = tail.group("verb").lower()
        for token in parse.tokens:
            if token.end < tail.start("verb") or token.lower != verb or token.tag not in {"VBZ", "VBP", "VBD"}:
                continue
            if kind := kind_of_saying(token.lemma):
                return _make_saying(tail.group("speaker").strip(), kind)
    return None

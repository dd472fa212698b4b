"""Verbs of headlines that the tagger took for nouns: `Court upholds ban`, `two drown as Morrin pounds Agda`."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.claims.parsing.parse import Parse, Token
from harness.claims.thesaurus import is_being
from harness.claims.verbs import bases, listed, verb_in

_STARTS = frozenset({"NOUN", "PROPN", "DET", "ADJ", "NUM", "ADP", "PRON"})
_NOMINAL = frozenset({"NOUN", "PROPN"})
_OPENING = frozenset({"after", "as", "before", "while", "when", "since", "until", "because", "if", "once"})
"""Words that open a clause, or a phrase without a verb."""
_PLURALS = frozenset({"sports", "arms", "rights", "sales", "goods", "news", "works", "games", "services"})
"""Plurals that stand before another noun: `after youth sports event`."""

_ORDERING = frozenset({"order", "ask", "tell", "urge", "force", "allow", "invite", "advise", "instruct", "direct"})
_GIVING = frozenset({"award", "give", "pay", "offer", "grant", "lend", "send", "hand", "promise", "deny", "owe"})
"""Verbs with two objects, the first of which is whom the second is given."""


@dataclass(frozen=True, slots=True)
class MisreadVerb:
    """A verb that was read as a noun, with what stands around it, as token indices."""

    token: int
    lemma: str
    subject: int
    objects: tuple[int, ...]
    obliques: tuple[tuple[str, int], ...]
    """The preposition, and what it governs."""


def verb_of_text(parse: Parse) -> Iterator[MisreadVerb]:
    """Find the verb of a text that seems to have none.

    The first word with a nominal before it that the lexicon knows as a verb, in the form that this nominal asks for;
    what follows up to the next preposition is its object.
    """
    tokens = parse.tokens
    candidates = [(token, lemma) for token in tokens[1:-1] if (lemma := _verb_lemma(parse, token))]
    candidates.sort(key=lambda each: (not listed(each[1]), each[0].i))
    for token, lemma in candidates[:1]:
        yield _around(parse, token, lemma, len(tokens))


def verb_of_order(parse: Parse) -> MisreadVerb | None:
    """Find the verb by which somebody is told to do something, read as a noun: `Regulator orders Lacta to pay`."""
    for token in parse.tokens[1:-1]:
        told = parse.tokens[token.head]
        lemma = next((base for base in bases(token.lower) if base in _ORDERING), "")
        read = token.dep == "compound" and token.tag in {"NNS", "VBZ"} and told.dep == "nsubj" and told.i > token.i
        bidden = any(parse.tokens[child].lower == "to" for child in parse.children[told.head])
        if lemma and read and bidden and parse.tokens[token.i - 1].pos in _NOMINAL:
            return MisreadVerb(token.i, lemma, _subject_before(parse, token.i), (told.i,), ())
    return None


def verbs_of_clauses(parse: Parse) -> Iterator[MisreadVerb]:
    """Find the verbs of clauses that were read as one long noun: `after northern Tavo rocks earthquake`.

    Only a plural inside a compound is taken for a verb: English puts the first nouns of a compound in the singular.
    """
    for opening in parse.tokens:
        if opening.lower not in _OPENING:
            continue
        end = opening.i + 1
        while end < len(parse.tokens) and _is_inside(parse.tokens[end]):
            end += 1
        if end < len(parse.tokens) and parse.tokens[end].pos in {"VERB", "AUX", "PART"}:
            continue
        inside = [token for token in parse.tokens[opening.i + 2 : end - 1]
                  if token.tag in {"NNS", "VBZ"} and token.lower not in _PLURALS]  # fmt: skip
        found = [(token, lemma) for token in inside if (lemma := _verb_lemma(parse, token))]
        if len(found) == 1:
            yield _around(parse, *found[0], end)


def _is_inside(token: Token) -> bool:
    """Recognise a word of a noun phrase, whatever part of speech the tagger has for it."""
    return token.dep == "compound" or token.pos in {"NOUN", "PROPN", "DET", "ADJ", "NUM"}


def _around(parse: Parse, token: Token, lemma: str, end: int) -> MisreadVerb:
    """Find what stands around a verb, up to a token."""
    tokens = parse.tokens
    objects: list[int] = []
    obliques: list[tuple[str, int]] = []
    preposition = ""
    for later in tokens[token.i + 1 : end]:
        if later.pos in {"ADP", "SCONJ"}:
            preposition = later.lower
        ends = later.i + 1 == len(tokens) or tokens[later.i + 1].pos not in _NOMINAL
        if later.pos in _NOMINAL and ends:
            if preposition:
                obliques.append((preposition, later.i))
            elif not objects:
                objects.append(later.i)
            elif lemma in _GIVING and not obliques:
                # `Jury awards Lund 2 million`: the first object is whom it is given.
                obliques.append(("to", objects.pop()))
                objects.append(later.i)
    return MisreadVerb(token.i, lemma, _subject_before(parse, token.i), tuple(objects), tuple(obliques))


def _verb_lemma(parse: Parse, token: Token) -> str:
    """Find the lemma of a verb that a noun between nominals may be; one outside the lexicon must end on -s."""
    before, after = parse.tokens[token.i - 1], parse.tokens[token.i + 1]
    called = before.i == 0 and before.pos == "INTJ"  # `Boy attacks dog`
    numbered = before.pos == "ADJ" and any(letter.isdigit() for letter in before.text)  # `B-2 crashes`
    # `Station chief reopens …`
    nominal = before.pos in {"NOUN", "PROPN", "PRON", "NUM"} or numbered or is_being(before.lower)
    if not (called or nominal) or after.pos not in _STARTS:
        return ""
    plural = before.tag in {"NNS", "NNPS"} or any(
        parse.tokens[child].tag == "NNS" and parse.tokens[child].dep == "nsubj" for child in parse.children[token.i]
    )
    return verb_in((token.lower,) if plural else bases(token.lower), strange=not plural)


def _subject_before(parse: Parse, index: int) -> int:
    """Find the head of the nominal before a token, past a phrase with `of`: shares, in `shares of Acme`."""
    at = index - 1
    while at >= 2 and parse.tokens[at - 1].lower == "of":
        at -= 2
    return at

"""What `not` sets apart from something else, so that only the other is said: *in May, not March*; *not 30 but 50*."""

from functools import lru_cache

from harness.claims.parsing.parse import Parse, Token

MERELY = frozenset({"only", "just", "merely", "simply"})
"""Words after `not` that set nothing apart."""
_NOT = frozenset({"not", "n't", "n’t"})
_NOUNS = frozenset({"NOUN", "PROPN", "NUM"})
_PHRASE = frozenset({"DET", "NUM", "ADJ", "NOUN", "PROPN", "ADP", "PRON", "PART"})
"""Parts of speech of a phrase without a verb."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_LONGEST = 14
"""Words between `not` and `but`."""


def contrasted(parse: Parse, token: Token) -> int | None:
    """Find the noun that `not` sets apart from another, where no deed is denied: to the ministry, not the police."""
    if token.lower not in _NOT:
        return None
    if parse.tokens[min(token.i + 1, len(parse.tokens) - 1)].lower in MERELY:
        return None
    if token.lower == "not" and token.i and parse.tokens[token.i - 1].lower in {",", "but"}:
        return _after_comma(parse, token)
    return _before_but(parse, token)


@lru_cache(maxsize=1 << 12)
def set_apart(parse: Parse) -> frozenset[int]:
    """List the tokens of a sentence that stand under what `not` sets apart: none of them is said to be so."""
    found = (contrasted(parse, token) for token in parse.tokens)
    apart = frozenset(at for noun in found if noun is not None for at in _phrase_of(parse, noun))
    return apart | excepted(parse)


@lru_cache(maxsize=1 << 12)
def excepted(parse: Parse) -> frozenset[int]:
    """List the numbers of what is left out of all: `all but two of them`."""
    return frozenset(
        token.i for token in parse.tokens[2:] if token.pos == "NUM" and parse.tokens[token.i - 2].lower == "all"
        and parse.tokens[token.i - 1].lower in {"but", "except"}
    )  # fmt: skip


def _after_comma(parse: Parse, token: Token) -> int | None:
    """Find the noun of `…, not the police`; of a clause that begins so the deed is denied."""
    for other in parse.tokens[token.i + 1 :]:
        if other.pos in {"NOUN", "PROPN"}:
            return None if other.dep in _SUBJECTS else other.i
        if other.pos not in {"DET", "NUM", "ADJ", "ADP"}:
            return None
    return None


def _before_but(parse: Parse, token: Token) -> int | None:
    """Find the noun of `not the snow but a strike`, `did not close for snow but for a strike`, `sold no cars …`."""
    following = parse.tokens[token.i + 1 : token.i + 1 + _LONGEST]
    but = next((each for each in following if each.lower == "but"), None)
    if but is None or but.i + 1 >= len(parse.tokens):
        return None
    inside = [each for each in parse.tokens[token.i + 1 : but.i] if each.text != ","]
    after = parse.tokens[but.i + 1]
    noun = next((each for each in parse.tokens[but.i + 1 :] if each.pos in _NOUNS), after)
    if parse.tokens[but.i - 1].text == "," and noun.dep in _SUBJECTS:
        return None  # it is not a tax, but the mayor says …
    # The same preposition stands on both sides.
    again = next((at for at, each in enumerate(inside) if each.lower == after.lower and each.pos in {"ADP", "SCONJ"}),
                 None)  # fmt: skip
    part = inside if again is None else inside[again:]
    if again is None and not (all(each.pos in _PHRASE for each in part) and after.pos in _PHRASE - {"PRON", "ADP"}):
        return _joined_noun(parse, inside, but)
    if any(each.pos in {"VERB", "AUX"} for each in part):
        return None
    # The last noun before `but` whose head is no noun of the phrase: `the mayor of Velm`.
    places = {each.i for each in part}
    return next((each.i for each in part if each.pos in _NOUNS and not _is_below_noun(parse, each, places)), None)


def _is_below_noun(parse: Parse, token: Token, places: set[int]) -> bool:
    return any(above.i in places and above.pos in _NOUNS for above in parse.ancestors(token.i))


def _joined_noun(parse: Parse, inside: list[Token], but: Token) -> int | None:
    """Find the object to which `but` joins another: `did not find fraud but errors`."""
    above = parse.tokens[but.head]
    joined = any(parse.tokens[child].dep == "conj" and child > but.i and parse.tokens[child].pos in _NOUNS
                 for child in parse.children[above.i])  # fmt: skip
    return above.i if above.pos in _NOUNS and above in inside and joined else None


def _phrase_of(parse: Parse, noun: int) -> list[int]:
    """List the words of a noun's phrase, up to a comma or to `but`."""
    end = next((token.i for token in parse.tokens[noun + 1 :] if token.text == "," or token.lower == "but"),
               len(parse.tokens))  # fmt: skip
    return [at for at in parse.subtree(noun, lambda token: token.dep in {"conj", "cc", "punct"}) if at < end]

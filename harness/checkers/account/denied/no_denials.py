"""Deeds of a claim and of the articles of which one only looks like a denial of the other."""

from harness.checkers.account.alignment import Pair
from harness.checkers.account.denied.negations import denial_of, left_out
from harness.checkers.account.hedges import hedge_of
from harness.claims.parsing.parse import Parse
from harness.claims.polarity import bounds, ends_or_doubts, is_negated, is_over, negates, only_supposed
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import word_list

_PAST = frozenset({"did", "has", "have", "had", "'ve", "’ve"})
"""Auxiliaries of what was or was not done."""
_INSTEAD = frozenset({"but", "yet"})
_THOUGH = frozenset({"though", "although", "while", "whereas"})
_SO_FAR = frozenset({"until", "till", "before", "previously"})
"""Words that say up to when something was not done."""


def is_no_denial(theirs: Reading, mine: Reading, pair: Pair) -> bool:
    """Recognise a deed that is done no longer, or that one side only asks for, supposes or doubts: no denial of it."""
    sides = [(mine, pair.claim), (theirs, pair.found)]
    (now, denied), (then, done) = sides if pair.claim.negated else sides[::-1]
    if then is mine and is_denied_so_far(mine.parse, done.predicate, theirs.parse, denied.predicate):
        return True
    ended = then.parse.tokens[done.predicate].tag in {"VBD", "VBN"} and is_over(now.parse, denied.predicate)
    # Whoever refuses what an article only has asked of them denies nothing that it says.
    hedge = hedge_of(then.parse, done.predicate) if then is theirs else None
    return (
        ended or only_supposed(now.parse, denied.predicate) or any(map(ends_or_doubts, mine.parse.tokens))
        or (hedge is not None and not (hedge.planned and is_negated(now.parse, denied.predicate)))
        # It is not true that it was: denied there as well, if not beside the verb.
        or (denied is pair.claim and (
            _said_there(mine, theirs) or done.predicate in left_out(mine, theirs)
            or denial_of(theirs.parse, pair.found.predicate) is not None
            or any(token.lower in word_list("says", "untrue") for token in theirs.parse.tokens)
        ))
    )  # fmt: skip


def denied_with(parse: Parse, head: int) -> set[int]:
    """List the words that are denied with a verb: not where `but` or `though` has it again, `but plans to sell it`."""
    inside = set(parse.subtree(head))
    for child in parse.children[head]:
        kid = parse.tokens[child]
        marks = {parse.tokens[inner].lower for inner in parse.children[child] if parse.tokens[inner].dep == "mark"}
        before = {parse.tokens[inner].lower for inner in parse.children[head] if head < inner < child}
        instead = kid.dep == "conj" and kid.pos in {"VERB", "AUX"} and not before.isdisjoint(_INSTEAD)
        below = parse.subtree(child)
        again = any(parse.tokens[at].lemma == parse.tokens[head].lemma for at in below)
        though = kid.dep == "advcl" and not marks.isdisjoint(_THOUGH)
        if again and (instead or though or kid.dep == "parataxis"):
            inside -= set(below)
    return inside


def is_denied_so_far(mine: Parse, at: int, theirs: Parse, denied: int) -> bool:
    """Tell whether what the articles deny was only not done until then: a claim may tell or plan it all the same.

    `Nobody had crossed it until Monday`; the museum is `to sell vases` that it `has not sold`.
    """
    until = bounds(theirs, denied) & _SO_FAR
    if until and until.isdisjoint(token.lower for token in mine.tokens):
        return True
    hedge = hedge_of(mine, at)
    auxiliaries = {theirs.tokens[child].lower for child in theirs.children[denied]}
    past = theirs.tokens[denied].tag in {"VBD", "VBN"} or not auxiliaries.isdisjoint(_PAST)
    return hedge is not None and not hedge.undone and past


def _said_there(mine: Reading, theirs: Reading) -> bool:
    """Tell whether a sentence has the word that denies a deed in a claim, `refuses`, whatever stands between."""
    cues = {mine.keys[token.i] for token in mine.parse.tokens if negates(mine.parse, token)} - {""}
    return not cues.isdisjoint(theirs.concepts)

"""Deeds of a claim and of the articles of which one only looks like a denial of the other."""

from harness.checkers.account.alignment import Pair
from harness.checkers.account.denied.negations import denial_of, left_out
from harness.checkers.account.hedges import hedge_of
from harness.claims.polarity import ends_or_doubts, is_negated, is_over, negates, only_supposed
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import word_list


def is_no_denial(theirs: Reading, mine: Reading, pair: Pair) -> bool:
    """Recognise a deed that is done no longer, or that one side only asks for, supposes or doubts: no denial of it."""
    sides = [(mine, pair.claim), (theirs, pair.found)]
    (now, denied), (then, done) = sides if pair.claim.negated else sides[::-1]
    ended = then.parse.tokens[done.predicate].tag in {"VBD", "VBN"} and is_over(now.parse, denied.predicate)
    # Whoever refuses what an article only has asked of them denies nothing that it says.
    hedge = hedge_of(then.parse, done.predicate) if then is theirs else None
    return (
        ended or only_supposed(now.parse, denied.predicate) or any(map(ends_or_doubts, mine.parse.tokens))
        or (hedge is not None and not (hedge.planned and is_negated(now.parse, denied.predicate)))
        or (denied is pair.claim and (_said_there(mine, theirs) or done.predicate in left_out(mine, theirs)))
        # It is not true that it was: denied there as well, if not beside the verb.
        or (denied is pair.claim and (
            denial_of(theirs.parse, pair.found.predicate) is not None
            or any(token.lower in word_list("says", "untrue") for token in theirs.parse.tokens)
        ))
    )  # fmt: skip


def _said_there(mine: Reading, theirs: Reading) -> bool:
    """Tell whether a sentence has the word that denies a deed in a claim, `refuses`, whatever stands between."""
    cues = {mine.keys[token.i] for token in mine.parse.tokens if negates(mine.parse, token)} - {""}
    return not cues.isdisjoint(theirs.concepts)

"""Words that negate: `not`, `never`, `no`; not the `No.` of a number, nor `not only`, nor `no less than`."""

from harness.claims.contrasts import MERELY, contrasted
from harness.claims.parsing.parse import Parse, Token
from harness.language.lexical import word_list

_WITH_NO = frozenset({"confidence", "fly", "contest", "deal", "show", "win", "ball"})
"""Words that with `no` before them make one word of three: a no confidence vote."""
_ALL_BUT = frozenset({"short", "less", "but"})
"""Words after `nothing` that leave something: nothing short of a miracle."""
_DROPPING = frozenset({"drop", "withdraw", "dismiss"})
"""Verbs that end charges and suits; of bombs and troops they say something else."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_THAN = frozenset({"more", "less", "fewer", "later", "sooner", "earlier"})


def negator(parse: Parse, token: Token) -> bool:
    """Recognise a word that negates what stands with it."""
    if token.lower == "yet" and token.dep == "advmod":  # has yet to open
        return parse.tokens[min(token.i + 1, len(parse.tokens) - 1)].lower == "to"
    if token.lower not in word_list("polarity", "negators") and token.dep != "neg":
        return False
    if contrasted(parse, token) is not None:
        return False
    after = [other.lower for other in parse.tokens[token.i + 1 : token.i + 3]]
    first, second = (*after, "", "")[:2]
    if token.lower == "no" and (first == "-" or (first in _WITH_NO and _is_noun_after(parse, token.i + 2))):
        return False  # a no-confidence vote, a no fly zone
    if token.lower == "no":
        numbers = (first in {".", "one"} and second[:1].isdigit()) or (first == "." and second == "of")
        return not numbers and not first[:1].isdigit() and not (first in _THAN and second == "than")
    if token.lower == "nothing" and first in _ALL_BUT:
        return False
    return not (token.lower in {"not", "n't", "n’t"} and first in MERELY)


def _is_noun_after(parse: Parse, at: int) -> bool:
    """Tell whether a noun stands at a place, quotation marks passed over."""
    following = next((token for token in parse.tokens[at:] if token.pos != "PUNCT"), None)
    return following is not None and following.pos in {"NOUN", "PROPN"}


def supposes(parse: Parse, token: Token) -> bool:
    """Recognise a negation that denies nothing, in a condition or an order: `if it does not`, `do not call`."""
    kids = [parse.tokens[child] for child in parse.children[token.head]]
    if any(kid.dep == "mark" and kid.lower in word_list("modality", "conditional") for kid in kids):
        return True
    # A bare verb under `do` without a subject is an order; `did not`, `does not` and `to not` tell of somebody.
    bare = parse.tokens[token.head].tag == "VB" and not any(kid.dep in _SUBJECTS for kid in kids)
    return bare and any(kid.lower == "do" and kid.dep == "aux" for kid in kids)


def only_supposed(parse: Parse, at: int) -> bool:
    """Tell whether a negation over a verb denies nothing, by `supposes`."""
    below = [parse.tokens[child] for child in parse.children[at]]
    return any(negator(parse, kid) and supposes(parse, kid) for kid in below)


def bounds(parse: Parse, verb: int) -> frozenset[str]:
    """List the words that stand with a verb or open a clause under it: `until`, `before`, `when`."""
    kids = [parse.tokens[child] for child in parse.children[verb]]
    marks = (parse.tokens[inner] for kid in kids for inner in parse.children[kid.i])
    return frozenset(each.lower for each in (*kids, *(mark for mark in marks if mark.dep == "mark")))


def is_until(parse: Parse, verb: int) -> bool:
    """Recognise what is denied up to a time only, and done then: `did not open until Monday`."""
    return not bounds(parse, verb).isdisjoint({"until", "till"})


def is_over(parse: Parse, at: int) -> bool:
    """Recognise what is done no longer."""
    return any(parse.tokens[child].lower == "longer" for child in parse.children[at])


def denies(parse: Parse, token: Token, *, short: bool) -> bool:
    """Tell whether a word denies what stands with it; in a short sentence `no` does as well as `not`."""
    reaches = token.dep == "neg" or (short and token.lower != "without")
    return reaches and negator(parse, token) and not supposes(parse, token)


def rules_out(parse: Parse, at: int) -> bool:
    """Tell whether a negation over a verb forbids, and somebody may do it all the same: `can't exclude schools`."""
    return may_be_done(parse, at) and is_negated(parse, at)


def is_negated(parse: Parse, at: int) -> bool:
    """Tell whether a word that negates stands with another."""
    return any(negator(parse, parse.tokens[child]) for child in parse.children[at])


def is_unreal(parse: Parse, at: int) -> bool:
    """Recognise a deed that only would, could or might be done."""
    return _has_auxiliary(parse, at, word_list("modality", "unreal"))


def may_be_done(parse: Parse, at: int) -> bool:
    """Tell whether a verb says what is allowed or ought to be, not what is done."""
    return _has_auxiliary(parse, at, word_list("modality", "ruling"))


def _has_auxiliary(parse: Parse, at: int, listed: frozenset[str]) -> bool:
    kids = (parse.tokens[child] for child in parse.children[at])
    return any(kid.dep == "aux" and kid.lower in listed for kid in kids)


def ends_or_doubts(token: Token) -> bool:
    """Recognise a word by which a text itself says that something is over, or hardly so."""
    ended = token.pos == "VERB" and token.lemma in word_list("polarity", "ending")
    return ended or token.lower in word_list("polarity", "hardly")


def is_on_hold(parse: Parse, token: Token) -> bool:
    """Recognise `on hold`, said of what is not done for now."""
    return token.lower == "hold" and token.i > 0 and parse.tokens[token.i - 1].lower == "on"


def parted(parse: Parse, one: Token, other: Token) -> bool:
    """Tell whether a semicolon or colon parts two words, so that neither denies or hedges the other.

    `It is no everyday refund: the guest was paid …`; what follows *says:* is said, not denied.
    """
    return any(token.text in {";", ":"} for token in parse.tokens[min(one.i, other.i) : max(one.i, other.i)])


def is_quarrel(token: Token) -> bool:
    """Recognise the noun for a quarrel, which denies nothing: `a dispute over pay`."""
    return token.lemma == "dispute" and token.pos == "NOUN"


def prevents(parse: Parse, token: Token) -> bool:
    """Recognise a word that keeps somebody from what it governs: `keeps her from voting`, `banned from flying`."""
    if token.lemma not in word_list("polarity", "preventing"):
        return False
    below = [child for inner in parse.children[token.i] for child in (inner, *parse.children[inner])]
    return any(parse.tokens[child].lower == "from" and any(parse.tokens[inner].dep == "pcomp" for inner in
                                                           parse.children[child]) for child in below)  # fmt: skip


def keeps_undone(parse: Parse, token: Token, below: Token) -> Token | None:
    """Find the word under which what a word governs is not done, or no longer.

    `Acquitted of`, `stopped from`, `decided against`, `instead of`, `short of`, `avoid`, `ruled out`, `called off`,
    `opposes raising`, `killed a bill to raise`.
    `Of` and `from` may hang below whom it is about: `acquitted the baker of arson`.
    """
    if below.dep == "prep":
        stopping = word_list("polarity", "preventing") | word_list("polarity", "abstaining")
        stopping |= word_list("polarity", "retreating")
        words = {
            "of": word_list("polarity", "clearing"), "from": stopping, "against": word_list("polarity", "deciding"),
        }.get(below.lower, frozenset())  # fmt: skip
        over = [token, parse.tokens[token.head]] if token.dep in {"dobj", "nsubjpass", "advmod"} else [token]
        adverb = _undone_of(parse, token, below) if below.lower == "of" else None
        return adverb or next((each for each in over if each.lemma in words), None)
    gerund = below.dep == "advcl" and below.tag == "VBG"  # `ruled out calling in the army`, as it is parsed
    if not (gerund or below.dep in {"dobj", "xcomp", "ccomp", "pcomp", "nsubjpass"}) or token.pos != "VERB":
        return None
    beside = {parse.tokens[child].lower for child in parse.children[token.i]}
    apart = (token.lemma == "rule" and "out" in beside) or (token.lemma == "call" and "off" in beside)
    if gerund:
        return token if apart else None
    dropped = token.lemma in _DROPPING and below.lemma in word_list("says", "dismissed")
    killed = token.lemma in word_list("polarity", "thwarting") and below.lemma in word_list("polarity", "drafts")
    cancelled = dropped or killed or token.lemma in word_list("polarity", "cancelling")
    ended = below.dep in {"dobj", "nsubjpass"} and cancelled
    opposed = below.tag == "VBG" and token.lemma in word_list("polarity", "opposing")
    return token if apart or ended or opposed or token.lemma in word_list("polarity", "avoiding") else None


def _undone_of(parse: Parse, token: Token, of: Token) -> Token | None:
    """Find the word before `of` where nothing is done: `instead of`, `stops short of`, `backs out of doing it`."""
    before, above = parse.tokens[max(0, of.i - 1)], parse.tokens[token.head]
    short = before.lower == "short" and parse.tokens[before.head].lemma in word_list("polarity", "short_of")
    if before.lower == "instead" or short:
        return before
    gerund = any(parse.tokens[child].dep == "pcomp" for child in parse.children[of.i])
    return above if token.lower == "out" and gerund and above.lemma in word_list("polarity", "out_of") else None


def fails(parse: Parse, above: Token) -> Token | None:
    """Find the verb by which what a noun is about came to nothing: `the bid to buy it collapsed`, `fell through`."""
    verb = parse.tokens[above.head]
    if above.dep != "nsubj" or verb.pos != "VERB":
        return None
    through = verb.lemma == "fall" and any(parse.tokens[child].lower == "through" for child in parse.children[verb.i])
    return verb if through or verb.lemma in word_list("polarity", "failing") else None


def came_to_nothing(parse: Parse, plan: Token) -> bool:
    """Recognise a plan of which nothing came: `had planned to sell it`, `was due to open, but was put off`."""
    over = {plan.i, plan.head} if parse.tokens[plan.head].lemma == "be" else {plan.i}
    below = [parse.tokens[child] for at in over for child in parse.children[at]]
    return any(
        (kid.lower in {"had", "'d"} and kid.dep == "aux")
        or (kid.dep == "conj" and (kid.lemma in word_list("polarity", "cancelling") or _is_put_off(parse, kid)))
        for kid in below
    )


def _is_put_off(parse: Parse, token: Token) -> bool:
    """Recognise what is put off or called off."""
    off = any(parse.tokens[child].lower == "off" for child in parse.children[token.i])
    return off and token.lemma in {"put", "call"}


def of_nobody(parse: Parse, token: Token) -> int | None:
    """Find what was done to nobody, in a headline: `No one hurt as roof gives way` denies no giving way."""
    below = [parse.tokens[child] for child in parse.children[token.i]]
    none = token.lower == "nobody" or (token.lower == "one" and any(kid.lower == "no" for kid in below))
    return next((kid.i for kid in below if none and kid.dep == "acl" and kid.tag == "VBN"), None)


def negates(parse: Parse, token: Token) -> bool:
    """Recognise a word that negates, denies, or makes a failure of what it governs."""
    cues = word_list("polarity", "reversing") | word_list("says", "denies")
    untrue = token.dep == "acomp" and token.lower in word_list("says", "untrue")
    return untrue or negator(parse, token) or token.lower in cues or token.lemma in cues or prevents(parse, token)


def has_to_be_denied(parse: Parse, token: Token) -> bool:
    """Tell whether a word of a claim denies what articles have to deny, too; `yet to` leaves it open."""
    return negates(parse, token) and not fails_itself(parse, token) and token.lower != "yet"


def fails_itself(parse: Parse, token: Token) -> bool:
    """Recognise failing as the deed itself, with nothing below it that is not done: `talks fail`."""
    below = (parse.tokens[child] for child in parse.children[token.i])
    return token.lemma == "fail" and not any(child.dep in {"xcomp", "ccomp", "dobj", "prep"} for child in below)

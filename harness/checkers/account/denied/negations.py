"""Negations of a claim: one in an article supports only a negation of the same deed.

`The council did not close the library` bears nothing out of `the library does not survive`: that its sentence has a
`not` as well says nothing. A negation is borne out by one over the same word, or by an opposite of it told of the same
party (`was convicted` for `was not acquitted`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.checkers.account.elements import SAME_DEED, Held
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.checkers.features import lone_negation
from harness.claims.attribution import kind_of_saying
from harness.claims.contrasts import contrasted
from harness.claims.figures.lacks import is_taken, same_goods
from harness.claims.parsing.parse import Parse, Token
from harness.claims.polarity import has_to_be_denied, is_until, negates, negator, of_nobody, parted, supposes
from harness.claims.sentence_analysis import Reading
from harness.claims.thesaurus import opposites, reversals
from harness.language.lexical import word_list

NEAR = 0.45
"""Grade from which on a denied word comes near the claim's."""
_CARRIED = frozenset({"nsubj", "nsubjpass", "dobj", "attr", "pobj"})
"""Where `no` stands with a party, the deed is denied."""
_BEYOND = frozenset({"nsubj", "nsubjpass", "csubj", "relcl", "advcl"})
"""Relations that a negation over a verb does not reach: its subject, and clauses that only say more."""
_COMPLEMENTS = frozenset({"xcomp", "ccomp", "pcomp"})
MOST_ABOVE = 2
"""Verbs over a deed whose negation still denies it."""
_IN_OTHER_WORDS = frozenset({"nothing", "none", "nowhere", "neither"})
"""Words that sum up what articles tell at length: who was cheated `got nothing`."""
_EMPTY = frozenset({"be", "have", "do", "get"})


_FACTUAL = frozenset({"possible", "true", "likely", "certain", "clear", "known", "right", "correct"})
"""Words after `it is not` that leave a deed undone or unknown; others judge it."""


@dataclass(frozen=True, slots=True)
class LoneNegation:
    """A negation of a claim that no article bears out, and what it denies, as tokens."""

    token: int
    denied: int


def account_of_polarity(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find negations where no sentence about the event has one, or none has it over the same deed."""
    tokens = reading.parse.tokens
    found = list(lone_negations(cluster, matcher, reading))
    cues = [each for each in tokens if has_to_be_denied(reading.parse, each)]
    # A cue such as `denies` needs no deed below it; a bare `not` counts here only where its own deed is not denied.
    if lone_negation(cluster, reading) and (found or not all(negator(reading.parse, each) for each in cues)):
        token = cues[0]
        # `Bans from`, `denies`: a cue that is a word of its own is borne out where the articles have that word.
        if not negator(reading.parse, token) and (match := matcher.here(token.i)) and match.grade >= SAME_DEED:
            return
        reason = f"the text says “{token.text}”, no article that tells of this does"
        yield Held("polarity", token.start, token.end, "unaccounted", (), reason, "negation_missing", 1.0, "negation")
        return
    for one in found:
        token = tokens[one.token]
        reason = f"the text denies “{tokens[one.denied].text}”, no article that tells of this does"
        yield Held("polarity", token.start, token.end, "unaccounted", (), reason, "negation_apart", 1.0, "negation")


def lone_negations(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[LoneNegation]:
    """Find the negations of a claim that are not over a word that the articles deny, too."""
    units = {*matcher.scene, *(unit for unit, _ in cluster.index.best(reading.parse.text, 3))}
    for token in reading.parse.tokens:
        alone = negator(reading.parse, token) and has_to_be_denied(reading.parse, token)
        if not alone or token.lower in _IN_OTHER_WORDS or not units:
            continue
        denied = [at for at in _denied(reading.parse, token) if reading.keys[at] or _is_full_verb(reading.parse, at)]
        # Without a content word below it nothing can be looked for; that is no evidence of a false negation.
        if not denied or any(_borne_out(cluster, matcher, reading, at, units) for at in denied):
            continue
        yield LoneNegation(token.i, denied[0])


def _denied(parse: Parse, token: Token) -> Iterator[int]:
    """Yield what a negation denies: the verb over it, the complement of an empty one, or the noun it stands with."""
    head = parse.tokens[token.head]
    if token.lower == "without":
        yield from parse.children[token.i]
        return
    if head.i == token.i:
        return
    # `Is not guilty` denies `guilty`: the verb itself stands everywhere.
    if head.lemma in _EMPTY:
        below = [child for child in parse.children[head.i]
                 if parse.tokens[child].dep in {"acomp", "attr", "dobj", "xcomp", "prep", "advmod", "oprd"}
                 and child != token.i]  # fmt: skip
        yield from below
        # `Was not aboard the tanker` denies the tanker: the preposition tells nothing.
        yield from (inner for child in below for inner in parse.children[child] if parse.tokens[inner].dep == "pobj")
    undone = of_nobody(parse, head if token.dep == "det" else token)
    if undone is not None:
        yield undone
        return
    yield head.i
    if head.dep in _CARRIED:
        yield head.head


def _is_full_verb(parse: Parse, at: int) -> bool:
    """Recognise a verb that tells a deed though its word counts as empty elsewhere: `own`, `need`, a report `finds`."""
    token = parse.tokens[at]
    says = kind_of_saying(token.lemma) and token.lemma not in word_list("says", "findings")
    return token.pos == "VERB" and token.lemma not in _EMPTY and not says


def denial_of(parse: Parse, at: int) -> int | None:
    """Find the word that denies what a token tells: `has not reopened`, `made no arrests`, `did not ask to close`."""
    if parse.tokens[parse.tokens[at].head].lower == "without":
        return parse.tokens[at].head
    being = any(parse.tokens[child].lower == "being" for child in parse.children[at])
    if being:  # landed without any of them being hurt
        over = next((each for each in parse.ancestors(at) if each.lower == "without" or each.pos == "VERB"), None)
        before = parse.tokens[max(0, min(parse.subtree(at)) - 1)]
        without = next((each for each in (over, before) if each is not None and each.lower == "without"), None)
        if without is not None:
            return without.i
    above = [at]
    while len(above) <= MOST_ABOVE:
        head = parse.tokens[parse.tokens[above[-1]].head]
        either = parse.tokens[above[-1]].dep == "conj" and any(
            parse.tokens[child].lower in {"or", "nor"} for child in parse.children[head.i]
        )  # nothing was lost or stolen
        if not (either or parse.tokens[above[-1]].dep in _COMPLEMENTS):
            break
        if parse.tokens[above[-1]].dep == "xcomp" and head.lemma in word_list("polarity", "reversing"):
            return head.i  # they failed to agree on it
        if kind_of_saying(head.lemma) or head.lemma in word_list("polarity", "inward"):
            break  # who does not know or say that it is done leaves that open
        above.append(head.i)
    for token in parse.tokens:
        head = parse.tokens[token.head]
        own = head.i in above and head.i != token.i
        carried = head.head in above and head.dep in _CARRIED and token.dep in {"det", "neg", "preconj"}
        denies = (own or carried) and token.lower != "without" and negator(parse, token)
        idle = denies and (supposes(parse, token) or is_until(parse, head.i) or parted(parse, token, parse.tokens[at]))
        if denies and not idle:
            return token.i
    return None


def _borne_out(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, at: int, units: Iterable[int]
) -> bool:  # fmt: skip
    """Tell whether a sentence denies the same word, or says the opposite of it of the same party."""
    near = {unit: [match.token for match in matcher.matches(at) if match.unit == unit and match.grade >= NEAR]
            for unit in units}  # fmt: skip
    lemma = reading.parse.tokens[at].lemma
    finds = lemma in word_list("says", "findings")
    denied: list[tuple[int, int]] = []
    told: list[tuple[int, int]] = []
    for unit, tokens in near.items():
        parse = cluster.readings[unit].parse
        cues = [token for token in parse.tokens if negates(parse, token)]
        left = left_out(reading, cluster.readings[unit])
        for each in {*tokens, *(other.i for other in parse.tokens if same_goods(lemma, other.lemma))}:
            gone = each in left or is_taken(cluster.readings[unit], each)
            over = gone or any(_over(parse, token, each) for token in cues if each != token.i)
            (denied if over else told).append((unit, each))
    noun = any(reading.parse.tokens[child].dep == "det" for child in reading.parse.children[at])  # `no mishandling`
    if denied and _is_full_verb(reading.parse, at) and not noun:
        # Who `must remain in jail` as he failed to remain in a clinic: the one denied is the one that tells less.
        below = [inner for inner in reading.parse.subtree(at) if inner in matcher.words and inner != at]
        most, plain = (max((_told_with(cluster, matcher, below, *place) for place in places), default=0)
                       for places in (denied, told))  # fmt: skip
        # Who `found no trace` of something does not deny what else a report finds.
        return most >= max(plain, int(finds))
    return bool(denied) or any(_opposite(cluster, matcher, reading, at, unit) for unit in near)


def _told_with(cluster: ClusterReading, matcher: Matcher, below: Sequence[int], unit: int, at: int) -> int:
    """Count how many of the claim's words a sentence has under a deed, or as who does it."""
    inside = {*cluster.readings[unit].parse.subtree(at)}
    return sum(
        any(match.unit == unit and match.token in inside and match.grade >= NEAR for match in matcher.matches(each))
        for each in below
    )


def _over(parse: Parse, token: Token, below: int) -> bool:
    """Tell whether a negation holds for a word: the one over it, or what that governs but for its subject."""
    # `Denies` and `without` govern what they deny; `not` hangs below it.
    itself = token.lower == "without" or not negator(parse, token)
    top = token if itself and token.dep != "acomp" else parse.tokens[token.head]  # it is untrue that
    if top.i == below:
        return True
    if not itself and top.dep in _CARRIED and token.dep in {"det", "preconj", "neg", "nsubj", "nsubjpass"}:
        top = parse.tokens[top.head]
    if top.i == below:
        return True
    # Who `did not hear it on the deleted tape` leaves the tape deleted.
    if parse.tokens[below].dep == "amod" and parse.tokens[below].tag == "VBN" and top.pos in {"VERB", "AUX"}:
        return False
    step = below
    infinitive = False
    for above in parse.ancestors(below):
        # `No better way than to close it` denies no closing.
        if parse.tokens[step].dep in _BEYOND or parse.tokens[step].lower == "than":
            return False
        infinitive |= any(parse.tokens[child].lower == "to" for child in parse.children[step])
        if above.i == top.i:
            return not (infinitive and _is_judged(parse, top))
        step = above.i
    return False


def left_out(reading: Reading, there: Reading) -> frozenset[int]:
    """List the deeds that `but not on the price` leaves undone as far as a claim that names it tells of them."""
    parse, mine = there.parse, reading.concepts
    apart = [at for token in parse.tokens if (at := contrasted(parse, token)) is not None]
    named = [at for at in apart if any(there.keys[inner] in mine for inner in parse.subtree(at))]
    return frozenset(above.i for at in named for above in parse.ancestors(at))


def _is_judged(parse: Parse, top: Token) -> bool:
    """Recognise a verb over a deed that is only judged: `it is not enough to delete it`, which may be done as well."""
    kids = [parse.tokens[child] for child in parse.children[top.i]]
    judged = [kid.lower for kid in kids if kid.dep in {"acomp", "attr"}]
    itself = any(kid.lower == "it" and kid.dep in {"nsubj", "expl"} for kid in kids)
    return top.lemma == "be" and itself and bool(judged) and not _FACTUAL & {*judged}


def _opposite(cluster: ClusterReading, matcher: Matcher, reading: Reading, at: int, unit: int) -> bool:
    """Tell whether a sentence says an opposite of a predicate of one of its parties."""
    theirs = cluster.readings[unit]
    # `Was convicted` supports `was not acquitted`.
    others = reversals(reading.parse.tokens[at].lemma) | opposites(reading.parse.tokens[at].lemma)
    parties = [index for frame in reading.frames if frame.predicate == at for index in (*frame.agents, *frame.patients)]
    held = [frame for frame in theirs.frames
            if not frame.negated and (frame.lemma or theirs.parse.tokens[frame.predicate].lemma) in others]  # fmt: skip
    own = {index for frame in held for index in (*frame.agents, *frame.patients)}
    return any(match.unit == unit and match.token in own for index in parties if reading.keys[index]
               for match in matcher.matches(index))  # fmt: skip

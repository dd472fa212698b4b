"""Words that the articles have from somebody else than the claim does: `mayor warns` where the union warned."""

from collections.abc import Iterator, Sequence

from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.matching import Matcher
from harness.checkers.account.places.likeness import Parties
from harness.claims.attribution import kind_of_saying
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading, party_text, phrase
from harness.claims.thesaurus import is_being
from harness.language.lexical import word_list

MOST = 0.55
"""Share of what a claim has somebody say that a sentence has to tell."""
AS_MUCH = 0.15
"""How much less than the fullest a sentence may tell."""
FEWEST = 2
"""Least words of what somebody says: one may stand in anybody's words."""


def others_words(parties: Parties) -> Iterator[Held]:
    """Find who says it in a claim, where every sentence that tells it has it from another."""
    matcher, reading = parties.matcher, parties.reading
    for token in reading.parse.tokens:
        speaker = _speaker(reading.parse, token) if _says(token) and kind_of_saying(token.lemma) != "denies" else None
        if speaker is None or speaker not in matcher.words or _is_told_of(reading, token, speaker):
            continue
        if _is_source(reading.parse, token, speaker):
            continue
        said = _said(matcher, token, speaker)
        found = _another(parties, said, speaker) if len(said) >= FEWEST else None
        if found is None:
            continue
        unit, at = found
        theirs = parties.cluster.readings[unit]
        (start, end), named, whole = reading.name_span(speaker), theirs.name_span(at), party_text(theirs.parse, at)
        there = min(named[0], whole[0]), max(named[1], whole[1])
        mine, told = reading.parse.text[start:end], theirs.parse.text[slice(*there)]
        yield Held("speaker", start, end, "unaccounted", ((unit, *there),),
                   f"the articles have it from “{told}”, not from “{mine}”", "speaker_other", 1.0, "attribution",
                   (token.i, speaker))  # fmt: skip


def _said(matcher: Matcher, verb: Token, speaker: int) -> list[int]:
    """List the words of a claim that somebody says in it.

    Who speaks in a clause of their own (`union warns of strike as mayor reports progress`) says what stands there.
    """
    parse = matcher.reading.parse
    apart = [other for other in parse.tokens if _is_apart(parse, other)]
    inside = {*parse.subtree(verb.i)} if verb in apart else {*matcher.words}
    inside -= {at for other in apart if other.i != verb.i for at in parse.subtree(other.i)}
    return [at for at in matcher.words if at in inside - {*phrase(parse, speaker), verb.i}]


def _is_apart(parse: Parse, verb: Token) -> bool:
    """Recognise a verb of saying in a clause of its own, with who says it."""
    below = {parse.tokens[child].dep for child in parse.children[verb.i]}
    return verb.dep == "advcl" and {"mark", "nsubj"} <= below and _says(verb)


def _is_told_of(reading: Reading, verb: Token, speaker: int) -> bool:
    """Recognise who is told of by a headline's passive: `judge confirmed as minister`, `kettles recalled`."""
    told = any(speaker in frame.patients for frame in reading.frames if frame.predicate == verb.i)
    below = {reading.parse.tokens[child].dep for child in reading.parse.children[verb.i]}
    as_what = any(reading.parse.tokens[child].lower == "as" for child in reading.parse.children[verb.i])
    as_what = as_what or verb.lemma == "recall"  # goods are; who recalls something says what
    told = told or (verb.lemma == "add" and "dobj" in below and "ccomp" not in below)  # Roos adds six votes
    return told or (verb.tag in {"VBN", "VBD"} and as_what and not below & {"dobj", "ccomp", "xcomp", "aux"})


def _is_source(parse: Parse, verb: Token, speaker: int) -> bool:
    """Recognise what only shows something, as who speaks says: `evidence suggests fraud, auditor says`."""
    above = parse.tokens[verb.head]
    told = verb.dep == "ccomp" and above.i != verb.i and bool(kind_of_saying(above.lemma))
    return told and parse.tokens[speaker].pos == "NOUN" and not is_being(parse.tokens[speaker].lemma)


def _another(parties: Parties, said: Sequence[int], speaker: int) -> tuple[int, int] | None:
    """Find a sentence and who says it there; None where the claim's speaker may say it in one."""
    matcher = parties.matcher
    found: tuple[int, int] | None = None
    for unit in _telling(matcher, said):
        theirs = parties.cluster.readings[unit]
        places = [match.token for at in said for match in matcher.matches(at)
                  if match.unit == unit and match.grade >= SURE]  # fmt: skip
        there = _source_above(theirs.parse, _verb_above(theirs.parse, places))
        if there is None:
            if parties.beside(unit, speaker):
                return None
        elif parties.holds(unit, there, speaker) or parties.likeness(unit, there, speaker) != "other":
            return None
        else:
            found = found or (unit, there)
    return found


def _telling(matcher: Matcher, said: Sequence[int]) -> list[int]:
    """List the sentences that tell most of some words of the claim, the fullest first."""
    # What no article has is told by no sentence, whoever says it.
    total = sum(matcher.weights[at] for at in said if matcher.matches(at)) or 1.0
    units = sorted({unit for at in said for unit in matcher.by_unit(at)})
    shares = {
        unit: sum(matcher.weights[at] for at in said if matcher.by_unit(at).get(unit, 0.0) >= SURE) / total
        for unit in units
    }
    least = max(MOST, max(shares.values(), default=0.0) - AS_MUCH)
    return sorted((unit for unit in units if shares[unit] >= least), key=lambda unit: (-shares[unit], unit))


def _says(token: Token) -> bool:
    """Recognise a verb by which somebody says something or asks for it."""
    asks = token.lemma in word_list("says", "asking")
    return token.pos in {"VERB", "AUX"} and (asks or bool(kind_of_saying(token.lemma)))


def _speaker(parse: Parse, verb: Token) -> int | None:
    """Find who says it: the subject of a verb, or of the one that it is joined to."""
    for child in parse.children[verb.i]:
        if parse.tokens[child].dep == "nsubj" and parse.tokens[child].pos in {"NOUN", "PROPN", "PRON"}:
            return child
    above = parse.tokens[verb.head]
    joined = verb.dep in {"conj", "advcl"} and above.pos in {"VERB", "AUX"} and above.i != verb.i
    return _speaker(parse, above) if joined else None


def _source_above(parse: Parse, verb: int | None) -> int | None:
    """Find who says what stands under a verb: of `officials say evidence suggests it` the officials."""
    there = None if verb is None else _speaker(parse, parse.tokens[verb])
    if verb is not None and there is not None and _is_source(parse, parse.tokens[verb], there):
        return _source_above(parse, parse.tokens[verb].head)
    return there


def _verb_above(parse: Parse, places: Sequence[int]) -> int | None:
    """Find the verb of saying under which more than half of some words stand, each under the nearest."""
    votes: dict[int, int] = {}
    for at in places:
        above = next((token.i for token in (parse.tokens[at], *parse.ancestors(at)) if _says(token)), None)
        if above is not None:
            votes[above] = votes.get(above, 0) + 1
    most = max(votes, key=lambda at: (votes[at], -at), default=None)
    return most if most is not None and votes[most] * 2 > len(places) else None

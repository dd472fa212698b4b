"""Days and months that the articles give another deed: `ban takes effect on Monday`, of one that was passed then."""

from collections.abc import Iterator

from harness.checkers.account.elements import SAME_DEED, Held
from harness.checkers.account.matching import NEAR
from harness.checkers.account.places.likeness import Parties
from harness.claims.attribution import kind_of_saying
from harness.claims.contrasts import set_apart
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import clause, time_words, verb_over


def others_times(parties: Parties) -> Iterator[Held]:
    """Find times of a deed to which the articles give another one, where the claim's are of other deeds only."""
    parse = parties.reading.parse
    for token in parse.tokens:
        said = time_words(parse, token)
        verb = verb_over(parse, token.i)
        if not said or verb is None or verb.i not in parties.matcher.words:
            continue
        alike = {(match.unit, match.token): match.grade for match in parties.matcher.matches(verb.i)}
        own = [(unit, each) for (unit, at), grade in alike.items() if grade >= SAME_DEED
               for each in _times_of(parties.cluster.readings[unit].parse, at)
               # A day or month of a deed says nothing against a year of it.
               if each.text.isdigit() == token.text.isdigit()]  # fmt: skip
        if not own or _is_of_another(parties, said):
            continue
        if all(grade < SAME_DEED or _is_dated(parties, place) for place, grade in alike.items()):
            unit, other = own[0]
            reason = f"the articles have “{other.text}” for “{verb.text}”, not “{token.text}”"
            yield Held("time", token.start, token.end, "unaccounted", ((unit, other.start, other.end),), reason,
                       "time_missing", 1.0, "time", (token.i,))  # fmt: skip


def _times_of(parse: Parse, verb: int) -> list[Token]:
    """List the times that a verb's own clause gives it; not *not on Monday*."""
    tokens = [parse.tokens[at] for at in clause(parse, verb) if at not in set_apart(parse)]
    return [each for each in tokens if time_words(parse, each) and verb_over(parse, each.i) == parse.tokens[verb]]


def _is_dated(parties: Parties, place: tuple[int, int]) -> bool:
    """Tell whether a deed of the articles has a time of its own."""
    return bool(_times_of(parties.cluster.readings[place[0]].parse, place[1]))


def _is_of_another(parties: Parties, said: list[str]) -> bool:
    """Tell whether the articles give some times to a deed that a claim tells, whichever, or to whoever says so."""
    verbs = [token for token in parties.reading.parse.tokens if token.pos == "VERB"]
    alike = {
        (match.unit, match.token)
        for verb in verbs if verb.i in parties.matcher.words
        for match in parties.matcher.matches(verb.i) if match.grade >= NEAR
    }  # fmt: skip
    says = any(kind_of_saying(verb.lemma) for verb in verbs)
    for unit, there in enumerate(parties.cluster.readings):
        for each in there.parse.tokens if there.times.intersection(said) else ():
            above = None if set(said).isdisjoint(time_words(there.parse, each)) else verb_over(there.parse, each.i)
            if above is not None and ((unit, above.i) in alike or (says and kind_of_saying(above.lemma))):
                return True
    return False

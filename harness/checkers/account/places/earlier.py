"""Deeds that a claim tells as news, and the articles only of years before: `Bishop resigns` of one who did in 2014.

News gives the day of what is new; a sentence that gives the year, or says that it is years ago, tells what came
before. One sentence that has the deed without such a time settles it.
"""

from collections.abc import Iterator

from harness.checkers.account.elements import SAME_DEED, SURE, Held
from harness.checkers.account.matching import Match
from harness.checkers.account.places.likeness import Parties
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import clause, phrase, times, verb_over
from harness.language.lexical import word_list
from harness.language.text import dateline_end, stamp_end

_AGO = frozenset({"ago", "earlier"})
"""Words that count years back; `last year` and `a year before` are told of figures that are news."""
_DATED = _AGO | {"before", "previously", "last", "once"}
_LONG = frozenset({"year", "decade", "century"})
_PAST = frozenset({"VBD", "VBN"})
_BESIDE_NOUNS = frozenset({"nummod", "compound", "amod", "nmod"})


def earlier_deeds(parties: Parties) -> Iterator[Held]:
    """Find the deed of a claim without a time that every sentence about it dates years back."""
    parse = parties.reading.parse
    if times(parse) or any(token.entity in {"DATE", "TIME"} or token.lower in _DATED for token in parse.tokens):
        return
    for frame in parties.reading.frames:
        token = parse.tokens[frame.predicate]
        told = frame.kind == "verb" and not frame.negated and token.lemma not in word_list("says", "plain")
        # Headlines tell what is new in the present, or by a participle (`31 killed in flood`).
        bare = token.tag == "VBD" and frame.agents  # `mayor jailed` is a passive, whatever the tagger has it for
        if not told or bare or frame.governor >= 0 or not parties.reading.keys[frame.predicate]:
            continue
        found = _dated(parties, frame)
        if found is not None:
            match, start, end = found
            written = parties.cluster.readings[match.unit].parse.text[start:end]
            yield Held("time", token.start, token.end, "unaccounted", ((match.unit, start, end),),
                       f"the articles have “{token.text}” only of “{written}”", "deed_earlier", 1.0, "time",
                       (frame.predicate,))  # fmt: skip
            return


def _dated(parties: Parties, frame: Frame) -> tuple[Match, int, int] | None:
    """Find a sentence that dates a deed years back, and the words that do; None where another has it undated."""
    own = [at for at in (*frame.agents, *frame.patients, *(at for _, at in frame.obliques))
           if at in parties.matcher.words]  # fmt: skip
    found: tuple[Match, int, int] | None = None
    for match in parties.matcher.matches(frame.predicate):
        if match.grade < SAME_DEED:
            if match.grade >= SURE and _shares(parties, match.unit, own) == len(own):
                return None
            continue
        if not _shares(parties, match.unit, own):
            continue
        parse = parties.cluster.readings[match.unit].parse
        when = _years_back(parse, parse.tokens[match.token])
        if when is None:
            return None
        found = found or (match, *when)
    return found


def _shares(parties: Parties, unit: int, own: list[int]) -> int:
    """Count the parties of a deed that a sentence has."""
    return sum(any(match.unit == unit and match.grade >= SURE for match in parties.matcher.matches(at)) for at in own)


def _years_back(parse: Parse, verb: Token) -> tuple[int, int] | None:
    """Find the words by which a verb's clause is dated years back: `in 2014`, `ten years ago`."""
    if verb.pos != "VERB" or verb.tag not in _PAST:
        return None
    # `LONDON, March 3, 2014 (Reuters) -` and `(Mar 3, 2014 8:15 AM)` say when the article was written.
    begins = max(stamp_end(parse.text), dateline_end(parse.text))
    for at in clause(parse, verb.i):
        token = parse.tokens[at]
        if token.start < begins:
            continue
        year = token.text.isdigit() and len(token.text) == 4 and token.entity == "DATE"
        # A 2019 forecast is raised now; in `March 2014` the year belongs to no noun but its month.
        of_noun = token.dep in _BESIDE_NOUNS and parse.tokens[token.head].entity != "DATE"
        # Baths that were built in 1932 cost something now.
        year = year and not of_noun and verb_over(parse, at) in (None, verb)
        near = parse.tokens[max(0, at - 1) : at + 2]
        ago = token.lemma in _LONG and any(each.lower in _AGO for each in near if each.i != at)
        since = parse.tokens[token.head].lower == "since"  # which runs to the present
        if (year and not since) or ago:
            inside = [at, *(each for each in phrase(parse, at) if parse.tokens[each].entity == "DATE")]
            inside += [each.i for each in near if ago and each.lower in _AGO]
            return parse.tokens[min(inside)].start, parse.tokens[max(inside)].end
    return None

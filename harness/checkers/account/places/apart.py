"""Parties of a claim that a sentence tells something else of than the claim's deed, so that its doer is another.

Two that stand beside one verb are two (Chomsky, Lectures on Government and Binding, 1981: principles B and C), unless
one is a name or description of the other.
"""

from collections.abc import Sequence

from harness.checkers.account.elements import SURE
from harness.checkers.account.matching import Match
from harness.checkers.account.places.likeness import Parties, is_somebody, related
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading, phrase, verb_over
from harness.claims.thesaurus import is_being
from harness.language.lexical import word_list

_DIRECT = frozenset({"nsubj", "nsubjpass", "dobj"})
_ARGUMENTS = frozenset({"nsubj", "nsubjpass", "dobj", "pobj"})
_TO_WHOM = frozenset({"to", "from", "by", "against"})
"""Prepositions under which somebody else has a part in a deed."""
_BEING = frozenset({"be", "become", "remain", "call", "name", "make", "elect", "appoint"})
"""Verbs beside which two may be one: who becomes mayor is the mayor."""


def stands_across(parties: Parties, match: Match, theirs: Frame, role: str, index: int) -> bool:
    """Tell whether a claim's party is in the articles described as the other of a deed: a man stabbed the nurse."""
    beyond = tuple(at for name, at in theirs.obliques if name in _TO_WHOM)
    own, across = (theirs.agents, (*theirs.patients, *beyond)) if role == "agent" else (theirs.patients, theirs.agents)
    parse = parties.cluster.readings[match.unit].parse
    mine = parties.reading.parse.tokens[index]
    if not own or any(parse.tokens[at].pos == "PRON" for at in own) or not _may_be_somebody(mine):
        return False
    lemma = mine.lemma
    named = [each.token for each in parties.matcher.matches(index)
             if each.unit == match.unit and parse.tokens[each.token].lemma == lemma]  # fmt: skip
    beside = {at for party in across for at in (party, *parse.children[party])
              if at == party or parse.tokens[at].dep == "appos"}  # fmt: skip
    inside = {at for party in own for at in phrase(parse, party)}
    return bool(named) and all(at in beside and at not in inside for at in named)


def stand_apart(parties: Parties, match: Match, holders: Sequence[int], index: int) -> bool:
    """Tell whether a sentence names the claim's party in another place than those who hold the deed's.

    `A man was arrested over the murder of the teacher` has nobody arrested but the man. Whoever stands under the verb
    itself, or beside or within a holder's name, may be a holder whom the parse has wrong; so may a thing.
    """
    parse = parties.cluster.readings[match.unit].parse
    own, name = parties.reading.parse.tokens[index], parties.name_of(index)
    somebody = is_being(own.lemma) or (name is not None and parties.cluster.is_person(name))
    if not somebody or own.dep not in _DIRECT:
        return False
    if not holders or any(parse.tokens[at].pos not in {"NOUN", "PROPN"} for at in holders):
        return False
    near = {at for holder in holders for at in phrase(parse, holder)}
    places = [each.token for each in parties.matcher.matches(index) if each.unit == match.unit and each.grade >= SURE]
    heads = [_head_of_name(parse, at) for at in places]
    deeper = [at for at in heads if at not in near and parse.tokens[at].dep in _ARGUMENTS
              and match.token not in {parse.tokens[at].head, parse.tokens[parse.tokens[at].head].head}]  # fmt: skip
    return bool(places) and len(deeper) == len(places)


def _head_of_name(parse: Parse, at: int) -> int:
    """Find the head of a name with what stands before it: of `teacher` the `Moss` of `teacher Hanna Moss`."""
    while parse.tokens[at].dep in {"compound", "nmod", "appos"}:
        at = parse.tokens[at].head
    return at


def has_part_of_its_own(parties: Parties, match: Match, holders: Sequence[int], index: int) -> bool:
    """Tell whether a sentence has a claim's party beside another verb, as another than those who hold the deed's place.

    `Profit doubled although sales fell`: sales did not double. Of people only where both stand beside one verb, since
    one may be told of in two ways: `The princess wore a dress by Lea Fowl, who had won a contest`.
    """
    reading = parties.cluster.readings[match.unit]
    parse = reading.parse
    own = parties.reading.parse.tokens[index]
    places = [each.token for each in parties.matcher.matches(index)
              if each.unit == match.unit and parse.tokens[each.token].lemma == own.lemma]  # fmt: skip
    heads = [parse.tokens[_head_of_name(parse, at)] for at in places]
    deed = parse.tokens[match.token]
    rest = [parse.tokens[at] for at in holders]
    if not heads or not rest or any(each.pos not in {"NOUN", "PROPN"} for each in (*heads, *rest)):
        return False
    near = {at for holder in holders for at in phrase(parse, holder)}
    if any(head.i in near or verb_over(parse, head.i) in {None, deed} for head in heads):
        return False
    return all(_are_two(reading, head, holder) for head in heads for holder in rest)


def _are_two(reading: Reading, head: Token, holder: Token) -> bool:
    """Tell whether two nouns of a sentence that are no description of each other mean two."""
    parse = reading.parse
    if head.dep not in _DIRECT or related(head.lemma, holder.lemma):
        return False
    if not (_may_be_somebody(head) or _may_be_somebody(holder)):
        return True
    if reading.name_at(head.i) is not None and reading.name_at(holder.i) is not None:
        return False  # London may be the ministry; two people are told apart by their names
    many = [token for token in (head, holder) if token.tag == "NNS"]
    listed = {head.lemma, holder.lemma} & word_list("function", "anybody")
    if len(many) == 1 and reading.name_at(many[0].i) is None and not listed:
        return True  # the owners protested, while the group welcomed it
    verb = verb_over(parse, head.i)
    return verb is not None and verb.lemma not in _BEING and verb == verb_over(parse, holder.i)


def _may_be_somebody(token: Token) -> bool:
    """Recognise names, people and bodies, each of which a sentence may tell of in two ways."""
    return token.pos == "PROPN" or is_somebody(token.lemma) or token.lemma in word_list("roles", "collectives")

"""How far a claim goes (`all`, `only`, `first`, `ever`), where no sentence about it goes as far."""

from collections.abc import Iterator

from harness.checkers.account.elements import SURE, Held
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.parsing.parse import Parse, Token
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import lexicon, word_list

_BEFORE_NOUNS = frozenset({"det", "predet", "amod", "poss"})


def unsaid_extent(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find a word of extent of a claim where the sentences that tell of it have no word that goes as far."""
    near = {*matcher.scene, *(unit for site in matcher.sites for unit in matcher.forms.near[site])}
    for token in reading.parse.tokens:
        for kind in lexicon()["extent"]:
            if token.lower in word_list("extent", kind) and not any(
                _goes_as_far(cluster, matcher, reading, token, kind, unit) for unit in sorted(near)
            ):
                yield Held("word", token.start, token.end, "unaccounted", (),
                           f"no article has “{token.text}” of it", "extent_missing", 1.0, "invented",
                           (token.i,))  # fmt: skip


def _goes_as_far(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, token: Token, kind: str, unit: int
) -> bool:  # fmt: skip
    """Tell whether a sentence has a word that goes as far as the claim's, of whatever the claim says it of."""
    parse = cluster.readings[unit].parse
    said = [each for each in parse.tokens if each.lower in word_list("extent_said", kind)]
    if kind != "all":
        return bool(said)
    # `All schools` says nothing of all counts; every charge, of whom the claim is about, may be those.
    noun = _said_of(reading.parse, token)
    if noun is None or noun not in matcher.words:
        return bool(said)
    same = {match.token for match in matcher.matches(noun) if match.unit == unit and match.grade >= SURE}
    about = not same and any(matcher.by_unit(at).get(unit, 0.0) >= SURE for at in matcher.words)
    nouns = [_said_of(parse, each) for each in said]
    return any(at is None or at in same or about for at in nouns)


def _said_of(parse: Parse, token: Token) -> int | None:
    """Find the noun that a word such as `all` stands before; None where it stands by itself."""
    head = parse.tokens[token.head]
    return head.i if token.dep in _BEFORE_NOUNS and head.pos in {"NOUN", "PROPN"} else None

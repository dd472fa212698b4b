"""How far a claim goes (`all`, `only`, `first`, `ever`), where no sentence about it goes as far."""

from collections.abc import Iterator

from harness.checkers.account.elements import Held
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.sentence_analysis import Reading
from harness.language.lexical import lexicon, pieces, word_list


def unsaid_extent(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find a word of extent of a claim where the sentences that tell of it have no word that goes as far."""
    near = {*matcher.scene, *(unit for site in matcher.sites for unit in matcher.forms.near[site])}
    there = {word for unit in near for word in pieces(cluster.readings[unit].parse.text)}
    for token in reading.parse.tokens:
        for kind in lexicon()["extent"]:
            if token.lower in word_list("extent", kind) and not word_list("extent_said", kind) & there:
                yield Held("word", token.start, token.end, "unaccounted", (),
                           f"no article has “{token.text}” of it", "extent_missing", 1.0, "invented",
                           (token.i,))  # fmt: skip

"""Verbs as news writes them: with their particles, and with the wrong tags that headlines get."""

from functools import lru_cache

from harness.claims.meaning import concept
from harness.claims.parsing.parse import Parse, Token
from harness.claims.thesaurus import in_wordnet, is_verb, said_by
from harness.language.lexical import lexicon, word_list

_PARTICLES = frozenset({"over", "down", "up", "off", "out", "back", "away"})
"""Words after a verb that make another verb of it even where the parser takes them for prepositions."""


def particle(parse: Parse, verb: Token) -> int:
    """Find the particle that makes a verb another one (`strike down`), as a token index; -1 without one.

    A headline's `hands over prisoners` is read as a phrase of place; it is none where the two are a verb of their own.
    Nor is `back` of `came back to port` an adverb there.
    """
    for child in parse.children[verb.i]:
        token = parse.tokens[child]
        close = child == verb.i + 1 and token.dep in {"prep", "advmod"} and token.lower in _PARTICLES
        is_particle = token.dep == "prt" or close
        if is_particle and in_wordnet(f"{verb.lemma}-{token.lower}"):
            return child
    return -1


def opens_compound(parse: Parse, at: int) -> bool:
    """Recognise the first part of a hyphenated word, and its hyphen: `ex` of `ex-mayor`, which governs the rest."""
    touching = [token for token in parse.tokens[at + 1 : at + 2] if token.start == parse.tokens[at].end]
    return parse.tokens[at].text == "-" or any(token.text == "-" for token in touching)


def phrasal(parse: Parse, token: Token) -> str:
    """Return a verb with its particle, where the two are a verb of their own; else its lemma."""
    at = particle(parse, token)
    return f"{token.lemma}-{parse.tokens[at].lower}" if at >= 0 else token.lemma


def written(parse: Parse, token: Token) -> str:
    """Quote a word as the text has it, a verb with its particle."""
    at = particle(parse, token)
    return f"{token.text} {parse.tokens[at].text}" if at >= 0 else token.text


@lru_cache(maxsize=1 << 12)
def verb_concept(lemma: str, verb: str) -> str:
    """Return the concept of a verb: its lemma's, unless a particle changes its meaning, as in `strike down`."""
    # `Rise up` is still to rise; `strike down` is not to strike.
    near = (
        verb == lemma or concept(verb) == concept(lemma) or lemma in said_by(verb, "v") or verb in said_by(lemma, "v")
    )
    return concept(lemma if near else verb)


def bases(word: str) -> tuple[str, ...]:
    """List what a third person singular may be a form of; none for a word that cannot be one."""
    if not word.endswith("s") or word.endswith("ss"):
        return ()
    return word[:-1], word[:-2] if word.endswith("es") else word[:-1], f"{word[:-3]}y" if word.endswith("ies") else word


def verb_in(words: tuple[str, ...], *, strange: bool) -> str:
    """Find the first of some forms that the lexicon has as a verb; where `strange`, else the first WordNet has."""
    in_lexicon = next((word for word in words if listed(word)), "")
    return in_lexicon or next((word for word in words if strange and is_verb(word)), "")


def listed(word: str) -> bool:
    """Tell whether the lexicon has a word as a verb."""
    return word in _verbs()


@lru_cache(maxsize=1)
def _verbs() -> frozenset[str]:
    """List the words that the lexicon has as verbs."""
    sides = lexicon()["meaning"]["opposites"].replace("|", " ").split()
    return frozenset(sides).union(
        word_list("voice", "transitive"), word_list("polarity", "reversing"), word_list("modality", "planned"),
        *(word_list("says", kind) for kind in ("reports", "claims", "denies")),
    )  # fmt: skip


@lru_cache(maxsize=1)
def event_nouns() -> frozenset[str]:
    """List the nouns that share a line of the lexicon with a verb, as far as endings tell, and so name events."""
    endings = ("ment", "tion", "sion", "ing", "al", "ance", "ence", "age", "ure")
    grouped = {word for line in lexicon()["meaning"]["groups"].splitlines() for word in line.split()}
    return frozenset(word for word in grouped if word.endswith(endings) and len(word) > 5) | word_list(
        "voice", "events"
    )

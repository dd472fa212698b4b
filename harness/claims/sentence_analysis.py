"""A sentence read whole: its words by concept, its frames, who says them, its names and figures, its arcs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.claims.attribution import Saying, sayings
from harness.claims.contrasts import set_apart
from harness.claims.entities import Name, names
from harness.claims.figures.quantities import Figure, figures
from harness.claims.frames import Frame, frames
from harness.claims.meaning import concept, is_month, is_weekday, nations
from harness.claims.parsing.parse import Parse, Token
from harness.language.lexical import word_list

PRONOUNS = frozenset({"he", "she", "him", "her", "his", "hers", "himself", "herself"})
"""Pronouns that stand for one person."""
_HOLLOW = frozenset({"DET", "PUNCT", "SPACE", "CCONJ", "PART", "SYM", "X", "INTJ", "SCONJ", "AUX", "ADP", "PRON"})
_NOT_OF_PHRASE = frozenset({"relcl", "acl", "advcl", "appos", "punct", "conj", "cc", "ccomp", "parataxis"})
_OTHER_DEEDS = frozenset({"conj", "advcl", "relcl", "ccomp", "parataxis"})
"""Clauses under a verb that tell another deed."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One analysed sentence: all that rules look at."""

    parse: Parse
    keys: tuple[str, ...]
    """The key of each token: a concept, a country, a word of a name; empty for hollow words."""
    frames: tuple[Frame, ...]
    sayings: dict[Frame, Saying]
    names: tuple[Name, ...]
    figures: tuple[Figure, ...]
    concepts: frozenset[str]
    arcs: frozenset[tuple[str, str]]
    """Pairs of content words of which one governs the other, function words skipped; each pair sorted."""
    roles: frozenset[tuple[str, str, str]]
    """Predicate, role (`agent`, `patient` or a preposition's class) and argument head, by concept."""
    times: frozenset[str]
    """Times that it gives: weekdays, months, years, `month day`, and words such as `yesterday`."""

    def name_at(self, index: int) -> Name | None:
        """Find the name that a token belongs to."""
        return next((name for name in self.names if name.start <= index < name.end), None)

    def name_span(self, index: int) -> tuple[int, int]:
        """Return the first and past-last character of a token, or of the whole name that it belongs to."""
        name = self.name_at(index)
        first, last = (index, index) if name is None else (name.start, name.end - 1)
        return self.parse.tokens[first].start, self.parse.tokens[last].end


@lru_cache(maxsize=1 << 12)
def read(parse: Parse) -> Reading:
    """Analyse a parsed sentence."""
    found_names = names(parse)
    keys = _keys(parse, found_names)
    sentence_frames = frames(parse)
    arcs = set()
    for token in parse.tokens:
        if keys[token.i]:
            above = _governor(parse, keys, token)
            if above is not None and keys[above] != keys[token.i]:
                first, second = sorted((keys[above], keys[token.i]))
                arcs.add((first, second))
    roles: set[tuple[str, str, str]] = set()
    for frame in sentence_frames:
        for role, indices in (("agent", frame.agents), ("patient", frame.patients)):
            roles.update((frame.concept, role, keys[index]) for index in indices if keys[index])
        roles.update((frame.concept, place_class(name), keys[index]) for name, index in frame.obliques if keys[index])
    return Reading(
        parse=parse,
        keys=keys,
        frames=sentence_frames,
        sayings=sayings(parse),
        names=found_names,
        figures=figures(parse),
        concepts=frozenset(key for key in keys if key),
        arcs=frozenset(arcs),
        roles=frozenset(roles),
        times=times(parse),
    )


def read_all(parses: Sequence[Parse]) -> list[Reading]:
    """Analyse several parsed sentences, in order."""
    return [read(parse) for parse in parses]


def place_class(preposition: str) -> str:
    """Name the class of a preposition that news uses for one relation: `in`, `to`, or itself."""
    if preposition in {"to", "into", "onto", "toward", "towards"}:
        return "to"
    if preposition in {"in", "at", "on", "near", "inside", "within", "across", "throughout", "around"}:
        return "in"
    return preposition


def _keys(parse: Parse, found: tuple[Name, ...]) -> tuple[str, ...]:
    """Choose each token's key; words of a name go by the name, and a country by its name."""
    stopwords = word_list("function", "content_free")
    keys = []
    for token in parse.tokens:
        hollow = token.pos in _HOLLOW and token.lower not in {"behind", "against", "before", "after", "without"}
        if (
            token.i == 0
            and token.dep == "intj"
            and token.text[:1].isupper()
            and any(other.text.isalpha() for other in parse.tokens[1:2])
        ):
            hollow = False  # `Pike accuses Doyle`: a surname that is an exclamation elsewhere
        bare = token.lower.removesuffix("'s").strip(".'’")
        if (
            hollow
            or token.lower in stopwords
            or token.text == "UNK"
            or not any(character.isalnum() for character in token.text)
        ):
            keys.append("")
        else:
            keys.append(bare if token.text[:1].isdigit() else concept(token.lemma.strip(".'’") or bare))
    for name in found:
        for index in range(name.start, name.end):
            token = parse.tokens[index]
            if token.lower not in stopwords and token.text[:1].isalnum() and token.text != "UNK":
                keys[index] = name.nation.lower() if name.nation else token.lower.removesuffix("'s").strip(".'’")
    for token in parse.tokens:
        if keys[token.i] and token.lower in nations() and token.text[:1].isupper():
            keys[token.i] = nations()[token.lower].lower()
    return tuple(keys)


def _governor(parse: Parse, keys: tuple[str, ...], token: Token) -> int | None:
    """Find the nearest content word above a token."""
    for above in parse.ancestors(token.i):
        if keys[above.i]:
            return above.i
    return None


def verb_over(parse: Parse, index: int) -> Token | None:
    """Find the nearest verb that a token stands under."""
    return next((above for above in parse.ancestors(index) if above.pos == "VERB"), None)


def phrase(parse: Parse, index: int) -> list[int]:
    """List the tokens of the noun phrase that a token heads, without clauses and coordinated parts."""
    return parse.subtree(
        index, lambda token: token.dep in _NOT_OF_PHRASE or (token.dep == "prep" and token.lower != "of")
    )


def clause(parse: Parse, index: int) -> list[int]:
    """List the tokens of the clause that a verb heads, without clauses below it that tell another deed."""
    return parse.subtree(index, lambda token: token.dep in _OTHER_DEEDS and token.pos in {"VERB", "AUX"})


def phrase_text(parse: Parse, index: int) -> tuple[int, int]:
    """Return the first and past-last character of that noun phrase."""
    inside = phrase(parse, index)
    return parse.tokens[inside[0]].start, parse.tokens[inside[-1]].end


def party_text(parse: Parse, index: int) -> tuple[int, int]:
    """Return the same up to the noun, without a clause or phrase after it; what `of` joins to it belongs to it."""
    start, end = phrase_text(parse, index)
    of = any(parse.tokens[child].lower == "of" for child in parse.children[index])
    return start, end if of else min(end, parse.tokens[index].end)


_RELATIVE = frozenset({"yesterday", "today", "tomorrow", "tonight", "overnight"})


@lru_cache(maxsize=1 << 12)
def times(parse: Parse) -> frozenset[str]:
    """List the times that a sentence gives, as words to compare; not those that it says it is not (`not on Monday`)."""
    apart = set_apart(parse)
    return frozenset(word for token in parse.tokens if token.i not in apart for word in time_words(parse, token))


def tells_time(reading: "Reading", words: Collection[str], time: str) -> bool:
    """Tell whether a sentence gives a time; a day of a month by the day alone, unless it gives another month.

    A day of the week is given by `Sundays` as well: a Sunday ban is of them all.
    """
    plain = time.rpartition(" ")[2]
    if is_weekday(plain) and f"{plain}s" in words:
        return True
    others = any(other != time and other.endswith(f" {plain}") for other in reading.times)
    apart = {reading.parse.tokens[at].lower for at in set_apart(reading.parse)}
    return time in reading.times or (plain in words and not others and plain not in apart)


def _is_march(parse: Parse, token: Token) -> bool:
    """Recognise a march of people, or a May by name, that a headline's capital makes a month: `March for Jobs`."""
    if token.lower not in {"march", "may"}:
        return False
    before, after = (parse.tokens[at].lower if 0 <= at < len(parse.tokens) else "" for at in (token.i - 1, token.i + 1))
    return not (before in word_list("time", "dating") or before[:1].isdigit() or after[:1].isdigit())


_BOUNDS = frozenset({"before", "after", "until", "till", "since", "by", "from"})


def bounded_alike(reading: Reading, word: str, bigrams: Collection[tuple[str, ...]]) -> bool:
    """Find a time that others have under the same preposition, which says more than a bare day: `before May`."""
    pairs = zip(reading.parse.tokens, reading.parse.tokens[1:], strict=False)
    return any(
        first.lower in _BOUNDS and word in time_words(reading.parse, second) and (first.lower, second.lower) in bigrams
        for first, second in pairs
    )


def ends_figure(reading: Reading, at: int) -> bool:
    """Recognise the end of a figure that the parser tore off: the `M` of `$1.2M`."""
    token = reading.parse.tokens[at]
    return any(figure.start < token.start and token.end <= figure.end for figure in reading.figures)


def day_of(parse: Parse, month: Token, word: str) -> Iterator[int]:
    """Find the token beside a month that gives the day of a time: `July 4`, `July 04`, `4th July`."""
    for near in (month.i - 1, month.i + 1):
        if 0 <= near < len(parse.tokens):
            digits = parse.tokens[near].lower.rstrip("stndrh")
            if digits.isdigit() and word.endswith(f" {int(digits)}"):
                yield near


def time_words(parse: Parse, token: Token) -> list[str]:
    """List the times that one token gives: none for most."""
    if is_weekday(token.lower) and token.text[:1].isupper():
        return [token.lower]
    if token.lower in _RELATIVE:
        return [token.lower]
    named = token.text[:1].isupper() and (token.tag in {"NNP", "NNPS"} or token.entity == "DATE")
    if is_month(token.lower) and named and not _is_march(parse, token):
        words = [token.lower.rstrip(".")[:3]]
        for near in (token.i - 1, token.i + 1):
            if 0 <= near < len(parse.tokens):
                digits = parse.tokens[near].lower.rstrip("stndrh")
                if digits.isdigit() and int(digits) <= 31:
                    words.append(f"{words[0]} {int(digits)}")
        return words
    if len(token.text) == 4 and token.text.isdigit() and token.text[:2] in {"18", "19", "20"} and token.dep != "nummod":
        return [token.text]
    return []

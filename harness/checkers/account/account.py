"""The account of a claim: each of its elements, and the span of the articles that bears it out or says otherwise.

An element is a name, a figure, a time, a place, a predicate, a party to it, its polarity or modality, who says it, or
any other word that tells something. It is *borne out* by a span that stands where the articles tell of the claim's
event, *contradicted* by an aligned one that differs, or *unaccounted for*. What is unaccounted for weighs by its kind
and by how far it is missing (in no article, elsewhere only, in a looser word): `features` counts those weights, and
`verdict` decides on them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.checkers.account.bearers import bearers, misspelt, without_plain_words
from harness.checkers.account.coherence import coherence
from harness.checkers.account.conflicts import Alignment, Conflict
from harness.checkers.account.coverage import Covered, borne_by_saying, covered, verbatim
from harness.checkers.account.denied.negations import account_of_polarity
from harness.checkers.account.doers import others_deeds, untold_parties
from harness.checkers.account.elements import SURE, Held, Spot
from harness.checkers.account.figures import account_of_figure, as_dated, goes_before
from harness.checkers.account.hedges import account_of_modality
from harness.checkers.account.matching import Match, Matcher
from harness.checkers.account.opposites import borne_by_mirror, opposed_words
from harness.checkers.account.places.others import of_others
from harness.checkers.account.scores import account_of_clocks, account_of_scores
from harness.checkers.account.small_words import account_of_small_words
from harness.checkers.account.substitution import Substitute, in_told_deed, names_apart, substitutes
from harness.checkers.account.telling import alone_apart, as_unmistakable
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.converse import sides_of_one
from harness.claims.entities import Name
from harness.claims.figures.conversion import is_converted
from harness.claims.figures.measures import is_of_unit
from harness.claims.frames import Frame
from harness.claims.meaning import other_spellings
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, day_of, ends_figure, tells_time, time_words
from harness.claims.thesaurus import opposite
from harness.claims.verbs import phrasal, written
from harness.language.lexical import word_list
from harness.records import ElementKind, ErrorType

LOOSE = 0.45
STRANGE = 2
"""Least nouns, verbs and adjectives that a clause must have, none of them in any article, to be called made up."""
JOINED = 0.35
"""Grade at which the articles join two words of a claim at all."""
REPLACED = 0.3
"""How much more of the rest a sentence with another name must tell than those with the claim's."""
OPPOSED = 0.6
"""Share of the rest that a sentence with the opposite of a claim's word must tell."""
_RELATIVE_DAYS = frozenset({"today", "yesterday", "tomorrow", "tonight", "now", "today's", "this", "last", "next"})
_CLASSES = {"PROPN": "noun", "NOUN": "noun", "VERB": "verb", "AUX": "verb", "ADJ": "adjective", "ADV": "adverb"}
_TELLING = frozenset({"NOUN", "PROPN", "VERB", "ADJ"})


@dataclass(frozen=True, slots=True)
class Account:
    """All elements of one claim sentence, in the order of the text, and how much of each kind is missing."""

    elements: tuple[Held, ...]
    features: Mapping[str, float]
    sites: tuple[int, ...]
    """Units that tell of the event, the best first."""
    told: bool = False
    """True where a sentence has both parties of a deed of the claim as the claim has them."""
    text: str = ""
    """The claim sentence."""
    verbatim: bool = False
    """True where a sentence or title of the articles has the claim's words, three or more, one after the other."""
    covers: Covered = field(default_factory=dict)
    """For each sentence the elements that it bears out, and where."""

    def missing(self) -> list[Held]:
        """List the elements that are unaccounted for."""
        return [element for element in self.elements if element.state == "unaccounted"]


def account(
    cluster: ClusterReading, matcher: Matcher, reading: Reading, alignment: Alignment, features: Mapping[str, float]
) -> Account:
    """Account for one claim sentence that is aligned with the articles; `features` are the sentence's."""
    return _Accountant(cluster, matcher, reading, alignment).account(features)


class _Accountant:
    """Accounts for one claim sentence, each token in the first element that takes it."""

    def __init__(self, cluster: ClusterReading, matcher: Matcher, reading: Reading, alignment: Alignment) -> None:
        self.cluster = cluster
        self.matcher, self.strict = matcher, matcher.strict
        self.reading = reading
        self.alignment = alignment
        self.tokens = reading.parse.tokens
        self.features: defaultdict[str, float] = defaultdict(float)
        self.done: set[int] = set()
        self.measured: set[int] = set()
        """Tokens of figures and times."""

    def account(self, features: Mapping[str, float]) -> Account:
        """Collect the elements, and count what is missing by feature."""
        found = [*self._names(), *self._figures(), *self._scores_and_clocks(), *self._times()]
        self.measured = {token.i for token in self.tokens for held in found if held.kind in {"figure", "time"}
                         and held.start <= token.start and token.end <= held.end}  # fmt: skip
        found += self._words()
        found += [*self._parties(), *untold_parties(self.reading, self.alignment.sides)]
        found += self._clauses()
        found += account_of_polarity(self.cluster, self.strict, self.reading)
        found += account_of_modality(self.cluster, self.strict, self.reading)
        found += account_of_small_words(self.cluster, self.strict, self.reading)
        found += others_deeds(self.cluster, self.strict, self.reading)
        found += of_others(self.cluster, self.strict, self.reading)
        found += self._conflicts()
        found = [borne_by_saying(self.cluster, self.matcher, self.reading, held) for held in self._with_replaced(found)]
        dated = (as_dated(self.cluster, self.reading, held) for held in found)
        found = [as_unmistakable(self.reading, borne_by_mirror(self.cluster, held, self.alignment.mirrored))
                 for held in dated]  # fmt: skip
        elements = tuple(sorted(found, key=lambda held: (held.start, held.end, held.kind)))
        for held in elements:
            if held.state == "unaccounted" and held.feature:
                self.features[held.feature] += held.amount
        self.features.update(alone_apart(self.matcher, elements))
        self.features.update(coherence(self.cluster, self.matcher, self.reading, features))
        text = self.reading.parse.text
        return Account(
            elements, dict(self.features), self.matcher.sites, bool(self.alignment.told), text,
            verbatim(self.cluster, text), covered(self.cluster, self.matcher, self.reading, elements),
        )  # fmt: skip

    def _spot(self, match: Match) -> Spot:
        """Return the place of a match as a span of evidence."""
        token = self.cluster.readings[match.unit].parse.tokens[match.token]
        return match.unit, token.start, token.end

    def _names(self) -> Iterator[Held]:
        """Account for each name; ordinary words with a headline's capitals are left to `_words`."""
        for whole in self.reading.names:
            name = without_plain_words(self.cluster, self.matcher, self.reading, whole)
            held = range(name.start, name.end)
            written = [self.tokens[at] for at in held
                       if self.tokens[at].text.strip("-‑–—/") and not ends_figure(self.reading, at)]  # fmt: skip
            ordinary = all(self.cluster.casing.ordinary(token.lower) for token in written)
            # A headline's capitals make names of ordinary words: only the articles or the lexicon can tell.
            told = name.nation or self.cluster.matching(name) or other_spellings().get(" ".join(name.words))
            if ordinary and not (told and written):
                continue  # ordinary words with a headline's capitals
            self.done.update(held)
            yield self._name(name)

    def _name(self, name: Name) -> Held:
        """Account for one name: where the event is told, misspelt, elsewhere, in part, or nowhere."""
        start, end = self.tokens[name.start].start, self.tokens[name.end - 1].end
        place = name.kind == "place" and any(
            self.tokens[self.tokens[at].head].dep == "prep" for at in range(name.start, name.end)
        )
        kind: ElementKind = "place" if place else "name"
        error: ErrorType = "place" if place else "entity"
        spots = list(bearers(self.cluster, self.matcher, self.reading, name))
        here = [spot for spot in spots if spot[0] in self.matcher.scene]
        if here:
            return Held(kind, start, end, "borne_out", tuple(here[:3]), tokens=tuple(range(name.start, name.end)))
        written = self.reading.parse.text[start:end]
        slip = None if spots else next(misspelt(self.cluster, self.matcher, name), None)
        if slip is not None:
            spelt = self.cluster.readings[slip[0]].parse.text[slip[1] : slip[2]]
            return Held(kind, start, end, "borne_out", (slip,), f"the articles spell it “{spelt}”")
        if spots:
            return Held(
                kind, start, end, "unaccounted", tuple(spots[:1]),
                f"the articles name “{written}”, but of something else", f"{kind}_elsewhere", 1.0, error,
            )  # fmt: skip
        parts = [at for at in range(name.start, name.end) if self.reading.keys[at]]
        partly = sum(bool(self.matcher.matches(at)) for at in parts)
        feature = f"{kind}_partly" if partly else f"{kind}_missing"
        return Held(kind, start, end, "unaccounted", (), f"no article names “{written}”", feature, 1.0, error)

    def _figures(self) -> Iterator[Held]:
        """Account for each figure, with the words of its unit."""
        for figure in self.reading.figures:
            own = [token.i for token in self.tokens if figure.start <= token.start and token.end <= figure.end]
            for token in self.tokens[own[-1] + 1 if own and figure.unit else len(self.tokens) :]:
                if not is_of_unit(figure.unit, token.text):
                    break
                own.append(token.i)
            while own and own[0] and goes_before(self.tokens[own[0] - 1]):
                own.insert(0, own[0] - 1)
            self.done.update(own)
            held = account_of_figure(self.cluster, self.matcher, self.reading, figure)
            if held.state == "borne_out" and is_converted(figure, self.cluster.figures):
                self.done.add(figure.head_token)  # the word of its unit stands nowhere
            yield held

    def _scores_and_clocks(self) -> Iterator[Held]:
        """Account for scores and times of day, whose digits are no figures."""
        for held in (*account_of_scores(self.cluster, self.reading), *account_of_clocks(self.cluster, self.reading)):
            self.done.update(token.i for token in self.tokens if token.start < held.end and held.start < token.end)
            yield held

    def _times(self) -> Iterator[Held]:
        """Account for each time; a relative day (`today`) that no article has is nobody's invention."""
        for token in self.tokens:
            if token.i in self.done:
                continue
            found = time_words(self.reading.parse, token)
            if not found:
                continue
            word = max(found, key=len)
            self.done.update([token.i, *day_of(self.reading.parse, token, word)])
            plain = word.rpartition(" ")[2]
            units = [
                unit for unit, other in enumerate(self.cluster.readings)
                if tells_time(other, self.cluster.unit_words[unit], word)
            ]  # fmt: skip
            here = [unit for unit in units if unit in self.matcher.scene]
            spots = tuple(self._time_spots(here or units, token.lower, plain))[:2]
            if here:
                yield Held("time", token.start, token.end, "borne_out", spots)
            # `Today` of an article is yesterday's of the next: its absence says nothing.
            elif token.lower in _RELATIVE_DAYS:
                continue
            elif units:
                reason = f"the articles have “{token.text}”, but of something else"
                yield Held("time", token.start, token.end, "unaccounted", spots, reason, "time_elsewhere", 1.0, "time")
            else:
                yield Held("time", token.start, token.end, "unaccounted", (), f"no article has “{token.text}”",
                           "time_missing", 1.0, "time")  # fmt: skip

    def _time_spots(self, units: list[int], word: str, plain: str) -> Iterator[Spot]:
        """Find the word for a time in each of some sentences."""
        for unit in units:
            for token in self.cluster.readings[unit].parse.tokens:
                if token.lower == word or token.lower.startswith(plain):
                    yield unit, token.start, token.end
                    break

    def _words(self) -> Iterator[Held]:
        """Account for all content words that no other element has taken; predicates weigh more than others."""
        predicates = {frame.predicate for frame in self.reading.frames}
        for at in self.matcher.words:
            if at not in self.done:
                yield self._word(at, "predicate" if at in predicates else "word")

    def _word(self, at: int, kind: ElementKind) -> Held:
        """Account for a word by the best match where the event is told, then by the best anywhere."""
        token = self.tokens[at]
        here, anywhere = self.matcher.here(at), self.matcher.anywhere(at)
        group = "verb" if kind == "predicate" and token.pos in {"VERB", "AUX"} else _CLASSES.get(token.pos, "noun")
        if any(character.isdigit() for character in token.text):
            group = "digits"
        if kind == "predicate" and token.lemma in word_list("says", "plain"):
            group = "saying"
        error: ErrorType = "predicate" if kind == "predicate" else "invented"
        if here is not None and here.grade >= SURE:
            return Held(kind, token.start, token.end, "borne_out", (self._spot(here),), tokens=(at,))
        if here is not None and here.grade >= LOOSE:
            near = self.cluster.readings[here.unit].parse.tokens[here.token].text
            return Held(
                kind, token.start, token.end, "unaccounted", (self._spot(here),),
                f"no article says “{token.text}”, the nearest has “{near}”", f"{group}_near", 1.0, error, (at,),
            )  # fmt: skip
        if anywhere is not None and anywhere.grade >= SURE:
            return Held(
                kind, token.start, token.end, "unaccounted", (self._spot(anywhere),),
                f"the articles have “{token.text}”, but of something else", f"{group}_elsewhere", 1.0, error, (at,),
            )  # fmt: skip
        return Held(
            kind, token.start, token.end, "unaccounted", (), f"no article mentions “{token.text}”", f"{group}_missing",
            1.0, error, (at,),
        )  # fmt: skip

    def _parties(self) -> Iterator[Held]:
        """Account for who does it, to whom, where and how, where the articles have both words."""
        for frame in self.reading.frames:
            if not self.reading.keys[frame.predicate]:
                continue
            for role, indices in (("agent", frame.agents), ("patient", frame.patients),
                                  ("oblique", tuple(index for _, index in frame.obliques))):  # fmt: skip
                for index in indices:
                    if index == frame.predicate or not self.reading.keys[index] or ends_figure(self.reading, index):
                        continue
                    held = self._party(frame, role, index)
                    if held is not None:
                        yield held

    def _party(self, frame: Frame, role: str, index: int) -> Held | None:
        """Account for one argument with its predicate; None where one of the two is missing by itself."""
        said, party = self.tokens[frame.predicate], self.tokens[index]
        grade, one, other = self.matcher.joined(frame.predicate, index)
        if grade >= JOINED and one is not None and other is not None:
            return Held("party", party.start, party.end, "borne_out", (self._spot(one), self._spot(other)),
                        tokens=(frame.predicate, index))  # fmt: skip
        if not (self.matcher.matches(frame.predicate) and self.matcher.matches(index)):
            if not self.matcher.matches(index) and party.pos in {"NOUN", "PROPN"}:
                self.features[f"{role}_strange"] += 1
            return None  # one of the two is missing by itself
        return Held(
            "party", party.start, party.end, "unaccounted", (),
            f"no article connects “{party.text}” with “{said.text}”", f"{role}_apart", 1.0, "roles",
            (frame.predicate, index),
        )  # fmt: skip

    def _clauses(self) -> Iterator[Held]:
        """Find clauses of several words of which no article has a single one: an invented detail."""
        tops = [at for at in self.matcher.words if self._strange_below(at) >= STRANGE]
        inside = {below for at in tops for below in self.reading.parse.subtree(at) if below != at}
        for at in tops:
            if at not in inside:
                below = [index for index in self.reading.parse.subtree(at) if self.reading.keys[index]]
                start, end = self.tokens[below[0]].start, self.tokens[below[-1]].end
                written = self.reading.parse.text[start:end]
                yield Held("word", start, end, "unaccounted", (), f"no article has anything of “{written}”",
                           "clause_missing", float(len(below)), "invented", tuple(below))  # fmt: skip

    def _conflicts(self) -> Iterator[Held]:
        """Turn the surest conflict of each kind into an element."""
        kinds: Mapping[str, ElementKind] = {
            "number": "figure", "entity": "party", "roles": "party", "negation": "polarity", "predicate": "predicate",
            "modality": "modality", "time": "time", "place": "place",
        }  # fmt: skip
        # Conflicts are sorted by weight, so the first of a kind is the surest.
        seen: set[str] = set()
        for conflict in self.alignment.conflicts:
            if conflict.kind not in seen:
                seen.add(conflict.kind)
                yield self._contradicted(kinds[conflict.kind], conflict)

    def _with_replaced(self, found: list[Held]) -> list[Held]:
        """Mark names and predicates as unsupported in whose place a sentence has another."""
        replaced: dict[tuple[int, int], Held] = {}
        for each in opposed_words(self.cluster, self.strict, self.reading):
            told = self._opposite(each.token, each.unit, each.other, "deed_opposed")
            replaced[told.start, told.end] = told
        for one in substitutes(self.cluster, self.strict, self.reading):
            held = self._replaced(one)
            if held is not None:
                replaced.setdefault((held.start, held.end), held)
        return [held for held in found if (held.start, held.end) not in replaced or held.state == "contradicted"
                or held.kind == "party"] + list(replaced.values())  # fmt: skip

    def _replaced(self, one: Substitute) -> Held | None:
        """Make the element for a word that another replaces; None where that may mean the same."""
        mine = self.tokens[one.token]
        other = self.cluster.readings[one.unit].parse.tokens[one.other]
        spots = ((one.unit, other.start, other.end),)
        name = self.reading.name_at(one.token)
        if name is not None and in_told_deed(self.cluster, name, self.alignment):
            return None  # a sentence has the deed with its parties: the other name does it elsewhere
        if name is not None and one.weight >= REPLACED and names_apart(self.cluster, one, name, mine, other):
            start, end = self.tokens[name.start].start, self.tokens[name.end - 1].end
            kind: ElementKind = "place" if name.kind == "place" else "name"
            theirs = self.cluster.readings[one.unit]
            named = theirs.parse.text[slice(*theirs.name_span(one.other))]
            reason = f"the sentence that tells the rest has “{named}” there"
            return Held(kind, start, end, "unaccounted", spots, reason, "name_replaced", 1.0,
                        "place" if kind == "place" else "entity")  # fmt: skip
        verb = phrasal(self.cluster.readings[one.unit].parse, other)
        if name is None and one.rest >= OPPOSED and self._opposed(mine, verb):
            return self._opposite(one.token, one.unit, one.other, "opposite")
        return None

    def _opposite(self, at: int, unit: int, other: int, feature: str) -> Held:
        """Make the element for a word whose opposite a sentence has in its place."""
        parse = self.cluster.readings[unit].parse
        mine, theirs = self.tokens[at], parse.tokens[other]
        said, told = written(self.reading.parse, mine), written(parse, theirs)
        return Held(
            "predicate", mine.start, mine.end, "contradicted", ((unit, theirs.start, theirs.end),),
            f"the articles say “{told}”, not “{said}”", feature, 1.0, "predicate", (at,),
        )  # fmt: skip

    def _opposed(self, mine: Token, other: str) -> bool:
        """Tell a deed's opposite from the same deed told from its other side."""
        verb = phrasal(self.reading.parse, mine)
        return opposite(verb, other) and not sides_of_one(verb, other)

    def _contradicted(self, kind: ElementKind, conflict: Conflict) -> Held:
        """Make the element for a conflict."""
        spot = conflict.spot or (0, len(self.cluster.readings[conflict.unit].parse.text))
        return Held(
            kind, *conflict.span, "contradicted", ((conflict.unit, *spot),), conflict.reason,
            f"conflict_{conflict.kind}", conflict.weight, conflict.kind,
        )  # fmt: skip

    def _strange_below(self, at: int) -> int:
        """Count the nouns, verbs and adjectives under a word, itself included; 0 where an article has any.

        Parts of a hyphenated word are one, and figures and times are accounted for by themselves.
        """
        inside = [index for index in self.reading.parse.subtree(at) if self.reading.keys[index]]
        if any(self.matcher.matches(index) for index in inside):
            return 0
        own = [index for index in inside if index not in self.measured and self.tokens[index - 1].text != "-"]
        kinds = [self.tokens[index].pos for index in own]
        return sum(kind in _TELLING for kind in kinds) if {"NOUN", "PROPN", "VERB"} & set(kinds) else 0

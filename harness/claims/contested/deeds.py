"""Facts on which independent articles differ: opposite words, other doers or places, planned here and done there."""

from collections import defaultdict
from itertools import combinations

from harness.claims.contested.statements import Said, Statements
from harness.claims.frames import Frame
from harness.claims.meaning import concept, opposed
from harness.claims.sentence_analysis import Reading, phrase, phrase_text
from harness.claims.thesaurus import opposite
from harness.language.lexical import lexicon, stem, word_list
from harness.records import ContestedFact


def opposite_facts(sentences: Statements) -> list[ContestedFact]:
    """Find things that independent articles describe by opposite words."""
    described: dict[str, list[tuple[str, bool, Said]]] = defaultdict(list)
    for number, reading in enumerate(sentences.readings):
        tokens = reading.parse.tokens
        for token in tokens:
            describes = token.dep == "amod" and token.pos == "ADJ" and token.lower not in word_list("light", "picking")
            if describes and tokens[token.head].pos == "NOUN":
                described[reading.keys[token.head]].append(
                    # False: the word picks or colours the noun; True, below: it is what the sentence says of it.
                    (token.lower, False, sentences.said(number, (token.start, token.end)))
                )
        for frame in reading.frames:
            predicate = tokens[frame.predicate]
            who = frame.agents if frame.kind == "copula" else frame.patients if predicate.tag == "VBN" else ()
            for index in () if frame.negated else who:
                keys = frozenset({reading.keys[index]})
                if tokens[index].pos == "PRON":
                    keys = sentences.plural_before(number) if tokens[index].lower in {"they", "both"} else frozenset()
                said = sentences.said(number, (predicate.start, predicate.end))
                for key in keys - {""}:
                    described[key].append((predicate.lower, True, said))
    facts = []
    for thing, words in described.items():
        if not thing:
            continue
        pairs = {
            (min(first, second), max(first, second))
            for (first, whole, one), (second, all_of_it, other) in combinations(words, 2)
            if first != second
            and sentences.are_apart(one.unit, other.unit)
            # Beside a noun WordNet's opposites mostly pick one of several things, as `picking` words do.
            and (opposite(first, second) if whole and all_of_it else opposed(first, second))
        }
        for pair in sorted(pairs):
            sides = [(word, [said for mine, _, said in words if mine == word]) for word in pair]
            facts.append(sentences.fact(thing, "description", sides))
    return facts


def _camps(reading: Reading, index: int) -> frozenset[str]:
    """List the sides that a party belongs to: a country, an army, rebels; none where its words name no side."""
    inside = phrase(reading.parse, index)
    nations = {name.nation for name in reading.names if name.nation and name.start in inside}
    lines = [line.split() for line in lexicon()["roles"]["camps"].strip().splitlines()]
    stems = {reading.parse.tokens[at].stem for at in inside}
    return frozenset(nations or {line[0] for line in lines if stems & {stem(word) for word in line}})


def party_facts(sentences: Statements) -> list[ContestedFact]:
    """Find deeds, and blame for them, that independent articles lay at different doors."""
    deeds: dict[tuple[str, str], list[tuple[frozenset[str], frozenset[str], Said]]] = defaultdict(list)
    for number, reading in enumerate(sentences.readings):
        for frame in reading.frames:
            blame = frame.concept == concept("responsible") and frame.kind in {
                "copula",
                "blamed",
                "preposition",
                "verb",
            }
            deed = frame.kind == "verb" and frame.modality == "actual" and frame.concept in _exclusive()
            if frame.negated or not (blame or deed):
                continue
            about = (*frame.patients, *(index for name, index in frame.obliques if name == "for" and blame))
            for topic, agent in ((topic, agent) for topic in about for agent in frame.agents):
                keys = frozenset(reading.keys[i] for i in phrase(reading.parse, agent) if reading.keys[i])
                camps = _camps(reading, agent)
                # Without a side (`a man`), two doers may be one person; blame needs none, since it names whom it means.
                attributable = blame or (camps and _is_doer(reading, frame, agent))
                if keys and reading.keys[topic] and reading.parse.tokens[agent].pos != "PRON" and attributable:
                    said = sentences.said(number, phrase_text(reading.parse, agent))
                    name = frame.concept if blame else f"{frame.concept} by"
                    deeds[name, reading.keys[topic]].append((keys, camps if deed else frozenset(), said))
    facts = []
    for (deed_name, thing), statements in sorted(deeds.items()):
        differing = [
            (one, other) for (mine, camp, one), (theirs, camps, other) in combinations(statements, 2)
            if not mine & theirs and not camp & camps and sentences.are_apart(one.unit, other.unit)
            and not _is_generic(mine) and not _is_generic(theirs)
        ]  # fmt: skip
        if differing:
            one, other = differing[0]
            facts.append(sentences.fact(f"{deed_name} {thing}", "party", [(one.value, [one]), (other.value, [other])]))
    return facts


def _is_doer(reading: Reading, frame: Frame, agent: int) -> bool:
    """Accept the deed's own subject, or what stands after its `by`; from further off the parse is often wrong."""
    tokens = reading.parse.tokens
    above = tokens[tokens[agent].head]
    return above.i == frame.predicate or (above.lower == "by" and above.head == frame.predicate)


def _is_generic(keys: frozenset[str]) -> bool:
    """Recognise parties that may be anybody: two men, a suspect, people; others may name them elsewhere."""
    return keys <= {concept(word) for word in (*word_list("roles", "anybody"), "two", "three", "four", "five")}


def _exclusive() -> frozenset[str]:
    """List the deeds that are done once, by one side."""
    return frozenset(concept(word) for word in word_list("roles", "once"))


def place_facts(sentences: Statements) -> list[ContestedFact]:
    """Find kinds of places that independent articles put in different countries, where a speaker insists on one."""
    places: dict[str, list[tuple[str, bool, Said]]] = defaultdict(list)
    for number, reading in enumerate(sentences.readings):
        tokens = reading.parse.tokens
        insists = any(saying.distant or saying.stance != "asserts" for saying in reading.sayings.values())
        for token in tokens:
            inside_of = tokens[token.head].lower in {"in", "inside", "within", "into"}
            if token.dep != "pobj" or token.pos != "NOUN" or not inside_of:
                continue
            inside = phrase(reading.parse, token.i)
            nations = {name.nation for name in reading.names if name.nation and name.start in inside}
            if len(nations) == 1:
                said = sentences.said(number, phrase_text(reading.parse, token.i))
                places[reading.keys[token.i]].append((nations.pop(), insists, said))
    facts = []
    for thing, statements in sorted(places.items()):
        disputed = {
            nation
            for (mine, insists, one), (theirs, claims, other) in combinations(statements, 2)
            if mine != theirs and (insists or claims) and sentences.are_apart(one.unit, other.unit)
            for nation in (mine, theirs)
        }
        sides = [[said for nation, _, said in statements if nation == country] for country in sorted(disputed)]
        if sides:
            facts.append(sentences.fact(f"in whose {thing}", "place", [(side[0].value, side) for side in sides]))
    return facts


_SPOKEN = frozenset(concept(word) for word in ("say", "think", "ask", "claim", "call"))


def progress_facts(sentences: Statements) -> list[ContestedFact]:
    """Find deeds that one article has as planned and another as done."""
    deeds: dict[tuple[str, str], list[tuple[bool, Said]]] = defaultdict(list)
    for number, reading in enumerate(sentences.readings):
        tokens = reading.parse.tokens
        for frame in reading.frames:
            if frame.kind != "verb" or frame.negated or frame.concept in _SPOKEN or not _is_told(reading, frame):
                continue
            span = (tokens[frame.predicate].start, tokens[frame.predicate].end)
            for index in frame.patients:
                key = reading.keys[index]
                if key and key not in _SPOKEN and tokens[index].pos != "PRON":
                    said = sentences.said(number, span, f" ({frame.modality})")
                    deeds[frame.concept, key].append((frame.modality == "actual", said))
    facts = []
    for (deed, thing), statements in sorted(deeds.items()):
        done = [said for actual, said in statements if actual]
        ahead = [said for actual, said in statements if not actual]
        pairs = [(one, other) for one in ahead for other in done if sentences.are_apart(one.unit, other.unit)]
        if pairs:
            one, other = pairs[0]
            sides = [(one.value, [one]), (other.value, [other])]
            facts.append(sentences.fact(f"{deed} {thing}", "progress", sides, True))
    return facts


def _is_told(reading: Reading, frame: Frame) -> bool:
    """Tell deeds said to be done or planned from those merely named."""
    past = reading.parse.tokens[frame.predicate].tag in {"VBD", "VBN"}
    return frame.modality == "planned" or (frame.modality == "actual" and past)

"""Offices that one article gives a person and another calls former ones; names spelled in two ways."""

import re
from collections import defaultdict
from itertools import combinations

from harness.claims.contested.statements import Said, Statements
from harness.claims.entities import Name, near_spelling, same_name
from harness.language.lexical import word_list
from harness.records import ContestedFact

_PAST = re.compile(r"\b(?:ex|former|ousted|deposed|late|then)\b")
_SOFT_HYPHEN = "\u00ad"


def office_facts(sentences: Statements) -> list[ContestedFact]:
    """Find persons whom one article gives an office and another calls a former holder."""
    now: dict[Name, list[Said]] = defaultdict(list)
    former: dict[Name, list[Said]] = defaultdict(list)
    for number, reading in enumerate(sentences.readings):
        tokens = reading.parse.tokens
        for name in reading.names:
            if not name.title:
                continue
            start = max(0, name.start - 4)
            before = " ".join(token.lower for token in tokens[start : name.start])
            said = sentences.said(number, (tokens[start].start, tokens[name.end - 1].end))
            past = name.title.startswith("ex-") or bool(_PAST.search(before))
            (former if past else now)[name].append(said)
    facts = []
    for name, statements in now.items():
        for other, earlier in former.items():
            if same_name(name, other) and set(name.words) & set(other.words):
                apart = [(one, two) for one in statements for two in earlier if sentences.are_apart(one.unit, two.unit)]
                if apart:
                    one, two = apart[0]
                    sides = [(one.value, [one]), (two.value, [two])]
                    facts.append(sentences.fact(f"office of {' '.join(name.words)}", "office", sides))
    return facts


def spelling_facts(sentences: Statements) -> list[ContestedFact]:
    """Find full names that differ in the spelling of one word, inside one article too: one of the two is wrong."""
    spellings: dict[tuple[str, ...], tuple[Name, list[Said]]] = {}
    for number, reading in enumerate(sentences.readings):
        for name in reading.names:
            # A title inside a name means a badly cut name; a soft hyphen splits one name into two spellings.
            titled = set(name.words) & word_list("roles", "titles")
            if len(name.words) >= 2 and not titled and not name.nation and _SOFT_HYPHEN not in "".join(name.words):
                span = (reading.parse.tokens[name.start].start, reading.parse.tokens[name.end - 1].end)
                spellings.setdefault(name.words, (name, []))[1].append(sentences.said(number, span))
    facts = []
    for (one, mine), (other, theirs) in combinations(spellings.values(), 2):
        if "person" in {one.kind, other.kind} and near_spelling(one, other):
            sides = [(mine[0].value, mine), (theirs[0].value, theirs)]
            facts.append(sentences.fact(f"spelling of {' '.join(one.words)}", "spelling", sides))
    return facts

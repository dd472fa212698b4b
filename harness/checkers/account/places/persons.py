"""Ages and countries that the articles give somebody else: `Moe, 27, marries Lind`, where Moe is 34 and Lind is 27."""

from collections.abc import Iterator

from harness.checkers.account.elements import Held
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.entities import Name, same_name
from harness.claims.persons import ages, countries
from harness.claims.sentence_analysis import Reading

BIRTHDAY = 1
"""Years by which two articles may differ about one age."""


def others_ages(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find ages of persons to whom the articles give another one, or who share none with the one it is of."""
    for name, age in ages(reading):
        own = [each for each in cluster.ages if same_name(name, each[1])]
        if any(abs(found.value - age.value) <= BIRTHDAY for _, _, found in own):
            continue
        theirs = [each for each in cluster.ages if each[2].value == age.value and not same_name(name, each[1])]
        # Without an age of the claim's own person, all that the articles have of so many must be somebody else's age.
        every = [unit for unit, found in cluster.figures if found.value == age.value]
        if not (own or (theirs and len(every) == len(theirs))):
            continue
        unit, other, found = (own or theirs)[0]
        spot = (unit, found.start, found.end)
        said = cluster.readings[unit].parse.text[found.start : found.end]
        instead = reading.parse.text[age.start : age.end] if own else f"“{_written(reading, name)}”"
        reason = f"the articles have “{_written(cluster.readings[unit], other)}” as {said}, not {instead}"
        yield Held("figure", age.start, age.end, "unaccounted", (spot,), reason, "figure_rival", 1.0, "number")


def others_countries(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Find countries of persons that the articles have of somebody else only: `Britain's Hauge`, of Cole."""
    for name, nation, token in countries(reading):
        theirs = [each for each in cluster.countries if each[2] == nation]
        if not theirs or cluster.nations[nation] > len(theirs) or any(same_name(name, each[1]) for each in theirs):
            continue
        unit, other, _, there = theirs[0]
        reason = f"the articles have “{there.text}” of “{_written(cluster.readings[unit], other)}”"
        reason += f", not of “{_written(reading, name)}”"
        # As firm as a torn name: a model that knows words reads any name beside a country as its own.
        yield Held("place", token.start, token.end, "unaccounted", ((unit, there.start, there.end),), reason,
                   "name_torn", 1.0, "place", (token.i,))  # fmt: skip


def _written(reading: Reading, name: Name) -> str:
    """Return a name as its sentence writes it."""
    return reading.parse.text[slice(*reading.name_span(name.start))]

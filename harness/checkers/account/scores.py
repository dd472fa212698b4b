"""The account of digits that are no figure: scores, `3-1`, whose order says who won, and times of day."""

import re
from collections.abc import Iterator
from itertools import combinations

from harness.checkers.account.elements import Held, Spot
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.figures.clocks import clocks, same_clock
from harness.claims.sentence_analysis import Reading
from harness.language.numerals import number_values
from harness.language.text import words

_SCORE = re.compile(
    r"(?<![\w.,/$£€-])(\d{1,3})[-–](\d{1,3})(?![\w,/%-]|\.\d|\s?(?:[ap]\.?m|per\s?cent|percent)\b)", re.IGNORECASE
)
_PAIR = re.compile(
    r"(?<![\w.,-])(\d{1,3})(?:\s?[-–:/]\s?|\s+(?:votes?\s+|runs?\s+|goals?\s+|points?\s+|to|and|against|v)+\s*)(\d{1,3})(?![\w-]|,\d|\.\d)"
)
_TALLY = re.compile(r"\bvote[sd]? (\d{1,3}) to (\d{1,3})(?![\w-]|,\d|\.\d)")
"""How many were for and how many against, of those who voted."""
_LOSING = frozenset({
    "lose", "loses", "lost", "losing", "loss", "losses", "fall", "falls", "fell", "fallen", "beaten", "trail", "trails",
    "trailed", "slump", "slumps", "slumped", "suffer", "suffers", "suffered", "crash", "crashes", "crashed", "fail",
    "fails", "failed",
})  # fmt: skip
"""Words of the side that has the fewer: a score told from there is the other way round."""


def account_of_scores(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Account for each score of a claim: where a sentence has it, told from the same side."""
    text = reading.parse.text
    for found in _SCORE.finditer(text):
        start, end = found.span()
        if any(figure.start < end and start < figure.end for figure in reading.figures):
            continue  # a range
        score = int(found[1]), int(found[2])
        spots = list(_told(cluster, score, losing=_is_losing(text)))
        if spots:
            yield Held("figure", start, end, "borne_out", tuple(spots[:3]))
            continue
        turned = next(_pairs(cluster, score[::-1]), None) if score[0] != score[1] else None
        reason = f"no article has the score “{found.group()}”"
        if turned is not None:
            written = cluster.readings[turned[0]].parse.text[turned[1] : turned[2]]
            reason += f"; the closest has it the other way round, “{written}”"
        yield Held("figure", start, end, "unaccounted", (turned,) if turned else (), reason,
                   "figure_missing", 1.0, "number")  # fmt: skip
    yield from _tallies(cluster, reading)


def _tallies(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Account for tallies, `votes 18 to 31`, that the articles have the other way round only."""
    text = reading.parse.text
    for found in _TALLY.finditer(text):
        tally = int(found[1]), int(found[2])
        turned = next(_pairs(cluster, tally[::-1]), None) if tally[0] < tally[1] else None
        if turned is not None and not any(_told(cluster, tally, losing=_is_losing(text))):
            written = cluster.readings[turned[0]].parse.text[turned[1] : turned[2]]
            reason = f"the articles have it the other way round, “{written}”"
            yield Held(
                "figure", found.start(1), found.end(2), "unaccounted", (turned,), reason, "figure_rival", 1.0, "number"
            )


def _is_losing(text: str) -> bool:
    """Tell whether a text is told from the side that has the fewer."""
    return not _LOSING.isdisjoint(words(text))


def _told(cluster: ClusterReading, score: tuple[int, int], *, losing: bool) -> Iterator[Spot]:
    """Yield the places of a score: as it is, from the other side, or its numbers one by one in a sentence."""
    # Who has more stands first by custom, so that `lost 3-1` and `lost 1-3` are one.
    for spot in _pairs(cluster, score):
        if score[0] >= score[1] or losing == _is_losing(cluster.units[spot[0]].text):
            yield spot
    for spot in _pairs(cluster, score[::-1]):
        if losing != _is_losing(cluster.units[spot[0]].text) or (losing and score[0] < score[1]):
            yield spot
    for unit, reading in enumerate(cluster.readings):
        text = reading.parse.text
        if _PAIR.search(text):
            continue  # its numbers are those of another score, or of this one the other way round
        values = [(span, int(value)) for span, value in number_values(text) if value in score]
        for (first, one), (_, other) in combinations(values, 2):
            if (one, other) == score or ((other, one) == score and score[0] > score[1]):
                yield unit, *first


def _pairs(cluster: ClusterReading, score: tuple[int, int]) -> Iterator[Spot]:
    """Yield where sentences have two numbers side by side, as a score or a tally."""
    for unit, reading in enumerate(cluster.readings):
        for found in _PAIR.finditer(reading.parse.text):
            if (int(found[1]), int(found[2])) == score:
                yield unit, *found.span()


def account_of_clocks(cluster: ClusterReading, reading: Reading) -> Iterator[Held]:
    """Account for each time of day of a claim."""
    for mine in clocks(reading.parse.text):
        told = [(unit, other) for unit, one in enumerate(cluster.readings) for other in clocks(one.parse.text)]
        spots = tuple((unit, other.start, other.end) for unit, other in told if same_clock(mine, other))
        written = reading.parse.text[mine.start : mine.end]
        if spots:
            yield Held("time", mine.start, mine.end, "borne_out", spots[:3])
        else:
            nearest = tuple((unit, other.start, other.end) for unit, other in told[:1])
            yield Held("time", mine.start, mine.end, "unaccounted", nearest, f"no article has the time “{written}”",
                       "time_missing", 1.0, "time")  # fmt: skip

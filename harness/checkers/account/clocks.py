"""The account of times of day: whether an article has the same, however it writes it."""

from collections.abc import Iterator

from harness.checkers.account.elements import Held
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.figures.clocks import clocks, same_clock
from harness.claims.sentence_analysis import Reading


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

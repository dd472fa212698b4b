"""What of a claim the articles have of others, all kinds of it."""

from collections.abc import Iterator

from harness.checkers.account.elements import Held
from harness.checkers.account.matching import Matcher
from harness.checkers.account.places.causes import others_causes
from harness.checkers.account.places.counts import crossed_counts, others_counts
from harness.checkers.account.places.dates import others_times
from harness.checkers.account.places.deeds import others_places
from harness.checkers.account.places.earlier import earlier_deeds
from harness.checkers.account.places.extent import unsaid_extent
from harness.checkers.account.places.likeness import Parties
from harness.checkers.account.places.persons import others_ages, others_countries
from harness.checkers.account.places.speakers import others_words
from harness.checkers.account.places.torn import torn_names
from harness.checkers.account.places.undone import undone_things
from harness.checkers.account.places.where import others_scenes
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.sentence_analysis import Reading


def of_others(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find parties, counts and speakers in whose place the articles have another, and what goes further than they."""
    parties = Parties(cluster, matcher, reading)
    yield from others_places(parties)
    yield from others_counts(parties)
    yield from crossed_counts(parties)
    yield from others_ages(cluster, reading)
    yield from others_countries(cluster, reading)
    yield from others_times(parties)
    yield from others_words(parties)
    yield from others_causes(parties)
    yield from others_scenes(parties)
    yield from earlier_deeds(parties)
    yield from unsaid_extent(cluster, matcher, reading)
    yield from undone_things(cluster, matcher, reading)
    yield from torn_names(cluster, reading)

"""Try every edit on every true headline, at most one change of each; report what cannot be made, and drop nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from pydantic import Field

from harness.claims.parsing.parse import Parser
from harness.language.text import normalise, word_spans
from harness.perturbations import entity_errors, harmless, predicate_errors
from harness.perturbations.change import Change, Edit, Means
from harness.perturbations.context import Context, Headline, Spelling, strangers, titles_and_references
from harness.records import Cluster, Identifier, Record

ERRORS: Mapping[str, Edit] = {
    "number": entity_errors.number,
    "entity": entity_errors.entity,
    "roles": predicate_errors.roles,
    "negation": predicate_errors.negation,
    "predicate": predicate_errors.predicate,
    "attribution": predicate_errors.attribution,
    "time": entity_errors.time,
    "place": entity_errors.place,
    "invented": entity_errors.invent,
}
"""Edits that make a true headline false, by the type of error."""
HARMLESS: Mapping[str, Edit] = {
    "paraphrase": harmless.paraphrase,
    "word order": harmless.word_order,
    "number words": harmless.numbers,
    "aliases": harmless.aliases,
    "padding": harmless.padding,
    "doubled source": harmless.double_source,
    "reordered": harmless.reverse_articles,
}
"""Edits that change nothing of what is said."""
NEIGHBOURS = 6
"""Clusters before and after one that lend it names."""


class PlantedText(Record):
    """A true headline and one change of it."""

    cluster_id: Identifier = Field(description="The cluster that both texts are about.")
    origin: str = Field(description="`reference` or `title`: where the true headline comes from.")
    edit: str = Field(description="The type of error that was planted, or the name of the harmless edit.")
    harmless: bool = Field(description="Whether the changed text is as true as the other.")
    way: str = Field(description="How the edit was made, where there are several ways.")
    original: str = Field(description="The true headline, on one line.")
    text: str = Field(description="The changed text; equal to the true one where the articles were changed.")
    before: str = Field(description="Words that gave way; empty where words were added.")
    after: str = Field(description="Words that took their place; empty where words were taken away.")


@dataclass(frozen=True)
class Planting:
    """One true headline with the changes that could be made of it."""

    original: str
    origin: str
    cluster: Cluster
    """The articles as a checker is to see them: without a title that is the headline itself."""
    planted: tuple[tuple[PlantedText, Cluster], ...]
    """Changed texts, each with the articles that it is to be checked against."""
    not_applicable: tuple[str, ...]
    """Names of the edits that cannot be made of this headline."""


def plant(clusters: Sequence[Cluster], parser: Parser, seed: int) -> Iterator[Planting]:
    """Plant at most one change of each type of error and harmless edit in the true headlines of each cluster, in order.

    A cluster borrows names from its neighbours only, so that memory does not grow with the data. Deterministic: the
    choice among several changes depends on the seed, the cluster's id, the headline and the edit, nothing else.
    """
    contexts: dict[int, Context] = {}
    for at, cluster in enumerate(clusters):
        near = range(max(0, at - NEIGHBOURS), min(len(clusters), at + NEIGHBOURS + 1))
        for index in near:
            if index not in contexts:
                contexts[index] = Context(clusters[index], parser)
        for index in [index for index in contexts if index not in near]:
            del contexts[index]
        here = contexts[at]
        others = strangers(contexts[index] for index in near if index != at)
        lent = [name for names in others.values() for name in names if not here.speaks_of(name.name)]
        for origin, text in titles_and_references(cluster):
            yield plant_in(here.headline(text), origin, lent, seed)


def plant_in(headline: Headline, origin: str, lent: Sequence[Spelling], seed: int) -> Planting:
    """Plant at most one change of each kind in one headline; `lent` are names that the articles do not have."""
    cluster = headline.context.without(headline.text)
    planted = []
    missing = []
    for edit, make in {**ERRORS, **HARMLESS}.items():
        random = Random(f"{seed}|{cluster.cluster_id}|{headline.text}|{edit}")
        changes = [
            change for change in make(headline, Means(lent, random)) if _counts(headline, change, edit in ERRORS)
        ]
        if not changes:
            missing.append(edit)
            continue
        change = random.choice(changes)
        row = PlantedText(
            cluster_id=cluster.cluster_id,
            origin=origin,
            edit=edit,
            harmless=edit in HARMLESS,
            way=change.way,
            original=headline.text,
            text=change.text,
            before=change.before,
            after=change.after,
        )
        planted.append((row, change.cluster or cluster))
    return Planting(headline.text, origin, cluster, tuple(planted), tuple(missing))


def _stutters(text: str) -> bool:
    """Tell whether a word stands twice in a row."""
    words = [text[start:end].lower() for start, end in word_spans(text)]
    return any(first == second for first, second in pairwise(words))


def _counts(headline: Headline, change: Change, error: bool) -> bool:
    """Tell whether a change counts: the text differs in words (or the articles do), and is no other true headline."""
    if change.cluster is not None:
        return True
    key = normalise(change.text).lower()
    if (
        not word_spans(key)
        or (_stutters(key) and not _stutters(headline.text))
        or key == normalise(headline.text).lower()
    ):
        return False
    true = {normalise(text).lower() for _, text in titles_and_references(headline.context.cluster)}
    true |= {normalise(article.title).lower() for article in headline.context.cluster.articles}
    return not error or key not in true

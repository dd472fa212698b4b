"""Controls on whole clusters: what no articles can bear out is never supported, whoever asks and whatever they tell.

Over the demo clusters and two of our own. Gibberish is drawn anew from each cluster's own words; negated headlines and
those with parties exchanged are planted. What is expected of a control needs no reading: its label is not *supported*.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from harness.checkers.base import CheckSession
from harness.checkers.ensemble import Ensemble
from harness.checkers.rules import Rules
from harness.language.text import words
from harness.perturbations.plant import Planting, plant
from harness.records import Article, Cluster, Reference

TOP = Path(__file__).resolve().parent.parent.parent
CONSTANTS = (
    "Breaking news", "Officials say more details to follow", "Two people killed in crash", "Here is what happened",
    "Government announces new plan", "Company says profits rose", "Storm hits coast as thousands flee",
    "Police arrest man after attack", "What we know so far", "Live updates: all you need to know",
    "Everything you need to know today", "President to visit China", "US officials meet in Washington",
    "Leader speaks to people", "Minister to meet leaders", "This is why it matters", "American company reports loss",
)  # fmt: skip
QUARRY = (
    "The Olsen quarry above Tarnby was shut on Monday after a landslide killed two drivers. Inspectors had warned it.",
    "Brekk Stone closed its Tarnby quarry on Monday, a day after a slope gave way. It denied ignoring a warning.",
)
COMET = (
    "Astronomers at the Velm observatory found a comet on Friday with a telescope of 1931. It will pass in August.",
    "A comet discovered at Velm will be visible in August. Its director, Iris Kane, called it the brightest for years.",
)
OWN = (
    (
        "quarry",
        QUARRY,
        ("Quarry shut after landslide kills two drivers at Tarnby", "Brekk Stone denies ignoring warning"),
    ),
    ("comet", COMET, ("Comet found at Velm observatory with 1931 telescope", "Comet to pass Earth in August")),
)
STRANGE = ("velvet", "ladder", "quickly", "marmalade", "of", "seven", "honest", "tide")
PER_CLUSTER = 2
EITHER_WAY = {("roles", "composer-lawsuit")}
"""Exchanged parties that are true as well: the studio takes the composer to court in its turn."""


def clusters() -> list[Cluster]:
    own = [
        Cluster(
            cluster_id=name,
            articles=tuple(Article(article_id=f"{name}-{at}", text=text) for at, text in enumerate(articles)),
            references=tuple(Reference(text=text) for text in references),
        )
        for name, articles, references in OWN
    ]
    rows = (TOP / "data" / "demo" / "clusters.jsonl").read_text(encoding="utf-8").splitlines()
    demo = []
    for row in map(json.loads, rows):
        articles = tuple(
            Article(article_id=each["id"], title=each["title"], text=each["text"]) for each in row["articles"]
        )
        references = tuple(Reference(text=text) for text in row["references"])
        demo.append(Cluster(cluster_id=row["id"], articles=articles, references=references))
    return own + demo


EVERY = {cluster.cluster_id: cluster for cluster in clusters()}


@pytest.fixture(scope="module", params=[Rules, Ensemble], ids=["rules", "ensemble"])
def session(request: pytest.FixtureRequest) -> Iterator[CheckSession]:
    with request.param().open() as opened:
        yield opened


@pytest.fixture(scope="module")
def planted(parser) -> dict[str, list[Planting]]:
    found: dict[str, list[Planting]] = {}
    for planting in plant(list(EVERY.values()), parser, 3):
        if planting.origin == "reference":
            found.setdefault(planting.cluster.cluster_id, []).append(planting)
    return found


def gibberish(cluster: Cluster) -> Iterator[str]:
    """Texts that say nothing, in five shapes, several of each."""
    random = Random(cluster.cluster_id)
    own = [word for article in cluster.articles for word in words(article.text) if word.isalpha()]
    long = [word for word in own if len(word) > 4]
    for _ in range(PER_CLUSTER):
        yield " ".join("".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(3, 8))) for _ in range(6))
        yield " ".join(random.choices(STRANGE, k=8))
        yield " ".join(random.choices(own, k=9))
        yield " ".join(random.choices(long, k=7))
        yield " ".join([random.choice(long)] * random.choice([1, 2, 6]))


def supported(session: CheckSession, cluster: Cluster, texts: list[str]) -> list[str]:
    found = session.check_all(cluster, texts)
    return [text for text, verdicts in zip(texts, found, strict=True) if verdicts[0].label == "supported"]


@pytest.mark.parametrize("name", EVERY)
def test_what_says_nothing_is_not_supported(session: CheckSession, name: str):
    texts = [*gibberish(EVERY[name]), *CONSTANTS]
    assert supported(session, EVERY[name], texts) == []


@pytest.mark.parametrize("name", EVERY)
def test_headlines_of_other_clusters_are_not_supported(session: CheckSession, name: str):
    texts = [other.references[0].text for other in EVERY.values() if other.cluster_id != name]
    assert supported(session, EVERY[name], texts) == []


def test_few_headlines_whose_words_are_shuffled_are_supported(session: CheckSession):
    most = 0.05 if session.signature.startswith("ensemble") else 0.3  # `rules` reads no text alone
    random = Random(9)
    held = tried = 0
    for cluster in EVERY.values():
        texts = []
        for reference in cluster.references:
            order = reference.text.split()
            random.shuffle(order)
            texts.append(" ".join(order))
        held += len(supported(session, cluster, texts))
        tried += len(texts)
    assert held <= most * tried


@pytest.mark.parametrize("edit", ["negation", "roles"])
@pytest.mark.parametrize("name", EVERY)
def test_a_headline_negated_or_with_its_parties_exchanged_is_not_supported(
    session: CheckSession, planted: dict[str, list[Planting]], name: str, edit: str
):
    for planting in planted[name]:
        texts = [row.text for row, _ in planting.planted if row.edit == edit]
        if (edit, name) in EITHER_WAY:
            found = session.check_all(planting.cluster, texts)
            assert all(verdicts[0].label != "contradicted" for verdicts in found)
        else:
            assert supported(session, planting.cluster, texts) == []
        if texts:
            assert session.check(planting.cluster, planting.original)[0].label != "contradicted"


def other_figures(text: str, articles: str) -> str:
    """`text` with each figure in digits made one that the articles do not have."""
    held = set(re.findall(r"\d+(?:[.,]\d+)*", articles))

    def other(found: re.Match[str]) -> str:
        value = float(found.group().replace(",", ""))
        return next(made for step in (7, 8, 10, 11) if (made := f"{3 * value + step:g}") not in held)

    return re.sub(r"\d+(?:[.,]\d+)*", other, text)


@pytest.mark.parametrize("name", EVERY)
def test_a_headline_with_every_figure_changed_is_not_supported(session: CheckSession, name: str):
    cluster = EVERY[name]
    articles = " ".join(f"{article.title} {article.text}" for article in cluster.articles)
    true = [reference.text for reference in cluster.references if re.search(r"\d", reference.text)]
    assert supported(session, cluster, [other_figures(text, articles) for text in true]) == []
    assert all(verdicts[0].label != "contradicted" for verdicts in session.check_all(cluster, true))

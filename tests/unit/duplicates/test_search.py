"""Near-duplicates among many articles: what is found is what comparing every pair finds."""

import random
from itertools import combinations

from harness.duplicates.minhash import BANDS, Sketcher
from harness.duplicates.search import Articles, find_repeated, find_shared, without_repeated
from harness.ingest.near_duplicates import are_near_duplicates
from harness.records import Article, Cluster

WORDS = [f"word{n}" for n in range(2000)]


def text(drawn: random.Random, length: int = 80) -> str:
    return " ".join(drawn.choices(WORDS, k=length))


def cluster(name: str, *texts: str) -> Cluster:
    articles = tuple(Article(article_id=f"a{at}", text=each) for at, each in enumerate(texts))
    return Cluster(cluster_id=name, articles=articles)


def articles(*sides: list[Cluster]) -> Articles:
    found = Articles()
    for side, clusters in enumerate(sides):
        found.add(clusters, side)
    return found


def edited(drawn: random.Random, whole: str) -> str:
    """Cut a text to some length, and change some words of it."""
    words = whole.split()[: drawn.randint(40, 80)]
    for _ in range(drawn.randint(0, 4)):
        words[drawn.randrange(len(words))] = "changed"
    return " ".join(words)


def test_nearly_all_is_found_that_comparing_every_pair_would_find_and_nothing_else():
    drawn = random.Random(1)
    texts = [text(drawn) for _ in range(60)]
    texts += [edited(drawn, drawn.choice(texts)) for _ in range(60)]
    pairs = {
        (one, other)
        for one, other in combinations(range(len(texts)), 2)
        if are_near_duplicates(texts[one], texts[other])
    }
    expected = {other for _, other in pairs}  # each repeats an earlier one
    found = find_repeated(articles([cluster(f"c{at}", each) for at, each in enumerate(texts)]))
    repeated = set(found.repeated.nonzero()[0].tolist())
    assert repeated <= expected
    assert len(repeated) >= 0.95 * len(expected)
    assert found.touched == found.emptied == len(repeated)
    assert len(expected) > 40


def test_the_same_text_a_thousand_times_takes_no_million_of_pairs():
    drawn = random.Random(2)
    whole = text(drawn)
    found = find_repeated(articles([cluster(f"c{at}", whole) for at in range(1000)]))
    assert int(found.repeated.sum()) == 999
    assert found.pairs < 2000


def test_copies_within_a_cluster_are_no_finding():
    drawn = random.Random(3)
    whole = text(drawn)
    found = find_repeated(articles([cluster("c0", whole, whole), cluster("c1", text(drawn))]))
    assert not found.repeated.any()


def test_short_texts_repeat_only_where_all_words_are_equal():
    found = find_repeated(
        articles([cluster("c0", "The dam held."), cluster("c1", "the DAM held"), cluster("c2", "A dam")])
    )
    assert found.repeated.tolist() == [False, True, False]


def test_the_first_stays_and_a_cluster_of_copies_goes():
    drawn = random.Random(4)
    one, other, third = text(drawn), text(drawn), text(drawn)
    clusters = [cluster("c0", one), cluster("c1", one, other), cluster("c2", other), cluster("c3", third)]
    found = find_repeated(articles(clusters))
    kept = list(without_repeated(clusters, found.repeated))
    assert [(each.cluster_id, [article.article_id for article in each.articles]) for each in kept] == [
        ("c0", ["a0"]), ("c1", ["a1"]), ("c3", ["a0"]),
    ]  # fmt: skip


def test_overlap_counts_the_clusters_of_the_first_set_alone():
    drawn = random.Random(5)
    shared = [text(drawn) for _ in range(3)]
    test = [cluster("t0", shared[0]), cluster("t1", shared[1], text(drawn)), cluster("t2", text(drawn))]
    training = [
        cluster(f"n{at}", each) for at, each in enumerate([*shared, shared[0], *(text(drawn) for _ in range(20))])
    ]
    found = find_shared(articles(test, training))
    assert (found.clusters, found.touched, found.emptied) == ((3, 24), 2, 1)
    first = found.worst[0]
    assert (first[1].cluster_id, first[2].cluster_id, first[0].similarity) == ("t0", "n0", 1.0)


def test_a_bucket_of_many_copies_still_finds_each_of_the_other_set():
    drawn = random.Random(6)
    whole = text(drawn)
    test = [cluster(f"t{at}", edited(drawn, whole)) for at in range(30)]
    found = find_shared(articles(test, [cluster("n0", whole)]))
    expected = sum(are_near_duplicates(each.articles[0].text, whole) for each in test)
    assert found.touched == expected > 20


def test_keys_are_shared_as_often_as_the_definition_says():
    # Two texts of 104 words that share their first 54 have 50 of 150 distinct runs of five in common: J = 1/3, and a
    # chance of 1 − (1 − 1/9)^64 = .9995 to share a band; texts that share nothing share none.
    drawn = random.Random(7)
    sketcher = Sketcher()
    hits = 0
    for number in range(200):
        same = [f"s{number}-{at}" for at in range(54)]
        one = " ".join([*same, *(f"x{number}-{at}" for at in range(50))])
        other = " ".join([*same, *(f"y{number}-{at}" for at in range(50))])
        hits += bool((sketcher.bands(one) == sketcher.bands(other)).any())
    assert hits >= 198
    assert not (sketcher.bands(text(drawn)) == sketcher.bands(text(drawn))).any()
    assert BANDS == 64


def test_nothing_is_found_in_nothing():
    assert not find_repeated(Articles()).repeated.any()


def test_texts_without_words_are_no_copies():
    found = find_repeated(articles([cluster("c0", "…"), cluster("c1", "—")]))
    assert not found.repeated.any()

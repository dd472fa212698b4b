import random
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import ModelError
from harness.ingest.near_duplicates import groups
from harness.language.lexical import content_stems
from harness.models.central import Central, closeness
from harness.records import Article, Cluster


def cluster(*articles):
    rows = tuple(Article(article_id=f"a{i}", title=title, text=text) for i, (title, text) in enumerate(articles))
    return Cluster(cluster_id="c", articles=rows)


def test_closeness_is_agreement_plus_support():
    heads = ["Miners saved", "Nine miners saved", "Lima rejoices"]
    texts = ["nine miners saved lima", "miners rescued", ""]
    # Agreement: "miners saved" against "nine miners saved" 2*2/(2+3) = .8, against "Lima rejoices" 0: means .4, .4, 0.
    # Support: miners saved 2/2, 1/2, 0/2 -> .5; nine miners saved 3/3, 1/3, 0 -> 4/9; Lima rejoices 1/2, 0, 0 -> 1/6.
    assert closeness(heads, texts, [0, 1, 2]) == pytest.approx([0.4 + 0.5, 0.4 + 4 / 9, 1 / 6], abs=1e-8)


def test_the_title_that_the_others_echo_is_picked_not_the_first():
    assert (
        Central().pick(
            cluster(
                ("You will not believe this escape", "Rescuers saved nine miners in Lima."),
                ("Rescuers end week of dread", "Nine miners were saved in Lima."),
                ("Nine miners saved in Lima", "The nine miners saved in Lima were safe with rescuers."),
            )
        )
        == "Nine miners saved in Lima"
    )


def test_of_two_titles_the_one_that_the_articles_bear_out_is_picked():
    # With two titles their agreement is one number; only the second title's words stand in the texts.
    picked = Central().pick(
        cluster(("Miracle of the deep", "Nine miners were saved."), ("Nine miners saved", "Rescuers saved the miners."))
    )
    assert picked == "Nine miners saved"


WIRE = (
    "Rescuers lifted nine workers out of the flooded pit near the border early on Sunday after a night of drilling, "
    "the ministry said, and flew all of them to hospital in the capital, where doctors called their state stable."
)


def test_wire_copy_under_three_mastheads_counts_once():
    wire = [(f"Pit workers lifted out {word}", WIRE) for word in ("safely", "alive", "unhurt")]
    own = [
        ("Drama at flooded mine ends well", "The drama at the flooded mine ended well on Sunday for nine families."),
        ("Flooded mine drama ends well for nine", "Nine families were told that the drama at the mine ended well."),
        ("Mine drama ends well", "A drama that held the nation at a flooded mine ended well after a night."),
    ]
    # Counted as three, each wire title would agree with two others and be borne out by three texts.
    assert Central().pick(cluster(*wire, *own)).endswith("ends well")


def test_equal_titles_tie_and_the_first_wins():
    assert Central().pick(cluster(("A mine falls", "x y"), ("a mine FALLS", "x y"))) == "A mine falls"


def test_an_article_without_a_title_votes_but_is_not_chosen():
    # The untitled article's sentence holds all that the two titles say, so it would win; as a vote it lifts the second.
    picked = Central().pick(
        cluster(
            ("Lima cheers the end", "Nine miners were saved."),
            ("Nine miners saved", "Miners are home."),
            ("", "Nine miners were saved, Lima cheers. Nine miners were saved and are home, Lima cheers the end."),
        )
    )
    assert picked == "Nine miners saved"


def test_without_any_title_a_first_sentence_is_picked():
    picked = Central().pick(
        cluster(
            ("", "LIMA (AP) - Nobody expected this on a Monday."),
            ("", "LIMA (AP) - Nine miners were saved in Lima. More follows."),
            ("", "Nine miners, all from Lima, were saved today."),
        )
    )
    assert picked == "Nine miners were saved in Lima."


def test_one_article_gives_its_title():
    assert Central().pick(cluster((" Nine\nsaved ", ""))) == "Nine saved"


def test_a_cluster_without_words_is_a_failure():
    with pytest.raises(ModelError, match="no article of the cluster has a title or a sentence"):
        Central().pick(cluster(("", ""), (" ", "* *")))


def test_max_words_cuts_the_title():
    assert Central(max_words=3).pick(cluster(("Nine miners in Lima saved", "x"))) == "Nine miners"


def closeness_by_pairs(heads, texts, candidates):
    """The definition, written down as it reads: each head against each other head and each text."""
    weights = {index: 1 / len(group) for group in groups(texts) for index in group}
    stems = [Counter(content_stems(head)) for head in heads]
    held = [set(content_stems(text)) for text in texts]

    def mean(weighted):
        total = sum(weight for weight, _ in weighted)
        return sum(weight * value for weight, value in weighted) / total if total else 0.0

    def f1(one, other):
        size = one.total() + other.total()
        return 2 * (one & other).total() / size if size else 0.0

    def share(head, text):
        return sum(count for stem, count in head.items() if stem in text) / head.total() if head else 0.0

    return [
        round(
            mean([(weights[at], f1(stems[own], stems[at])) for at in range(len(heads)) if at != own and stems[at]])
            + mean([(weights[at], share(stems[own], held[at])) for at in range(len(texts))]),
            9,
        )
        for own in candidates
    ]


WORDS = ["flood", "dam", "Hollin", "mayor", "the", "of", "nine", "saved", "miners", "floods"]
TITLES = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TITLES, TITLES), min_size=1, max_size=12))
def test_the_choice_is_that_of_comparing_all_pairs(articles):
    heads, texts = [head for head, _ in articles], [text for _, text in articles]
    every = range(len(heads))
    assert closeness(heads, texts, every) == closeness_by_pairs(heads, texts, every)


def test_time_grows_with_the_number_of_articles_only():
    """Four times as many take about four times as long; compared by pairs they would take sixteen times."""

    def seconds(count):
        drawn = random.Random(count)
        names = [f"word{number}" for number in range(5_000)]
        heads = [" ".join(drawn.choices(names[:100], k=8)) for _ in range(count)]
        texts = [" ".join(drawn.choices(names, k=40)) for _ in range(count)]
        texts[::3] = [f"{text} {drawn.choice(names)}" for text in texts[1::3] + texts[:1]][: len(texts[::3])]
        spent = []
        for _ in range(3):  # the least of three: what else the machine does only adds to it
            began = time.process_time()
            closeness(heads, texts, range(count))
            spent.append(time.process_time() - began)
        return min(spent)

    seconds(100)
    assert seconds(1600) < 10 * seconds(400)

import pytest

from harness.errors import ModelError
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

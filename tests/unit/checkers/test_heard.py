"""What the entailment model is heard on: claims that could be said of any event, and words in no order."""

import pytest

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.entailment import Entailment, read_best
from harness.checkers.rules import RulesSession
from harness.checkers.verdict import judge
from harness.records import Article, Cluster

ARTICLE = (
    "Candidates Orla Finn and Per Dahl traded insults in a televised debate on Monday. He called her a liar, and she "
    "called him a clown. The debate in Halden lasted two hours. Rain delayed the broadcast from the harbour stage."
)


class Said:
    """A model that says one thing of everything."""

    def __init__(self, entailed: float, ordered: float = 0.0) -> None:
        self.entailed, self.ordered = entailed, ordered

    def judge(self, _window: str, _claim: str) -> Entailment:
        return Entailment(self.entailed, -3.0)

    def order(self, _text: str) -> float:
        return self.ordered

    def closely(self, _window: str, _claim: str) -> float:
        return self.entailed

    def straighter(self, _window: str, _claim: str, _exchanged: str) -> float:
        return 0.0


def verdict(parser, text, entailed, ordered=0.0):
    session = RulesSession("s", parser, "headline", Said(entailed, ordered))
    return session.check(Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),)), text)[0]


@pytest.mark.parametrize(
    ("text", "entailed", "held_up"),
    [
        ("Finn taunts Dahl, smiles, wins", -0.5, False),  # two names tie it to the article
        ("Finn jokes, smiles, leaves", 0.5, True),  # one name, and nothing else
        ("Two people enter harbour", 1.0, False),  # one word, and the model
        ("Two people enter harbour", -1.5, True),
        ("Debate harbour stage gossip soars wildly upward", 0.5, False),  # words do that tell something
    ],
)
def test_a_claim_in_other_words_is_believed_where_enough_ties_it_or_the_model_reads_it(parser, text, entailed, held_up):
    found = verdict(parser, text, entailed)
    assert ("any event" in found.reason) is held_up


@pytest.mark.parametrize(
    ("text", "entailed", "ordered", "held_up"),
    [
        ("Debate insults traded Finn televised Dahl", 0.0, -3.0, True),
        ("Debate insults traded Finn televised Dahl", 0.0, 9.0, False),  # it reads as a sentence
        ("Finn and Dahl traded insults in debate on Monday", -3.0, -3.0, False),  # the articles have that order
    ],
)
def test_the_model_speaks_for_an_order_of_words_and_against_one(parser, text, entailed, ordered, held_up):
    assert ("not in this order" in verdict(parser, text, entailed, ordered).reason) is held_up


class Close(Said):
    """A model whose close reading says another thing."""

    asked: list[str]

    def __init__(self, entailed: float, closely: float) -> None:
        super().__init__(entailed, 6.0)
        self.closely_entailed, self.asked = closely, []

    def closely(self, window: str, claim: str) -> float:
        self.asked.append(claim)
        assert "Rain delayed" in window
        return self.closely_entailed


def test_a_close_reading_lowers_a_headline_and_a_long_sentence_is_not_read_closely(parser):
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    short = "Rain delays debate in Halden"
    long = f"{short} that lasted two hours, in which Orla Finn and Per Dahl traded insults on Monday on the stage"
    sure, unsure = Close(2.0, 4.0), Close(2.0, -4.0)
    sessions = [RulesSession("s", parser, "headline", model) for model in (sure, unsure)]
    told = [[session.check(cluster, text)[0].probability for session in sessions] for text in (short, long)]
    assert told[0][0] > told[0][1] + 0.1
    assert told[1][0] == told[1][1]
    assert unsure.asked == [short]


class Missing(Said):
    """A model that reads a claim with a verb as told, and better without it."""

    def __init__(self, verb: str, entailed: float, gain: float) -> None:
        super().__init__(entailed, 6.0)
        self.verb, self.gain = verb, gain

    def judge(self, _window: str, claim: str) -> Entailment:
        return Entailment(self.entailed + self.gain * (self.verb not in claim), -3.0)


@pytest.mark.parametrize(
    ("text", "verb", "entailed", "gain", "missing"),
    [
        ("Per Dahl fights Orla Finn after debate in Halden", "fights", -1.6, 1.6, True),
        ("Per Dahl fights Orla Finn after debate in Halden", "fights", -1.6, 1.4, False),
        ("Per Dahl fights Orla Finn after debate in Halden", "fights", -1.4, 1.6, False),
        ("Per Dahl debates Orla Finn in Halden", "debates", -1.6, 1.6, False),  # the articles have that deed
    ],
)
def test_a_verb_without_which_a_claim_would_be_read_is_missing(parser, text, verb, entailed, gain, missing):
    session = RulesSession("s", parser, "headline", Missing(verb, entailed, gain))
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),))
    seen = session.examined(cluster, [text])[0][0]
    reading = session.reading_of(cluster)
    held, read = session.accounted(reading, seen)
    found = judge(reading, seen.reading, 0.99, seen.alignment, held, 0, read)
    assert (found.label == "not_found" and found.reason == f"no article mentions “{verb}”") is missing


@pytest.mark.parametrize("text", ["Dahl-Finn Dahl-Finn Dahl-Finn", "Dahl-Finn", "Dahl-Finn. Dahl-Finn."])
def test_one_word_says_nothing_whatever_the_model_reads(parser, text: str):
    found = verdict(parser, text, 3.0)
    assert (found.label, found.reason) == ("not_found", "it is one word, which says nothing")


class Distracted:
    """A model that reads a claim in one sentence, and not beside its neighbours."""

    def __init__(self, alone: float, contradicted: float, together: float = -3.0) -> None:
        self.alone, self.contradicted, self.together = alone, contradicted, together

    def judge(self, window: str, _claim: str) -> Entailment:
        by_itself = window.count(".") == 1
        return Entailment(self.alone, self.contradicted) if by_itself else Entailment(self.together, 2.0)


@pytest.mark.parametrize(
    ("claim", "alone", "expected"),
    [
        ("Debate in Halden lasted two hours", 2.0, (0.5, -2.0, -3.0)),  # 1.5 less, and no contradiction
        ("Debate in Halden lasted two hours", -4.0, (-3.0, 2.0, -3.0)),  # no better than the window
        ("Debate in Halden", 2.0, (-3.0, 2.0, None)),  # a few words stand in every sentence
    ],
)
def test_a_sentence_is_read_by_itself_where_its_neighbours_drown_it(claim, alone, expected):
    index = EvidenceIndex(Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),)))
    found = read_best(Distracted(alone, -2.0), index, claim)
    assert (found.entailed, found.contradicted, found.together) == expected
    assert found.in_window == -3.0


def test_where_the_window_leaves_no_doubt_no_sentence_is_asked():
    index = EvidenceIndex(Cluster(cluster_id="c", articles=(Article(article_id="a", text=ARTICLE),)))
    claim = "Debate in Halden lasted two hours"
    assert read_best(Distracted(2.0, -2.0, together=-3.1), index, claim).entailed == -3.1
    assert read_best(Distracted(2.0, -2.0, together=0.1), index, claim).contradicted == 2.0


@pytest.mark.parametrize("text", ["Rain delays debate debate in Halden", "Finn and Dahl trade insults insults"])
def test_a_word_twice_in_a_row_says_nothing_whatever_the_model_reads(parser, text: str):
    found = verdict(parser, text, 3.0)
    assert (found.label, found.reason) == (
        "not_found", "the articles have its words, but not in this order, which says nothing"
    )  # fmt: skip


def test_two_words_of_which_one_is_missing_say_nothing_whatever_the_model_reads(parser):
    assert verdict(parser, "Breaking debate", 5.0).label == "not_found"
    assert verdict(parser, "Halden debate", 5.0).label == "supported"

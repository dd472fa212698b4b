"""Texts whose words stand in an order, and the same words in none: what `training.word_order` learns from.

Headlines, claims of invented events, and sentences of articles and of labelled sets, some told in headline style. In
part of them the names become made-up ones and the figures others, so that an unknown name says nothing of order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from benchmarks.account_cases import lines, neus, part_of, true_headlines
from benchmarks.aims_rows import Row, of_plain
from harness.checkers.neural.entailment import plain
from harness.language.lexical import word_list
from harness.records import Cluster
from training.fluency_table import FIRST_CLUSTER

FEWEST, MOST = 3, 18
"""Words of a text; a sentence has twice the fewest, at least."""
CLUSTERS, MEASURED = 55, 150
"""Clusters of NeuS train, and headlines of NumHG, that are read beside their articles."""
PLAIN_STEP = 3
"""Of our true plain headlines every so many are read beside their articles."""
SETS = (
    "attributionbench", "begin", "breaking_nli", "cad_nli", "climate_fever", "covid_fact", "factcg_cg2c",
    "fever_binary", "fever_symmetric", "fib_xsum_cnndm", "fm2", "fnc1_test", "glue_rte_rest", "hans_generated",
    "healthver", "help", "logic_fragments", "med", "mnli", "mrpc_news_paraphrase", "negation_nli", "rte123",
    "scifact", "seminli_wiki", "snli", "sts_headlines", "sufficient_facts", "xsum_faith_val",
)  # fmt: skip
"""Labelled sets whose short hypotheses are read, true or not: they are English."""
MOST_OF = {"mnli": 14_000, "fever_binary": 14_000, "snli": 6_000}
MOST_OF_OTHERS = 4_000
"""How many of each."""
SHARES = {"headlines": 10, "claims": 6, "hypotheses": 5, "sentences": 2}
"""How often each kind of text is drawn."""
RENAMED, TERSE, OTHER_CAPITALS = 0.45, 0.4, 0.08
"""Shares of the texts whose names are made up, of the sentences and hypotheses that are told in headline style, and of
the texts that are written with capitals throughout or none."""
SHUFFLED, MIXED, EXCHANGED, MOVED = 0.62, 0.76, 0.83, 0.91
"""Up to where a number drawn from [0, 1) makes words in any order, words of several texts, a function word and another
exchanged, and two or three words moved; from there on pieces of one to three words stand in another order."""
BARE = 0.6
"""Share of the words of several texts that are told without function words."""
SOFTER = 0.5
"""How much a text with a part moved counts: now and then it still says something."""
CAPITALS = 0.7
"""Share of the texts of `OTHER_CAPITALS` that are written with capitals throughout."""
TRIES = 9
"""How often another order is looked for."""
ONSETS = (
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p",
    "pr", "qu", "r", "s", "sh", "sk", "st", "t", "th", "tr", "v", "w", "y", "z",
)  # fmt: skip
VOWELS = ("a", "a", "e", "e", "i", "i", "o", "o", "u", "ai", "ea", "ee", "ie", "oo", "ou")
ENDS = ("", "", "", "n", "r", "l", "s", "t", "m", "k", "d", "ck", "nd", "rn", "sk", "ll", "ss")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_NAME = re.compile(r"\b[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?) ")
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|been) (?=\w+(?:ed|ing|en)\b)")


@dataclass(frozen=True)
class Pair:
    """The words of a text, its words in no order, and how much the latter counts."""

    words: tuple[str, ...]
    other: tuple[str, ...]
    broken: tuple[bool, ...]
    """For each but the last of the other words, whether what follows it is not what followed it in the text."""
    weight: float


def shuffles(text: str, many: int, random: Random) -> Iterator[str]:
    """A text's words in other orders, each once."""
    order = text.split()
    seen = {text}
    for _ in range(many):
        for _ in range(9):
            random.shuffle(order)
            if (other := " ".join(order)) not in seen:
                seen.add(other)
                yield other
                break


@cache
def plain_rows() -> tuple[Row, ...]:
    """Plain headlines of ours with their articles, and whether they are true."""
    return tuple(of_plain(Path(__file__).with_name("plain.jsonl")))


def read_alone(data: Path) -> list[str]:
    """Headlines to be read alone."""
    found: list[str] = []
    for row in lines(data / "clusters" / "neus_train.jsonl")[FIRST_CLUSTER:]:
        found += [article["title"] or "" for article in row["articles"]] + list(row["references"])
    for name in ("newsroom_titles280", "sentcomp_google1000"):
        found += (row["reference"] for row in lines(data / "headlines" / f"{name}.jsonl"))
    beside = {text for _, text in read_beside(data)}
    for row in lines(data / "headlines" / "numhg_2000.jsonl"):
        text = row.get("summary") or row["headline"]
        if part_of(row["source"][:500]) == "tune" and text not in beside:
            found.append(text)
    # True or not, they are plain English of all sorts of events; the rest is news of the United States.
    found += (row.text for row in plain_rows())
    texts = dict.fromkeys(text.strip().removesuffix(".") for text in found)
    return [text for text in texts if len(text.split()) >= FEWEST]


def read_beside(data: Path) -> list[tuple[Cluster, str]]:
    """Headlines with the articles that they are read beside."""
    clusters = neus(data / "clusters" / "neus_train.jsonl", CLUSTERS)
    clusters += [each for each in neus(data / "clusters" / "neus_val.jsonl", 1_000_000)
                 if part_of(each.cluster_id) == "tune"]  # fmt: skip
    numbers = [
        case for case in true_headlines(data / "headlines" / "numhg_2000.jsonl") if part_of(case.group) == "tune"
    ]
    found = [(each, each.references[0].text) for each in clusters] + [(c.cluster, c.text) for c in numbers[:MEASURED]]
    return found + [(row.cluster, row.text) for row in plain_rows() if row.label][::PLAIN_STEP]


def sentences_of(data: Path, random: Random) -> list[str]:
    """Short sentences of articles."""
    found: list[str] = []
    for row in lines(data / "clusters" / "neus_train.jsonl")[FIRST_CLUSTER:]:
        for article in row["articles"]:
            found += _SENTENCE.split(article["text"])
    return _short(found, 2 * FEWEST, random)


def hypotheses_of(data: Path, random: Random) -> list[str]:
    """Short hypotheses of labelled sets."""
    found: list[str] = []
    for name in SETS:
        told = [str(row["hypothesis"]) for row in lines(data / "nli" / f"{name}.jsonl")]
        found += _short(told, FEWEST + 1, random)[: MOST_OF.get(name, MOST_OF_OTHERS)]
    return found


def claims_of_events(random: Random) -> list[str]:
    """Short claims and sentences of the invented events that `training.reading` learns from."""
    found: list[str] = []
    for name in ("events", "later_events"):
        for row in lines(Path(__file__).with_name(f"{name}.jsonl")):
            found += (claim["text"] for claim in row["claims"])
            found += (
                part for text in row["articles"] for part in _SENTENCE.split(text) if len(part.split()) >= 2 * FEWEST
            )
    return _short(found, FEWEST, random)


def _short(texts: Sequence[str], fewest: int, random: Random) -> list[str]:
    """Those of so many words, each once, in a chance order."""
    told = dict.fromkeys(text.strip().removesuffix(".").strip() for text in texts)
    found = [text for text in told if fewest <= len(text.split()) <= MOST]
    random.shuffle(found)
    return found


def lower_case(texts: Sequence[str]) -> frozenset[str]:
    """The words that texts write without a capital: written with one, such a word is no name."""
    return frozenset(word for text in texts for word in re.findall(r"\b[a-z]+\b", text))


def made_name(random: Random) -> str:
    """A name of one to three syllables that can be pronounced."""
    syllables = random.choice((1, 2, 2, 2, 3))
    made = "".join(random.choice(ONSETS) + random.choice(VOWELS) for _ in range(syllables))
    return (made + random.choice(ENDS)).capitalize()


def renamed(text: str, common: frozenset[str], random: Random) -> str:
    """The text with made-up names for its own, one for each, and other figures."""
    made: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        if found.group().lower() in common:
            return found.group()
        return made.setdefault(found.group(), made_name(random))

    figures = re.sub(r"\d+", lambda found: str(random.randint(1, 10 ** len(found.group()))), text)
    return _NAME.sub(name, figures)


def terse(text: str, random: Random) -> str:
    """A sentence as a headline tells it: no articles, and half the time no auxiliaries."""
    told = _ARTICLE.sub("", text)
    if random.random() < 0.5:
        told = _AUXILIARY.sub("", told)
    return told if len(told.split()) >= FEWEST else text


def disordered(words: Sequence[str], several: Sequence[Sequence[str]], random: Random) -> Pair | None:
    """The words of a text beside them in no order; None where they have no other order.

    Where they are few they are only shuffled; `several` are the words of other texts.
    """
    drawn = random.random() if len(words) >= FEWEST + 2 else 0.0
    if SHUFFLED <= drawn < MIXED:
        pool = [word for each in (words, *several) for word in each]
        telling = [word for word in pool if word.lower() not in word_list("function", "content_free")]
        # Nouns and verbs alone read like a terse headline, whatever their order.
        chosen = telling if len(telling) >= len(words) and random.random() < BARE else pool
        return Pair(tuple(words), tuple(random.sample(chosen, len(words))), (True,) * (len(words) - 1), 1.0)
    weight = 1.0
    if drawn < SHUFFLED:
        order = _shuffled(words, random)
    elif drawn < EXCHANGED:
        order, weight = _exchanged(words, random), SOFTER
    elif drawn < MOVED:
        order, weight = _moved(words, random), SOFTER
    else:
        order = _in_pieces(words, random)
        weight = 1.0 if order and sum(_broken(order)) > (len(order) - 1) / 2 else SOFTER
    if order is None:
        return None
    return Pair(tuple(words), tuple(words[at] for at in order), _broken(order), weight)


def _broken(order: Sequence[int]) -> tuple[bool, ...]:
    """Tell after which of some words another follows than did."""
    return tuple(after != at + 1 for at, after in pairwise(order))


def _shuffled(words: Sequence[str], random: Random) -> list[int] | None:
    """The places of the words in any other order."""
    order = [*range(len(words))]
    for _ in range(TRIES):
        random.shuffle(order)
        if [words[at] for at in order] != list(words):
            return order
    return None


def _exchanged(words: Sequence[str], random: Random) -> list[int] | None:
    """Their places with a function word and another, not beside it, exchanged."""
    function = word_list("function", "content_free")
    small = [at for at, word in enumerate(words) if word.lower() in function]
    pairs = [(a, b) for a in small for b in range(len(words)) if b not in small and abs(a - b) > 1]
    if not pairs:
        return None
    first, second = random.choice(pairs)
    order = [*range(len(words))]
    order[first], order[second] = second, first
    return order


def _moved(words: Sequence[str], random: Random) -> list[int]:
    """Their places with two or three of them put elsewhere, the other way round."""
    long = random.choice((2, 3))
    start = random.randrange(len(words) - long)
    places = [*range(len(words))]
    rest = places[:start] + places[start + long :]
    at = random.choice([at for at in range(len(rest) + 1) if at != start])
    return rest[:at] + places[start : start + long][::-1] + rest[at:]


def _in_pieces(words: Sequence[str], random: Random) -> list[int] | None:
    """Their places in pieces of one to three, in another order; None where too few neighbours are parted."""
    pieces: list[list[int]] = []
    at = 0
    while at < len(words):
        long = random.choice((1, 2, 2, 3))
        pieces.append([*range(at, min(at + long, len(words)))])
        at += long
    for _ in range(TRIES if len(pieces) > 2 else 0):
        random.shuffle(pieces)
        order = [at for piece in pieces for at in piece]
        if sum(_broken(order)) >= max(2, len(words) // 4):
            return order
    return None


class Texts:
    """All texts, drawn by chance, each with another disorder whenever it is drawn."""

    def __init__(self, data: Path, random: Random) -> None:
        self._random = random
        self._kinds = {
            "headlines": [*read_alone(data), *(row.text for row in plain_rows())],
            "claims": claims_of_events(random),
            "hypotheses": hypotheses_of(data, random),
            "sentences": sentences_of(data, random),
        }
        self._common = lower_case([text for texts in self._kinds.values() for text in texts])

    def pairs(self, many: int) -> list[Pair]:
        """So many texts, or a few less, with their words in no order."""
        drawn = [self._drawn() for _ in range(many)]
        found = (disordered(words, drawn[at + 1 : at + 3], self._random) for at, words in enumerate(drawn)
                 if len(words) >= FEWEST)  # fmt: skip
        return [pair for pair in found if pair is not None]

    def _drawn(self) -> list[str]:
        random = self._random
        kind = random.choices([*SHARES], weights=[*SHARES.values()])[0]
        text = random.choice(self._kinds[kind])
        if kind in {"sentences", "hypotheses"} and random.random() < TERSE:
            text = terse(text, random)
        if random.random() < RENAMED:
            text = renamed(text, self._common, random)
        if random.random() < OTHER_CAPITALS:
            text = text.title() if random.random() < CAPITALS else text.lower()
        return plain(text).split()

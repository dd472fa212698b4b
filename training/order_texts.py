"""Texts whose words stand in an order, and the same words in none: what `training.word_order` learns from.

Headlines, and sentences of articles and of labelled sets, some told in headline style. In part of them the names become
made-up ones and the figures others, so that a name that no text has had says nothing of the order of words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.account_cases import lines, neus, part_of, true_headlines
from benchmarks.aims_rows import Row, of_plain
from harness.language.lexical import word_list
from harness.records import Cluster
from training.fluency_table import FIRST_CLUSTER

FEWEST, MOST = 3, 18
"""Words of a text; a sentence has twice the fewest, at least."""
CLUSTERS, MEASURED = 55, 150
"""Clusters of NeuS train, and headlines of NumHG, that are read beside their articles."""
PLAIN_STEP = 3
"""Of our true plain headlines every so many are read beside their articles."""
MORE_PLAIN = 3
"""How many times more than other headlines ours stand among the texts, each with another disorder."""
SENTENCES = 5000
"""Sentences of articles."""
SETS = {
    "sts_headlines": 1200, "fnc1_test": 1500, "rte123": 2000, "glue_rte_rest": 600, "fib_xsum_cnndm": 800,
    "fever_binary": 2000, "sufficient_facts": 1000, "mnli": 2500, "snli": 1000,
}  # fmt: skip
"""How many short hypotheses of each labelled set."""
RENAMED, TERSE = 0.45, 0.5
"""Shares of the texts whose names are made up, and of the sentences that are told in headline style."""
HARDER = 0.4
"""Share of the others that are more than shuffles of one text: part of it moved, words of several texts."""
BARE = 0.6
"""Share of the words of several texts that are told without function words."""
SOFTER = 0.5
"""How much a text with a part moved counts: now and then it still says something."""
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
    """A text, its words in no order, and how much the latter counts."""

    text: str
    other: str
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
    """Short sentences of articles and of labelled sets."""
    found: list[str] = []
    for row in lines(data / "clusters" / "neus_train.jsonl")[FIRST_CLUSTER:]:
        for article in row["articles"]:
            found += _SENTENCE.split(article["text"])
    kept = _short(found, 2 * FEWEST, random)[:SENTENCES]
    for name, many in SETS.items():
        kept += _short([row["hypothesis"] for row in lines(data / "nli" / f"{name}.jsonl")], FEWEST + 1, random)[:many]
    return kept


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


def disordered(text: str, several: Sequence[str], random: Random) -> tuple[str, float] | None:
    """The text's words in no order, and how much that counts; None where they have no other order."""
    words = text.split()
    drawn = random.random()
    if drawn > HARDER or len(words) < 2 * FEWEST:
        other = next(shuffles(text, 1, random), None)
        return None if other is None else (other, 1.0)
    if drawn < HARDER / 3:
        pool = [word for each in (text, *several) for word in each.split()]
        telling = [word for word in pool if word.lower() not in word_list("function", "content_free")]
        # Nouns and verbs alone read like a terse headline, whatever their order.
        chosen = telling if len(telling) >= len(words) and random.random() < BARE else pool
        return " ".join(random.sample(chosen, len(words))), 1.0
    moved = _exchanged(words, random) if drawn < 2 * HARDER / 3 else _moved(words, random)
    return None if moved is None or moved == words else (" ".join(moved), SOFTER)


def _exchanged(words: Sequence[str], random: Random) -> list[str] | None:
    """The words with a function word and another, not beside it, exchanged."""
    function = word_list("function", "content_free")
    small = [at for at, word in enumerate(words) if word.lower() in function]
    pairs = [(a, b) for a in small for b in range(len(words)) if b not in small and abs(a - b) > 1]
    if not pairs:
        return None
    first, second = random.choice(pairs)
    made = list(words)
    made[first], made[second] = made[second], made[first]
    return made


def _moved(words: Sequence[str], random: Random) -> list[str]:
    """The words with two or three of them put elsewhere, the other way round."""
    long = random.choice((2, 3))
    start = random.randrange(len(words) - long)
    rest = [*words[:start], *words[start + long :]]
    place = random.choice([at for at in range(len(rest) + 1) if at != start])
    return [*rest[:place], *reversed(words[start : start + long]), *rest[place:]]


def pairs_of(data: Path, random: Random) -> list[Pair]:
    """Every text with one of its disorders; the headlines stand twice, the second time with another."""
    headlines, sentences = read_alone(data), sentences_of(data, random)
    common = lower_case([*headlines, *sentences])
    plain = [row.text for row in plain_rows()]
    told = [*headlines, *headlines, *plain * MORE_PLAIN]
    told += [terse(text, random) if random.random() < TERSE else text for text in sentences]
    random.shuffle(told)
    found = []
    for at, text in enumerate(told):
        own = renamed(text, common, random) if random.random() < RENAMED else text
        other = disordered(own, told[at + 1 : at + 3], random)
        if other is not None:
            found.append(Pair(own, *other))
    return found

"""Features of how far the articles support a sentence: what the `rules` checker weighs.

Counts that a minimal edit moves by one (`*_missing`) stand beside shares that measure the whole (`*_share`), since a
share hides one wrong word in thirty and a count punishes length.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence

from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.contrasts import contrasted
from harness.claims.figures.conversion import counterpart
from harness.claims.figures.slots import same_slot
from harness.claims.meaning import concept
from harness.claims.parsing.parse import Token
from harness.claims.polarity import has_to_be_denied, negates
from harness.claims.sentence_analysis import PRONOUNS, Reading
from harness.language.lexical import content_stems, pieces, stem, word_list
from harness.language.text import ngrams

EVIDENCE = 5
"""Sentences that count as the evidence for a claim."""


def support_features(cluster: ClusterReading, reading: Reading, before: Sequence[Reading] = ()) -> dict[str, float]:
    """Compute the features of one sentence of a text; shares lie in [0, 1], counts are at least 0.

    `before` are the sentences before it in the text, where a pronoun's antecedent may stand.
    """
    text = reading.parse.text
    best = [index for index, _ in cluster.index.best(text, EVIDENCE)]
    found: dict[str, float] = {}
    found.update(word_features(cluster, text, best))
    found.update(local_features(cluster, text))
    found.update(_concept_features(cluster, reading, best))
    found.update(_name_features(cluster, reading, best))
    found.update(_figure_features(cluster, reading, best))
    found.update(_shape_features(cluster, reading, before))
    return found


def _share(part: float, whole: float) -> float:
    """Divide; 1 where there is nothing to share out."""
    return part / whole if whole else 1.0


def word_features(cluster: ClusterReading, text: str, best: list[int]) -> dict[str, float]:
    """Count the words and neighbouring words of a text that the articles have; `best` are evidence units."""
    index = cluster.index
    stems = list(dict.fromkeys(content_stems(text)))
    weight = {term: index.idf.get(term, index.unseen_idf) for term in stems}
    total = sum(weight.values())
    near = [set(cluster.units[unit].terms) for unit in best]
    first = near[0] if near else set()
    third = set().union(*near[:3])
    fifth = set().union(*near)
    tokens = pieces(text)
    bigrams, trigrams = ngrams(tokens, 2), ngrams(tokens, 3)
    lead_words = [cluster.unit_words[unit] for unit in best[:3]]
    lead_bigrams = {pair for unit in lead_words for pair in ngrams(unit, 2)}
    run, density = _fragments(tokens, [cluster.unit_words[unit] for unit in best])
    return {
        # Weighed by rarity: a rare word that is missing says more than a common one.
        "stem_best_share": _share(sum(weight[t] for t in stems if t in first), total),
        "stem_three_share": _share(sum(weight[t] for t in stems if t in third), total),
        "stem_five_share": _share(sum(weight[t] for t in stems if t in fifth), total),
        "stem_all_share": _share(sum(1 for t in stems if t in cluster.stems), len(stems)),
        "stem_missing": float(sum(1 for t in stems if t not in cluster.stems)),
        "stem_far": float(sum(1 for t in stems if t in cluster.stems and t not in fifth)),
        "word_all_share": _share(sum(1 for t in tokens if t in cluster.words), len(tokens)),
        "bigram_all_share": _share(sum(1 for pair in bigrams if pair in cluster.bigrams), len(bigrams)),
        "bigram_missing": float(sum(1 for pair in bigrams if pair not in cluster.bigrams)),
        "bigram_three_share": _share(sum(1 for pair in bigrams if pair in lead_bigrams), len(bigrams)),
        "trigram_all_share": _share(sum(1 for three in trigrams if three in cluster.trigrams), len(trigrams)),
        "longest_run_share": run,
        "density": density,
    }


def _fragments(tokens: tuple[str, ...], units: list[tuple[str, ...]]) -> tuple[float, float]:
    """Measure copying from one evidence sentence: the longest run, and the root of the summed squares of runs.

    After the coverage and density of Grusky et al., "Newsroom" (2018), taken over the evidence alone.
    """
    if not tokens:
        return 1.0, 1.0
    starts: dict[str, list[tuple[int, int]]] = {}
    for number, unit in enumerate(units):
        for position, word in enumerate(unit):
            starts.setdefault(word, []).append((number, position))
    runs = []
    at = 0
    while at < len(tokens):
        longest = 0
        for number, position in starts.get(tokens[at], ()):
            unit = units[number]
            length = 1
            while (
                at + length < len(tokens) and position + length < len(unit)
                and tokens[at + length] == unit[position + length]
            ):  # fmt: skip
                length += 1
            longest = max(longest, length)
        runs.append(longest)
        at += max(1, longest)
    return max(runs) / len(tokens), math.sqrt(sum(run * run for run in runs)) / len(tokens)


def local_features(cluster: ClusterReading, text: str) -> dict[str, float]:
    """Measure whether neighbouring content words of the claim stand near each other anywhere in the articles.

    A word swapped for another of the article's own words passes every count of words, but not this.
    """
    stopwords = word_list("function", "content_free")
    content = [(place, stem(word)) for place, word in enumerate(pieces(text)) if word not in stopwords]
    best = [0.0] * len(content)
    total, pairs = 0.0, 0
    # Pairs with one word between them too, so that one inserted word separates nothing.
    for step in (1, 2):
        for index in range(len(content) - step):
            (first, one), (second, other) = content[index], content[index + step]
            value = closeness(cluster.positions.get(one, ()), cluster.positions.get(other, ()), second - first)
            best[index], best[index + step] = max(best[index], value), max(best[index + step], value)
            if step == 1:
                total, pairs = total + value, pairs + 1
    return {
        "local_share": _share(total, pairs),
        "local_missing": float(sum(1 for value in best if value < 0.2)),
        "local_least_share": min(best, default=1.0),
    }


def closeness(first: Sequence[int], second: Sequence[int], wanted: int) -> float:
    """Grade how near two words come in the articles: 1 as near as in the claim, falling with distance to 0."""
    closest = 1000
    for place in first:
        at = bisect_left(second, place)
        for index in (at - 1, at):
            if 0 <= index < len(second) and second[index] != place:
                # The other order counts, but as if two words farther off.
                distance = second[index] - place if second[index] > place else place - second[index] + 2
                closest = min(closest, distance)
    excess = max(0, closest - wanted)
    return math.exp(-excess / 5.0) if excess <= _NEAR else 0.0


_NEAR = 15
_CLASSES = {"PROPN": "proper", "NUM": "number", "NOUN": "noun", "VERB": "verb", "ADJ": "adjective", "ADV": "adverb"}


def _concept_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
    """Count concepts, pairs of governed words and roles that the articles, or the evidence, have."""
    near = [cluster.readings[unit] for unit in best]
    near_concepts = frozenset[str]().union(*(other.concepts for other in near))
    near_arcs = frozenset[tuple[str, str]]().union(*(other.arcs for other in near))
    content = [(token, reading.keys[token.i]) for token in reading.parse.tokens if reading.keys[token.i]]
    missing = dict.fromkeys(_CLASSES.values(), 0.0)
    far = dict.fromkeys(_CLASSES.values(), 0.0)
    for token, key in content:
        known = key in cluster.concepts or token.lower in cluster.words or token.stem in cluster.stems
        group = _CLASSES.get(token.pos, "noun")
        if not known and not _spelled(cluster, token):
            missing[group] += 1
        elif key not in near_concepts and token.lower not in {word for u in best for word in cluster.unit_words[u]}:
            far[group] += 1
    arcs = reading.arcs
    held = [arc for arc in arcs if arc in cluster.arcs]
    near_held = [arc for arc in arcs if arc in near_arcs]
    together = [arc for arc in arcs if cluster.pairs.get(arc[0], _NONE) & cluster.pairs.get(arc[1], _NONE)]
    roles = reading.roles
    role_held = [role for role in roles if role in cluster.roles]
    lone = [key for _, key in content if not any(key in arc for arc in held)]
    single = max((_share(len(arcs & other.arcs), len(arcs)) for other in near), default=0.0)
    together_known = [arc for arc in arcs if arc[0] in cluster.concepts and arc[1] in cluster.concepts]
    return {
        **{f"missing_{group}": count for group, count in missing.items()},
        "far_noun": far["noun"] + far["proper"],
        "far_verb": far["verb"],
        "far_other": far["adjective"] + far["adverb"] + far["number"],
        "notion_all_share": _share(sum(1 for _, key in content if key in cluster.concepts), len(content)),
        "notion_near_share": _share(sum(1 for _, key in content if key in near_concepts), len(content)),
        "arc_all_share": _share(len(held), len(arcs)),
        "arc_near_share": _share(len(near_held), len(arcs)),
        "arc_best_share": single,
        "arc_missing": float(len(arcs) - len(held)),
        "arc_apart": float(len(together_known) - len(together)),
        "arc_together_share": _share(len(together), len(arcs)),
        "role_all_share": _share(len(role_held), len(roles)),
        "role_missing": float(len(roles) - len(role_held)),
        "lone_words": float(len(lone)),
    }


_NONE: frozenset[int] = frozenset()


def _spelled(cluster: ClusterReading, token: Token) -> bool:
    """Recognise a hyphenated word whose parts the articles write apart."""
    parts = [part for part in token.lower.split("-") if part]
    return len(parts) > 1 and all(part in cluster.words for part in parts)


def _name_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
    """Count names that the articles lack, have in parts, or have far from the evidence."""
    near = set(best)
    unknown = partly = far = 0
    for name in reading.names:
        matches = cluster.matching(name)
        if not matches:
            known = [word in cluster.words for word in name.words]
            if all(known):
                partly += 1
            else:
                unknown += 1
        elif not any(unit in near for other in matches for unit in cluster.names[other]):
            far += 1
    total = len(reading.names)
    return {
        "name_unknown": float(unknown),
        "name_partly": float(partly),
        "name_far": float(far),
        "name_share": _share(total - unknown - 0.5 * partly, total),
        "name_displaced_missing": _displaced(cluster, reading),
        "person_unknown": float(
            sum(1 for name in reading.names if name.kind == "person" and not cluster.matching(name))
        ),
    }


def _displaced(cluster: ClusterReading, reading: Reading) -> float:
    """Grade how surely a name of the claim stands in another name's place, in [0, 1].

    The sentences that have most of the claim's other words are found without the name; where neither they nor their
    neighbours have it, but one of them has another name of its kind, it is displaced by as much as they share.
    """
    worst = 0.0
    for name in reading.names:
        own = {reading.keys[index] for index in range(name.start, name.end)}
        rest = reading.concepts - own
        matches = cluster.matching(name)
        # One other word is found in any sentence, and an unknown name is counted elsewhere.
        if len(rest) < 2 or not matches:
            continue
        shares = [len(rest & other.concepts) / len(rest) for other in cluster.readings]
        most = max(shares)
        if most < 0.4:
            continue
        close = [unit for unit, share in enumerate(shares) if share >= 0.8 * most]
        # A neighbour may hold the name that the close sentence refers to by a pronoun.
        window = {near for unit in close for near in (unit - 1, unit, unit + 1)}
        if any(unit in window for other in matches for unit in cluster.names[other]):
            continue
        if any(other.kind == name.kind for unit in close for other in cluster.readings[unit].names):
            worst = max(worst, most)
    return worst


def _figure_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
    """Count figures that the articles lack, or have elsewhere, or of something else."""
    near = set(best)
    missing = far = other = loose = 0
    for figure in reading.figures:
        same = [(unit, same) for unit, found in cluster.figures if (same := counterpart(figure, found)) is not None]
        if not same:
            written = pieces(reading.parse.text[figure.start : figure.end])
            missing += not all(word in cluster.words for word in written)
            other += 1
            continue
        far += not any(unit in near for unit, _ in same)
        loose += not any(
            same_slot(reading, figure, cluster.readings[unit], found)
            or (figure.head and concept(figure.head) in cluster.readings[unit].concepts)
            for unit, found in same
        )
    for word in reading.times:
        missing += not any(word in found.times for found in cluster.readings)
    return {
        "figure_missing": float(missing),
        "figure_other": float(other),
        "figure_far": float(far),
        "figure_loose_other": float(loose),
        "figure_share": _share(len(reading.figures) - other, len(reading.figures)),
    }


def _dangles(reading: Reading, before: Sequence[Reading]) -> bool:
    """Tell whether a sentence's first pronoun has nothing to stand for, in it or in the sentences before it."""
    people = word_list("roles", "people")
    for token in reading.parse.tokens:
        if token.lower in PRONOUNS or token.lower in _THIRD:
            earlier = [*reading.parse.tokens[: token.i], *(other for one in before for other in one.parse.tokens)]
            if token.lower in PRONOUNS:
                return not any(
                    other.pos == "PROPN" or other.lemma in people or other.entity == "PERSON" for other in earlier
                )
            return token.dep in {"nsubj", "nsubjpass", "poss"} and not any(
                other.pos in {"PROPN", "NOUN"} for other in earlier
            )
    return False


def lone_negation(cluster: ClusterReading, reading: Reading) -> bool:
    """Tell whether the claim negates while none of its three closest sentences does, nor denies or fails."""
    if not any(has_to_be_denied(reading.parse, token) for token in reading.parse.tokens):
        return False
    near = [unit for unit, _ in cluster.index.best(reading.parse.text, 3)]
    return bool(near) and not any(
        negates(parse, token) or contrasted(parse, token) is not None
        for parse in (cluster.readings[unit].parse for unit in near) for token in parse.tokens
    )  # fmt: skip


_THIRD = frozenset({"they", "it", "their", "its", "them"})


def _shape_features(cluster: ClusterReading, reading: Reading, before: Sequence[Reading]) -> dict[str, float]:
    """Measure the sentence itself: length, pronouns, negations, and counts of what it has."""
    tokens = reading.parse.tokens
    negators = word_list("polarity", "negators")
    return {
        "length": math.log1p(len(tokens)),
        "dangling_pronoun": float(_dangles(reading, before)),
        "lone_pronoun": float(_dangles(reading, ())),
        "refers_back": float(bool(before) and any(token.lower in PRONOUNS | _THIRD for token in tokens)),
        "negation_lone": float(lone_negation(cluster, reading)),
        "negations": float(sum(1 for token in tokens if token.lower in negators)),
        "frames": float(len(reading.frames)),
        "names": float(len(reading.names)),
        "figures": float(len(reading.figures)),
        "questions": float(reading.parse.text.rstrip().endswith("?")),
    }

"""How far a sentence is supported by the articles, as numbers: what the `rules` checker and the ensemble weigh.

Counts that a minimal edit moves by one (`*_missing`) stand beside shares that measure the whole (`*_share`), since a
share hides one wrong word in thirty and a count punishes length.
"""

import math

from harness.checkers.reading import ClusterReading
from harness.claims.lexical import content_stems, pieces, word_list
from harness.claims.parse import Token
from harness.claims.quantities import agree
from harness.claims.reading import PRONOUNS, Reading
from harness.claims.slots import comparable
from harness.text import ngrams

EVIDENCE = 5
"""Sentences that count as the evidence for a claim."""


def support_features(cluster: ClusterReading, reading: Reading) -> dict[str, float]:
    """Name → value for one sentence of a text; shares lie in [0, 1], counts are at least 0."""
    text = reading.parse.text
    best = [index for index, _ in cluster.index.best(text, EVIDENCE)]
    found: dict[str, float] = {}
    found.update(_word_features(cluster, text, best))
    found.update(_notion_features(cluster, reading, best))
    found.update(_name_features(cluster, reading, best))
    found.update(_figure_features(cluster, reading, best))
    found.update(_shape_features(reading))
    return found


def _share(part: float, whole: float) -> float:
    """A share, 1 where there is nothing to share out."""
    return part / whole if whole else 1.0


def _word_features(cluster: ClusterReading, text: str, best: list[int]) -> dict[str, float]:
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
    """Longest run of words copied from one evidence sentence, and the mean square of runs, as shares of the length.

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


_CLASSES = {"PROPN": "proper", "NUM": "number", "NOUN": "noun", "VERB": "verb", "ADJ": "adjective", "ADV": "adverb"}


def _notion_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
    near = [cluster.readings[unit] for unit in best]
    near_notions = frozenset[str]().union(*(other.notions for other in near))
    near_arcs = frozenset[tuple[str, str]]().union(*(other.arcs for other in near))
    content = [(token, reading.keys[token.i]) for token in reading.parse.tokens if reading.keys[token.i]]
    missing = dict.fromkeys(_CLASSES.values(), 0.0)
    far = dict.fromkeys(_CLASSES.values(), 0.0)
    for token, key in content:
        known = key in cluster.notions or token.lower in cluster.words or token.stem in cluster.stems
        group = _CLASSES.get(token.pos, "noun")
        if not known and not _spelled(cluster, token):
            missing[group] += 1
        elif key not in near_notions and token.lower not in {word for u in best for word in cluster.unit_words[u]}:
            far[group] += 1
    arcs = reading.arcs
    held = [arc for arc in arcs if arc in cluster.arcs]
    near_held = [arc for arc in arcs if arc in near_arcs]
    together = [arc for arc in arcs if cluster.pairs.get(arc[0], _NONE) & cluster.pairs.get(arc[1], _NONE)]
    roles = reading.roles
    role_held = [role for role in roles if role in cluster.roles]
    lone = [key for _, key in content if not any(key in arc for arc in held)]
    single = max((_share(len(arcs & other.arcs), len(arcs)) for other in near), default=0.0)
    together_known = [arc for arc in arcs if arc[0] in cluster.notions and arc[1] in cluster.notions]
    return {
        **{f"missing_{group}": count for group, count in missing.items()},
        "far_noun": far["noun"] + far["proper"],
        "far_verb": far["verb"],
        "far_other": far["adjective"] + far["adverb"] + far["number"],
        "notion_all_share": _share(sum(1 for _, key in content if key in cluster.notions), len(content)),
        "notion_near_share": _share(sum(1 for _, key in content if key in near_notions), len(content)),
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
    """Whether the articles write a hyphenated word apart, or a word together that the text parts."""
    parts = [part for part in token.lower.split("-") if part]
    return len(parts) > 1 and all(part in cluster.words for part in parts)


def _name_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
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
        "person_unknown": float(
            sum(1 for name in reading.names if name.kind == "person" and not cluster.matching(name))
        ),
    }


def _figure_features(cluster: ClusterReading, reading: Reading, best: list[int]) -> dict[str, float]:
    near = set(best)
    missing = far = other_head = 0
    for figure in reading.figures:
        same = [unit for unit, found in cluster.figures if comparable(figure, found) and agree(figure, found)]
        if not same:
            missing += not any(
                word in cluster.words for word in (reading.parse.text[figure.start : figure.end].lower(),)
            )
            other_head += 1
        elif not near & set(same):
            far += 1
    for word in reading.times:
        missing += not any(word in other.times for other in cluster.readings)
    return {
        "figure_missing": float(missing),
        "figure_other": float(other_head),
        "figure_far": float(far),
        "figure_share": _share(len(reading.figures) - other_head, len(reading.figures)),
    }


def _shape_features(reading: Reading) -> dict[str, float]:
    tokens = reading.parse.tokens
    dangling = 0
    for token in tokens:
        if token.lower in PRONOUNS or token.lower in {"they", "it", "their", "its", "them"}:
            dangling = int(
                token.dep in {"nsubj", "nsubjpass", "poss"}
                and not any(earlier.pos in {"PROPN", "NOUN"} for earlier in tokens[: token.i])
            )
            break
    negators = word_list("polarity", "negators")
    return {
        "length": math.log1p(len(tokens)),
        "dangling_pronoun": float(dangling),
        "negations": float(sum(1 for token in tokens if token.lower in negators)),
        "frames": float(len(reading.frames)),
        "names": float(len(reading.names)),
        "figures": float(len(reading.figures)),
        "questions": float(reading.parse.text.rstrip().endswith("?")),
    }

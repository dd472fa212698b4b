"""The texts that the aims of the factual check are measured on, each with its articles, its label and its part.

Development data is no part of this repository; the demo headlines and the paraphrases (`paraphrase.jsonl`, a hundred
pairs of our own on the demo clusters: the true side says it in other words, the false side in the articles' own) are.
Every cluster or document is in one of two parts, by a digest of its name or text: thresholds are looked at on `tune`,
figures are reported on `report`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.account_cases import CONSTANTS, SEED, gibberish, lines, neus, part_of, true_headlines
from benchmarks.factual_sets import DEMO, Set, groups_of, thinned
from benchmarks.frame import TOP
from harness.claims.parsing.parse import Parser
from harness.datasets.jsonl import Jsonl
from harness.language.lexical import word_list
from harness.language.text import words
from harness.metaeval.clusters import read_clusters
from harness.metaeval.labelled import LabelledText, read
from harness.perturbations.plant import plant
from harness.records import Article, Cluster

PARAPHRASE = TOP / "benchmarks" / "paraphrase.jsonl"
PLAIN = TOP / "benchmarks" / "plain.jsonl"
CLUSTERS = "clusters/neus_val.jsonl"
NUMBERS = "headlines/numhg_2000.jsonl"
STEPS = (7, 23)
"""How far away the clusters are whose headlines are shown to one."""
GIBBERISH = ("letters", "dictionary", "article words", "content words", "headline shuffled")
FIGURE = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?")
SETS = (
    Set("defacto", "factual/defacto.jsonl", split="test"),
    Set("qags", "factual/qags_cnndm_summaries.jsonl"),
    Set("frank", "factual/frank_val.jsonl"),
    Set("cliff", "factual/cliff_val.jsonl"),
    Set("bump", "factual/bump_even_documents.jsonl"),
    Set("wice", "factual/wice_dev.jsonl"),
    Set("fnc1", "factual/fnc1_sample.jsonl", headlines=True),
)
MOST = {"fnc1": 400}
"""Rows of a set where all would take long and only its calibration is asked for."""


@dataclass(frozen=True)
class Row:
    """One text to be checked."""

    kind: str
    """What is measured with it, such as `own`, `planted`, `frank`."""
    unit: str
    """What intervals are drawn by: its cluster or document."""
    cluster: Cluster
    text: str
    label: bool | None
    """Whether the text is true of the articles."""
    detail: str = ""
    """The shape of a control, the type of a planted error, the data set within a set."""
    pair: str | None = None
    """Which texts belong together: a true one and what was made of it."""
    headline: bool = True
    """Whether checkers with a parameter `genre` are told that it is a headline; else a summary."""


@dataclass(frozen=True)
class Sizes:
    """How much of each source is taken; None for all."""

    clusters: int | None = None
    headlines: int | None = None
    rows: int | None = None


QUICK = Sizes(clusters=30, headlines=100, rows=60)


def in_part(part: str, group: str) -> bool:
    """Whether a cluster or document is in the part that is measured."""
    return part in ("all", part_of(group))


def demo_clusters() -> dict[str, Cluster]:
    """The bundled clusters by id."""
    found = read_clusters(Jsonl(path=str(DEMO / "clusters.jsonl")), "demo clusters")
    return {cluster.cluster_id: cluster for cluster in found}


def of_project() -> Iterator[Row]:
    """The labelled demo headlines, the paraphrases, the plain headlines; all whole, whatever the part."""
    clusters = demo_clusters()
    for row in lines(DEMO / "gold.jsonl"):
        cluster = clusters[row["cluster_id"]]
        yield Row("demo", row["cluster_id"], cluster, row["headline"], row["faithful"], row["error_type"] or "")
    for text in read([PARAPHRASE], clusters=clusters)["paraphrase"]:
        yield Row("paraphrase", text.cluster.cluster_id, text.cluster, text.text, text.label, pair=text.pair)
    yield from of_plain(PLAIN)


def of_plain(path: Path) -> Iterator[Row]:
    """Plain headlines of ours, of a file with a cluster in each line."""
    for row in lines(path):
        name = row["cluster_id"]
        articles = tuple(Article(article_id=f"{name}-{at}", text=text) for at, text in enumerate(row["articles"], 1))
        cluster = Cluster(cluster_id=name, articles=articles)
        for each in row["headlines"]:
            yield Row("plain", name, cluster, each["text"], each["faithful"], each.get("error", ""))


def of_clusters(data: Path, part: str, sizes: Sizes, parser: Parser) -> Iterator[Row]:
    """Editors' own headlines of clusters, changed ones, and the controls."""
    every = neus(data / CLUSTERS, 1_000_000)
    clusters = [cluster for cluster in every if in_part(part, cluster.cluster_id)][: sizes.clusters]
    vocabulary = sorted({word for c in clusters for a in c.articles for word in words(a.text) if word.isalpha()})
    places = {cluster.cluster_id: at for at, cluster in enumerate(clusters)}
    seen: set[str] = set()
    for planting in plant(clusters, parser, SEED):
        unit = planting.cluster.cluster_id
        yield Row("own", unit, planting.cluster, planting.original, True, planting.origin, planting.original)
        for row, changed in planting.planted:
            kind = "harmless" if row.harmless else "planted"
            yield Row(kind, unit, changed, row.text, row.harmless, row.edit, planting.original)
        if unit not in seen:
            seen.add(unit)
            others = [clusters[(places[unit] + step) % len(clusters)] for step in STEPS]
            yield from controls(planting.cluster, planting.original, vocabulary, others)


def controls(cluster: Cluster, headline: str, vocabulary: list[str], others: Sequence[Cluster]) -> Iterator[Row]:
    """What no articles can bear out: gibberish, constants, single words, headlines of other clusters."""
    unit = cluster.cluster_id
    random = Random(f"{SEED} {unit}")
    for shape, text in gibberish(cluster, headline, vocabulary, random):
        if shape in GIBBERISH:
            yield Row("gibberish", unit, cluster, text, False, shape)
    for text in CONSTANTS:
        yield Row("constant", unit, cluster, text, False)
    content = [word for word in headline.split() if word.lower() not in word_list("function", "content_free")]
    own = [word for article in cluster.articles for word in words(article.text) if word.isalpha()]
    for several in (content, own):
        if several:
            word = random.choice(several)
            yield Row("single word", unit, cluster, word, False, "once")
            yield Row("single word", unit, cluster, " ".join([word] * 6), False, "repeated")
    for other in others:
        if other.references and other.cluster_id != unit:
            yield Row("other", unit, cluster, other.references[0].text, False)


def of_numbers(data: Path, part: str, sizes: Sizes) -> Iterator[Row]:
    """True headlines with a number in them, by people, and the same with every figure changed.

    Those whose articles the entailment model was not trained on.
    """
    held = [case for case in true_headlines(data / NUMBERS) if in_part(part, case.group)][: sizes.headlines]
    for case in held:
        yield Row("numhg", case.group, case.cluster, case.text, True, pair=case.text)
        changed = other_figures(case.text, case.cluster.articles[0].text, Random(f"{SEED} {case.cluster.cluster_id}"))
        if changed is not None:
            yield Row("figures", case.group, case.cluster, changed, False, pair=case.text)


def other_figures(text: str, source: str, random: Random) -> str | None:
    """The text with every figure in digits changed into one that its articles do not have; None where it has none."""
    held = {found.group() for found in FIGURE.finditer(source)}

    def other(found: re.Match[str]) -> str:
        for _ in range(100):
            made = re.sub(r"\d", lambda digit: str(random.randint(digit.start() == 0, 9)), found.group())
            if made != found.group() and made not in held:
                return made
        raise LookupError(found.group())

    try:
        changed = FIGURE.sub(other, text)
    except LookupError:  # such as a single digit where the articles have all ten
        return None
    return None if changed == text else changed


def of_set(chosen: Set, data: Path, part: str, sizes: Sizes) -> Iterator[Row]:
    """The labelled texts of one set, whole documents by digest where it is cut short."""
    most = sizes.rows if sizes.rows is not None else MOST.get(chosen.name)
    for dataset, texts in groups_of(chosen, data, None).items():
        held = [row for row in texts if row.label is not None and in_part(part, row.document[:500])]
        for text in thinned(held, most):
            yield _labelled(chosen, dataset, text)


def _labelled(chosen: Set, dataset: str, text: LabelledText) -> Row:
    return Row(
        chosen.name,
        text.document,
        text.cluster,
        text.text,
        text.label,
        dataset,
        text.pair,
        headline=chosen.headlines,
    )


def gathered(data: Path | None, part: str, sizes: Sizes, told: Callable[[str], None]) -> list[Row]:
    """Every row that is measured; without development data those of the project alone."""
    found = list(of_project())
    if data is None:
        return found
    told("planting errors in headlines")
    found += of_clusters(data, part, sizes, Parser())
    found += of_numbers(data, part, sizes)
    for chosen in SETS:
        found += of_set(chosen, data, part, sizes)
    return found

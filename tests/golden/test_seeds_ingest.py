"""The five seed articles, cleaned, against the line-by-line account that people wrote of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.datasets.folder import Folder, cleaned_cluster
from harness.ingest.clean import Cleaned, CleanedCluster
from harness.language.text import normalise

TITLES = {
    "000": "WW3 fears loom as Putin sends thousands of 'Spetsnaz' soldiers into Kazakhstan",
    "001": "WW3 fears grow as Vladimir Putin sends thousands of soldiers into Kazakhstan",
    "002": "Kazakhstan unrest: 'Shooting all night' and 'bodies in street' as Putin's troops swoop in",
    "003": "Russia Troops Ordered Deployed",
    "004": "Vladimir Putin sees Russia winning in Kazakhstan crackdown",
}


@pytest.fixture(scope="module")
def gold(shared: Path) -> dict[str, Any]:
    return json.loads((shared / "seeds" / "kazakhstan_ingest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def raw(shared: Path) -> dict[str, str]:
    (found,) = Folder(path=str(shared / "seeds")).raw()
    return {name[:3]: text for name, text in found.files.items()}


@pytest.fixture(scope="module")
def cluster(shared: Path) -> CleanedCluster:
    (found,) = Folder(path=str(shared / "seeds")).raw()
    cleaned = cleaned_cluster(found)
    assert cleaned is not None
    return cleaned


@pytest.fixture(scope="module")
def articles(cluster: CleanedCluster) -> dict[str, Cleaned]:
    return {each.article.article_id[:3]: each for each in cluster.articles}


def noise_lines(gold: dict[str, Any], article: str) -> set[int]:
    """Numbers of the lines that the gold file calls boilerplate or caption; the dateline is only part of a line."""
    found = set()
    for item in (*gold["boilerplate"], *gold["captions"]):
        if item["article"] == article and not item["quote"].startswith("( )-"):
            found |= set(range(item["line"], item["line"] + item["quote"].count("\n") + 1))
    return found


def test_all_titles_are_right(gold, articles):
    assert {name: each.article.title for name, each in articles.items()} == TITLES
    for item in gold["titles"]:
        assert TITLES[item["article"]] in item["quote"], "the expected title is the one the gold file quotes"


def test_every_boilerplate_and_caption_line_is_gone(gold, raw, articles):
    for name, each in articles.items():
        lines = raw[name].splitlines()
        kept = {line for paragraph in each.article.text.splitlines() for line in [paragraph.strip()]}
        noise = {number for number in noise_lines(gold, name) if lines[number - 1].strip()}
        assert noise == {drop.line for drop in each.dropped if drop.rule != "dateline"}, name
        assert not {normalise(lines[number - 1]) for number in noise} & {normalise(line) for line in kept}, name


def test_no_body_sentence_is_lost(gold, raw, articles):
    for name, each in articles.items():
        (title,) = (item for item in gold["titles"] if item["article"] == name)
        expected = []
        for number, line in enumerate(raw[name].splitlines(), start=1):
            if number == title["line"]:
                line = line.split("WW3 fears loom")[0] if name == "000" else ""
            if line.strip() and number not in noise_lines(gold, name):
                expected.append(normalise(line.removeprefix("( )- ")))
        assert [normalise(line) for line in each.article.text.splitlines()] == expected, name


def test_the_stripped_dateline_is_repaired(articles):
    (drop,) = (drop for drop in articles["003"].dropped if drop.rule == "dateline")
    assert drop.text == "( )- "
    assert articles["003"].article.text.startswith("Russia has sent troops into a foreign country this week")


def test_the_standfirst_is_kept_and_named(articles):
    assert articles["002"].standfirst
    assert articles["002"].article.text.startswith(articles["002"].standfirst)


def test_the_two_copies_of_the_mirror_text_are_the_only_group(cluster):
    assert [[name[:3] for name in group] for group in cluster.duplicates] == [["000", "001"]]


def test_offsets_show_each_paragraph_in_both_texts(raw, articles):
    for name, each in articles.items():
        for paragraph in each.paragraphs:
            clean = each.article.text[paragraph.start : paragraph.end]
            assert normalise(raw[name][paragraph.raw_start : paragraph.raw_end]) == normalise(clean)

"""The parts of `make metaeval` that decide what is counted."""

import re

import pytest

from benchmarks.aims_rows import Row
from benchmarks.errors import misjudged, told
from benchmarks.factual_findings import is_found
from benchmarks.factual_sets import checker_of, held_out_name, thinned
from benchmarks.figures.checkers import _forget
from harness.claims.parsing.parse import Parser
from harness.metaeval.labelled import LabelledText
from harness.records import Article, Cluster, ContestedFact, Evidence, FactVersion


def row(number: int, document: str) -> LabelledText:
    cluster = Cluster(cluster_id=document, articles=(Article(article_id="a", text=document),))
    return LabelledText(str(number), cluster, "text", True, "d", document)


def test_a_limit_keeps_whole_documents_whatever_stands_before_them():
    rows = [row(number, f"document {number // 3}") for number in range(30)]
    kept = thinned(rows, 7)
    assert len(kept) == 9
    assert {each.document for each in kept} == {each.document for each in thinned(rows[::-1], 7)}
    assert thinned(rows, None) == rows


@pytest.mark.parametrize(
    ("dataset", "figures", "name"),
    [
        ("qags_cnndm (summaries)", {"qags_cnndm"}, None),
        ("qags_cnndm (sentences)", {"qags_cnndm"}, "qags_cnndm"),
        ("qags_cnndm (summaries)", {"qags_cnndm", "qags_sentences"}, "qags_cnndm"),
        ("defacto", {"defacto", "defacto_test"}, "defacto_test"),
        ("wice", {"defacto"}, None),
    ],
)
def test_held_out_figures_are_those_of_the_same_texts(dataset, figures, name):
    assert held_out_name(dataset, dict.fromkeys(figures)) == name


def version(*spans: tuple[str, str]) -> FactVersion:
    return FactVersion(
        value="v",
        evidence=tuple(Evidence(article_id=article, start=0, end=len(text), text=text) for article, text in spans),
    )


def test_a_contested_fact_is_found_where_two_known_sides_are_quoted_against_one_another():
    known = {
        "versions": [
            {"evidence": [{"article": "a", "quote": "50 people are dead"}]},
            {"evidence": [{"article": "b", "quote": "89 people were killed"}]},
        ]
    }
    first, second = version(("a", "At least 50 people are dead.")), version(("b", "89 people were killed on Friday."))
    other = version(("b", "The school had 50 pupils."))

    def found(*versions: FactVersion) -> bool:
        fact = ContestedFact(fact="dead", kind="figures", versions=versions)
        return is_found(known, [fact])

    assert found(first, second)
    assert not found(first, other)
    assert not found(first, first)
    assert not is_found(known, [])


def test_an_error_is_told_with_what_the_model_says_and_what_the_articles_lack(parser: Parser):
    article = Article(article_id="a", text="A mill burned down at Brant on Friday. Nobody was hurt, police said.")
    cluster = Cluster(cluster_id="c", articles=(article,))
    claim = Row("own", "c", cluster, "Mill burns down at Carlow", True)
    with checker_of("ensemble", headlines=True).open() as session:
        (wrong,) = misjudged([(claim, session.check(cluster, claim.text))])
        written = told(session, wrong).splitlines()
    assert written[0] == "own false alarm [] 'c'"
    # The log-odds that the sentence is entailed, and those that it is contradicted, of a real model: only their form.
    assert re.search(r", entailed [+-]\d+\.\d \(otherwise [+-]\d+\.\d\)$", written[2]), written[2]
    assert any(re.search("“Carlow”: .", line) for line in written), written
    assert written[-1] == "  evidence  A mill burned down at Brant on Friday."


def test_each_round_of_a_figure_begins_with_nothing_parsed(parser: Parser):
    text = "The old mill at Brant burned down on Friday."
    opened = Parser()  # the parser of other tests may hold what an earlier round has thrown away
    (first,) = opened.parse([text])
    assert opened.parse([text])[0] is first
    _forget()
    assert Parser().parse([text])[0] is not first

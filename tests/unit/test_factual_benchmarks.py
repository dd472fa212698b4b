"""The parts of `make metaeval` that decide what is counted."""

import pytest

from benchmarks.factual_findings import is_found
from benchmarks.factual_sets import held_out_name, thinned
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

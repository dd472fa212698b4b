from harness.checkers.evidence import EvidenceIndex
from harness.records import Article, Cluster

FIRE = "A fire destroyed the old library. Nobody was hurt. The mayor promised to rebuild it."
FLOOD = "Heavy rain flooded the valley. The library stayed dry."


def cluster(*texts, ids=None):
    ids = ids or [f"a{n}" for n in range(len(texts))]
    return Cluster(
        cluster_id="c", articles=tuple(Article(article_id=i, text=t) for i, t in zip(ids, texts, strict=True))
    )


def test_evidence_quotes_the_article_exactly():
    made = cluster(FIRE, FLOOD)
    texts = {article.article_id: article.text for article in made.articles}
    found = EvidenceIndex(made).search("The library was destroyed by fire")
    assert found[0].text == "A fire destroyed the old library."
    assert all(texts[e.article_id][e.start : e.end] == e.text for e in found)


def test_a_sentence_in_other_quote_marks_is_one_unit_quoted_as_each_article_has_it():
    index = EvidenceIndex(cluster("He said “no deal” twice.", 'He said "no deal" twice.'))
    (unit,) = index.units
    assert [unit.evidence(article_id=i).text for i in ("a0", "a1")] == [
        "He said “no deal” twice.",
        'He said "no deal" twice.',
    ]


def test_doubling_and_reordering_articles_change_no_score():
    once = EvidenceIndex(cluster(FIRE, FLOOD))
    twice = EvidenceIndex(cluster(FLOOD, FIRE, FIRE, ids=["a1", "a0", "b"]))
    claim = "Library destroyed by flood"
    assert [(e.text, e.score) for e in once.search(claim)] == [(e.text, e.score) for e in twice.search(claim)]


def test_nothing_shared_finds_nothing():
    assert EvidenceIndex(cluster(FIRE)).search("Stocks rose") == []
    assert EvidenceIndex(cluster("", "…")).search("Stocks rose") == []

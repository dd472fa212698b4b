import io
import json

import pytest
from rich.console import Console

from harness.checkers.base import CheckSession, whole_claim
from harness.errors import DataError, ModelError
from harness.metaeval.agreement import evidence_hits, floor, measure, peers
from harness.metaeval.labelled import read
from harness.records import Article, Cluster, Verdict
from harness.report import agreement


def row(**changed):
    base = {"id": "1", "source": "A fire broke out.", "summary": "Fire", "label": 1, "dataset": "d", "split": "val"}
    return base | changed


def write(folder, *rows):
    path = folder / "rows.jsonl"
    path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in rows), encoding="utf-8")
    return path


class Length(CheckSession):
    """Finds longer texts more faithful; three words are half; fails on the word `crash`."""

    def verdicts(self, cluster, texts):  # noqa: ARG002 - the signature of a session
        if any("crash" in text for text in texts):
            raise ModelError("no answer")
        found = []
        for text in texts:
            probability = min(1.0, len(text.split()) / 6)
            label = "supported" if probability >= 0.5 else "not_found"
            found.append([Verdict(claim=whole_claim(text), label=label, probability=probability)])
        return found


def test_every_bad_field_is_located(tmp_path):
    path = write(
        tmp_path,
        row(),
        row(label="maybe"),
        "{",
        row(source=None),
        "[]",
        row(ratings={"r": "x"}),
        row(ratings={"r": 10**400}),
    )
    with pytest.raises(DataError, match="rows") as caught:
        read([path])
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (2, "label"),
        (3, ""),
        (4, "source"),
        (5, ""),
        (6, "ratings"),
        (7, "ratings"),
    ]
    assert "found the string 'maybe'; accepted: 1 (faithful), 0 (not faithful) or null" in str(caught.value)


def test_a_missing_file_and_an_unknown_split_say_so(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.jsonl: no such file"):
        read([tmp_path / "nowhere.jsonl"])
    with pytest.raises(DataError, match=r"--split: no rows to measure on; found test; accepted: val"):
        read([write(tmp_path, row())], split="test")


def test_limit_counts_each_data_set_apart(tmp_path):
    path = write(tmp_path, row(id="1"), row(id="2"), row(id="3", dataset="e"))
    assert {name: [item.row_id for item in rows] for name, rows in read([path], limit=1).items()} == {
        "d": ["1"],
        "e": ["3"],
    }


@pytest.mark.parametrize(
    ("meta", "types"),
    [
        ({"error_type": "Extrinsic Entity Error"}, {"Extrinsic Entity"}),
        ({"error_type": "['intrinsic-NP', 'extrinsic-NP']"}, {"intrinsic-NP", "extrinsic-NP"}),
        ({"error_type": "correct"}, set()),
        ({"intrinsic": True, "extrinsic": False}, {"intrinsic"}),
        ({"errors": {"EntE": 0.5, "RelE": 1.0}}, {"EntE"}),
        ({"errors": {"EntE": 0.5, "RelE": 0.5}}, set()),
        ({}, set()),
    ],
)
def test_error_types_in_the_shapes_of_public_sets(tmp_path, meta, types):
    ((only,),) = read([write(tmp_path, row(label=0, meta=meta))]).values()
    assert only.types == types


@pytest.mark.parametrize(("first", "second"), [("t1-0-ref", "t1-0-edit"), ("0-c", "0-i")])
def test_sides_of_a_pair_are_told_by_their_ids(tmp_path, first, second):
    (rows,) = read([write(tmp_path, row(id=first), row(id=second, label=0))]).values()
    assert rows[0].pair == rows[1].pair == first.rpartition("-")[0]


def test_abstentions_and_failures_are_counted_not_scored(tmp_path):
    path = write(
        tmp_path,
        row(id="1", summary="a fire broke out"),
        row(id="2", summary="flood", label=0),
        row(id="3", summary="!!", label=0),
        row(id="4", summary="crash", label=0, source="Another source."),
        row(id="5", label=None),
    )
    (rows,) = read([path]).values()
    found = measure("d", "length", Length("length"), rows, seed=1, resamples=20)
    assert (found.rows, found.faithful, found.unfaithful, found.abstained, found.failed, found.unlabelled) == (
        (5, 1, 1, 1, 1, 1)
    )
    assert found.abstentions == {"the text has no words": 1}
    assert found.auc.value == found.transferred.value == 1.0


def test_ratings_give_correlations(tmp_path):
    rows = [
        {"id": str(at), "source": f"s{at // 3}", "summary": "word " * (1 + at % 3), "system": f"m{at % 3}",
         "ratings": {"recall": 0.1 * (at % 3)}}
        for at in range(6)
    ]  # fmt: skip
    ((name, read_rows),) = read([write(tmp_path, *rows)]).items()
    found = measure(name, "length", Length("length"), read_rows, seed=1, resamples=20)
    assert name == "rows"
    assert [(item.level, item.kendall.value) for item in found.correlations] == [("system", 1.0), ("summary", 1.0)]
    assert "| recall | length | system | 3 | 1.000 " in agreement.markdown(agreement.AgreementReport([found], 1, 20))
    alone = measure(name, "length", Length("length"), read_rows[:1], seed=1, resamples=20)
    assert "1 rated rows are in no number" in " ".join(agreement.notes(agreement.AgreementReport([alone], 1, 20)))


def test_tables_fit_eighty_columns_and_keep_every_count(tmp_path):
    texts = ["a fire broke out", "flood", "a fire broke out today", "storm"] * 6
    rows = [
        row(id=f"{at // 2}-{'i' if at % 2 else 'c'}", source=f"s{at // 2}", summary=text, label=1 - at % 2,
            dataset="a_long_name_of_a_data_set", meta={"error_type": "entity"})
        for at, text in enumerate(texts)
    ]  # fmt: skip
    ((name, read_rows),) = read([write(tmp_path, *rows)]).items()
    found = measure(name, "length", Length("length"), read_rows, seed=1, resamples=50)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(agreement.terminal(agreement.AgreementReport([found], 1, 50), 80))
    tables = console.export_text().split("\n\nn: ")[0]
    assert max(map(len, tables.splitlines())) <= 80
    assert "12+12" in tables
    assert "length" in tables
    assert "1.00 [1.00 1.00]" in tables
    assert json.loads(agreement.as_json(agreement.AgreementReport([found], 1, 50)))["agreements"][0]["pairs"] == 12


@pytest.mark.parametrize(
    ("changed", "label", "types"),
    [
        ({"label": "agree"}, True, set()),
        ({"label": "unrelated"}, False, {"unrelated"}),
        ({"label": "discuss"}, None, set()),
        ({"label": True}, True, set()),
        ({"faithful": False, "error_type": "roles"}, False, {"roles"}),
        ({"faithful": None, "error_type": "contested"}, None, set()),
    ],
)
def test_labels_in_other_words(tmp_path, changed, label, types):
    plain = {"id": 7, "source": "A fire broke out.", "headline": "Fire", **changed}
    ((only,),) = read([write(tmp_path, plain)]).values()
    assert (only.row_id, only.text, only.label, only.types) == ("7", "Fire", label, types)


def test_a_text_may_be_about_a_cluster_or_a_list_of_articles(tmp_path):
    known = {"fire": Cluster(cluster_id="fire", articles=(Article(article_id="a", text="A fire."),))}
    listed = {"id": "2", "headline": "Fire", "label": 1, "articles": [{"text": "One."}, {"title": "T", "text": "Two."}]}
    path = write(tmp_path, {"id": "1", "headline": "Fire", "label": 1, "cluster_id": "fire"}, listed)
    (rows,) = read([path], clusters=known).values()
    assert rows[0].cluster == known["fire"]
    assert [(article.title, article.text) for article in rows[1].cluster.articles] == [("", "One."), ("T", "Two.")]
    with pytest.raises(DataError, match=r"rows.jsonl:1: cluster_id: no clusters.*--clusters"):
        read([path])
    with pytest.raises(DataError, match=r"rows.jsonl:1: cluster_id: no such cluster"):
        read([path], clusters={})


def test_ratings_and_published_scores_may_stand_in_meta(tmp_path):
    meta = {"ratings": {"recall": 0.5}, "system": "m", "scores": {"BLEU": 0.25, "lost": None}}
    ((only,),) = read([write(tmp_path, row(meta=meta))]).values()
    assert (only.ratings, only.system, only.published) == ({"recall": 0.5}, "m", {"BLEU": 0.25})


def test_the_floor_and_published_scores_are_measured_without_labels_of_their_own(tmp_path):
    rows = [
        row(id="1", summary="a fire broke out", meta={"scores": {"BLEU": 0.4}}),
        row(id="2", summary="a flood struck Oslo", label=0, meta={"scores": {"BLEU": 0.6}}),
    ]
    (found,) = read([write(tmp_path, *rows)]).values()
    low, (peer,) = floor("d", found, seed=1, resamples=20), peers("d", found, seed=1, resamples=20)
    # All of the first text's words and pairs stand in the source, of the second's the article "a" at most.
    assert (low.checker, low.auc.value, low.transferred, low.ece) == ("surface", 1.0, None, None)
    assert (peer.checker, peer.auc.value, peer.transferred) == ("BLEU*", 0.0, None)


def test_evidence_hits_count_the_sentences_that_people_marked(tmp_path):
    source = "Rain fell in the north. A fire broke out in the old mill. Nobody was hurt in the fire at the mill."
    sentences = [
        "Rain fell in the north.",
        "A fire broke out in the old mill.",
        "Nobody was hurt in the fire at the mill.",
    ]
    rows = [
        row(id="1", source=source, summary="Fire broke out in old mill", meta={"evidence": sentences[1]}),
        row(id="2", source=source, summary="Fire broke out in old mill", meta={"evidence": "No such sentence here."}),
        row(id="3", source=source, summary="Fire broke out in old mill",
            meta={"supporting_sentences": [[0, 1, 2], [0]], "evidence_sentences": sentences}),
        row(id="4"),
    ]  # fmt: skip
    (found,) = read([write(tmp_path, *rows)]).values()
    hits = evidence_hits("d", found, seed=1, resamples=20)
    # The sentence about the fire comes first: a hit at 1 for rows 1 and 3; with three sentences all are among five.
    assert (hits.rows, hits.hits["1"].value, hits.hits["5"].value) == (3, pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert hits.complete.value == pytest.approx(2 / 3)
    assert evidence_hits("d", found[3:], seed=1) is None

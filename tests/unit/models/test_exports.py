"""Predictions as other evaluation programs write them, read by a ready map or by dotted fields.

The shapes are those of lm-evaluation-harness 0.4 (`--log_samples`), promptfoo 0.1xx (`--output`, version 3), the OpenAI
Batch API and inspect_ai 0.3 (`inspect log convert --to json`), cut to what is read and its neighbours.
"""

import json

import pytest

from harness.errors import DataError, ModelError
from harness.models.recorded import Recorded
from harness.records import Article, Cluster

BODY = (Article(article_id="a", text="The bridge opened on Monday."),)


def answers(path, *ids, **parameters):
    """What each cluster is answered with, a failure as its reason."""
    with Recorded(path=path, **parameters).open(seed=0) as session:
        found = session.answer([Cluster(cluster_id=name, articles=BODY) for name in ids])
    return [str(each) if isinstance(each, ModelError) else each.text for each in found]


def problems(path, **parameters):
    with pytest.raises(DataError, match="predictions") as caught:
        Recorded(path=path, **parameters).open(seed=0)
    return caught.value.problems


@pytest.fixture
def write(tmp_path):
    def write(content, ending="jsonl"):
        path = tmp_path / f"predictions.{ending}"
        path.write_text("".join(json.dumps(row) + "\n" for row in content) if ending == "jsonl" else content)
        return path

    return write


def sample(number, text, *, doc=None, kept="none"):
    return {
        "doc_id": number,
        "doc": {"text": "Body"} if doc is None else doc,
        "target": "Gold",
        "arguments": {"gen_args_0": {"arg_0": "Write: Body", "arg_1": {"until": ["\n"]}}},
        "resps": [[f"{text} and more"]],
        "filtered_resps": [text],
        "filter": kept,
        "metrics": ["perplexity"],
        "perplexity": float("nan"),
    }


def test_samples_of_lm_eval_are_joined_by_the_id_of_the_document_or_by_its_number(write):
    path = write([sample(0, "Bridge opens", doc={"id": "bridge"}), sample(1, "School opens")])
    assert answers(path, "bridge", "1", "0", format="lm-eval") == [
        "Bridge opens",
        "School opens",
        f"no recorded prediction for cluster '0' in {path}",
    ]
    assert answers(path, "0", format="lm-eval", fields={"cluster_id": "doc_id"}) == ["Bridge opens"]
    assert answers(path, "1", format="lm-eval", fields={"text": "resps.0.0"}) == ["School opens and more"]
    plain = {"cluster_id": "doc_id", "text": "filtered_resps.-1"}
    assert answers(path, "1", fields=plain) == ["School opens"]


def test_a_filter_without_take_first_leaves_lists_of_which_the_first_is_read(write):
    path = write([{"doc_id": 4, "filtered_resps": [["Bridge opens", "Bridge shut"]], "filter": "all"}])
    assert answers(path, "4", format="lm-eval") == ["Bridge opens"]


def test_rows_of_several_filters_name_the_way_to_one_of_them(write):
    path = write([sample(0, text, kept=kept) for text, kept in (("One", "strict-match"), ("Two", "flexible"))])
    (problem,) = problems(path, format="lm-eval")
    assert (problem.line, problem.path) == (2, "doc_id")
    assert problem.message == (
        "cluster '0' already has a prediction on line 1; accepted: one row each; they differ in filter "
        "('strict-match', 'flexible'): `where: {filter: strict-match}` reads one of them"
    )
    assert answers(path, "0", format="lm-eval", where={"filter": "flexible"}) == ["Two"]
    (problem,) = problems(path, format="lm-eval", where={"filter": "none"})
    assert str(problem).endswith(
        'no row is what `where` asks for; found {"filter": "none"}; accepted: filter: strict-match, filter: flexible'
    )


def promptfoo():
    tried = {"provider": {"id": "openai:gpt", "label": ""}, "promptIdx": 0, "namedScores": {}}
    rows = [
        # A check that failed stands in `error` beside the output; the output counts.
        {**tried, "vars": {"id": "bridge"}, "response": {"output": "Bridge opens"}, "error": "Expected output to …"},
        {**tried, "vars": {"id": 7.0}, "error": "API error: 429 Too Many Requests", "failureReason": 2},
        {**tried, "vars": {"id": "market"}, "response": {"error": "timed out", "output": None}},
    ]
    prompts = [{"raw": "Write", "label": "Write", "provider": "openai:gpt"}] * 5
    results = {"version": 3, "prompts": prompts, "results": rows, "stats": {"successes": 0}}
    return {"evalId": "eval-1", "results": results, "config": {"tests": []}, "metadata": {}}


@pytest.mark.parametrize("indent", [None, 2])
def test_the_json_of_promptfoo(write, indent):
    path = write(json.dumps(promptfoo(), indent=indent), "json")
    expected = [
        "Bridge opens",
        "recorded as failed: API error: 429 Too Many Requests",
        "recorded as failed: timed out",
    ]
    assert answers(path, "bridge", "7", "market", format="promptfoo") == expected


def test_the_json_lines_of_promptfoo(write):
    rows = promptfoo()["results"]["results"]
    assert answers(write(rows), "bridge", format="promptfoo") == ["Bridge opens"]
    assert answers(write(rows[:1]), "bridge", fields={"cluster_id": "vars.id", "text": "response.output"}) == [
        "Bridge opens"
    ]


def batch(name, **row):
    return {"id": "batch_req_1", "custom_id": name, "response": None, "error": None, **row}


def answered(body, status=200):
    return {"response": {"status_code": status, "request_id": "r", "body": body}}


def test_outputs_and_errors_of_a_batch(write):
    chat = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Bridge opens"}}]}
    refused = {"choices": [{"message": {"content": None, "refusal": "I cannot help with that."}}]}
    spoken = [{"type": "reasoning", "summary": []}, {"type": "message", "content": None}]
    spoken[1]["content"] = [{"type": "output_text", "text": "School "}, {"type": "output_text", "text": "opens"}]
    declined = [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]
    path = write(
        [
            batch("a", **answered(chat)),
            batch("b", **answered({"output": spoken})),
            batch("c", **answered(refused)),
            batch("d", **answered({"output": declined})),
            batch("e", error={"code": "batch_expired", "message": "The window expired."}),
            batch("f", **answered({"error": {"message": "too long", "code": None}}, status=400)),
            batch("g", **answered({"choices": [{"message": {"content": ""}}]})),
        ]
    )
    assert answers(path, *"abcdefg", format="openai-batch") == [
        "Bridge opens",
        "School opens",
        "recorded as failed: refused: I cannot help with that.",
        "recorded as failed: refused: No.",
        "recorded as failed: batch_expired: The window expired.",
        "recorded as failed: status 400: too long",
        f"refused: the prediction for cluster 'g' is empty ({path}:7)",
    ]


def inspect_log():
    parts = [{"type": "reasoning", "reasoning": "Hm."}, {"type": "text", "text": "School opens"}]
    message = {"message": {"role": "assistant", "content": parts}, "stop_reason": "stop"}
    samples = [
        {"id": "bridge", "epoch": 1, "target": "Gold", "output": {"completion": "Bridge opens", "choices": [message]}},
        {"id": 2, "epoch": 1, "target": "Gold", "output": {"choices": [message]}},
        {"id": 3, "epoch": 1, "output": {"completion": "Half"}, "error": {"message": "boom", "traceback": "…"}},
        {"id": 4, "epoch": 1, "output": {"completion": "", "error": "content filter"}, "messages": []},
    ]
    scores = [{"name": "match", "metrics": {"stderr": {"value": float("nan")}}}]
    return {"version": 2, "eval": {"task": "headline"}, "results": {"scores": scores}, "samples": samples}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_log_of_inspect(write, indent):
    path = write(json.dumps(inspect_log(), indent=indent), "json")
    assert answers(path, "bridge", "2", "3", "4", format="inspect") == [
        "Bridge opens",
        "School opens",
        "recorded as failed: boom",
        "recorded as failed: content filter",
    ]


def test_epochs_are_told_apart(write):
    log = inspect_log()
    log["samples"] = [{**log["samples"][0], "epoch": epoch} for epoch in (1, 2)]
    path = write(json.dumps(log), "json")
    (problem,) = problems(path, format="inspect")
    assert "they differ in epoch ('1', '2'): `where: {epoch: 1}`" in problem.message
    assert answers(path, "bridge", format="inspect", where={"epoch": 2}) == ["Bridge opens"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lm-eval", [{**sample(0, "Bridge opens"), "perplexity": 1.0}]),
        ("lm-eval", [sample(0, "Bridge opens")]),
        ("promptfoo", promptfoo()),
        ("openai-batch", [batch("a", **answered({"choices": []}))]),
        ("inspect", inspect_log()),
    ],
)
def test_an_export_without_its_format_is_recognised(write, name, content):
    path = write(content) if isinstance(content, list) else write(json.dumps(content), "json")
    first, *_ = problems(path)
    assert f"which `format: {name}` reads" in first.message


def test_a_wrong_format_names_the_right_one_and_what_it_looked_for(write):
    (problem,) = problems(write([batch("a")]), format="lm-eval")
    assert "none of doc.cluster_id, doc.id and doc_id is there" in problem.message
    assert problem.message.endswith("an output file of the OpenAI Batch API, which `format: openai-batch` reads")

import time

import pytest
from pydantic import ValidationError

from harness.errors import UsageError
from harness.models.api import Api
from harness.models.api_parameters import Generation
from harness.models.base import Answer
from harness.records import Article, Cluster
from tests.faults.server import FaultServer, good_answer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CLUSTER = Cluster(
    cluster_id="dam",
    articles=(
        Article(article_id="a", title="Dam holds", text="The dam held on Monday. " * 40, source="The Post"),
        Article(article_id="b", text="Engineers said that the wall stood firm."),
    ),
)


@pytest.fixture
def prompt(tmp_path):
    file = tmp_path / "prompt.md"
    file.write_text("Write a headline for {count} articles.\n\n{articles}\n\n{reply}Headline:\n")
    return str(file)


def make(prompt, base_url="http://127.0.0.1:9/v1", **parameters):
    return Api(base_url=base_url, model="m", prompt=prompt, **parameters)


def asked(prompt, answer=good_answer, **parameters):
    """The body of the request that a model makes for the cluster, and its answer."""
    with FaultServer(reply=answer) as server:
        with make(prompt, server.base_url, **parameters).open(21) as session:
            (given,) = session.answer([CLUSTER])
        (body,) = server.ledger.bodies
        return body, given, server.ledger.paths[0]


def test_a_conversation(prompt):
    body, answer, path = asked(prompt, system="Be brief.", generation={"max_tokens": 9}, extra_body={"top_k": 5})
    user = body.pop("messages")
    assert [message["role"] for message in user] == ["system", "user"]
    assert user[1]["content"].startswith("Write a headline for 2 articles.\n\nArticle 1:\nDam holds\nThe dam held")
    assert user[1]["content"].endswith("\n\nHeadline:")
    assert body == {"model": "m", "stream": False, "temperature": 0.0, "max_tokens": 9, "seed": 21, "top_k": 5}
    assert path == "/v1/chat/completions"
    assert answer.version == "m-2026-01 fp_1"
    assert (answer.tokens_in, answer.tokens_out) == (len(user[1]["content"].split()), 3)
    assert answer.seconds > 0


def test_the_beginning_of_the_reply_as_the_assistants(prompt):
    body, *_ = asked(prompt, reply="assistant")
    assert body["messages"][-1] == {"role": "assistant", "content": "Headline:"}
    assert body["messages"][-2]["content"].endswith("stood firm.")


def test_a_plain_completion(prompt):
    body, answer, path = asked(prompt, mode="completions", generation={"stop": "\n", "seed": None, "temperature": 0.5})
    assert body["prompt"].endswith("Headline:")
    assert (body["stop"], "seed" in body, body["temperature"], "messages" in body) == (["\n"], False, 0.5, False)
    assert path == "/v1/completions"
    assert answer.raw_text is None
    assert answer.text == "Headline on Headline:"


def test_articles_share_the_budget(prompt):
    body, answer, _ = asked(prompt, max_characters=300, include_titles=False)
    text = body["messages"][0]["content"]
    assert len(text) < 300 + 80
    assert "stood firm" in text
    assert answer.prompt.dropped_characters > 500
    assert "The Post" not in text


@pytest.mark.parametrize(
    ("changed", "text", "stopped"),
    [
        ({"finish_reason": "stop"}, "Dam holds", "end"),
        ({"finish_reason": "length"}, "Dam holds", "length"),
        ({"finish_reason": "content_filter"}, "Dam holds", "refused"),
    ],
)
def test_why_it_stopped(prompt, changed, text, stopped):
    choice = {"message": {"content": "Headline: Dam holds"}, **changed}
    _, answer, _ = asked(prompt, lambda body: good_answer(body, choices=[choice]))
    assert (answer.text, answer.raw_text, answer.stopped) == (text, "Headline: Dam holds", stopped)


def test_a_text_cut_behind_its_first_line_is_whole(prompt):
    choice = {"message": {"content": "Dam holds\nThis headline"}, "finish_reason": "length"}
    _, answer, _ = asked(prompt, lambda body: good_answer(body, choices=[choice]))
    assert (answer.text, answer.stopped) == ("Dam holds", "end")


@pytest.mark.parametrize("content", ["", "  \n ", None, '""'])
def test_nothing_is_a_refusal(prompt, content):
    choice = {"message": {"content": content}, "finish_reason": "stop"}
    _, answer, _ = asked(prompt, lambda body: good_answer(body, choices=[choice]))
    assert isinstance(answer, Answer)
    assert (answer.text, answer.stopped) == ("", "refused")


def test_what_can_change_a_text_is_in_the_signature_and_nothing_else(prompt):
    plain = make(prompt).signature()
    for changed in (
        {"base_url": "http://127.0.0.1:10/v1"},
        {"generation": {"temperature": 0.1}},
        {"generation": {"seed": 4}},
        {"extra_body": {"top_k": 4}},
        {"headers": {"x-route": "b"}},
        {"mode": "completions"},
        {"system": "x"},
        {"reply": "assistant"},
        {"max_characters": 500},
    ):
        assert (
            Api(**{"base_url": "http://127.0.0.1:9/v1", "model": "m", "prompt": prompt, **changed}).signature() != plain
        )
    for unchanged in (
        {"key_env": "SOME_KEY"},
        {"concurrency": 3},
        {"timeout": 3},
        {"attempts": 1},
        {"max_tokens_total": 5},
        {"prices": {"input": 1, "output": 2}},
    ):
        assert make(prompt, **unchanged).signature() == plain
    assert "a: b" not in plain
    assert "127.0.0.1:9" in plain


def test_generation_is_greedy_and_short_where_nothing_is_said():
    assert Generation().fields(3) == {"temperature": 0.0, "max_tokens": 32, "seed": 3}
    assert Generation(max_completion_tokens=90, temperature=None).fields(3) == {"max_completion_tokens": 90, "seed": 3}


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"base_url": "http://me:pw@host/v1"}, "without user"),
        ({"base_url": "https://host/v1?key=1"}, "without user"),
        ({"base_url": "ftp://host"}, "not an http"),
        ({"base_url": "http://host/v1/chat/completions"}, "up to /v1"),
        ({"base_url": "http://host:port/v1"}, "not an http"),
        ({"headers": {"X-Api-Key": "abc"}}, "carries a secret"),
        ({"headers": {"x": "Bearer abcdef123"}}, "carries a secret"),
        ({"headers": {"Host": "other"}}, "not a header"),
        ({"headers": {"x": "a\r\nHost: b"}}, "not a header"),
        ({"extra_body": {"stream": True}}, "not to be set here"),
        ({"generation": {"max_tokens": 3, "max_completion_tokens": 3}}, "give one of them"),
        ({"generation": {"temprature": 3}}, "Extra inputs"),
        ({"attempts": 6}, "less than or equal to 5"),
        ({"key_env": "sk-abcdefgh12345678"}, "pattern"),
        ({"key_header": "Host"}, "not the name of a header"),
        ({"postprocess": ["first_lines"]}, "did you mean 'first_line'"),
    ],
)
def test_what_is_refused(prompt, parameters, why):
    with pytest.raises(ValidationError, match=why):
        Api(**{"base_url": "http://h/v1", "model": "m", "prompt": prompt, **parameters})


def test_problems_are_found_without_asking_the_server(prompt, monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    api = make(
        prompt + "x", key_env="NO_SUCH_KEY", max_cost=1.0, mode="completions", system="x", extra_body={"seed": 1}
    )
    found = {problem.path: str(problem) for problem in api.problems()}
    assert set(found) == {"key_env", "max_cost", "prompt", "system", "extra_body.seed"}
    assert "NO_SUCH_KEY is not set" in found["key_env"]
    with pytest.raises(UsageError, match="cannot be read"):
        api.identity()
    assert list(make(prompt).problems()) == []


def test_the_seconds_of_all_answers_are_the_time_that_all_took(prompt):
    with FaultServer(delay=0.1) as server, make(prompt, server.base_url, concurrency=10).open(1) as session:
        several = [CLUSTER.model_copy(update={"cluster_id": f"c{number}"}) for number in range(20)]
        started = time.perf_counter()
        answers = session.answer(several)
        took = time.perf_counter() - started
    # Twenty answers of a tenth of a second, ten at once: two tenths, where the sum of waits is two seconds.
    assert 0.2 <= sum(answer.seconds for answer in answers) <= took


def test_one_cluster_that_cannot_be_shown_fails_alone(prompt):
    with FaultServer() as server, make(prompt, server.base_url, max_characters=200).open(1) as session:
        bad = Cluster(cluster_id="bad", articles=(Article(article_id="a", text="x" * 900),))
        found = {cluster.cluster_id: answer for cluster, answer in session.answer_each([bad, CLUSTER])}
    assert isinstance(found["dam"], Answer)
    assert "holds no word of cluster 'bad'" in str(found["bad"])

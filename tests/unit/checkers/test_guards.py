"""Public checkers behind a server: what they are asked, and how their answers are read."""

import json
from math import log

import pytest

from harness.checkers.generative.guards import GUARDS, NAMES
from harness.checkers.generative.judge import Judge
from harness.config.build import load_component
from harness.errors import ConfigError, ModelError
from harness.records import Article, Cluster
from harness.registry import Registry
from tests.faults.server import FaultServer, good_answer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CLUSTER = Cluster(
    cluster_id="c",
    articles=(
        Article(article_id="a", title="Ban falls", text="The Supreme Court overturned the ban."),
        Article(article_id="b", text="Rain fell in Tarn. Nobody was hurt."),
    ),
)
DOCUMENTS = {"a": "Ban falls\nThe Supreme Court overturned the ban.", "b": "Rain fell in Tarn. Nobody was hurt."}


def spelled(body, *places):
    """An answer of tokens, each with the probabilities of what could stand there; the first is what does."""
    content = [
        {
            "token": next(iter(likely)),
            "logprob": log(next(iter(likely.values()))),
            "top_logprobs": [{"token": token, "logprob": log(share)} for token, share in likely.items()],
        }
        for likely in places
    ]
    answer = good_answer(body, "".join(next(iter(likely)) for likely in places))
    answer["choices"][0]["logprobs"] = {"content": content}
    return answer


def check(server, preset, text="Court overturns ban", cluster=CLUSTER, **parameters):
    judge = Judge(base_url=server.base_url, preset=preset, longest_pause=0.01, timeout=10, attempts=2, **parameters)
    with judge.open() as session:
        return session.check(cluster, text)


def test_bespoke_minicheck_is_asked_yes_or_no_about_each_article():
    def reply(body):
        supported = "overturned" in body["messages"][1]["content"]
        # MiniCheck adds up the tokens that spell yes in any case: .6 + .1.
        return spelled(body, {"Yes": 0.6, "No": 0.2, "yes": 0.1} if supported else {"No": 0.9, "Yes": 0.05})

    with FaultServer(reply=reply) as server:
        (verdict,) = check(server, "bespoke-minicheck")
        bodies = {body["messages"][1]["content"]: body for body in server.ledger.bodies}
    assert verdict.probability == pytest.approx(0.7, abs=1e-6)
    assert (verdict.label, verdict.supporters, verdict.witnesses) == ("supported", ("a",), 1)
    assert verdict.evidence[0].text == "The Supreme Court overturned the ban."
    assert set(bodies) == {f"Document: {document}\nClaim: Court overturns ban" for document in DOCUMENTS.values()}
    body = next(iter(bodies.values()))
    assert body["messages"][0]["content"].startswith("Determine whether the provided claim is consistent with the ")
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("bespokelabs/Bespoke-MiniCheck-7B", 1, 0)
    assert (body["logprobs"], body["top_logprobs"], "response_format" in body) == (True, 5, False)


@pytest.mark.parametrize("preset", ["granite-guardian", "granite-guardian-4.1"])
def test_granite_guardian_is_asked_whether_a_claim_is_ungrounded(preset):
    def reply(body):
        grounded = "overturned" in body["documents"][0]["text"]
        score = {" no": 0.6, " yes": 0.2} if grounded else {" yes": 0.99, " no": 0.01}
        # A word of the reasoning is no score.
        return spelled(body, {"no": 1.0}, {"<score>": 1.0}, score, {" </score>": 1.0})

    with FaultServer(reply=reply) as server:
        (verdict,) = check(server, preset)
        bodies = server.ledger.bodies
    # .6 / (.6 + .2), and .01 for the other article.
    assert verdict.probability == pytest.approx(0.75, abs=1e-6)
    assert verdict.supporters == ("a",)
    assert sorted(body["documents"][0]["text"] for body in bodies) == sorted(DOCUMENTS.values())
    assert all(body["messages"][0] == {"role": "assistant", "content": "Court overturns ban"} for body in bodies)
    if preset == "granite-guardian":
        assert bodies[0]["chat_template_kwargs"] == {"guardian_config": {"criteria_id": "groundedness"}, "think": False}
        assert len(bodies[0]["messages"]) == 1
    else:
        block = bodies[0]["messages"][1]["content"]
        assert block.startswith("<guardian><no-think>As a judge agent, assess")
        assert "### Criteria: A text is considered ungrounded or unfaithful if it" in block
        assert block.endswith("If the last assistant's text meets the criteria, return 'yes'; otherwise, return 'no'.")


@pytest.mark.parametrize(
    ("preset", "said", "probability"),
    [
        ("bespoke-minicheck", "Yes", 1.0),
        ("bespoke-minicheck", " no.", 0.0),
        ("granite-guardian", "<think>\n</think>\n<score> no </score>", 1.0),
        ("granite-guardian", "<score>Yes</score>", 0.0),
        ("granite-guardian", "No", 1.0),  # the answer of Granite Guardian 3.0 to 3.2
    ],
)
def test_without_probabilities_the_answer_counts(preset, said, probability):
    with FaultServer(reply=lambda body: good_answer(body, said)) as server:
        assert check(server, preset)[0].probability == probability


@pytest.mark.parametrize(
    ("preset", "said"),
    [("bespoke-minicheck", "Perhaps"), ("granite-guardian", "<score> maybe </score>"), ("granite-guardian-4.1", "")],
)
def test_an_answer_that_says_neither_is_a_failure_never_a_score(preset, said):
    with FaultServer(reply=lambda body: good_answer(body, said)) as server:
        with pytest.raises(ModelError, match=r"an unusable answer: an answer .*, after 2 tries"):
            check(server, preset)
        assert server.ledger.requests == 4  # two articles, two tries each


def test_long_articles_are_asked_about_in_pieces_and_nothing_twice():
    def reply(body):
        return spelled(body, {"Yes": 0.9 if "Sentence 40 " in body["messages"][1]["content"] else 0.1, "No": 0.05})

    text = " ".join(f"Sentence {number} of this article is here." for number in range(50))
    cluster = Cluster(cluster_id="c", articles=(Article(article_id="a", text=text),))
    with FaultServer(reply=reply) as server:
        judge = Judge(base_url=server.base_url, preset="bespoke-minicheck", max_characters=600)
        with judge.open() as session:
            first = session.check(cluster, "Forty is here. Fifty is not.")
            asked = server.ledger.requests
            assert session.check(cluster, "Forty is here. Fifty is not.") == first
        documents = [body["messages"][1]["content"].partition("\nClaim: ")[0] for body in server.ledger.bodies]
    # 50 sentences of 36 or 37 characters, 16 to a piece: four pieces, two claims.
    assert (asked, server.ledger.requests) == (8, 8)
    assert max(map(len, documents)) <= len("Document: ") + 600 + 16
    assert [verdict.probability for verdict in first[1:]] == [pytest.approx(0.9)] * 2


def test_the_table_names_every_preset_with_its_licence():
    assert tuple(GUARDS) == NAMES
    assert "CC BY-NC 4.0: not for commercial use" in Judge.presets()["bespoke-minicheck"]
    one, other = (Judge(base_url="http://x/v1", preset=name) for name in NAMES[:2])
    assert one.identity()["prompt"] != other.identity()["prompt"]
    assert Judge(**one.parameters()) == one
    assert "preset" not in Judge(base_url="http://x/v1", model="m").signature()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"preset": "bespoke"}, "accepted: 'bespoke-minicheck', 'granite-guardian' or 'granite-guardian-4.1'"),
        ({"preset": "granite-guardian", "max_tokens": 100}, "takes no max_tokens: leave it out"),
        ({}, "neither `model` nor `preset` is given; accepted presets: bespoke-minicheck"),
    ],
)
def test_what_a_preset_cannot_be_is_refused_with_what_can(written, message):
    text = json.dumps({"judge": {"base_url": "http://127.0.0.1:1/v1", **written}})
    with pytest.raises(ConfigError, match=message):
        load_component("checker", text, "--checker", Registry())

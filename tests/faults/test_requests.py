"""Model `api` against a server that fails in every way that servers do."""

import itertools
import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness import redact
from harness.errors import ModelError, UsageError
from harness.models.api import Api
from harness.models.base import Answer
from harness.records import Article, Cluster
from tests.faults.server import FAULTS, FaultServer, good_answer, in_turn, mixed

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEY = "Zq8v-planted-k9wPlmX2"
LONG = os.environ.get("HARNESS_TESTS_LONG") == "1"
REQUESTS = 10_000 if LONG else 2_000
AGAIN_HELPS = [fault for fault in FAULTS if fault not in ("redirect", "400 with key", "401", "404")]
FINAL = {
    "redirect": "a redirect, which is not followed",
    "400 with key": "status 400",
    "401": "status 401",
    "404": "404",
}


WEIGHTS = {
    **dict.fromkeys(("429", "500", "cut", "not json"), 4.0),
    **dict.fromkeys(("html 502", "html 200", "wrong type", "no choices", "wrong schema", "silent cut"), 2.0),
    **dict.fromkeys(("429 nonsense", "429 seconds", "429 date", "error in 200", "gzip"), 1.0),
    **dict.fromkeys(("redirect", "400 with key", "401", "404", "burst"), 0.5),
    **dict.fromkeys(("deep json", "endless", "huge"), 0.2),
    **dict.fromkeys(("slow", "drip"), 0.05),
}
"""How often each fault is drawn, relative to the others."""


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("PLANTED_KEY", KEY)
    yield
    redact.forget()


@pytest.fixture
def prompt(tmp_path):
    file = tmp_path / "prompt.md"
    file.write_text("Write a headline.\n\n{articles}\n")
    return str(file)


def cluster(number):
    return Cluster(cluster_id=f"c{number}", articles=(Article(article_id="a", text=f"Dam {number} held on Monday."),))


def model(server, prompt, **parameters):
    quick = {"timeout": 5.0, "longest_pause": 0.02, "key_env": "PLANTED_KEY"}
    return Api(base_url=server.base_url, model="m", prompt=prompt, **{**quick, **parameters})


def ask(api, clusters):
    """What the model answers, by cluster, and what was charged."""
    with api.open(13) as session:
        found = {asked.cluster_id: answer for asked, answer in session.answer_each(clusters)}
        return found, session.client


@pytest.mark.parametrize("fault", AGAIN_HELPS)
def test_what_may_pass_is_asked_again(fault, prompt):
    patience = {"timeout": 1.0} if fault in ("slow", "drip") else {}
    with FaultServer(in_turn(fault, None)) as server:
        found, client = ask(model(server, prompt, **patience), [cluster(1)])
        assert isinstance(found["c1"], Answer), found
        assert (client.tries, server.ledger.requests, server.ledger.answered) == (2, 2, 1)
    if fault.startswith("429"):
        return  # a server that only says to wait uses up no try
    with FaultServer(in_turn(fault)) as server:
        found, client = ask(model(server, prompt, attempts=3, **patience), [cluster(1)])
        assert isinstance(found["c1"], ModelError)
        assert str(found["c1"]).endswith("after 3 tries")
        assert ("it goes on after 4000000 bytes" in str(found["c1"])) is (fault in ("endless", "huge"))
        assert found["c1"].attempts == server.ledger.requests == 3
        assert KEY not in str(found["c1"])


@pytest.mark.parametrize("fault", FINAL)
def test_what_will_not_pass_is_asked_once(fault, prompt):
    with FaultServer(in_turn(fault, None)) as server:
        found, _ = ask(model(server, prompt), [cluster(1)])
        assert FINAL[fault] in str(found["c1"])
        assert KEY not in str(found["c1"])
        assert (server.ledger.requests, server.ledger.followed) == (1, 0)


def test_retry_after_is_heeded_and_capped(prompt):
    for fault, least in (("429 seconds", 1.0), ("429 date", 0.0), ("429", 0.0)):
        with FaultServer(in_turn(fault, None)) as server:
            ask(model(server, prompt, longest_pause=5.0), [cluster(1)])
            first, second = server.ledger.times
            # A date has whole seconds, so one that is a second away may be anything up to that.
            assert least <= second - first < 4, fault
    with FaultServer(in_turn("429 forever", None)) as server:
        started = time.monotonic()
        ask(model(server, prompt, longest_pause=0.3), [cluster(1)])
        assert 0.3 <= time.monotonic() - started < 3


class Window:
    """A plan that answers so many requests in each stretch of time, and tells the others to wait for one."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._answered: list[float] = []

    def __call__(self, *_: Any) -> str | None:
        now = time.monotonic()
        self._answered = [moment for moment in self._answered if now - moment < self._seconds]
        if len(self._answered) >= self._most:
            return "429 seconds"
        self._answered.append(now)
        return None


def test_a_server_that_allows_so_many_a_second_answers_everything(prompt):
    """With the defaults: to be told to wait uses up no try, however often it happens."""
    with FaultServer(Window(12, 1.0)) as server:
        first, second = (
            Api(base_url=server.base_url, model=name, prompt=prompt, attempts=1) for name in ("m", "another")
        )
        found, _ = ask(first, map(cluster, range(30)))
        assert all(isinstance(answer, Answer) for answer in found.values()), found
        found, _ = ask(second, map(cluster, range(12)))
        assert all(isinstance(answer, Answer) for answer in found.values()), found


@pytest.mark.parametrize("fault", ["429", "429 nonsense", "429 date"])
def test_a_question_that_is_refused_more_often_than_it_may_be_tried_is_answered(fault, prompt):
    with FaultServer(in_turn(*[fault] * 8, None)) as server:
        found, client = ask(model(server, prompt, attempts=2, longest_pause=0.3), [cluster(1)])
        assert isinstance(found["c1"], Answer), found
        assert client.tries == 9


def test_a_server_that_refuses_everything_is_given_up(prompt):
    with FaultServer(in_turn("429")) as server:
        started = time.monotonic()
        found, _ = ask(model(server, prompt, longest_pause=0.1), map(cluster, range(40)))
        assert time.monotonic() - started < 10
        assert all("told to wait" in str(answer) for answer in found.values())
        assert all(isinstance(answer, ModelError) for answer in found.values())


def test_concurrency_falls_when_it_is_too_much_and_recovers(prompt):
    """A server that stands four at once answers everything, without being told so."""
    with FaultServer(delay=0.01) as server:
        server.plan = lambda *_: "429" if server.ledger.under_way > 4 else None
        api = model(server, prompt, concurrency=16, longest_pause=2, timeout=10)
        found, _ = ask(api, map(cluster, range(300)))
        assert all(isinstance(answer, Answer) for answer in found.values())
        # Sixteen at once all the time would be refused three times in four.
        assert server.ledger.faults["429"] < 0.5 * server.ledger.answered


def test_thousands_of_requests_at_thirty_percent_faults(prompt):
    outcomes = Counter()
    tokens = [0, 0]
    memory = []
    reasons = set()
    with FaultServer(mixed(0.3, 7, WEIGHTS)) as server:
        api = model(server, prompt, concurrency=8)
        with api.open(13) as session:
            for done, (asked, answer) in enumerate(session.answer_each(map(cluster, range(REQUESTS))), 1):
                if isinstance(answer, Answer):
                    assert asked.cluster_id.removeprefix("c") in answer.text
                    tokens[0] += answer.tokens_in
                    tokens[1] += answer.tokens_out
                else:
                    assert isinstance(answer, ModelError)
                    assert 1 <= answer.attempts <= 5
                    reasons.add(str(answer))
                outcomes[type(answer).__name__] += 1
                if done in (REQUESTS // 5, REQUESTS):
                    memory.append(resident())
            client = session.client
        ledger = server.ledger
    assert outcomes.total() == REQUESTS
    assert outcomes["Answer"] > 0.9 * REQUESTS
    assert outcomes["ModelError"] > 0
    # Every question was asked, none tried more than five times (to be told to wait is no try); no more at once than was
    # allowed.
    assert len(ledger.tries) == REQUESTS
    assert max((ledger.tries - ledger.refusals).values()) == 5
    assert ledger.most_under_way <= 8
    assert client.tries == ledger.requests < 2 * REQUESTS
    # Nothing is charged twice: each good answer of the server's is one of ours, to the token, and never asked again.
    assert ledger.answered == client.spent.answered == outcomes["Answer"]
    assert tokens == [ledger.tokens_in, ledger.tokens_out]
    assert ledger.followed == 0
    assert KEY not in "".join(reasons)
    assert memory[1] - memory[0] < 20_000_000, "memory grows with the number of requests"


def resident():
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_limit_on_tokens_is_never_exceeded_and_what_is_left_undone_says_so(share, prompt):
    plan = mixed(share, 3, {"429": 1, "500": 1, "not json": 1, "no choices": 1, "cut": 1})
    with FaultServer(plan) as server:
        api = model(server, prompt, concurrency=8, max_tokens_total=4_000)
        found, client = ask(api, map(cluster, range(500)))
    charged = client.spent.tokens_in + client.spent.tokens_out
    assert server.ledger.tokens_in + server.ledger.tokens_out <= charged <= 4_000
    limited = [
        str(answer) for answer in found.values() if isinstance(answer, ModelError) and "not asked" in str(answer)
    ]
    assert limited
    assert all("max_tokens_total 4000" in reason for reason in limited)
    # The most a call can take is its bytes, what a server may add, and 32 new tokens: less than 600 here, so that no
    # more than that is left over.
    assert charged > 3_400
    assert len(found) == 500


def test_a_limit_on_money(prompt):
    prices = {"input": 1_000_000, "output": 3_000_000}  # one for a token in, three for a token out
    with FaultServer() as server:
        api = model(server, prompt, concurrency=4, prices=prices, max_cost=3_000.0)
        found, client = ask(api, map(cluster, range(200)))
    cost = client.spent.tokens_in + 3 * client.spent.tokens_out
    assert 2_000 < cost <= 3_000
    assert cost == server.ledger.tokens_in + 3 * server.ledger.tokens_out
    assert "of max_cost 3000 is spent" in str(found["c199"])


def test_an_answer_lost_on_the_way_is_charged_by_the_most_it_can_have_cost(prompt):
    for fault, lost in (("cut", 1), ("silent cut", 1), ("500", 0)):
        with FaultServer(in_turn(fault, None)) as server:
            found, client = ask(model(server, prompt), [cluster(1)])
            assert (client.spent.answered, client.spent.lost) == (1, lost)
            assert client.spent.tokens_out == found["c1"].tokens_out + 32 * lost


def test_an_answer_that_repeats_the_key_is_not_kept(prompt):
    with FaultServer(reply=lambda body: good_answer(body, f"Key {KEY} leaks")) as server:
        found, _ = ask(model(server, prompt), [cluster(1)])
        assert "the answer repeats the key" in str(found["c1"])
        assert server.ledger.requests == 1


def test_environment_proxies_are_left_alone_unless_asked_for(prompt, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with FaultServer() as server:
        found, _ = ask(model(server, prompt), [cluster(1)])
        assert isinstance(found["c1"], Answer)
        found, _ = ask(model(server, prompt, use_proxy=True, attempts=1), [cluster(1)])
        assert "no connection" in str(found["c1"])
        assert server.ledger.requests == 1


def test_silence_ends_before_the_whole_time_is_over(prompt):
    with FaultServer(in_turn("slow")) as server:
        found, _ = ask(model(server, prompt, timeout=60, read_timeout=0.3, attempts=1), [cluster(1)])
        assert "no answer (ReadTimeout)" in str(found["c1"])


def test_all_tries_together_have_their_time(prompt):
    with FaultServer(lambda *_: "500") as server:
        api = model(server, prompt, longest_pause=60.0)
        with api.open(13) as session:
            ((_, answer),) = session.answer_each([cluster(1)], 0.2)
        assert isinstance(answer, TimeoutError)


def test_no_server_at_all(prompt):
    api = Api(base_url="http://127.0.0.1:9/v1", model="m", prompt=prompt, attempts=2, longest_pause=0.01)
    found, client = ask(api, [cluster(1)])
    assert "api at 127.0.0.1:9: no connection" in str(found["c1"])
    assert (client.spent.lost, client.spent.tokens_in) == (0, 0)


def test_stopping_in_the_middle_ends_what_is_under_way(prompt):
    # By cluster and not by number: requests that start together arrive in any order.
    quick = re.compile(r"Dam [0-4] held")
    with FaultServer(lambda _, body: None if quick.search(str(body)) else "slow") as server:
        api = model(server, prompt, timeout=20, concurrency=4)
        started = time.monotonic()
        with api.open(13) as session:
            answers = session.answer_each(map(cluster, itertools.count()))
            for _ in range(5):
                next(answers)
            answers.close()
        assert time.monotonic() - started < 5
        deadline = time.monotonic() + 5
        while server.ledger.under_way and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.ledger.under_way == 0


def test_a_key_that_is_named_and_not_set_is_refused_before_anything_is_asked(prompt, monkeypatch):
    monkeypatch.delenv("PLANTED_KEY")
    with FaultServer() as server, pytest.raises(UsageError, match="PLANTED_KEY is not set"):
        ask(model(server, prompt), [cluster(1)])


def test_the_key_travels_in_its_header_only(prompt):
    with FaultServer() as server:
        ask(model(server, prompt), [cluster(1)])
        ask(model(server, prompt, key_header="api-key"), [cluster(2)])
        first, second = server.ledger.headers
        assert first["authorization"] == f"Bearer {KEY}"
        assert (second["api-key"], second.get("authorization")) == (KEY, None)
        assert KEY not in json.dumps([server.ledger.bodies, server.ledger.paths])

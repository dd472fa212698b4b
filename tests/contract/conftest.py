"""Every registered checker, opened with the smallest parameters that make it run here."""

import json
from importlib import util

import pytest

from harness.checkers.base import Checker
from harness.registry import Registry
from tests.faults.server import FaultServer, good_answer
from tests.tiny import save_causal, save_classifier
from tests.tiny_presets import save_preset

PRESETS = ("nli+minicheck-flan-t5", "nli+summac-zs")
"""Read in chunks at the first token of the answer; sentence by sentence, with a difference."""


def pytest_collection_modifyitems(items):
    """The judge's endpoint is on loopback, and nothing else may be reached."""
    for item in items:
        if "session" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="module")
def endpoint():
    """A judge on loopback that calls a claim faithful by its length, so that it is deterministic and knows nothing."""

    def reply(body):
        data = body["messages"][1]["content"].split("\n")[2]  # one line of JSON between two marks
        verdicts = [
            {"claim": item["claim"], "verdict": "supported", "probability": 1 / (1 + len(item["text"]))}
            for item in json.loads(data)["claims"]
        ]
        return good_answer(body, json.dumps({"verdicts": verdicts}))

    with FaultServer(reply=reply) as server:
        yield server.base_url


def build(name, endpoint, folder) -> Checker:
    """The checker of that name with the smallest parameters that make it run here."""
    name, _, preset = name.partition("+")
    kind = Registry().find("checker", name)
    if name in ("nli", "likelihood"):
        if util.find_spec("torch") is None:
            pytest.skip("the models extra is not installed")
        if preset:
            return kind(preset=preset, **save_preset(preset, folder))
        names = {0: "contradiction", 1: "entailment", 2: "neutral"}
        return kind(**{kind.positional: str(save_classifier(folder, names) if name == "nli" else save_causal(folder))})
    if name == "judge":
        return kind(base_url=endpoint, model="m")
    if util.find_spec("spacy") is None:
        pytest.skip("the claims extra is not installed")
    return kind()


@pytest.fixture(scope="module", params=[*Registry().names("checker"), *PRESETS])
def session(request, endpoint, tmp_path_factory):
    checker = build(request.param, endpoint, tmp_path_factory.mktemp(request.param))
    assert list(checker.problems()) == []
    with checker.open() as opened:
        yield opened

"""Empty answers of deterministic models: kept, filed under the run that asks, and asked again only when told to."""

from contextlib import nullcontext
from typing import ClassVar

import pytest

from harness.cache.store import opened
from harness.models.base import Answer
from harness.models.lead import Lead
from harness.records import Article, Cluster, ConfigurationRecord, Failure
from harness.run.generate import REFUSED, generate_with_cache
from harness.run.plan import Configuration

CLUSTERS = [Cluster(cluster_id=name, articles=(Article(article_id="a", text=f"Text {name}."),)) for name in "xy"]


class Quiet(Lead):
    """Answers nothing; counts how often it is asked."""

    asked: ClassVar[list[str]] = []

    def open(self, seed):  # noqa: ARG002
        class Session:
            def answer(self, clusters):
                Quiet.asked.extend(cluster.cluster_id for cluster in clusters)
                return [Answer(text=" ", raw_text="...") for _ in clusters]

        return nullcontext(Session())


def record(name):
    return ConfigurationRecord(name=name, model="lead", signature="lead|quiet", parameters={}, seed=1)


@pytest.fixture
def run(tmp_path):
    Quiet.asked.clear()

    def run(model, name="quiet", **given):
        with opened(tmp_path, tmp_path, pytest.fail) as cache:
            rows = []
            configuration = Configuration(name, model, 1, record(name))
            assert generate_with_cache(configuration, CLUSTERS, cache, rows.append, **given) == 0
        assert all(isinstance(row, Failure) and row.error == REFUSED for row in rows)
        assert [(row.configuration, row.cluster_id) for row in rows] == [(name, "x"), (name, "y")]
        return "".join(Quiet.asked)

    return run


def test_a_deterministic_model_is_asked_once(run):
    assert run(Quiet()) == "xy"
    assert run(Quiet(), name="renamed") == "xy"


def test_it_is_asked_again_where_that_is_wanted(run):
    assert run(Quiet()) == "xy"
    assert run(Quiet(), again=True) == "xyxy"
    assert run(Quiet()) == "xyxy"


class Moody(Quiet):
    """May answer another time."""

    deterministic: ClassVar[bool] = False


def test_another_model_is_asked_by_every_run(run):
    assert run(Moody()) == "xy"
    assert run(Moody()) == "xyxy"

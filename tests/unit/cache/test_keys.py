"""Cache keys hold everything that can change a result, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from harness.cache import code_digest, keys
from harness.component import neutral
from harness.models.base import ExtractiveModel
from harness.models.lead import Lead
from harness.process import environment
from harness.records import Article, Cluster, Reference
from harness.registry import Registry

CLUSTER = Cluster(
    cluster_id="dam",
    articles=(Article(article_id="a", title="Dam holds", text="The dam held.", source="Post"),),
    references=(Reference(text="Dam withstands flood"),),
    tags={"genre": "news"},
)


class Probe(ExtractiveModel):
    """Writes nothing of interest."""

    name: ClassVar[str] = "probe"
    words: int = Field(default=3, description="Changes what it writes.")
    style: Any = Field(default=None, description="Changes what it writes.")
    cores: int = neutral(1, description="Changes nothing.")

    def pick(self, cluster: Cluster) -> str:  # noqa: ARG002 - it writes the same of every cluster
        return "x"


def maker(model: ExtractiveModel, *, seed: int = 13, **identity: str) -> bytes:
    return keys.of_model(model, seed, identity)


def test_what_changes_a_prediction_changes_its_key(monkeypatch: pytest.MonkeyPatch):
    made = {
        "as it is": maker(Probe()),
        "parameter": maker(Probe(words=4)),
        "seed": maker(Probe(), seed=0),
        "weights": maker(Probe(), weights="1"),
        "other weights": maker(Probe(), weights="2"),
        # A signature abbreviates these alike; a key may not.
        "none": maker(Probe(style="none")),
        "yes": maker(Probe(style="yes")),
        "true": maker(Probe(style=True)),
        "bar": maker(Probe(style="a|b")),
        "slash": maker(Probe(style="a/b")),
        "list": maker(Probe(style=["a", "b"])),
        "plus": maker(Probe(style="a+b")),
        "another model": maker(Lead()),
    }
    monkeypatch.setattr(Probe, "version", 2)
    made["version"] = maker(Probe())
    versions = environment.versions()
    for name in ("torch", "python", "numpy"):
        monkeypatch.setattr(environment, "versions", lambda name=name: {**versions, name: "0.0"})
        made[f"another {name}"] = maker(Probe())
    assert len(set(made.values())) == len(made)


def test_what_changes_no_prediction_does_not_change_its_key(monkeypatch: pytest.MonkeyPatch):
    as_it_is = maker(Probe())
    assert maker(Probe(cores=4)) == as_it_is
    versions = environment.versions()
    monkeypatch.setattr(environment, "versions", lambda: {**versions, "code": "metrics were edited"})
    assert maker(Probe()) == as_it_is


@pytest.mark.parametrize("kind", ["model", "checker"])
def test_every_parameter_of_every_component_is_in_the_key_unless_it_is_neutral(kind: Any):
    registry = Registry()
    for name in registry.names(kind):
        found = registry.find(kind, name)
        held = keys.exact_parameters(found.model_construct(**_some_values(found)))["parameters"]
        assert set(held) >= set(found.model_fields) - found.neutral_fields() - set(found.later), name
        later = {name: {"a": 1} if default == {} else "given" for name, default in found.later.items()}
        given = found.model_construct(**_some_values(found), **later)
        assert set(found.later) <= set(keys.exact_parameters(given)["parameters"]), name
        assert not set(held) & found.neutral_fields(), name


def _some_values(found: Any) -> dict[str, Any]:
    """A value for each required parameter: what is asked is which of them count, not whether they are sensible."""
    fields = found.model_fields
    values = {
        name: field.get_default(call_default_factory=True) for name, field in fields.items() if name not in found.later
    }
    values.update({name: "x" for name, field in fields.items() if field.is_required()})
    return values


@pytest.mark.parametrize(
    "change",
    [
        {"cluster_id": "other"},
        {"articles": (CLUSTER.articles[0].model_copy(update={"title": "Dam holds!"}),)},
        {"articles": (CLUSTER.articles[0].model_copy(update={"text": "The dam held ."}),)},
        {"articles": (CLUSTER.articles[0].model_copy(update={"source": None}),)},
        {"articles": (*CLUSTER.articles, Article(article_id="b", text=""))},
        {"tags": {"genre": "opinion"}},
    ],
    ids=str,
)
def test_what_a_component_sees_of_a_cluster_is_in_the_key(change: dict[str, Any]):
    other = CLUSTER.model_copy(update=change)
    assert keys.of_prediction(b"m", CLUSTER.without_references()) != keys.of_prediction(
        b"m", other.without_references()
    )


def test_keys_of_verdicts_hold_the_text_and_no_reference():
    bare = CLUSTER.without_references()
    assert keys.of_verdicts(b"m", bare, "Dam holds") != keys.of_verdicts(b"m", bare, "Dam bursts")
    assert keys.of_verdicts(b"m", bare, "") != keys.of_prediction(b"n", bare)
    other = CLUSTER.model_copy(update={"references": ()})
    assert keys.of_verdicts(b"m", bare, "Dam holds") == keys.of_verdicts(b"m", other, "Dam holds")


def test_half_a_surrogate_pair_has_a_key():
    odd = CLUSTER.model_copy(update={"tags": {"odd": "\ud800"}})
    assert keys.of_prediction(b"m", odd) != keys.of_prediction(b"m", CLUSTER)


def test_code_of_a_model_is_followed_through_imports_and_has_no_metric_in_it():
    of_lead = code_digest.reached("harness.models.lead")
    assert {"harness.models.lead", "harness.models.base", "harness.language.text", "harness.records"} <= of_lead
    assert not {name for name in of_lead if name.startswith("harness.metrics")}
    of_rules = code_digest.reached("harness.checkers.rules")
    assert {"harness.language.lexical", "harness.checkers.weights"} <= of_rules
    assert "harness.models.hf.session" in code_digest.reached("harness.models.hf.model")  # imported inside a function


def test_imports_that_are_computed_make_all_modules_count():
    assert "harness.metrics.rouge" in code_digest.reached("harness.registry")


PROGRAM = """
import harness.cache.code_digest as code_digest
from harness.models.lead import Lead
from harness.checkers.rules import Rules
print(code_digest.component_code(Lead()), code_digest.component_code(Rules()))
"""


def test_edited_code_and_weights_change_the_keys_of_what_depends_on_them_and_no_others(top: Path, tmp_path: Path):
    shutil.copytree(top / "harness", tmp_path / "harness", ignore=shutil.ignore_patterns("__pycache__"))

    def digests() -> list[str]:
        ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)
        return ran.stdout.split()

    last = digests()

    def edited(file: str) -> list[bool]:
        nonlocal last
        with (tmp_path / "harness" / file).open("a") as stream:
            stream.write("\n")
        before, last = last, digests()
        return [old != new for old, new in zip(before, last, strict=True)]

    assert edited("models/lead.py") == [True, False]
    assert edited("language/text.py") == [True, True]
    assert edited("run/generate.py") == [True, True]
    assert edited("run/check.py") == [True, True]
    assert edited("run/monitor.py") == [False, False]
    assert edited("metrics/rouge.py") == [False, False]
    assert edited("checkers/rules_weights.json") == [False, True]
    assert edited("language/lexicon.toml") == [False, True]

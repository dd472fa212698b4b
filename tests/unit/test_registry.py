"""Components of other packages: found by their entry points, left out and named where they are broken."""

import sys
from pathlib import Path

import pytest

from harness import registry
from harness.config.schema import json_schema
from harness.registry import BrokenComponentError, Registry

HEADLINE = "from typing import ClassVar\nfrom harness.metrics.headline import Headline\nclass M(Headline):\n"
MODULES = {
    "raises": "raise RuntimeError('no\\n::error::licence')",
    "exits": "raise SystemExit(0)",
    "syntax": "def f(:",
    "plain": "class M: pass\nfunction = len",
    "other": f"{HEADLINE}    '''Another name.'''\n    name: ClassVar[str] = 'elsewhere'\n",
    "abstract": "from typing import ClassVar\nfrom harness.metrics.base import Metric\n"
    "class M(Metric):\n    name: ClassVar[str] = 'abstract'\n",
    "nameless": "from harness.metrics.base import Metric\nclass M(Metric): pass\n",
    "bare": "from typing import ClassVar\nfrom harness.component import Component\n"
    "class M(Component):\n    kind: ClassVar = 'metric'\n    name: ClassVar[str] = 'bare'\n",
    "good": f"{HEADLINE}    '''Good.'''\n    name: ClassVar[str] = 'good'\n",
}
BROKEN = {
    "raises": "cannot be loaded from raises_mod:M: RuntimeError: no ::error::licence",
    "exits": "cannot be loaded from exits_mod:M: SystemExit",
    "syntax": "cannot be loaded from syntax_mod:M: SyntaxError",
    "plain": "names plain_mod:M, which is not a component",
    "other": "names other_mod:M, which says it is metric 'elsewhere'",
    "abstract": "names abstract_mod:M, which lacks findings, measures",
    "nameless": "cannot be loaded from nameless_mod:M: AttributeError",
    "bare": "names bare_mod:M, which does not derive from harness.metrics.base:Metric",
    "absent": "cannot be loaded from absent_mod:M: ModuleNotFoundError",
    "attribute": "cannot be loaded from json:Nope: AttributeError",
}


@pytest.fixture(autouse=True)
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, code in MODULES.items():
        (tmp_path / f"{name}_mod.py").write_text(code)
    info = tmp_path / "broken_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-pack\nVersion: 1.0\n")
    rows = [f"{name} = {name}_mod:M" for name in (*MODULES, "absent")] + ["attribute = json:Nope"]
    (info / "entry_points.txt").write_text("[headline_harness.metrics]\n" + "\n".join(rows) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.locations.cache_clear()
    yield
    registry.locations.cache_clear()
    for name in MODULES:
        sys.modules.pop(f"{name}_mod", None)


def test_each_broken_component_is_named_and_the_others_are_there():
    told: list[str] = []
    names = {name for kind, name, _ in Registry().all(told.append) if kind == "metric"}
    assert names == {*registry.BUILTIN["metric"], "good"}
    assert len(told) == len(BROKEN)
    for name, why in BROKEN.items():
        assert any(f"left out: metric '{name}' of the package broken-pack {why}" in line for line in told), told


def test_the_schema_holds_what_can_be_loaded():
    definitions = json_schema(Registry())["$defs"]
    assert "metric.good" in definitions
    assert not {f"metric.{name}" for name in BROKEN} & set(definitions)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_component_is_an_error_only_where_it_is_named(name):
    with pytest.raises(BrokenComponentError, match="broken-pack"):
        Registry().find("metric", name)


def test_a_configuration_that_names_it_is_refused_with_its_line(tmp_path):
    from harness.config import load
    from harness.errors import ConfigError

    path = tmp_path / "c.yaml"
    text = "name: t\ndata: {jsonl: c.jsonl}\nmodels: [lead]\nmetrics:\n  - rouge\n"
    path.write_text(f"{text}  - raises\n")
    with pytest.raises(ConfigError, match=r"c\.yaml:6: metrics\.1: metric 'raises' of the package broken-pack"):
        load(path, Registry())
    path.write_text(text)
    assert load(path, Registry()).name == "t"


def test_a_name_that_is_taken_stops_nothing(tmp_path):
    info = tmp_path / "rival_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rival-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headline_harness.metrics]\nrouge = good_mod:M\ngood = other_mod:M\n")
    told: list[str] = []
    names = {name for kind, name, _ in Registry().all(told.append) if kind == "metric"}
    assert names == set(registry.BUILTIN["metric"])
    assert Registry().find("metric", "rouge").__module__ == "harness.metrics.rouge"
    twice = sorted(line for line in told if "registered twice" in line)
    assert [line.partition(" is registered")[0] for line in twice] == [
        "left out: metric 'good'",
        "left out: metric 'rouge'",
    ]
    with pytest.raises(BrokenComponentError, match="'good' is registered twice"):
        Registry().find("metric", "good")

"""No configuration, however hostile, gets more than a message: exit code 2, no traceback, no hang, nothing executed."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.hostile import CONFIG, refused, run_folder

pytestmark = pytest.mark.usefixtures("good_files")


def alias_bomb() -> str:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    return text


YAML: dict[str, tuple[str | bytes, str]] = {
    "aliases that unfold without end": (alias_bomb(), "too many values"),
    "an alias of itself": ("name: &a [*a]\n", "nested too deeply"),
    "a quarter of a million values": (f"name: [{'x,' * 124_000}]\n", "too many values"),
    "a list in a list in a list, in flow": ("name: " + "[" * 200_000, "nested too deeply"),
    "a list in a list in a list, in blocks": ("- " * 100_000, "nested too deeply"),
    "mappings in mappings": ("".join(f"{' ' * depth}a:\n" for depth in range(600)), "nested too deeply"),
    "mappings as keys": ("? " * 100_000, "nested too deeply"),
    "a merge key": (CONFIG + "gate: {<<: {alpha: 0.1}}\n", "a key that is not a plain word"),
    "a key given twice": (CONFIG + "seed: 1\nseed: 2\n", "x.yaml:6: seed: key given twice, first on line 5"),
    "a tag that calls": (CONFIG + "seed: !!python/object/apply:os.system ['touch owned']\n", "a YAML tag"),
    "a tag in a name": (CONFIG.replace("trial", "!!python/name:os.system"), "a YAML tag"),
    "a whole number of five thousand digits": (CONFIG + f"seed: {'9' * 5000}\n", "x.yaml:5: seed: not a finite number"),
    "a whole number of fifty digits": (CONFIG + f"seed: {'9' * 50}\n", "x.yaml:5: seed: not a seed"),
    "1e400": (CONFIG + "seed: 1e400\n", "not a finite number"),
    "half a surrogate pair": (CONFIG.replace("[lead]", r'[{lead: {}, as: "\ud800"}]'), "half a surrogate pair"),
    "a NUL in a path": (CONFIG.replace("clusters.jsonl", r'"a\0b"'), "a NUL character"),
    "an escape beyond Unicode": (CONFIG + r'seed: "\U7fffffff"', "no character"),
    "a control character": (b"name: a\x07\n", "not valid YAML"),
    "UTF-16": (CONFIG.encode("utf-16"), "not UTF-8"),
    "a zip": (b"PK\x03\x04\xff\xfe\0\0", "not UTF-8"),
    "two documents": ("name: a\n---\nname: b\n", "another document"),
    "a million bytes": ("#" * 1_000_000, "too large"),
    "a path of a thousand parts": (CONFIG + f"matrix:\n  ? models.lead.{'a.' * 1000}b\n  : [1]\n", "at most 40 parts"),
    "an index that is no number": (CONFIG + "matrix: {models.².article: [first]}\n", "no '²' here"),
    "a sweep too large": (
        CONFIG + f"matrix: {{models.lead.article: {list(range(1001))}}}\n",
        "too many configurations",
    ),
    "a name of a home that is none": (
        CONFIG.replace("clusters.jsonl", "~nobody-of-that-name/x"),
        "no such home folder",
    ),
    "a name longer than a file may have": (CONFIG.replace("clusters.jsonl", "x" * 5000), "not the name of a file"),
}


@pytest.mark.parametrize("case", YAML, ids=lambda case: case.replace(" ", "-"))
def test_a_hostile_configuration_is_refused_at_once(case: str, harness: Callable[..., Any]):
    content, wanted = YAML[case]
    Path("x.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    started = time.process_time()
    ended = harness("validate", "--config", "x.yaml")
    assert time.process_time() - started < 2, "a second of this process, and one to spare"
    refused(ended, wanted)
    assert not Path("owned").exists()


def test_a_configuration_that_never_ends_is_read_no_further_than_its_limit(harness: Callable[..., Any]):
    refused(harness("validate", "--config", "/dev/zero"), "too large")


@pytest.mark.parametrize(
    "override",
    ["", "=", "a", "=1", ".=1", "a..b=1", "models.².x=1", "models.99999999999999999999.x=1", f"{'a.' * 5000}b=1",
     "name=[", "name={{{", "name=&a [*a]", "name=!!python/name:os.system", "seed=\udcff", "\udcff=1", "models=1",
     "models.lead=1", "data.jsonl.path.x=1", "matrix.seed=1", "name=\x1b[31m", "gate=1", "gate.alpha=nan", "data="],
    ids=repr,
)  # fmt: skip
def test_a_nonsensical_override_is_one_message(override: str, harness: Callable[..., Any]):
    refused(harness("validate", "--config", "x.yaml", "--set", override))


def test_a_long_override_of_a_thousand_mistakes_is_told_at_once(harness: Callable[..., Any]):
    started = time.process_time()
    ended = harness("validate", "--config", "x.yaml", "--set", "gate=" + "Here is a headline:\n" * 1000)
    assert ended.code == 2
    assert time.process_time() - started < 2
    assert len(ended.err.splitlines()) < 1100


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "..",
        ".x",
        "a/b",
        "a\nb",
        "a b",
        "",
        "x" * 65,
        "ｔrial",
        "tr\u0456al",
        "a\u202eb",
        "-x",
        "a\\b",
        "~",
    ],
    ids=repr,
)
def test_a_run_name_that_could_lead_elsewhere_is_refused(name: str, tmp_path: Path, harness: Callable[..., Any]):
    Path("x.yaml").write_text(CONFIG.replace("trial", json.dumps(name)), encoding="utf-8")
    refused(harness("eval", "--config", "x.yaml"), "not a name for a folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inner"]


def test_a_run_may_be_called_as_devices_are_elsewhere(harness: Callable[..., Any]):
    """The folder's name has the digest behind it, so `con` is never a whole name."""
    Path("x.yaml").write_text(CONFIG.replace("trial", "con"))
    assert harness("eval", "--config", "x.yaml").code == 0
    assert re.fullmatch(r"con-[0-9a-f]{10}", run_folder().name)

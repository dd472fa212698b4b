"""Which configuration is meant where none is named."""

from pathlib import Path

import pytest

from harness.config.discover import candidates, the_configuration
from harness.errors import UsageError

PLAIN = "name: x\ndata: {jsonl: a.jsonl}\nmodels: [lead]\nmetrics: [rouge]\n"
GATED = f"{PLAIN}gate:\n  alpha: 0.05   # of all rules\n\n  baseline: b.json\n"


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(**files: str) -> None:
    for name, text in files.items():
        Path(name.replace("_", ".")).write_text(text, encoding="utf-8")


def test_other_yaml_is_no_configuration() -> None:
    put(compose_yaml="services:\n  data: x\n  models: y\n  metrics: z\n", list_yml="- data\n- models\n")
    Path("folder.yaml").mkdir()
    Path("gone.yaml").symlink_to("nowhere")
    put(huge_yaml=PLAIN + "#" * 300_000)
    assert candidates() == []


@pytest.mark.parametrize(
    ("text", "names_baseline"),
    [
        (PLAIN, False),
        (GATED, True),
        (GATED.replace("\n", "\r\n"), True),
        ("\ufeff" + GATED, True),
        (f"gate: {{alpha: 0.01, baseline: b.json}}\n{PLAIN}", True),
        ('"data": 1\n"models": 2\n"metrics": 3\n"gate": {"baseline": "b.json"}', True),
        (f"{PLAIN}gate:\n  alpha: 0.05\n  # baseline: b.json\n", False),
        (f"gate:\n  alpha: 0.05\nname: baseline\n{PLAIN}", False),
        (f"{PLAIN}gate: {{baseline: [\n", True),
    ],
    ids=["no gate", "gate", "CRLF", "byte order mark", "flow", "quoted", "commented out", "elsewhere", "broken YAML"],
)
def test_a_configuration_is_known_by_its_keys(text: str, names_baseline: bool) -> None:
    Path("a.yaml").write_bytes(text.encode())
    assert [(str(found.file), found.names_baseline) for found in candidates()] == [("a.yaml", names_baseline)]


def test_the_only_one_is_meant() -> None:
    put(a_yaml=PLAIN, b_yml=GATED)
    assert the_configuration(for_gate=True) == Path("b.yml"), "a.yaml names no baseline"
    with pytest.raises(UsageError, match=r"several files in this folder are a configuration: a\.yaml, b\.yml; choose"):
        the_configuration()


def test_the_preferred_name_decides() -> None:
    put(a_yaml=GATED, harness_yaml=GATED, z_yaml=GATED)
    assert the_configuration() == the_configuration(for_gate=True) == Path("harness.yaml")
    put(harness_yaml=PLAIN)
    assert the_configuration() == Path("harness.yaml")
    with pytest.raises(UsageError, match=r"that names a baseline under `gate:`: a\.yaml, z\.yaml; choose one"):
        the_configuration(for_gate=True)


def test_a_file_of_the_preferred_name_is_found_whatever_stands_in_it() -> None:
    """`modles:` is a mistake to be told, not a reason to overlook the file."""
    put(harness_yaml="name: x\nmodles: [lead]\n")
    assert the_configuration() == Path("harness.yaml")


def test_what_is_missing_is_said() -> None:
    with pytest.raises(UsageError, match=r"this folder has none\n`harness init DIR` makes a folder"):
        the_configuration()
    put(a_yaml=PLAIN)
    with pytest.raises(UsageError, match=r"a\.yaml names none: add `baseline: FILE` under `gate:`, or give --baseline"):
        the_configuration(for_gate=True)

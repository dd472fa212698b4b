"""A checkpoint from elsewhere runs no code here: no pickle is opened, no Python file imported unless asked for."""

import ast
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.problems import checkpoint_problems, folder_problems
from harness.errors import UsageError
from tests.tiny import save_causal


class Owned:
    """Unpickling it makes a folder: what a hostile checkpoint would do, and worse."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_causal(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def hostile(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that brings a pickle under every name that loaders know, and Python code that its settings point to."""
    folder = tmp_path / "checkpoint"
    shutil.copytree(tiny, folder)
    for name in ("pytorch_model.bin", "model.pt", "model.pth", "model.ckpt", "vocab.pkl", "optimizer.pickle"):
        (folder / name).write_bytes(pickle.dumps(Owned(tmp_path / "owned")))
    (folder / "code.py").write_text(f"import os\nos.mkdir({str(tmp_path / 'owned')!r})\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    Path("p.md").write_text("{articles}")
    return folder


def change(folder: Path, file: str, **settings: object) -> None:
    path = folder / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))


def test_pickles_beside_safetensors_are_never_opened(hostile: Path, tmp_path: Path):
    from harness.models.hf.model import Hf

    with Hf(checkpoint=str(hostile), prompt="p.md").open(1):
        pass
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("trusted", [False, True])
def test_a_checkpoint_of_pickles_alone_is_refused_whatever_is_trusted(hostile: Path, tmp_path: Path, trusted: bool):
    from harness.models.hf.model import Hf

    for weights in hostile.glob("*.safetensors"):
        weights.unlink()
    model = Hf(checkpoint=str(hostile), prompt="p.md", trust_remote_code=trusted)
    assert any("pickled weights" in problem.message for problem in model.problems())
    with pytest.raises(UsageError, match="reading a pickle can run any code in it"), model.open(1):
        pass
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "name", ["model.bin", "model.pt", "model.pkl", "model.ckpt", "model.safetensors", "model.onnx"]
)
def test_a_single_file_can_only_be_gguf(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(pickle.dumps(Owned(tmp_path / "owned")))
    with pytest.raises(UsageError, match="a single file can only be a GGUF checkpoint"):
        find_checkpoint(str(tmp_path / name))


def test_a_pickle_under_the_name_of_gguf_is_refused(tmp_path: Path):
    (tmp_path / "model.gguf").write_bytes(pickle.dumps(Owned(tmp_path / "owned")))
    (problem,) = checkpoint_problems(str(tmp_path / "model.gguf"), None)
    assert "does not begin as a GGUF file does" in problem.message


def test_code_that_comes_along_runs_only_where_that_is_asked_for_and_written_down(hostile: Path, tmp_path: Path):
    from harness.models.hf.model import Hf

    change(
        hostile, "config.json", auto_map={"AutoConfig": "code.C", "AutoModelForCausalLM": "code.M"}, model_type="new"
    )
    model = Hf(checkpoint=str(hostile), prompt="p.md")
    with pytest.raises(UsageError, match=r"Python code of its own.*trust_remote_code: true"), model.open(1):
        pass
    assert not (tmp_path / "owned").exists()
    trusting = Hf(checkpoint=str(hostile), prompt="p.md", trust_remote_code=True)
    assert trusting.parameters()["trust_remote_code"] is True, "the manifest says so"
    assert model.signature() != trusting.signature(), "and so does the signature"


def test_the_code_that_may_run_is_part_of_the_identity(hostile: Path):
    from harness.models.hf.model import Hf

    before = dict(Hf(checkpoint=str(hostile), prompt="p.md").identity())
    (hostile / "code.py").write_text("x = 1\n")
    assert dict(Hf(checkpoint=str(hostile), prompt="p.md").identity()) != before


def test_an_adapter_that_names_other_weights_is_refused(hostile: Path):
    (hostile / "adapter_config.json").write_text('{"base_model_name_or_path": "/etc"}')
    assert "an adapter" in "".join(problem.message for problem in folder_problems(hostile))


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"\xff\xfe", b"", b"null", b'{"architectures": 1e400}', b'{"architectures": [[]]}']
)
def test_settings_that_are_none_are_a_message(hostile: Path, content: bytes):
    from harness.models.hf.model import Hf

    (hostile / "config.json").write_bytes(content)
    model = Hf(checkpoint=str(hostile), prompt="p.md")
    list(model.problems())
    with pytest.raises(UsageError, match="checkpoint"), model.open(1):
        pass


NAMES = [
    "~nobody-of-that-name/x",
    "x" * 5000,
    "a\0b",
    "../../etc",
    "/dev/zero",
    "package:",
    "package:../x/y",
    "a/b/c/d",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:20])
def test_a_name_that_leads_nowhere_is_a_problem(name: str):
    found = list(checkpoint_problems(name, None))
    assert found
    assert all(problem.message for problem in found)


FORBIDDEN = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "pandas"}


def test_no_module_can_read_a_pickle(top: Path):
    """By the code itself: no import of a pickling module, no torch.load, no allow_pickle, no eval, no exec.

    pandas can read pickles; `harness.api` takes its frame, which cannot, and nothing else.
    """
    for file in sorted((top / "harness").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN, f"{file}:{node.lineno}"
            if isinstance(node, ast.ImportFrom):
                is_frame = node.module == "pandas" and [alias.name for alias in node.names] == ["DataFrame"]
                assert is_frame or (node.module or "").split(".")[0] not in FORBIDDEN, f"{file}:{node.lineno}"
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("eval", "exec", "compile", "__import__", "torch.load", "np.load", "numpy.load"), (
                    f"{file}:{node.lineno}: {called}"
                )
                assert called not in ("yaml.load", "yaml.unsafe_load", "yaml.full_load"), f"{file}:{node.lineno}"
                for keyword in node.keywords:
                    assert keyword.arg not in ("allow_pickle", "weights_only"), f"{file}:{node.lineno}"
                    if keyword.arg == "shell":
                        raise AssertionError(f"{file}:{node.lineno}: a shell")
                if called.endswith(".from_pretrained") and called.split(".")[0] not in ("AutoConfig", "AutoTokenizer"):
                    assert any(
                        keyword.arg == "use_safetensors" and ast.unparse(keyword.value) == "True"
                        for keyword in node.keywords
                    ), f"{file}:{node.lineno}: use_safetensors=True"


def test_a_run_with_a_hostile_checkpoint_ends_with_2(hostile: Path, tmp_path: Path, harness: Callable[..., Any]):
    for weights in hostile.glob("*.safetensors"):
        weights.unlink()
    Path("clusters.jsonl").write_text('{"id": "c1", "articles": ["The dam held."]}\n')
    Path("x.yaml").write_text(
        f"name: x\ndata: {{jsonl: clusters.jsonl}}\nmodels: [hf: {{checkpoint: {hostile}, prompt: p.md}}]\n"
        "metrics: [headline]\n"
    )
    ended = harness("eval", "--config", "x.yaml")
    assert ended.code == 2, ended.err
    assert "pickle" in ended.err
    assert not Path("results").exists()
    assert not (tmp_path / "owned").exists()

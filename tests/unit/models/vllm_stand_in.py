"""A module `vllm` as far as the harness uses it: greedy, one prompt at a time, with transformers' own weights.

The parameters are those of vLLM 0.32 (`vllm/entrypoints/llm.py`, `vllm/sampling_params.py`, `vllm/outputs.py`); where
vLLM is installed `test_vllm.py` compares them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar


@dataclass
class SamplingParams:
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    seed: int | None = None
    stop: str | list[str] | None = None
    stop_token_ids: list[int] | None = None
    max_tokens: int | None = 16
    min_tokens: int = 0
    include_stop_str_in_output: bool = False


@dataclass
class CompletionOutput:
    token_ids: list[int] = field(default_factory=list)
    finish_reason: str | None = None
    stop_reason: int | str | None = None


class LLM:
    """Keeps what it was started with; what it was asked is in `asked`, of all engines together."""

    started: ClassVar[list[dict[str, Any]]] = []
    environments: ClassVar[list[dict[str, str]]] = []
    asked: ClassVar[list[list[SamplingParams]]] = []
    refusal: Exception | None = None
    """Raised instead of starting."""
    failures: ClassVar[list[Exception]] = []
    """Raised instead of the next answers, one a call."""
    finish_reason: str | None = None
    """Given instead of the true one."""

    def __init__(
        self,
        model: str,
        *,
        tokenizer: str | None = None,
        trust_remote_code: bool = False,
        tensor_parallel_size: int = 1,
        dtype: str = "auto",
        quantization: str | None = None,
        seed: int = 0,
        gpu_memory_utilization: float = 0.92,
        enforce_eager: bool = False,
        **kwargs: Any,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs")}
        from transformers import AutoModelForCausalLM, AutoTokenizer

        LLM.environments.append({name: value for name, value in os.environ.items() if name.startswith("VLLM_")})
        LLM.started.append({**kwargs, **given})
        if LLM.refusal is not None:
            raise LLM.refusal
        self._model: Any = AutoModelForCausalLM.from_pretrained(model, dtype="float32").eval()
        self._tokenizer: Any = AutoTokenizer.from_pretrained(tokenizer)
        self.llm_engine = SimpleNamespace(engine_core=SimpleNamespace(shutdown=lambda: None))

    def generate(
        self,
        prompts: Sequence[dict[str, list[int]]],
        sampling_params: Sequence[SamplingParams] | None = None,
        *,
        use_tqdm: bool = True,
    ) -> list[Any]:
        assert not use_tqdm
        LLM.asked.append(list(sampling_params or ()))
        if LLM.failures:
            raise LLM.failures.pop(0)
        pairs = zip(prompts, LLM.asked[-1], strict=True)
        return [SimpleNamespace(outputs=[self._write(one["prompt_token_ids"], params)]) for one, params in pairs]

    def _write(self, prompt: list[int], params: SamplingParams) -> CompletionOutput:
        import torch

        written = CompletionOutput(finish_reason="length")
        for _ in range(params.max_tokens or 0):
            with torch.inference_mode():
                scores = self._model(torch.tensor([[*prompt, *written.token_ids]])).logits[0, -1]
            written.token_ids.append(int(scores.argmax()))
            text = self._tokenizer.decode(written.token_ids, skip_special_tokens=True)
            stop = next((stop for stop in params.stop or [] if stop in text), None)
            if written.token_ids[-1] in (params.stop_token_ids or []) or stop is not None:
                written.finish_reason, written.stop_reason = "stop", stop
                break
        written.finish_reason = LLM.finish_reason or written.finish_reason
        return written

"""Starts and stops vLLM's offline engine; the code that imports vLLM."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from harness.checkpoints.load import quietly
from harness.errors import UsageError
from harness.models.vllm.parameters import VllmParameters

_BATCH_INVARIANT = "VLLM_BATCH_INVARIANT"
_AT_IMPORT: list[bool] = []
"""Whether vLLM was to be batch invariant when this process imported it: some modules keep what they read then."""

_QUIET: Mapping[str, str] = {
    "VLLM_NO_USAGE_STATS": "1",  # it would send them to its makers
    "DO_NOT_TRACK": "1",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # standard output is the tables'
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # on CPUs it would bind this whole process to some of the cores
}
"""Set unless the user has set them."""


class Engine:
    """A started engine."""

    def __init__(self, llm: Any, params: Any) -> None:
        self._llm = llm
        self._params = params

    def generate(self, prompts: Sequence[Sequence[int]], arguments: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Write one text for each prompt of tokens; return vLLM's `CompletionOutput` of each, in order."""
        outputs = self._llm.generate(
            [{"prompt_token_ids": list(prompt)} for prompt in prompts],
            [self._params(**one) for one in arguments],
            use_tqdm=False,
        )
        return [output.outputs[0] for output in outputs]

    def close(self) -> None:
        """Stop the engine and free its memory."""
        engine = self._llm.llm_engine
        with suppress(AttributeError):  # where it runs in this process; its name differs between versions
            engine.engine_core.shutdown()
        self._llm = engine = None
        gc.collect()
        with suppress(ImportError):
            from vllm.distributed.parallel_state import cleanup_dist_env_and_memory

            cleanup_dist_env_and_memory()


@contextmanager
def started(parameters: VllmParameters, folder: Path, dtype: str, seed: int) -> Iterator[Engine]:
    """Start the engine on the checkpoint in `folder`; stop it when the context ends.

    Raises UsageError with vLLM's reason where it cannot start.
    """
    with _environment(parameters.batch_invariant):
        try:
            engine = _start(parameters, folder, dtype, seed)
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(_reason(parameters, error)) from error
        try:
            yield engine
        finally:
            engine.close()


def _start(parameters: VllmParameters, folder: Path, dtype: str, seed: int) -> Engine:
    with quietly():
        from vllm import LLM, SamplingParams

        if parameters.batch_invariant and _runs_on_processor():
            raise UsageError("batch_invariant: vLLM's kernels for it are for GPUs, and this vLLM runs on the processor")
        llm = LLM(**_arguments(parameters, folder, dtype, seed))
    return Engine(llm, SamplingParams)


def _arguments(parameters: VllmParameters, folder: Path, dtype: str, seed: int) -> dict[str, Any]:
    """Return the arguments of vLLM's `LLM`; what the configuration does not say is left to vLLM."""
    chosen = {
        "quantization": parameters.quantization,
        "max_model_len": parameters.max_model_len,
        "gpu_memory_utilization": parameters.gpu_memory_utilization,
    }
    return {
        "model": str(folder),
        "tokenizer": str(folder),
        "trust_remote_code": parameters.trust_remote_code,
        "tensor_parallel_size": parameters.tensor_parallel_size,
        "dtype": dtype,
        "seed": seed,
        "enforce_eager": parameters.enforce_eager,
        # Pickles are never read; the checkpoint's own taste in sampling is not used.
        "load_format": "bitsandbytes" if parameters.quantization == "bitsandbytes" else "safetensors",
        "generation_config": "vllm",
        "use_tqdm_on_load": False,
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _runs_on_processor() -> bool:
    try:
        from vllm.platforms import current_platform
    except ImportError:  # another version may keep it elsewhere
        return False
    return bool(current_platform.is_cpu())


@contextmanager
def _environment(batch_invariant: bool) -> Iterator[None]:
    """Set the variables by which vLLM is configured; put them back when the context ends.

    The engine runs in this process, where its scheduling depends on nothing but what it is asked. One that is batch
    invariant replaces operations of torch for good, so it has a process of its own, started afresh; so has one that
    follows it, since vLLM's modules were then imported for the other.
    """
    _AT_IMPORT[:] = _AT_IMPORT or [batch_invariant]
    apart = batch_invariant or [batch_invariant] != _AT_IMPORT
    wanted = {name: text for name, text in _QUIET.items() if name not in os.environ}
    wanted[_BATCH_INVARIANT] = str(int(batch_invariant))
    wanted["VLLM_ENABLE_V1_MULTIPROCESSING"] = str(int(apart))
    if apart:
        wanted["VLLM_WORKER_MULTIPROCESSING_METHOD"] = "spawn"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


def _reason(parameters: VllmParameters, error: Exception) -> str:
    """Say in one line why the engine did not start, and what to lower where memory was too small."""
    said = " ".join(str(error).split())[:400]
    words = f"{type(error).__name__} {said}".lower()
    short = any(word in words for word in ("memory", "kv cache"))
    hint = "; to need less: lower max_model_len, or another gpu_memory_utilization" if short else ""
    return f"vLLM cannot start with the checkpoint {parameters.checkpoint}: {type(error).__name__}: {said}{hint}"

"""The model `vllm`: its parameters, and a session in which its engine runs; `session` has the code that asks vLLM."""

from contextlib import AbstractContextManager
from typing import ClassVar

from harness.errors import ConfigError, MissingExtraError
from harness.models.base import ModelSession
from harness.models.vllm import sampling
from harness.models.vllm.parameters import EXTRA, VllmParameters


class Vllm(VllmParameters):
    """A causal model run by vLLM's offline engine, from the hub, a folder, a GGUF file or an installed package."""

    name: ClassVar[str] = "vllm"

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:
        """Open a session with the engine started.

        Raises MissingExtraError without vLLM, UsageError for a checkpoint or an engine that cannot be had.
        """
        missing = self.missing_packages()
        if missing:
            raise MissingExtraError("model vllm", missing, EXTRA)
        wrong = [*sampling.problems(self.generation), *self.prompt_problems(seq2seq=False)]
        if wrong:
            raise ConfigError(wrong)
        from harness.models.vllm.session import open_session

        return open_session(self, seed)

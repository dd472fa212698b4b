"""The model `hf`: its parameters, and a session in which its weights are; `session` has the code that needs torch."""

from contextlib import AbstractContextManager
from typing import ClassVar

from harness.errors import ConfigError, MissingExtraError
from harness.models.base import ModelSession
from harness.models.hf import generation
from harness.models.hf.parameters import HfParameters


class Hf(HfParameters):
    """A transformers model, causal or seq2seq, from the hub, a folder, a GGUF file or an installed package."""

    name: ClassVar[str] = "hf"
    version: ClassVar[int] = 2

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:
        """Open a session with tokenizer and weights loaded.

        Raises MissingExtraError without torch and transformers, UsageError for what cannot be loaded.
        """
        missing = self.missing_packages()
        if missing:
            raise MissingExtraError("model hf", missing, "models")
        wrong = list(generation.problems(self.generation))
        if wrong:
            raise ConfigError(wrong)
        from harness.models.hf.session import open_session

        return open_session(self, seed)

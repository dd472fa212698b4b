"""The model `api`: its parameters, and a session; `api_session` has the code that opens connections."""

from contextlib import AbstractContextManager
from typing import ClassVar

from harness import extras
from harness.endpoint.remote import PACKAGE
from harness.errors import MissingExtraError
from harness.models.api_parameters import ApiParameters
from harness.models.base import ModelSession


class Api(ApiParameters):
    """A model behind an OpenAI-compatible server: vLLM, TGI, Ollama, llama.cpp, transformers, or a hosted one."""

    name: ClassVar[str] = "api"
    version: ClassVar[int] = 1

    def open(self, seed: int) -> AbstractContextManager[ModelSession]:
        """Open a session, without asking anything yet.

        Raises MissingExtraError without the HTTP library, UsageError where the key is named and not set.
        """
        if not extras.is_installed(PACKAGE):
            raise MissingExtraError("model api", PACKAGE, "api")
        from harness.models.api_session import open_session

        return open_session(self, seed)

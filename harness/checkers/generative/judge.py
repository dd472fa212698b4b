"""A language model behind an OpenAI-compatible endpoint as a judge of claims: its parameters, and a session."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from harness import extras
from harness.checkers.base import CheckSession
from harness.checkers.generative.guards import GUARDS
from harness.checkers.generative.judge_pairs import GuardSession
from harness.checkers.generative.judge_parameters import JudgeParameters
from harness.checkers.generative.judge_session import JudgeSession
from harness.endpoint.remote import PACKAGE
from harness.errors import MissingExtraError


class Judge(JudgeParameters):
    """A language model behind an OpenAI-compatible endpoint: structured verdicts with quotes, at temperature 0.

    Articles are sent as JSON data between marks that no article can know, and the model is told so; quotes count only
    where they stand word for word in the article they name. An answer in any other form is asked for again, and then a
    failure, never a score.

    With `preset`, a public checker that a server runs, asked with its own prompt about one article and one sentence.
    """

    name: ClassVar[str] = "judge"
    version: ClassVar[int] = 4
    """Rises with every change of what the model is told and shown, and of what is made of its answer."""

    def open(self) -> AbstractContextManager[CheckSession]:
        """Open a session; asks nothing yet.

        Raises MissingExtraError without the HTTP library, UsageError where the key is named and not set.
        """
        if not extras.is_installed(PACKAGE):
            raise MissingExtraError("checker judge", PACKAGE, "api")
        return self._opened()

    @contextmanager
    def _opened(self) -> Iterator[CheckSession]:
        from harness.endpoint.client import Client

        client = Client(self, "chat", self.seed)
        try:
            if self.preset is not None:
                yield GuardSession(self, GUARDS[self.preset], client)
            else:
                yield JudgeSession(self, client)
        finally:
            client.close()

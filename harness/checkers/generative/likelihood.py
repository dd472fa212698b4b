"""The checker `likelihood`: its parameters, and a session; `likelihood_session` has the code that needs torch."""

from contextlib import AbstractContextManager
from typing import ClassVar

from harness.checkers.base import CheckSession
from harness.checkers.generative.likelihood_parameters import LikelihoodParameters
from harness.errors import MissingExtraError, UsageError


class Likelihood(LikelihoodParameters):
    """How much likelier the articles make a text: log p(text | evidence) - log p(text) of a local causal model.

    Both are means over the text's tokens. The difference, unlike log p(text | evidence) alone (BARTScore; Yuan, Neubig
    & Liu, 2021), does not prefer texts that are likely anyway. Strong at telling which of two texts about one source is
    more faithful, weak as an absolute score: the probability is a logistic curve through the difference, for ordering.
    """

    name: ClassVar[str] = "likelihood"
    version: ClassVar[int] = 3

    def open(self) -> AbstractContextManager[CheckSession]:
        """Open a session with the model loaded.

        Raises MissingExtraError where torch is not installed, UsageError where the weights are not there.
        """
        missing = self.missing_packages()
        if missing:
            raise MissingExtraError("checker likelihood", missing, "models")
        wrong = list(self.problems())
        if wrong:
            raise UsageError("\n".join(f"checker likelihood: {problem}" for problem in wrong))
        from harness.checkers.generative.likelihood_session import open_session

        return open_session(self)

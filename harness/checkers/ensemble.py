"""The default checker: the account of a claim and the entailment model decide together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from pydantic import Field

from harness.checkers.base import Checker
from harness.checkers.doubt import doubts_digest
from harness.checkers.neural.entailment import shipped_digest
from harness.checkers.rules import Rules, RulesSession
from harness.checkers.weights import weights_digest
from harness.component import Share
from harness.errors import Problem
from harness.records import content_digest


class Ensemble(Checker):
    """The default: the account of `rules` and the entailment model that ships with the package, together.

    The account says which elements of a claim the articles bear out, contradict or lack; the model reads the sentences
    that bear most on the claim. One sum weighs both, and every verdict says which of them spoke.
    """

    name: ClassVar[str] = "ensemble"
    version: ClassVar[int] = 22
    share: ClassVar[Share] = "cores"
    together: ClassVar[int] = Rules.together

    entailment: bool = Field(
        default=True,
        description="Whether the entailment model that ships with the package speaks too, or the account alone.",
    )

    def _account(self) -> Rules:
        return Rules(entailment=self.entailment)

    def effective(self) -> dict[str, object]:
        """Name the entailment model, and digest the fitted weights, which no parameter sets."""
        read = shipped_digest() if self.entailment else "none"
        weights = content_digest([weights_digest("rules"), doubts_digest(model=self.entailment)])
        return {"entailment": read, "weights": weights}

    def identity(self) -> Mapping[str, str]:
        """Return the parser's package and version, and the digests of the weights."""
        return self._account().identity()

    def problems(self) -> Iterator[Problem]:
        """Report a missing parser."""
        yield from self._account().problems()

    @contextmanager
    def open(self) -> Iterator[RulesSession]:
        """Open a session with the parser loaded. Raises MissingExtraError where spaCy or its parser is missing."""
        yield self._account().session(self.signature())

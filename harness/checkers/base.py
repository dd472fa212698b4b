"""The base of checkers: a session gives verdicts on the claims of a text, with evidence from the articles.

The contract, which `tests/contract/test_checkers.py` holds every registered checker to:

* A checker sees articles, never references.
* The whole text is a claim, beside its sentences and propositions; the first verdict is always the one on the whole.
* Odd input (nothing written, an article without sentences, another language, one word, 50,000 words) is never an
  exception: it is a verdict, or an abstention with its reason. Nothing to check is an abstention, never 1.0.
* Equal input gives equal verdicts. The order of the articles does not matter, and an article that stands twice, or
  that is a near-duplicate of another, is one witness.
* Adding true sentences to a text never raises the probability of the whole.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

from harness.component import Component, Kind
from harness.language.text import word_spans
from harness.records import Claim, Cluster, Verdict


class CheckSession(ABC):
    """An opened checker; holds parsers and weights until its context ends."""

    def __init__(self, signature: str) -> None:
        self.signature = signature

    def check(self, cluster: Cluster, text: str) -> list[Verdict]:
        """Check one text: verdicts on its claims, the first on the whole of it."""
        return self.check_all(cluster, [text])[0]

    def check_all(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Check several texts about one cluster, in order; checkers batch here."""
        visible = cluster.without_references()
        unreadable = why_unreadable(visible)
        reasons = [unreadable or self.why_abstain(visible, text) for text in texts]
        asked = [text for text, reason in zip(texts, reasons, strict=True) if not reason]
        found = iter(self.verdicts(visible, asked) if asked else [])
        return [
            [abstention(text, reason, self.signature)] if reason else next(found)
            for text, reason in zip(texts, reasons, strict=True)
        ]

    def why_abstain(self, cluster: Cluster, text: str) -> str:  # noqa: ARG002 - checkers narrow it further
        """Return a reason to abstain from a whole text, or an empty string; checkers extend it."""
        if not text.strip():
            return "the text is empty"
        return "" if word_spans(text) else "the text has no words"

    def expect(self, asked: Sequence[tuple[Cluster, Sequence[str]]]) -> None:  # noqa: B027 - most prepare nothing
        """Hear which clusters and texts come next; checkers that do several clusters faster together prepare them.

        It changes no verdict, and where it fails, nothing is lost: each cluster is checked by itself.
        """

    @abstractmethod
    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text, none of which is empty; the cluster has a sentence and no references."""


class Checker(Component):
    """Base of all checkers."""

    kind: ClassVar[Kind] = "checker"
    together: ClassVar[int] = 1
    """Number of clusters handed to a session's `expect` before they are checked one by one."""

    @property
    def shown(self) -> str:
        """Name the checker for a table."""
        return self.name

    @abstractmethod
    def open(self) -> AbstractContextManager[CheckSession]:
        """Open a session with parsers and weights loaded.

        Raises MissingExtraError where something is not installed, naming what to install and where it looked.
        """


def why_unreadable(cluster: Cluster) -> str:
    """Return a reason why no claim can be checked against `cluster`, or an empty string."""
    if any(word_spans(article.text) or word_spans(article.title) for article in cluster.articles):
        return ""
    return "no article of the cluster has a sentence"


def whole_claim(text: str) -> Claim:
    """Make the claim of a text as a whole."""
    return Claim(start=0, end=len(text), text=text, part="whole")


def abstention(text: str, reason: str, signature: str) -> Verdict:
    """Make the verdict on a text that a checker cannot judge."""
    return Verdict(claim=whole_claim(text), label="abstained", reason=reason, checker=signature)

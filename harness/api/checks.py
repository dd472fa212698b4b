"""Verdicts on a text and the claims of a cluster, as a program sees them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from harness.api.tables import as_html, as_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from harness.checkers.base import Checker
    from harness.checkers.claim_support import CarriedClaim
    from harness.metaeval.texts import CheckedTexts
    from harness.records import Cluster, ContestedFact, Verdict, VerdictLabel
    from harness.run.progress import Progress


@dataclass(frozen=True)
class Verdicts(Sequence["Verdict"]):
    """The verdicts on one text: on the whole of it first, then on its sentences and propositions."""

    text: str
    verdicts: "tuple[Verdict, ...]"
    cluster: "Cluster"
    checker: str
    """The checker's signature."""

    @property
    def whole(self) -> "Verdict":
        """The verdict on the whole text."""
        return self.verdicts[0]

    @property
    def label(self) -> "VerdictLabel":
        """`supported`, `contradicted`, `contested`, `not_found`, `abstained`: of the whole text."""
        return self.whole.label

    @property
    def probability(self) -> float | None:
        """Probability that the whole text is faithful; None where the checker abstained."""
        return self.whole.probability

    @overload
    def __getitem__(self, at: int) -> "Verdict": ...
    @overload
    def __getitem__(self, at: slice) -> "tuple[Verdict, ...]": ...
    def __getitem__(self, at: int | slice) -> "Verdict | tuple[Verdict, ...]":
        return self.verdicts[at]

    def __len__(self) -> int:
        return len(self.verdicts)

    def __iter__(self) -> "Iterator[Verdict]":
        return iter(self.verdicts)

    def __repr__(self) -> str:
        chance = "" if self.probability is None else f" {self.probability:.2f}"
        return f"<Verdicts {self.label}{chance} on {self.text!r:.80}>"

    def __str__(self) -> str:
        return as_text(self._shown())

    def _repr_html_(self) -> str:
        return as_html(self._shown())

    def _shown(self) -> "RenderableType":
        from harness.report.verdicts import explain

        return explain(self.cluster, self.text, self.verdicts)


@dataclass(frozen=True)
class Claims:
    """The claims that the articles of a cluster make."""

    cluster: "Cluster"
    claims: "tuple[CarriedClaim, ...]"
    """Each claim with the articles that carry it."""
    contested: "tuple[ContestedFact, ...]"
    """The facts that independent articles disagree about."""

    def __repr__(self) -> str:
        return f"<Claims of {self.cluster.cluster_id}: {len(self.claims)} claims, {len(self.contested)} contested>"

    def __str__(self) -> str:
        return as_text(self._shown())

    def _repr_html_(self) -> str:
        return as_html(self._shown())

    def _shown(self) -> "RenderableType":
        from harness.report.verdicts import claims

        return claims(self.cluster, self.claims, self.contested)


def check_all(cluster: "Cluster", texts: Sequence[str], checker: "Checker") -> list[Verdicts]:
    """Check each text in one session of the checker."""
    signature = checker.signature()
    with checker.open() as session:
        judged = session.check_all(cluster, texts)
    return [Verdicts(text, tuple(verdicts), cluster, signature) for text, verdicts in zip(texts, judged, strict=True)]


def claims_of(cluster: "Cluster") -> Claims:
    """Collect the claims of the articles, by the checker `rules`."""
    from harness.checkers.claim_support import carried_claims
    from harness.checkers.rules import Rules
    from harness.claims.contested.facts import contested_facts
    from harness.claims.parsing.parse import Parser

    parser = Parser()
    contested = tuple(contested_facts(cluster, parser))
    with Rules().open() as session:
        return Claims(cluster, tuple(carried_claims(cluster, parser, session)), contested)


def check_groups(
    groups: "Sequence[tuple[Cluster, list[str]]]", checkers: "Sequence[Checker]", progress: "Progress"
) -> "Iterator[CheckedTexts]":
    """Check the texts of each cluster with each checker in turn; a checker is opened once, when its turn comes."""
    from harness.metaeval.texts import check_each

    many = sum(len(texts) for _, texts in groups)
    for checker in checkers:
        with progress.stage(f"check {checker.name}", many) as tick:
            yield from check_each(checker.open(), groups, tick)

"""Premises for models that compare two texts: evidence sentences, cut at sentence borders to what a model can read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.checkers.evidence import EvidenceIndex
from harness.claims.units import Unit
from harness.ingest.independence import Sources
from harness.records import Cluster, Evidence


@dataclass(frozen=True)
class Premise:
    """Neighbouring evidence sentences of one article, in the order in which they stand there."""

    article_id: str
    units: tuple[Unit, ...]
    scores: tuple[float, ...]
    """How well each bears on the claim."""
    aligned: bool
    """True for a single sentence among those that bear most on the claim: only there may a contradiction be seen."""

    @property
    def text(self) -> str:
        """Return what the model reads."""
        return " ".join(unit.text for unit in self.units)

    def evidence(self) -> tuple[Evidence, ...]:
        """Quote where it stands."""
        return tuple(unit.evidence(score, self.article_id) for unit, score in zip(self.units, self.scores, strict=True))


class Premises:
    """The premises of one cluster. Equal clusters give equal premises, in whatever order their articles stand."""

    def __init__(self, cluster: Cluster, *, evidence: int, aligned: int) -> None:
        self._index = EvidenceIndex(cluster)
        self._evidence = evidence
        self._aligned = aligned
        self.sources = Sources(cluster)

    def of(self, claim: str, fits: Callable[[str], bool]) -> list[Premise]:
        """Choose premises for `claim`: each article's best sentences in runs that `fits`, and the best alone.

        Where no sentence shares a word with the claim, the first sentences stand in: a paraphrase may share none.
        """
        ranked = self._index.best(claim, self._evidence)
        if not ranked:
            ranked = [(index, 0.0) for index in range(min(self._evidence, len(self._index.units)))]
        scores = dict(ranked)
        found = []
        by_article: dict[str, list[int]] = {}
        for index in scores:
            for article_id in sorted(self._index.units[index].article_ids):
                by_article.setdefault(article_id, []).append(index)
        for article_id in sorted(by_article):
            ordered = sorted(by_article[article_id], key=lambda index: self._position(index, article_id))
            for run in _runs([self._index.units[index] for index in ordered], fits):
                held = [index for index in ordered if self._index.units[index] in run]
                if len(run) > 1:
                    found.append(self._premise(article_id, held, scores, aligned=False))
            best = sorted(ordered, key=lambda index: (-scores[index], index))
            found += [
                self._premise(article_id, [index], scores, aligned=place < self._aligned)
                for place, index in enumerate(best)
                if place < self._aligned or len(ordered) == 1
            ]
        return found

    def _position(self, index: int, article_id: str) -> int:
        return next(place.position for place in self._index.units[index].places if place.article_id == article_id)

    def _premise(self, article_id: str, held: Sequence[int], scores: dict[int, float], *, aligned: bool) -> Premise:
        units = tuple(self._index.units[index] for index in held)
        return Premise(article_id, units, tuple(scores[index] for index in held), aligned)


def _runs(units: Sequence[Unit], fits: Callable[[str], bool]) -> list[tuple[Unit, ...]]:
    """Cut units into the longest runs whose joined text fits; a unit that is too long stands alone."""
    runs: list[list[Unit]] = []
    for unit in units:
        if runs and fits(" ".join(held.text for held in [*runs[-1], unit])):
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return [tuple(run) for run in runs]

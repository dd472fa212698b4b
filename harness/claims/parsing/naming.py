"""Names and figures of a sentence as spaCy's component `ner` finds them, many sentences at a time.

The component walks through each sentence token by token, and at each holds every move against it, in code that takes as
long as all other components together. Each move takes one token, so that the sentences of a batch can go side by side:
the same weights, the same rules for which moves may follow, one step for all sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COMPONENT = "ner"


@dataclass(frozen=True, slots=True)
class Named:
    """For each token of a sentence the type of the name or figure it belongs to, and whether it begins one."""

    types: list[str]
    begins: list[bool]


def naming_of(pipeline: Any) -> "Naming | Marked":
    """Read the component's weights, or fall back on what it marks itself where it is built otherwise."""
    try:
        return Naming(pipeline)
    except (AttributeError, KeyError, TypeError, ValueError):  # another version of spaCy, or another package
        return Marked()


class Marked:
    """The names that the component has marked in the documents."""

    def named(self, documents: Sequence[Any]) -> list[Named]:
        """Return the names of each document that went through the component."""
        return [
            Named([token.ent_type_ for token in document], [token.ent_iob_ == "B" for token in document])
            for document in documents
        ]


class Naming:
    """The component's weights, ready for batches. Raises ValueError for a component that is built otherwise."""

    def __init__(self, pipeline: Any) -> None:
        import numpy

        component = pipeline.get_pipe(COMPONENT)
        model = component.model
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        moves = [component.moves.get_class_name(at).partition("-") for at in range(component.moves.n_moves)]
        if (
            component.cfg["beam_width"] != 1 or model.attrs.get("unseen_classes") or lower.get_dim("nF") != _FEATURES
            or {kind for kind, _, _ in moves} != set("BILUO") or len(moves) != upper.get_dim("nO")
        ):  # fmt: skip
            raise ValueError("not built as the English packages are")
        self._vectors, self._lower = model.get_ref("tok2vec"), lower
        self._bias = lower.get_param("b")
        # In double precision the sum does not depend on how many sentences are added up at once.
        self._weights = upper.get_param("W").astype("float64").T.copy()
        self._offsets = upper.get_param("b").astype("float64")
        self._labels = [label for _, _, label in moves]
        at = {(kind, label): number for number, (kind, _, label) in enumerate(moves)}
        self._inside = numpy.array([at.get(("I", label), -1) for label in self._labels])
        self._last = numpy.array([at.get(("L", label), -1) for label in self._labels])
        self._starts = [kind in {"B", "U"} for kind, _, _ in moves]
        kinds = numpy.array([kind for kind, _, _ in moves])
        self._outside = kinds == "O"
        self._begin = (kinds == "B") & (self._inside >= 0)
        self._unit = (kinds == "U") & numpy.array([label != "" for label in self._labels])

    def named(self, documents: Sequence[Any]) -> list[Named]:
        """Find the names of each document that has its sentences' borders, in order; changes no document."""
        import numpy
        from spacy import attrs

        order = sorted(range(len(documents)), key=lambda at: -len(documents[at]))
        ordered = [documents[at] for at in order if len(documents[at])]
        if not ordered:
            return [Named([], []) for _ in documents]
        lengths = numpy.array([len(document) for document in ordered])
        asked = [attrs.SENT_START, attrs.IS_SPACE]
        flat = numpy.concatenate([document.to_array(asked) for document in ordered])
        moves = self._moves(self._vectors.predict(ordered), lengths, flat[:, 0] == 1, flat[:, 1] != 0)
        found = [Named([], []) for _ in documents]
        for at, end, length in zip(order, lengths.cumsum().tolist(), lengths.tolist(), strict=False):
            own = moves[end - length : end]
            found[at] = Named([self._labels[move] for move in own], [self._starts[move] for move in own])
        return found

    def _moves(self, vectors: Any, lengths: Any, starts: Any, spaces: Any) -> list[int]:
        """Choose the move at each token; all sentences in one row, the longest first."""
        import numpy

        # Its first row stands for no token, so that token 0 has row 1.
        table = self._lower.predict(vectors)
        moves = numpy.zeros(len(starts), dtype="int64")
        first = lengths.cumsum() - lengths
        opened, begun = numpy.full(len(lengths), -1), numpy.zeros(len(lengths), dtype="int64")
        for step in range(int(lengths[0])):
            # Sentences are ordered by length, so those not yet at their end are the first `going`.
            going = int(numpy.searchsorted(-lengths, -step))
            here = first[:going] + step
            inside = opened[:going] >= 0
            hidden = table[here + 1, 0]
            hidden += table[numpy.where(inside, begun[:going] + 1, 0), 1]
            hidden += table[numpy.where(inside, here, 0), 2]
            hidden += self._bias
            scores = hidden.max(axis=-1).astype("float64") @ self._weights + self._offsets
            more = step + 1 < lengths[:going]
            more[more] = ~starts[here[more] + 1]
            word = ~spaces[here]
            allowed = self._outside | (self._unit & word[:, None]) | (self._begin & (more & word)[:, None])
            chosen = numpy.where(allowed, scores, -numpy.inf).argmax(axis=1)
            # Inside a name only two moves are possible: go on, or end it.
            within = numpy.flatnonzero(inside)
            on, last = self._inside[opened[within]], self._last[opened[within]]
            goes_on = more[within] & (scores[within, on] > scores[within, last])
            chosen[within] = numpy.where(goes_on, on, last)
            moves[here] = chosen
            opens = self._begin[chosen]
            begun[:going] = numpy.where(opens, here, begun[:going])
            opened[:going][opens] = chosen[opens]
            opened[within[~goes_on]] = -1
        return moves.tolist()


_FEATURES = 3
"""The token that comes next, the first of the name that is open, and the one before the next inside of that name."""

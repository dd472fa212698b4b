"""One element of a claim in its account: what it is, where it stands, and the spans that bear it out or differ."""

from dataclasses import dataclass
from typing import Literal

from harness.records import ElementKind, ErrorType

State = Literal["borne_out", "contradicted", "unaccounted"]
Spot = tuple[int, int, int]
"""A span of evidence: a unit, and the characters of its sentence."""

SURE = 0.75
"""Grade at which a word is borne out by itself; below it another word only comes near."""
SAME_DEED = 0.88
"""Grade at which a word is taken for a deed itself: an article that only has a near word does not tell of it."""
UNTOLD = "party_untold"
"""The feature of a party to a deed on which the articles never have the other party act."""


@dataclass(frozen=True, slots=True)
class Held:
    """One element of a claim sentence; `start` and `end` are characters of the sentence."""

    kind: ElementKind
    start: int
    end: int
    state: State
    spots: tuple[Spot, ...] = ()
    reason: str = ""
    """A clause about what is missing or differs; empty where it is borne out."""
    feature: str = ""
    """The weight that counts it where it is unaccounted for or contradicted."""
    amount: float = 1.0
    error: ErrorType = "invented"
    tokens: tuple[int, ...] = ()

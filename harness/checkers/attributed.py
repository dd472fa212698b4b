"""What a text states as a fact while the articles only hand it on as somebody's words."""

from dataclasses import dataclass

from harness.checkers.alignment import SAME, Pair
from harness.checkers.conflicts import Alignment
from harness.checkers.reading import ClusterReading
from harness.claims.extract import main_frame
from harness.claims.frames import Frame
from harness.claims.lexical import pieces
from harness.claims.meaning import notion
from harness.claims.reading import PRONOUNS, Reading
from harness.claims.thesaurus import said_by

_OTHERS = frozenset({"it", "they", "we", "i", "you", "who", "that", "this", "those", "these"})
"""Words that name no speaker, beside pronouns for people."""


@dataclass(frozen=True)
class LostAttribution:
    """That every article which says so hands it on as somebody's words, and the text does not."""

    distant: bool
    """True where the articles keep away from it (`claimed`, `blamed`, `allegedly`); false for plain `police said`."""
    speaker: str
    pairs: tuple[Pair, ...]

    @property
    def reason(self) -> str:
        """In a sentence."""
        named = self.speaker.lower() not in PRONOUNS | _OTHERS and self.speaker
        if self.distant:
            return f"no article says so itself: {named or 'somebody'} claims it"
        return f"the articles have it only from “{named}”" if named else "the articles only report it"


def lost_attribution(cluster: ClusterReading, reading: Reading, alignment: Alignment) -> LostAttribution | None:
    """Whether the sentence states as a fact what the articles only report; none where an article asserts it too."""
    frame = main_frame(reading)
    if (
        frame is None
        or reading.sayings
        or frame.notion in {notion("say"), notion("claim"), notion("blame"), notion("deny")}
    ):
        return None
    pairs = [
        pair for pair in alignment.pairs
        if pair.claim is frame and not pair.opposite and not pair.swapped
        and (pair.same >= 2 or (pair.same >= 1 and pair.context >= 0.4))
    ]  # fmt: skip
    if not pairs or not any(pair.agents == SAME or pair.patients == SAME for pair in pairs):
        return None
    said = [(pair, cluster.readings[pair.unit].sayings.get(pair.found)) for pair in pairs]
    if any(saying is None for _, saying in said):
        return None
    if any(_speaks(reading, frame, saying.speaker) for _, saying in said if saying is not None and saying.speaker):
        return None
    best, saying = max(said, key=lambda item: (item[0].same, item[0].context, -item[0].unit))
    distant = [found for _, found in said if found is not None and found.distant]
    speaker = next((found.speaker for _, found in said if found is not None and found.distant and found.speaker), "")
    return LostAttribution(
        bool(distant) and saying is not None and len(distant) * 2 >= len(said),
        speaker or (saying.speaker if saying else ""),
        (best, *(pair for pair, _ in said if pair is not best)),
    )


def _speaks(reading: Reading, frame: Frame, speaker: str) -> bool:
    """Whether the text's own subject is who says it: `Scientists find …` where researchers say that they found it."""
    said = frozenset(said for word in pieces(speaker) for said in (word, word.removesuffix("s")))
    return any(said & said_by(reading.parse.tokens[index].lemma, "n").keys() for index in frame.agents)

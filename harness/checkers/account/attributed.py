"""Statements that a text gives as facts while the articles only report them as somebody's words."""

import re
from dataclasses import dataclass

from harness.checkers.account.account import Account
from harness.checkers.account.alignment import SAME, Pair
from harness.checkers.account.conflicts import Alignment
from harness.checkers.account.coverage import frame_there, has_deed, saying_so, share
from harness.checkers.account.hedges import hedge_of
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.attribution import Saying, keeps_away, kind_of_saying
from harness.claims.extract import main_frame
from harness.claims.frames import Frame
from harness.claims.meaning import concept
from harness.claims.sentence_analysis import PRONOUNS, Reading
from harness.claims.thesaurus import said_by
from harness.language.lexical import pieces, stem, word_list

_OTHERS = frozenset({"it", "they", "we", "i", "you", "who", "that", "this", "those", "these"})
"""Words that name no speaker, beside pronouns for people."""
QUESTION = "?"
_DENIALS = frozenset({"denies", "doubts"})
_QUOTES = "\"'”’ "
MOST = 0.6
"""Share of a claim that a sentence has to tell to be what an article has of it, where no pair of deeds is aligned."""


@dataclass(frozen=True)
class LostAttribution:
    """A lost attribution: every article that says so gives it as somebody's words, and the text does not."""

    distant: bool
    """True where the articles keep away from it (`claimed`, `blamed`, `allegedly`); false for plain `police said`."""
    speaker: str
    units: tuple[int, ...]
    """The sentences that hand it on, the closest first."""
    word: str = ""
    """How they hand it on where they name nobody: `reportedly`, `rumour`; `?` where they only ask it."""
    articles: tuple[str, ...] = ()
    """The articles that do, sorted."""
    denied: bool = False
    """True where the speaker denies or doubts it rather than claims it."""

    @property
    def reason(self) -> str:
        """Say in a sentence who says it, and that no article does."""
        named = self.speaker.lower() not in PRONOUNS | _OTHERS and self.speaker
        by = ", ".join(self.articles)
        if not self.distant:
            return f"the articles have it only from “{named}”" if named else "the articles only report it"
        if named:
            verbs = _PLURAL if _is_plural(named) else _SINGULAR
            return f"no article says so itself: {named} {verbs[self.denied]} it"
        if self.word == QUESTION:
            return f"no article says so itself: {by} only asks it"
        if self.word in word_list("says", "distance") or self.word.rstrip("s") in word_list("says", "rumours"):
            return f"reported as a rumour by {by} (“{self.word}”), not as a fact"
        return (
            f"no article says so itself: {by} has it as “{self.word}”"
            if self.word
            else "no article says so itself: somebody claims it"
        )


_SINGULAR, _PLURAL = ("claims", "denies or doubts"), ("claim", "deny or doubt")


def _is_plural(speaker: str) -> bool:
    """Recognise a speaker in the plural: `some supporters of Garrick`, not `the United Nations`."""
    head = re.split(r",| of | from | in | at ", speaker)[0].split()[-1]
    return head in word_list("roles", "people") - {"person"} or (head.islower() and bool(re.search("[^suia]s$", head)))


def lost_attribution(
    cluster: ClusterReading, reading: Reading, alignment: Alignment, account: Account
) -> LostAttribution | None:  # fmt: skip
    """Find what the sentence states as a fact and the articles only report; None where an article asserts it."""
    frame = main_frame(reading)
    if (
        frame is None
        or reading.sayings
        or _hands_on(reading)
        or _leaves_open(reading, frame)
        or frame.concept in {concept("say"), concept("claim"), concept("blame"), concept("deny")}
    ):
        return None
    pairs = [
        pair for pair in alignment.pairs
        if pair.claim is frame and not pair.opposite and not pair.swapped
        and (pair.same >= 2 or (pair.same >= 1 and pair.context >= 0.4))
    ]  # fmt: skip
    if not pairs or not any(pair.agents == SAME or pair.patients == SAME for pair in pairs):
        return _lost_everywhere(cluster, reading, account)
    said = [(pair, cluster.readings[pair.unit].sayings.get(pair.found)) for pair in pairs]
    # One article asserts the deed itself, so look only at sentences that say most of the claim.
    if any(saying is None for _, saying in said):
        return _lost_everywhere(cluster, reading, account)
    own = {word for token in reading.parse.tokens for word in (token.lower, stem(token.lower))}
    words = [saying.word.lower() for _, saying in said if saying is not None and saying.word]
    if any(not own.isdisjoint({word, stem(word)}) for word in words):
        return None  # the text hands it on in the same word: `Shops told not to sell toy`
    if any(_of_another(pair, saying) for pair, saying in said if saying is not None):
        return None
    if any(_speaks(reading, frame, saying.speaker) for _, saying in said if saying is not None and saying.speaker):
        return None
    best, saying = max(said, key=lambda item: (item[0].same, item[0].context, -item[0].unit))
    distant = [found for _, found in said if found is not None and _keeps_distance(found)]
    # A speaker from whom the writer keeps away comes first, else whoever the closest sentence names.
    first = next((found for found in distant if found.speaker), saying)
    units = (best.unit, *(pair.unit for pair, _ in said if pair is not best))
    return LostAttribution(
        bool(distant) and saying is not None and len(distant) * 2 >= len(said),
        first.speaker if first else "",
        units,
        next((found.word for found in distant if found.word), ""),
        tuple(sorted(cluster.articles_of_all(units))),
        first is not None and first.stance in _DENIALS,
    )


def _leaves_open(reading: Reading, frame: Frame) -> bool:
    """Tell whether a text itself says only that it may be so."""
    hedge = hedge_of(reading.parse, frame.predicate)
    return hedge is not None and reading.parse.tokens[hedge.token].lower in word_list("modality", "possible")


def _of_another(pair: Pair, saying: Saying) -> bool:
    """Tell whether a word keeps away only from a party that the text does not name: `suspected smugglers shot`."""
    sides = ((pair.found.agents, pair.agents), (pair.found.patients, pair.patients))
    return any(saying.party in theirs and likeness != SAME for theirs, likeness in sides)


def _keeps_distance(saying: Saying) -> bool:
    """Tell whether a writer keeps away from what somebody says, or somebody denies it."""
    return saying.distant or (bool(saying.speaker) and saying.stance in _DENIALS)


def _lost_everywhere(cluster: ClusterReading, reading: Reading, account: Account) -> LostAttribution | None:
    """Find the attribution where all sentences that say most of a claim, its deed included, keep away."""
    if attributes(reading):
        return None
    units = saying_so(cluster, reading, account.covers, account.elements)
    covers, elements = account.covers, account.elements
    units = [unit for unit in units if has_deed(cluster, reading, covers, elements, unit)]
    told = [how_told(cluster, reading, account, unit) for unit in units]
    # One sentence that tells it plainly is an assertion, and too thin a match is no sentence about it.
    if not units or not all(told) or share(covers, elements, units[0]) < MOST:
        return None
    first = next((saying for saying in told if saying is not None and saying.speaker), told[0])
    if first is None:
        return None
    articles = tuple(sorted(cluster.articles_of_all(units)))
    denied = bool(first.speaker) and first.stance in _DENIALS
    return LostAttribution(True, first.speaker, tuple(units), first.word, articles, denied)


def how_told(cluster: ClusterReading, reading: Reading, account: Account, unit: int) -> Saying | None:
    """Find how a sentence keeps away from a claim's deed: a rumour, one side's claim, a denial or a question."""
    there = cluster.readings[unit]
    frame = frame_there(cluster, reading, account.covers, unit)
    saying = there.sayings.get(frame) if frame is not None else None
    if saying is not None and _keeps_distance(saying):
        return saying
    return Saying("", "doubts", True, QUESTION) if there.parse.text.rstrip(_QUOTES).endswith(QUESTION) else None


def attributes(reading: Reading) -> bool:
    """Tell whether a text itself attributes, calls itself a rumour, or asks."""
    tokens = reading.parse.tokens
    keeps = any(keeps_away(token) for token in tokens)
    return bool(reading.sayings) or keeps or reading.parse.text.rstrip().endswith(QUESTION)


def _hands_on(reading: Reading) -> bool:
    """Tell whether a text attributes or speaks of a rumour, though no clause is parsed as reported."""
    words = word_list("says", "distance") | word_list("says", "rumours")
    return any(
        token.lower in words or token.lemma in words
        or (token.tag in _FINITE and kind_of_saying(token.lemma) in _OWN_WORDS) or token.lower in _ONLY_VERBS
        for token in reading.parse.tokens
    )  # fmt: skip


_OWN_WORDS = frozenset({"claims", "denies"})
"""Kinds of verbs by which a text itself hands on what somebody says, or that somebody denies it."""
_FINITE = frozenset({"VBZ", "VBP", "VBD"})
_ONLY_VERBS = frozenset({"allege", "alleges", "accuse", "accuses", "insist", "insists", "contend", "contends"})
"""Words that attribute whatever the tagger makes of them between two names."""


def _speaks(reading: Reading, frame: Frame, speaker: str) -> bool:
    """Tell whether the speaker is the text's subject: `Scientists find …` where researchers say that they found it."""
    said = frozenset(said for word in pieces(speaker) for said in (word, word.removesuffix("s")))
    return any(said & said_by(reading.parse.tokens[index].lemma, "n").keys() for index in frame.agents)

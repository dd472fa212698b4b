"""Texts as claims: the whole, each sentence, each proposition, with offsets into the text.

Deterministic. A proposition is a frame with at least one argument; verbs of saying are not propositions but make their
clause an attributed one; the same words are never two propositions.
"""

from collections.abc import Iterable

from harness.claims.attribution import kind_of_saying
from harness.claims.figures.currencies import plain_unit
from harness.claims.figures.quantities import Figure
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parser
from harness.claims.sentence_analysis import Reading, phrase, phrase_text, place_class, read, time_words
from harness.language.text import sentence_spans
from harness.records import Article, Claim, Mention, Quantity

_EMPTY = frozenset({"be", "have", "do", "go", "come", "get", "seem", "become"})


def claims_of(text: str, parser: Parser, owner: str = "") -> list[Claim]:
    """Extract the claims of a text: the whole first, then each sentence followed by its propositions.

    A sentence that is the whole text, or a proposition that is its whole sentence, is not said twice.
    """
    spans = sentence_spans(text)
    claims = [Claim(owner=owner, start=0, end=len(text), text=text, part="whole")]
    for (start, _), parse in zip(spans, parser.parse([text[a:b] for a, b in spans]), strict=True):
        reading = read(parse)
        sentence = sentence_claim(text, start, reading, owner)
        claims.append(sentence)
        claims.extend(proposition_claims(text, start, reading, owner))
    # The whole and its one sentence are the same claim; keep its analysed parts.
    if len(spans) == 1:
        claims[0] = claims[1].model_copy(update={"start": 0, "end": len(text), "text": text, "part": "whole"})
        del claims[1]
    return claims


def article_claims(article: Article, parser: Parser) -> list[Claim]:
    """Extract the claims of an article's body."""
    return claims_of(article.text, parser, article.article_id)


def sentence_claim(text: str, offset: int, reading: Reading, owner: str = "") -> Claim:
    """Make the claim of one sentence; `offset` is where it begins in `text`."""
    length = len(reading.parse.text)
    length += text[offset + length :].startswith(".")  # checkers read sentences without their final full stop
    return _claim(text, offset, reading, (0, length), owner, "sentence", main_frame(reading))


def proposition_claims(text: str, offset: int, reading: Reading, owner: str = "") -> list[Claim]:
    """Make the propositions of one sentence, in order, each span once."""
    claims: dict[tuple[int, int], Claim] = {}
    for frame in propositions(reading):
        span = frame_span(reading, frame)
        if span != (0, len(reading.parse.text.rstrip(" .!?"))):
            claims.setdefault(span, _claim(text, offset, reading, span, owner, "proposition", frame))
    return list(claims.values())


def propositions(reading: Reading) -> list[Frame]:
    """List the frames of a sentence that say something checkable."""
    checkable = []
    for frame in reading.frames:
        token = reading.parse.tokens[frame.predicate]
        arguments = [*frame.agents, *frame.patients, *(index for _, index in frame.obliques)]
        content = [index for index in arguments if reading.keys[index]]
        saying = kind_of_saying(token.lemma) and any(
            reading.parse.tokens[child].dep in {"ccomp", "xcomp"} for child in reading.parse.children[frame.predicate]
        )
        # `Norvik has a plan` says something, `it has one` does not.
        if not content or saying or (token.lemma in _EMPTY and len(content) < 2):
            continue
        checkable.append(frame)
    return checkable


def main_frame(reading: Reading) -> Frame | None:
    """Find the frame at the top of a sentence, a verb of saying passed over for what it says."""
    tokens = reading.parse.tokens
    best: tuple[int, int] | None = None
    chosen = None
    for frame in reading.frames:
        depth = sum(1 for _ in reading.parse.ancestors(frame.predicate))
        saying = bool(kind_of_saying(tokens[frame.predicate].lemma)) and len(reading.frames) > 1
        rank = (depth + 10 * saying, frame.predicate)
        if best is None or rank < best:
            best, chosen = rank, frame
    return chosen


def frame_span(reading: Reading, frame: Frame) -> tuple[int, int]:
    """Return the first and past-last character of a frame's predicate and arguments, in the sentence."""
    inside = {frame.predicate}
    for index in (*frame.agents, *frame.patients, *(index for _, index in frame.obliques)):
        inside.update(phrase(reading.parse, index))
    tokens = [reading.parse.tokens[index] for index in inside]
    return min(token.start for token in tokens), max(token.end for token in tokens)


def _claim(
    text: str, offset: int, reading: Reading, span: tuple[int, int], owner: str, part: str, frame: Frame | None
) -> Claim:
    """Make the record of a claim from a span of a sentence and the frame in it."""
    start, end = span
    saying = reading.sayings.get(frame) if frame is not None else None

    def moved(where: tuple[int, int]) -> tuple[int, int]:
        return where[0] + offset, where[1] + offset

    def first(indices: Iterable[int]) -> tuple[int, int] | None:
        for index in indices:
            return moved(phrase_text(reading.parse, index))
        return None

    predicate = reading.parse.tokens[frame.predicate] if frame else None
    places = tuple(
        moved(phrase_text(reading.parse, index))
        for name, index in (frame.obliques if frame else ())
        if place_class(name) in {"in", "to", "from"}
        and any(n.kind == "place" and n.start <= index < n.end for n in reading.names)
    )
    times = tuple(
        moved((token.start, token.end)) for token in reading.parse.tokens
        if start <= token.start < end and time_words(reading.parse, token)
    )  # fmt: skip
    return Claim.model_validate(
        {
            "owner": owner,
            "start": start + offset,
            "end": end + offset,
            "text": text[start + offset : end + offset],
            "part": part,
            "subject": first(frame.agents) if frame else None,
            "predicate": moved((predicate.start, predicate.end)) if predicate else None,
            "object": first(frame.patients) if frame else None,
            "entities": mentions(text, offset, reading, span),
            "quantities": tuple(quantity(text, offset, f) for f in reading.figures if start <= f.start < end),
            "times": times,
            "places": places,
            "polarity": "negative" if frame and frame.negated else "positive",
            "modality": frame.modality if frame else "actual",
            "attributed_to": (saying.speaker or None) if saying else None,
            "stance": saying.stance if saying else "asserts",
        }
    )


def mentions(text: str, offset: int, reading: Reading, span: tuple[int, int]) -> tuple[Mention, ...]:
    """List the names inside a span of a sentence, as records."""
    found = []
    for name in reading.names:
        start, end = reading.parse.tokens[name.start].start, reading.parse.tokens[name.end - 1].end
        if span[0] <= start and end <= span[1]:
            kind = name.kind if name.kind in {"person", "place", "organisation"} else "other"
            found.append(
                Mention.model_validate(
                    {
                        "start": start + offset,
                        "end": end + offset,
                        "text": text[start + offset : end + offset],
                        "kind": kind,
                    }
                )
            )
    return tuple(found)


def quantity(text: str, offset: int, figure: Figure) -> Quantity:
    """Turn a figure into a record."""
    return Quantity.model_validate(
        {
            "start": figure.start + offset,
            "end": figure.end + offset,
            "text": text[figure.start + offset : figure.end + offset],
            "low": figure.low,
            "high": figure.high,
            "value": figure.value,
            "modifier": figure.modifier,
            "unit": plain_unit(figure.unit),
            "head": figure.head,
            "ordinal": figure.ordinal,
        }
    )

"""Errors in what a headline says was done: by whom to whom, whether at all, what, and on whose word."""

from collections.abc import Iterator, Sequence

from harness.claims.attribution import kind_of_saying
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Token
from harness.claims.sentence_analysis import Reading, party_text, phrase_text
from harness.language.lexical import content_stems, word_list
from harness.perturbations.change import Change, Means, replace_span
from harness.perturbations.context import Headline, sentence_case
from harness.perturbations.words import inflected, replacements, table

_FINITE = frozenset({"VBZ", "VBP", "VBD"})
_NOT_AFTER = frozenset({"is", "are", "was", "were", "am", "can", "could", "will", "would", "may", "might", "must",
                        "should", "shall", "has", "have", "had", "does", "do", "did"})  # fmt: skip
_LONGEST_CLAUSE = 22
"""Words of a clause that is asserted beside the headline."""


def roles(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - one way only
    """Swap the two parties of a deed; deeds that both do to one another are left alone."""
    reading = headline.reading
    tokens = reading.parse.tokens
    mutual = set(table()["acts"]["mutual"].split())
    for frame in reading.frames:
        verb = tokens[frame.predicate]
        if frame.kind != "verb" or len(frame.agents) != 1 or len(frame.patients) != 1 or verb.lemma in mutual:
            continue
        if not all(_is_party(headline, index) for index in (frame.agents[0], frame.patients[0])):
            continue
        spans = sorted(party_text(reading.parse, index) for index in (frame.agents[0], frame.patients[0]))
        (a, b), (c, d) = spans
        text = headline.text
        if not (b <= verb.start and verb.end <= c) or text[a:b].lower() == text[c:d].lower():
            continue
        first, second = text[a:b], text[c:d]
        moved = headline.inner(first) if a == 0 else first
        swapped = sentence_case(f"{text[:a]}{second}{text[b:c]}{moved}{text[d:]}", text)
        yield Change("parties swapped", swapped, f"{first} … {second}", f"{second} … {moved}")


def _is_party(headline: Headline, index: int) -> bool:
    """Tell whether an argument can do something to somebody: people, an institution, a name that acts in an article."""
    reading = headline.reading
    token = reading.parse.tokens[index]
    for name in reading.names:
        if name.start <= index < name.end:
            return name.kind in {"person", "organisation"} or headline.context.acts(name)
    return token.pos in {"NOUN", "PROPN"} and token.lemma in table()["parties"]["nouns"].split()


def negation(headline: Headline, means: Means) -> Iterator[Change]:  # noqa: ARG001 - one way for each verb
    """Deny the main deed, or take a denial away."""
    tokens = headline.reading.parse.tokens
    for frame in headline.reading.frames:
        verb = tokens[frame.predicate]
        if frame.kind == "copula":
            verb = next((token for token in headline.reading.parse.ancestors(frame.predicate)), verb)
        if frame.kind not in {"verb", "copula"} or not _is_main(tokens, verb):
            continue
        kids = [tokens[index] for index in headline.reading.parse.children[verb.i]]
        # `Not only` denies nothing, and a short form with a printer's apostrophe (`wasn’t`) is often not read as one.
        if not verb.text.isalpha() or _denied_or_only(tokens, verb, kids):
            continue
        negative = next((kid for kid in kids if kid.dep == "neg"), None)
        if negative is not None:
            if negative.lower == "not" and not any(kid.lower in {"do", "does", "did"} for kid in kids):
                yield replace_span(headline, "taken away", negative.start, negative.end, "")
            continue
        auxiliary = next((kid for kid in kids if kid.lower in _NOT_AFTER and kid.dep in {"aux", "auxpass"}), None)
        to = next((kid for kid in kids if kid.lower == "to" and kid.dep == "aux" and kid.i < verb.i), None)
        if auxiliary is not None:
            yield replace_span(headline, "put in", auxiliary.start, auxiliary.end, f"{auxiliary.text} not")
        elif to is not None:
            yield replace_span(headline, "put in", to.start, to.end, f"not {to.text}")
        elif verb.lemma == "be" and verb.tag in _FINITE:
            yield replace_span(headline, "put in", verb.start, verb.end, f"{verb.text} not")
        elif verb.tag in _FINITE and frame.agents and not _may_be_passive(frame, verb):
            no = {"VBD": "did not", "VBZ": "does not", "VBP": "do not"}[verb.tag]
            yield replace_span(headline, "put in", verb.start, verb.end, f"{no} {verb.lemma}")
        elif verb.tag in {"VBN", "VBD"}:
            yield replace_span(headline, "put in", verb.start, verb.end, f"not {verb.text}")


def _denied_or_only(tokens: tuple[Token, ...], verb: Token, kids: Sequence[Token]) -> bool:
    """Tell whether a verb or its auxiliary has `only` behind it, or a denial that the parse has not as one."""
    ends = [token.i + 1 for token in (verb, *kids) if token.i == verb.i or token.dep in {"aux", "auxpass"}]
    behind = [tokens[at] for at in ends if at < len(tokens)]
    return any(
        token.lower == "only" or (token.lower in word_list("polarity", "negators") and token.dep != "neg")
        for token in behind
    )


def _is_main(tokens: tuple[Token, ...], verb: Token) -> bool:
    """Tell whether a verb is the headline's own, or joined to it, or reported by its verb of saying.

    A past form right after a word that could be a verb of saying is none: `X blames expired certificate`.
    """
    before = tokens[verb.i - 1] if verb.i else verb
    if verb.tag in {"VBD", "VBN"} and before.tag == "NNS" and kind_of_saying(before.lemma):
        return False
    if verb.tag == "VBD" and any(token.tag in {"VBZ", "VBP"} and token.dep != "conj" and not _has_subject(tokens, token)
                                 for token in tokens[verb.i + 1 :]):  # fmt: skip
        return False  # `Frog declared extinct is found`: the verb is another one
    above = tokens[verb.head]
    return verb.dep == "ROOT" or (
        (verb.dep == "conj" and above.dep == "ROOT")
        or (verb.dep == "ccomp" and above.dep == "ROOT" and bool(kind_of_saying(above.lemma)))
    )


def _may_be_passive(frame: Frame, verb: Token) -> bool:
    """Tell whether a past form may be a headline's passive: `Barrett confirmed to the court`."""
    takes = verb.lemma in word_list("voice", "transitive") or verb.lemma in replacements("acts", "transitive")
    return frame.open_agent or (verb.tag == "VBD" and not frame.patients and takes)


def _has_subject(tokens: tuple[Token, ...], verb: Token) -> bool:
    return any(token.head == verb.i and token.i != verb.i and token.dep.startswith("nsubj") for token in tokens)


def predicate(headline: Headline, means: Means) -> Iterator[Change]:
    """Change the deed or a quality to another, which no article tells of these words."""
    reading = headline.reading
    tokens = reading.parse.tokens
    for frame in reading.frames:
        verb = tokens[frame.predicate]
        lemma = frame.lemma or verb.lemma
        if frame.kind != "verb":
            continue
        acted = bool(frame.patients) or frame.open_agent
        pool = replacements("acts", "transitive" if acted else "intransitive").get(lemma, ())
        pool = tuple(other for other in pool if not content_stems(other) or not _is_told(headline, frame, other))
        if pool:
            new = inflected(means.random.choice(pool), _tag(verb, frame))
            yield replace_span(headline, "another deed", verb.start, verb.end, new)
    for token in tokens:
        pool = replacements("acts", "qualities").get(token.lower, ())
        pool = tuple(other for other in pool if other not in headline.context.words)
        if pool and token.pos in {"ADJ", "ADV", "NOUN"} and token.tag not in {"NNP", "NNPS"}:
            yield replace_span(headline, "another quality", token.start, token.end, means.random.choice(pool))


def _tag(verb: Token, frame: Frame) -> str:
    """Choose the form of the replacement; a verb that the tagger took for a noun shows its form by its ending."""
    if verb.tag.startswith("V"):
        return "VBN" if verb.tag == "VBD" and frame.open_agent else verb.tag
    return "VBZ" if verb.lower.endswith("s") else "VB"


def _is_told(headline: Headline, frame: Frame, other: str) -> bool:
    """Tell whether an article's sentence has the other deed and an argument of this one."""
    reading = headline.reading
    arguments = {reading.keys[index] for index in (*frame.agents, *frame.patients) if reading.keys[index]}
    stems = set(content_stems(other))
    return any(
        arguments & sentence.concepts and stems & set(content_stems(sentence.parse.text))
        for sentence in headline.context.readings
    )


def attribution(headline: Headline, means: Means) -> Iterator[Change]:
    """Assert what somebody claims, accuses of or is said to have done.

    Where the headline hands such a claim on, its speaker is taken away; where it has none, a claim that an article
    hands on, and that no article makes its own, is asserted beside the headline. A plain `police said` is no claim.
    """
    changes = [*_without_speaker(headline)]
    yield from changes
    if changes:
        return
    claims = [clause for reading in headline.context.readings for clause in _claimed_clauses(headline, reading)]
    if claims:
        clause = means.random.choice(claims)
        stop = "" if headline.text.rstrip()[-1:] in ".!?" else "."
        yield Change("asserted beside", f"{headline.text.rstrip()}{stop} {clause}.", "", f"{clause}.")


def _without_speaker(headline: Headline) -> Iterator[Change]:
    reading = headline.reading
    tokens = reading.parse.tokens
    text = headline.text
    distance = word_list("says", "distance") - {"said", "alleged", "suspected", "supposed"}
    for token in tokens:
        if token.lower in distance and token.dep in {"advmod", "amod"}:
            yield replace_span(headline, "doubt taken away", token.start, token.end, "")
        if kind_of_saying(token.lemma) != "claims" or token.pos != "VERB" or token.tag not in _FINITE:
            continue
        for child in reading.parse.children[token.i]:
            if tokens[child].dep != "ccomp" or child < token.i:
                continue
            inside = reading.parse.subtree(child, lambda other: other.dep in {"mark", "punct"})
            start, end = tokens[inside[0]].start, tokens[inside[-1]].end
            clause = text[start:end].strip(" ,;:'\"“”‘’")
            if len(clause.split()) >= 3:
                yield Change("speaker taken away", sentence_case(clause, text), text, clause)
    for frame in reading.frames:
        if frame.kind == "blamed" and len(frame.agents) == 1 and frame.patients:
            culprit, topic = (phrase_text(reading.parse, each[0]) for each in (frame.agents, frame.patients))
            blame = f"{text[slice(*culprit)]} behind {text[slice(*topic)]}"
            yield Change("speaker taken away", sentence_case(blame, text), text, blame)


def _claimed_clauses(headline: Headline, reading: Reading) -> Iterator[str]:
    """Yield clauses that somebody claims from a distance in one sentence, if they can stand by themselves."""
    tokens = reading.parse.tokens
    for frame, saying in reading.sayings.items():
        if not saying.distant or not saying.speaker or frame.negated or frame.modality != "actual":
            continue
        head = frame.predicate if tokens[frame.predicate].dep == "ccomp" else tokens[frame.predicate].head
        if tokens[head].dep != "ccomp" or tokens[frame.predicate].tag not in {*_FINITE, "VBN"}:
            continue
        inside = reading.parse.subtree(head, lambda other: other.dep == "mark")
        if any(tokens[index].lower in {"whether", "if"} for index in reading.parse.children[head]):
            continue
        clause = reading.parse.text[tokens[inside[0]].start : tokens[inside[-1]].end].strip(" ,;:.")
        subject = tokens[inside[0]]
        if any(
            kind_of_saying(tokens[each].lemma) in {"claims", "denies"} for each in inside if tokens[each].pos == "VERB"
        ):
            continue
        plain = not set(clause) & set('"“”‘’:;') and 4 <= len(clause.split()) <= _LONGEST_CLAUSE
        if (
            plain
            and subject.pos not in {"PRON", "SCONJ", "PART"}
            and subject.tag not in {"WRB", "WP", "WDT"}
            and not _is_asserted(headline, reading, clause)
        ):
            yield clause[:1].upper() + clause[1:]


def _is_asserted(headline: Headline, source: Reading, clause: str) -> bool:
    """Tell whether another sentence of the articles says much the same on its own account."""
    wanted = set(content_stems(clause))
    for reading in headline.context.readings:
        if reading is source or not wanted:
            continue
        shared = wanted & set(content_stems(reading.parse.text))
        if len(shared) >= 0.6 * len(wanted) and len(reading.sayings) < len(reading.frames):
            return True
    return False

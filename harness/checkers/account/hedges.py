"""Deeds that a text tells as done while the articles have them only considered, feared, possible or planned.

A deed is looked for in every sentence that has it with a party of the claim. One that tells it as done settles it. A
headline's present tense may mean a plan (`Trump visits` of tomorrow): a plan speaks only against what is told as past.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.checkers.account.denied.negations import denial_of
from harness.checkers.account.doers import BROAD
from harness.checkers.account.elements import SAME_DEED, SURE, Held
from harness.checkers.account.matching import Matcher
from harness.checkers.cluster_analysis import ClusterReading
from harness.claims.attribution import kind_of_saying
from harness.claims.frames import Frame
from harness.claims.parsing.parse import Parse, Token
from harness.claims.polarity import came_to_nothing, fails, keeps_undone, negates, negator, parted
from harness.claims.sentence_analysis import Reading
from harness.claims.verbs import written
from harness.language.lexical import word_list

_BELOW = frozenset({
    "xcomp", "ccomp", "pcomp", "dobj", "pobj", "prep", "acl", "conj", "oprd", "advcl", "attr", "dative",
})  # fmt: skip
"""Relations through which a hedge holds for what it governs."""
_ASSERTED = frozenset({"ROOT", "ccomp", "conj", "relcl", "advcl", "parataxis"})
_MOST_STEPS = 4
_PAST = frozenset({"VBD", "VBN"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


@dataclass(frozen=True, slots=True)
class Hedge:
    """The word under which a deed is not done yet, or may never be."""

    token: int
    planned: bool
    undone: bool = False
    """Whether somebody is kept from it, or it is called off: then it is no plan either."""


@dataclass(frozen=True, slots=True)
class Hedged:
    """A predicate that a claim tells as done and the articles do not: where they hedge it, and with which words."""

    token: int
    unit: int
    start: int
    end: int
    word: str
    denied: bool = False
    """Whether the articles deny it, rather than leave it open."""


def hedge_of(parse: Parse, at: int) -> Hedge | None:
    """Find the word that makes a deed uncertain, or planned; the less certain one where there are several."""
    found = list(_hedges(parse, parse.tokens[at]))
    return min(found, key=lambda hedge: hedge.planned, default=None)


def _hedges(parse: Parse, token: Token) -> Iterator[Hedge]:
    """Yield hedges beside a word and above it, as far up as a hedge holds for what it governs."""
    below = token
    for step in range(_MOST_STEPS):
        yield from _beside(parse, below, first=step == 0)
        above = parse.tokens[below.head]
        while step == 0 and token.tag == "VBG" and below.dep in {"compound", "amod"} and above.i > below.i:
            below, above = above, parse.tokens[above.head]  # ruled out selling striker Reve, read as a selling striker
        # `A bill to raise taxes` may be read as one that raises them.
        aim = below.dep == "relcl" and _infinitive(parse, below)
        if above.i == below.i or not (aim or below.dep in _BELOW) or parted(parse, below, above):
            return
        # A clause of purpose is hedged with its verb; `while driving` under `may` is not.
        if below.dep == "advcl" and not _infinitive(parse, below) and keeps_undone(parse, above, below) is None:
            return
        # What is joined to a deed shares its hedges, but does not hedge it: go up, and look on.
        if below.dep != "conj":
            undone = keeps_undone(parse, above, below)
            if undone is not None:
                yield Hedge(undone.i, planned=False, undone=True)
            elif _leaves_open(above, below) and not _was_able(parse, above):
                yield Hedge(above.i, planned=False)
            elif above.lemma in word_list("modality", "plans") and (above.pos != "VERB" or _is_planned(parse, below)):
                off_now = came_to_nothing(parse, above)
                expected = above.lemma == "expect" and below.dep == "ccomp"  # who expects it of another plans nothing
                yield Hedge(above.i, planned=not (off_now or expected), undone=off_now)
        if aim or below.dep == "acl":
            # What is asked of a thing that spreads says nothing of its spreading; a plan may itself be called off.
            if _infinitive(parse, below):
                kids = (parse.tokens[child] for child in parse.children[above.i])
                none = next((kid for kid in kids if kid.lower == "no"), None)  # no plans to close it
                off = none or keeps_undone(parse, parse.tokens[above.head], above) or fails(parse, above)
                if off is not None:
                    yield Hedge(off.i, planned=False, undone=True)
            return
        below = above


def _beside(parse: Parse, token: Token, *, first: bool) -> Iterator[Hedge]:
    """Yield hedges that stand with a word itself: `may`, `if`, `possible`, a headline's `to`."""
    for child in parse.children[token.i]:
        kid = parse.tokens[child]
        modal = kid.dep == "aux" and kid.tag == "MD"
        planned = modal and kid.lower in word_list("modality", "futures")
        if planned or (kid.dep == "aux" and kid.lower == "to" and token.dep == "ROOT"):
            yield Hedge(child, planned=True)
            continue
        if kid.lower == "than" and parse.tokens[max(0, child - 1)].lower == "rather" and kid.dep != "cc":
            yield Hedge(child - 1, planned=False, undone=True)
            continue
        # `Falls if the dam breaks`, and `nearly fell`; of figures `nearly` says something else.
        marks = [mark for mark in parse.children[child] if kid.dep == "advcl" and parse.tokens[mark].dep == "mark"]
        short = first and kid.dep == "advmod" and token.pos == "VERB" and kid.lower in word_list("modality", "nearly")
        on = next((mark for mark in marks if parse.tokens[mark].lower in {"if", "unless"}), child if short else None)
        if on is not None:
            yield Hedge(on, planned=False)
            continue
        # She insisted that he be freed.
        bare = not any(parse.tokens[other].dep == "aux" for other in parse.children[token.i])
        if kid.dep == "auxpass" and kid.tag == "VB" and bare:
            yield Hedge(child, planned=False)
            continue
        possible = modal and token.lemma not in word_list("modality", "perceived")
        doubtful = first and kid.dep in {"amod", "advmod"} and kid.lower in word_list("modality", "doubtful")
        if possible or doubtful or (kid.dep == "mark" and kid.lower in word_list("modality", "conditional")):
            yield Hedge(child, planned=False)


def _leaves_open(token: Token, below: Token) -> bool:
    """Tell whether a word leaves open what it governs: to call for an election does, to call one does not."""
    said = token.lemma == "warn" and below.dep == "ccomp"  # who warns that more is needed says that it is
    done = token.lemma in word_list("modality", "realising") and below.dep not in {"prep", "xcomp"}
    return not (said or done or word_list("modality", "unsure").isdisjoint({token.lemma, f"{token.lemma}e"}))  # hop(e)


def _was_able(parse: Parse, token: Token) -> bool:
    """Tell whether somebody was able to do a thing: then it was done."""
    return token.lemma == "able" and parse.tokens[token.head].tag == "VBD"


def _infinitive(parse: Parse, token: Token) -> bool:
    """Recognise an infinitive with `to`."""
    below = (parse.tokens[child] for child in parse.children[token.i])
    return any(kid.lower == "to" and kid.dep == "aux" for kid in below)


def _is_planned(parse: Parse, token: Token) -> bool:
    """Accept what can be planned: an infinitive, a gerund or a noun, not a clause that somebody `expects`."""
    return token.pos == "NOUN" or token.tag == "VBG" or _infinitive(parse, token)


def account_of_modality(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Held]:
    """Find deeds told as done that the articles have only as considered, possible, feared or planned."""
    for one in hedged_deeds(cluster, matcher, reading):
        token = reading.parse.tokens[one.token]
        spots = ((one.unit, one.start, one.end),)
        if one.denied:
            reason = f"the articles deny “{written(reading.parse, token)}” (“{one.word}”)"
            yield Held("polarity", token.start, token.end, "unaccounted", spots, reason, "deed_denied", 1.0,
                       "negation", (one.token,))  # fmt: skip
            continue
        reason = f"the articles have “{written(reading.parse, token)}” only under “{one.word}”, not as done"
        feature = "condition_lost" if _is_conditional(one) else "modality_lost"
        yield Held("modality", token.start, token.end, "unaccounted", spots, reason, feature, 1.0, "modality",
                   (one.token,))  # fmt: skip


def hedged_deeds(cluster: ClusterReading, matcher: Matcher, reading: Reading) -> Iterator[Hedged]:
    """Find the predicates that a claim tells as done and every sentence that has them hedges."""
    if _hedging(reading):
        return
    for frame in reading.frames:
        if _told_as_done(reading, frame):
            found = _only_hedged(cluster, matcher, reading, frame) or _only_absent(cluster, matcher, reading, frame)
        elif _told_as_planned(reading, frame):
            found = _only_undone(cluster, matcher, reading, frame)
        else:
            continue
        if found is not None:
            yield found


def _hedging(reading: Reading) -> bool:
    """Recognise a claim that is a question or says of itself that it is not certain."""
    doubtful = word_list("modality", "doubtful") | word_list("says", "distance") - {"said", "thought"}
    return reading.parse.text.rstrip().endswith("?") or any(token.lower in doubtful for token in reading.parse.tokens)


def _told_as_done(reading: Reading, frame: Frame) -> bool:
    """Tell whether a claim asserts a predicate as done."""
    token = reading.parse.tokens[frame.predicate]
    # The tagger takes a headline's verb for a noun; the frame then carries the lemma itself.
    misread = bool(frame.lemma) and (token.pos in {"NOUN", "PROPN"} or token.dep == "compound")
    lasting = token.lemma in word_list("modality", "lasting")  # what is likely to continue goes on already
    plain = frame.kind == "verb" and not frame.negated and bool(reading.keys[token.i]) and not lasting
    # `Considers` tells itself that nothing is done yet. `Calls`, of an election, does it; so does who sets a fire.
    below = {reading.parse.tokens[child].dep for child in reading.parse.children[token.i]}
    plans = word_list("modality", "plans") if "dobj" not in below or below & {"xcomp", "ccomp"} else frozenset[str]()
    hedging = (word_list("modality", "unsure") | plans) - word_list("modality", "realising")
    # `Passengers hurt aboard ferry`: were hurt.
    short = token.dep == "acl" and token.tag == "VBN" and reading.parse.tokens[token.head].dep == "ROOT"
    if not plain or not (token.dep in _ASSERTED or misread or short) or token.lemma in hedging:
        return False
    return not _infinitive(reading.parse, token) and hedge_of(reading.parse, token.i) is None


def _told_as_planned(reading: Reading, frame: Frame) -> bool:
    """Tell whether a claim has a deed to come: `Line to sell ferry`, `Tunnel to be built`, `Says line will close`."""
    token = reading.parse.tokens[frame.predicate]
    above = reading.parse.tokens[token.head]
    headed = token.dep in {"relcl", "acl"} or (token.dep == "advcl" and above.pos in {"NOUN", "PROPN"})
    own = token.dep in {"ROOT", "ccomp"} or (headed and above.dep == "ROOT")
    planned = _infinitive(reading.parse, token) or any(
        hedge.planned for hedge in _beside(reading.parse, token, first=True)
    )
    return own and frame.kind == "verb" and not frame.negated and planned


def _only_undone(cluster: ClusterReading, matcher: Matcher, reading: Reading, frame: Frame) -> Hedged | None:
    """Find where what a claim has planned is called off, kept from or only asked; None where a sentence plans it."""
    head = reading.parse.tokens[reading.parse.tokens[frame.predicate].head]
    parties = (*frame.agents, *frame.patients, *([head.i] if head.i != frame.predicate else []))
    found: list[Hedged] = []
    open_ones: list[Hedged] = []
    for unit, at in _places(matcher, frame.predicate):
        if not _has(matcher, unit, parties):
            continue
        parse = cluster.readings[unit].parse
        hedges = list(_hedges(parse, parse.tokens[at]))
        undone = next((hedge for hedge in hedges if hedge.undone), None)
        if undone is not None:
            found.append(_hedged(cluster, frame.predicate, unit, undone))
            continue
        denial = denial_of(parse, at)
        if denial is None:
            if all(hedge.planned for hedge in hedges):
                return None
            # Who is only asked to do it, or might, plans nothing.
            unsure = [_hedged(cluster, frame.predicate, unit, hedge) for hedge in hedges if not hedge.planned]
            open_ones.append(next(filter(_is_conditional, unsure), unsure[0]))
            continue
        if _same_object(matcher, reading, frame, unit):
            found.append(_hedged(cluster, frame.predicate, unit, Hedge(denial, planned=False), denied=True))
    own = {token.lower for token in reading.parse.tokens}
    if not found and all(_is_conditional(one) and one.word.lower() not in own for one in open_ones):
        found = open_ones  # asked whether he will run
    return found[0] if found else None


def _is_conditional(one: Hedged) -> bool:
    """Tell whether a deed is told only in a condition or as asked: `if`, `unless`, `whether`."""
    return one.word.lower() in word_list("modality", "conditional")


def _same_object(matcher: Matcher, reading: Reading, frame: Frame, unit: int) -> bool:
    """Tell whether a sentence has what a claim's deed is done to: who does not take a bribe takes something else."""
    done_to = frame.patients or _object(reading.parse, frame.predicate)
    broad = reading.parse.tokens[frame.predicate].lemma in BROAD
    return not (done_to or broad) or _has(matcher, unit, done_to)


def _only_hedged(cluster: ClusterReading, matcher: Matcher, reading: Reading, frame: Frame) -> Hedged | None:
    """Find a hedge of a deed in the articles; None where a sentence tells the deed as done."""
    token = reading.parse.tokens[frame.predicate]
    past = token.tag in _PAST
    obliques = tuple(at for _, at in frame.obliques)
    parties = (*frame.agents, *frame.patients)
    # Of a party that no article names so (`Dockers strike`, of a union), and of `Tug hired`, only a denial is sure.
    unnamed = bool(parties) and not any(matcher.by_unit(at) for at in parties if at in matcher.words)
    unsure = unnamed or token.dep == "acl"
    parties = () if unnamed else parties
    own = {each.lemma for each in reading.parse.tokens}
    found: list[Hedged] = []
    things = [at for at in (*frame.patients, *obliques) if at in matcher.words]
    told = False
    asserts = not any(negates(reading.parse, token) for token in reading.parse.tokens)
    for unit, at in _places(matcher, frame.predicate):
        parse = cluster.readings[unit].parse
        denial = denial_of(parse, at) if asserts else None
        # Where nobody did it, or it was done to nobody, the claim's own party cannot stand there.
        nobody = "" if denial is None else _stands_as(parse, denial)
        party = _has(matcher, unit, parties or obliques)
        pronoun = _by_pronoun(cluster, matcher, unit, at, parties)
        beside = nobody in _SUBJECTS and any(
            _has(matcher, near, (*parties, *obliques)) for near in (unit, *matcher.forms.near[unit])
        )
        if not (party or pronoun or beside):
            continue
        if denial is not None:
            # `Nobody was taken to hospital` denies that two were, and no third place that somebody takes.
            to_nobody = nobody == "nsubjpass" and (token.lemma not in BROAD or _has(matcher, unit, obliques))
            if not pronoun and not to_nobody and not _same_object(matcher, reading, frame, unit):
                continue
            found.append(_hedged(cluster, frame.predicate, unit, Hedge(denial, planned=False), denied=True))
            continue
        hedge = hedge_of(parse, at)
        if hedge is not None and reading.sayings and parse.tokens[hedge.token].lower in word_list("says", "distance"):
            hedge = None  # what the text, too, has from somebody is only alleged
        # One sentence that tells it as done settles it; a headline's present tense may itself be a plan.
        if hedge is None or (hedge.planned and not past) or parse.tokens[hedge.token].lemma in own:
            if not things or _has(matcher, unit, things):
                return None
            told = True  # of something else: they agreed, though not on this
            continue
        if unsure and not hedge.undone:
            return None
        if party or pronoun:
            found.append(_hedged(cluster, frame.predicate, unit, hedge))
    # `Calls election` has its deed in the noun: look whether the articles only consider one.
    if not found and reading.parse.tokens[frame.predicate].lemma in word_list("modality", "realising"):
        found = _objects(cluster, matcher, reading, frame)
    if told:
        found = [each for each in found if each.denied and all(_has(matcher, each.unit, [at]) for at in things)]
    return min(found, key=lambda each: not each.denied, default=None)


def _stands_as(parse: Parse, denial: int) -> str:
    """Tell what a word that denies is to the deed, as a relation: `nobody` and `no one` may be who did it."""
    token = parse.tokens[denial]
    head = parse.tokens[token.head]
    return head.dep if token.dep == "det" and head.lower == "one" else token.dep


def _only_absent(cluster: ClusterReading, matcher: Matcher, reading: Reading, frame: Frame) -> Hedged | None:
    """Find a thing of a claim's deed that the articles name only to say that there is none: `there was no fire`."""
    for index in (*frame.agents, *frame.patients):
        token = reading.parse.tokens[index]
        if token.pos != "NOUN" or any(negates(reading.parse, each) for each in reading.parse.tokens):
            continue
        found: list[Hedged] = []
        for unit, at in _places(matcher, index):
            parse = cluster.readings[unit].parse
            beside = (parse.tokens[child] for child in parse.children[at])
            none = next((kid.i for kid in beside if kid.lower == "no" and negator(parse, kid)), None)
            if none is None and parse.tokens[at].dep != "compound":
                found = []
                break
            if none is not None and parse.tokens[at].lemma == token.lemma:
                found.append(_hedged(cluster, index, unit, Hedge(none, planned=False), denied=True))
        if found:
            return found[0]
    return None


def _object(parse: Parse, at: int) -> tuple[int, ...]:
    """Find what a verb and its object together tell: `made arrests`."""
    return tuple(child for child in parse.children[at] if parse.tokens[child].dep == "dobj")


def _objects(cluster: ClusterReading, matcher: Matcher, reading: Reading, frame: Frame) -> list[Hedged]:
    """Find what a claim has somebody call, order or begin, where the articles only consider it."""
    found = []
    for index in frame.patients:
        if reading.parse.tokens[index].pos != "NOUN":
            continue
        for unit, at in _places(matcher, index):
            if cluster.readings[unit].parse.tokens[at].lemma != reading.parse.tokens[index].lemma:
                continue
            hedge = hedge_of(cluster.readings[unit].parse, at)
            if hedge is None or hedge.planned:
                return []
            if _has(matcher, unit, frame.agents) or unit in matcher.scene:
                found.append(_hedged(cluster, frame.predicate, unit, hedge))
    return found


def _hedged(
    cluster: ClusterReading, predicate: int, unit: int, hedge: Hedge, *, denied: bool = False
) -> Hedged:  # fmt: skip
    """Record where the articles hedge or deny a predicate."""
    parse = cluster.readings[unit].parse
    token = parse.tokens[hedge.token]
    return Hedged(predicate, unit, token.start, token.end, written(parse, token), denied)


def _places(matcher: Matcher, index: int) -> Iterator[tuple[int, int]]:
    """Yield the places of a word or a synonym; not verbs of saying, which WordNet has for `order` and the like."""
    own = matcher.reading.parse.tokens[index].lemma
    for match in matcher.matches(index):
        found = matcher.cluster.readings[match.unit].parse.tokens[match.token].lemma
        if match.grade >= SAME_DEED and (found == own or not kind_of_saying(found)):
            yield match.unit, match.token


def _has(matcher: Matcher, unit: int, indices: Sequence[int]) -> bool:
    """Tell whether a sentence has a word of one of some arguments."""
    return any(matcher.by_unit(at).get(unit, 0.0) >= SURE for at in indices if at in matcher.words)


def _by_pronoun(
    cluster: ClusterReading, matcher: Matcher, unit: int, at: int, parties: Sequence[int]
) -> bool:  # fmt: skip
    """Tell whether a deed's own party is a pronoun, and a sentence beside it has a party of the claim."""
    reading = cluster.readings[unit]
    own = [reading.parse.tokens[index] for frame in reading.frames if frame.predicate == at
           for index in (*frame.agents, *frame.patients)]  # fmt: skip
    pronoun = any(token.pos == "PRON" and not negates(reading.parse, token) for token in own)  # `nobody` is no party
    return pronoun and any(_has(matcher, near, parties) for near in matcher.forms.near[unit])

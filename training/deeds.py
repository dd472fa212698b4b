"""Pairs that can only be told apart by who did what to whom: the same words, and another order decides.

From sentences of articles with a verb, its subject and its object. The deed by itself, in the active and in the passive
voice, is entailed; with the parties exchanged in either voice, with the subject of another sentence, with the opposite
or another verb of the articles, and with its words in any order it is not. The true and the false ones share their
words, so that only their order tells; true headlines with their words shuffled teach the same where words are new.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.entailment import window
from harness.claims.parsing.parse import Parse, Parser, Token
from harness.claims.thesaurus import opposite
from harness.language.lexical import word_list
from harness.language.text import words
from harness.perturbations.words import inflected
from harness.records import Cluster

DEEDS = 3
"""Deeds of a cluster that pairs are made of."""
MOST_WORDS = 7
"""Words of a party."""
_VERBS = frozenset({"VBD", "VBZ", "VBP"})
_MUTUAL = frozenset({"meet", "marry", "face", "be", "have", "become", "include", "say", "tell", "mean", "last", "cost",
                     "remain", "seem"})  # fmt: skip
"""Deeds that both do to one another, and verbs whose object is nobody to whom something is done."""
_PLAIN = frozenset({"NOUN", "PROPN"})
_UNREAL = frozenset({"if", "unless", "whether"})
_ARTICLE = re.compile(r"^(?:The|An?|His|Her|Its|Their|This|That|These|Those|Some|Many|Several)\b")

Told = tuple[str, str, str]
"""A claim, its label, and what kind it is."""


@dataclass(frozen=True)
class Deed:
    """A subject, a verb in the past tense, its object and what follows the object."""

    subject: str
    plural_subject: bool
    verb: str
    participle: str
    lemma: str
    object: str
    plural_object: bool
    rest: str

    def active(self, first: str, second: str, verb: str = "") -> str:
        """The deed as something that `first` did to `second`."""
        return _sentence(first, verb or self.verb, second, self.rest)

    def passive(self, first: str, second: str, plural: bool, participle: str = "") -> str:
        """The deed as something that was done to `first` by `second`."""
        return _sentence(first, "were" if plural else "was", participle or self.participle, "by", second, self.rest)


def deeds_in(parse: Parse) -> Iterator[Deed]:
    """The deeds of a sentence: verbs in the past or present tense with one subject and one object, both nouns."""
    tokens = parse.tokens
    for verb in tokens:
        if verb.tag not in _VERBS or verb.lemma in _MUTUAL or verb.dep in {"aux", "auxpass"}:
            continue
        below = [tokens[at] for at in parse.children[verb.i]]
        subjects = [each for each in below if each.dep == "nsubj"]
        objects = [each for each in below if each.dep == "dobj"]
        if (
            len(subjects) != 1
            or len(objects) != 1
            or any(each.dep in {"neg", "prt", "aux"} or each.lower in _UNREAL for each in below)
        ):
            continue
        subject, thing = _party(parse, subjects[0]), _party(parse, objects[0])
        if not subject or not thing or not subjects[0].i < verb.i < objects[0].i or subject.lower() == thing.lower():
            continue
        after = [each for each in below if each.dep == "prep" and each.i > objects[0].i]
        rest = _text(parse, parse.subtree(after[0].i)) if after else ""
        if len(rest.split()) > MOST_WORDS or "," in rest:
            rest = ""
        past, participle = inflected(verb.lemma, "VBD"), inflected(verb.lemma, "VBN")
        past = verb.text if verb.tag == "VBD" else past
        yield Deed(subject, subjects[0].tag.endswith("S"), past, participle, verb.lemma, thing,
                   objects[0].tag.endswith("S"), rest)  # fmt: skip


def claims_of(deed: Deed, others: list[Deed], drawn: random.Random) -> Iterator[Told]:
    """True and false claims of a deed; `others` are other deeds of the same articles."""
    a, b = deed.subject, deed.object
    true = [deed.active(a, b), deed.passive(b, a, deed.plural_object)]
    yield true[0], "entailment", "deed"
    yield true[1], "entailment", "deed, passive"
    yield deed.active(b, a), "not_entailed", "parties exchanged"
    yield deed.passive(a, b, deed.plural_subject), "not_entailed", "parties exchanged, passive"
    chosen = drawn.choice(true)
    yield shuffled(chosen, drawn), "not_entailed", "shuffled"
    strangers = [other.subject for other in others if not _alike(other.subject, a) and not _alike(other.subject, b)]
    if strangers:
        stranger = drawn.choice(strangers)
        told = deed.active(stranger, b) if drawn.random() < 0.5 else deed.passive(b, stranger, deed.plural_object)
        yield told, "not_entailed", "another did it"
    verbs = [other for other in others if other.lemma != deed.lemma and not _alike(other.object, b)]
    if verbs:
        verb = drawn.choice(verbs)
        told = (
            deed.active(a, b, verb.verb) if drawn.random() < 0.5
            else deed.passive(b, a, deed.plural_object, verb.participle)
        )  # fmt: skip
        yield told, "not_entailed", "another deed"
    against = _OPPOSED.get(deed.lemma)
    if against:
        verb_ = drawn.choice(against)
        told = (
            deed.active(a, b, inflected(verb_, "VBD")) if drawn.random() < 0.5
            else deed.passive(b, a, deed.plural_object, inflected(verb_, "VBN"))
        )  # fmt: skip
        yield told, "contradiction", "opposite deed"


def shuffled(text: str, drawn: random.Random) -> str:
    """The words of a text in another order: all of them, or two stretches that change places."""
    told = text.split()
    mixed = list(told)
    while mixed == told and len(set(told)) > 1:
        if len(told) > 5 and drawn.random() < 0.4:
            first, second, third = sorted(drawn.sample(range(len(told) + 1), 3))
            mixed = [*told[:first], *told[second:third], *told[first:second], *told[third:]]
        else:
            drawn.shuffle(mixed)
    return " ".join(mixed)


def salad(cluster: Cluster, drawn: random.Random) -> str:
    """Six to ten words of a cluster's articles in any order."""
    told = [word for article in cluster.articles for word in article.text.split()]
    return " ".join(drawn.sample(told, min(len(told), drawn.randint(6, 10))))


def pairs_of(cluster: Cluster, parser: Parser, drawn: random.Random) -> Iterator[tuple[str, Told]]:
    """Pairs of a cluster: window, and what is told."""
    index = EvidenceIndex(cluster)
    texts = [unit.text.strip() for unit in index.units if 8 <= len(unit.text.split()) <= 40][:60]
    drawn.shuffle(texts)
    found = [deed for parse in parser.parse(texts[:30]) for deed in deeds_in(parse)]
    for deed in found[:DEEDS]:
        others = [other for other in found if other is not deed]
        for told in claims_of(deed, others, drawn):
            yield window(index, told[0]), told


def _party(parse: Parse, head: Token) -> str:
    """A noun phrase without what follows it but a phrase with `of`; empty where it is no plain one."""
    if head.pos not in _PLAIN:
        return ""
    late = {
        at
        for child in parse.children[head.i]
        if child > head.i and parse.tokens[child].lower != "of" and parse.tokens[child].dep != "compound"
        for at in parse.subtree(child)
    }
    kept = [at for at in parse.subtree(head.i) if at not in late]
    if kept != list(range(kept[0], kept[-1] + 1)) or len(kept) > MOST_WORDS:
        return ""
    if any(parse.tokens[at].dep in {"conj", "cc", "relcl", "punct"} or parse.tokens[at].pos == "PRON" for at in kept):
        return ""
    return _text(parse, kept)


def _text(parse: Parse, indices: list[int]) -> str:
    return parse.text[parse.tokens[indices[0]].start : parse.tokens[indices[-1]].end]


def _sentence(*parts: str) -> str:
    said = " ".join(_ARTICLE.sub(lambda found: found.group().lower(), part) for part in parts if part)
    return said[0].upper() + said[1:]


def _alike(first: str, second: str) -> bool:
    held, other = ({*words(text.lower())} - word_list("function", "content_free") for text in (first, second))
    return bool(held & other)


_NEWS_VERBS = (
    "accept", "reject", "approve", "win", "lose", "increase", "decrease", "raise", "lower", "open", "close",
    "start", "stop", "begin", "end", "allow", "ban", "permit", "forbid", "support", "oppose", "back", "attack",
    "defend", "praise", "criticize", "admit", "deny", "confirm", "arrest", "release", "free", "buy", "sell",
    "enter", "leave", "join", "quit", "gain", "shrink", "expand", "cut", "boost", "weaken", "strengthen",
    "destroy", "build", "create", "improve", "worsen", "help", "hinder", "encourage", "discourage", "agree",
    "disagree", "love", "hate", "pass", "fail", "hire", "fire", "include", "exclude", "import", "export",
    "lend", "borrow", "push", "pull", "rise", "fall", "advance", "retreat", "remember", "forget", "lock",
    "unlock", "cover", "uncover", "appear", "disappear", "like", "dislike", "trust", "distrust", "legalize",
    "outlaw", "widen", "narrow", "lengthen", "shorten", "tighten", "loosen", "impose", "lift", "remove", "add",
    "succeed", "keep", "abandon", "protect", "endanger", "overestimate", "underestimate", "precede", "follow",
    "refuse", "deploy", "withdraw", "reveal", "conceal", "hide", "show", "block", "unblock",
)  # fmt: skip
"""Verbs of news that may have an opposite here; which of them are opposites, the thesaurus decides."""
_OPPOSED = {one: [other for other in _NEWS_VERBS if opposite(one, other)] for one in _NEWS_VERBS}

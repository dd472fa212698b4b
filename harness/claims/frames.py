"""Who does what to whom: predicates with their arguments, read from a dependency parse.

Covers verbs (active, passive, reduced and relative clauses, controlled infinitives, coordination), copulas, the nouns
of events ("the killing of X by Y"), and headlines without a verb ("X behind Y").
"""

from dataclasses import dataclass
from functools import lru_cache

from harness.claims.contrasts import set_apart
from harness.claims.meaning import concept, light_verbs
from harness.claims.misread import MisreadVerb, verb_of_order, verb_of_text, verbs_of_clauses
from harness.claims.parsing.parse import Parse, Token
from harness.claims.polarity import negator, of_nobody
from harness.claims.verbs import event_nouns, opens_compound, particle, verb_concept
from harness.language.lexical import word_list

_OBJECTS = frozenset({"dobj", "dative", "oprd"})
_CLAUSES = frozenset({"xcomp", "advcl", "ccomp", "acl", "relcl", "conj", "pcomp", "parataxis"})

_UNDERGOING = frozenset({"die", "perish", "succumb", "drown", "suffocate"})
"""Verbs whose subject undergoes what a synonym's object does: those who died are those who were killed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One predicate of a sentence with its arguments, all as token indices."""

    predicate: int
    concept: str
    """The predicate's concept: `harness.claims.meaning.concept` of its lemma."""
    kind: str
    """`verb`, `copula`, `noun` or `preposition`."""
    agents: tuple[int, ...]
    """Who does it, or is it."""
    patients: tuple[int, ...]
    """To whom or to what it is done."""
    obliques: tuple[tuple[str, int], ...]
    """Prepositional arguments: the preposition and what it governs."""
    negated: bool
    modality: str
    governor: int
    """The predicate whose clause this is (a complement, a modifier), or -1."""
    open_agent: bool
    """True for a passive whose agent is not said."""
    lemma: str = ""
    """The predicate's lemma where the parse has it wrong or without its particle."""


@lru_cache(maxsize=1 << 12)
def frames(parse: Parse) -> tuple[Frame, ...]:
    """Read the frames of a sentence, in the order of their predicates."""
    return _Reader(parse).read()


class _Reader:
    """Reads the frames of one parse; arguments are found from the root down, since clauses inherit their subjects."""

    def __init__(self, parse: Parse) -> None:
        self.parse = parse
        self.tokens = parse.tokens
        self.agents: dict[int, tuple[int, ...]] = {}
        self.patients: dict[int, tuple[int, ...]] = {}

    def read(self) -> tuple[Frame, ...]:
        """Find every verb's arguments, then make the frames."""
        # A clause without a subject takes its governor's, so governors come first.
        order = sorted(self.tokens, key=lambda token: (self._depth(token), token.i))
        for token in order:
            if self._is_verb(token):
                self._arguments(token)
        found = []
        for token in self.tokens:
            frame = self._frame(token)
            if frame is not None:
                found.append(frame)
                found.extend(self._blame_frames(frame))
        # `From burning flat` tells no deed of its own.
        told = (frame for frame in found if frame.kind in {"verb", "copula", "preposition"})
        whole = all(self.tokens[frame.predicate].dep in {"amod", "pcomp"} for frame in told)
        misread = verb_of_text(self.parse) if whole else verbs_of_clauses(self.parse)
        bidden = None if whole else verb_of_order(self.parse)
        return (*found, *map(self._misread, misread), *([] if bidden is None else [self._misread(bidden)]))

    def _misread(self, verb: MisreadVerb) -> Frame:
        """Make the frame of a verb that the tagger took for a noun."""
        agents: tuple[int, ...] = (verb.subject,)
        patients = verb.objects
        if verb.lemma in _UNDERGOING and not patients:
            agents, patients = (), agents
        return Frame(
            verb.token,
            concept(verb.lemma),
            "verb",
            agents,
            patients,
            verb.obliques,
            False,
            "actual",
            -1,
            False,
            verb.lemma,
        )

    def _blame_frames(self, frame: Frame) -> list[Frame]:
        """Make the frame of an accusation: "X blames Y for Z" and "Z is blamed on Y" say that Y is behind Z."""
        lemma = self.tokens[frame.predicate].lemma
        of = {"blame": {"for"}, "accuse": {"of", "for"}, "charge": {"with"}, "suspect": {"of"}}.get(lemma, set())
        deeds = [index for name, index in frame.obliques if name in of]
        who = frame.patients
        if lemma == "blame" and not deeds:
            who = tuple(index for name, index in frame.obliques if name in {"on", "upon"})
            deeds = list(frame.patients) if who else []
        if (lemma == "blame" and frame.kind == "noun") or not who or not deeds:
            return []
        return [
            Frame(
                frame.predicate, concept("responsible"), "blamed", who, tuple(deeds),
                tuple(("for", index) for index in deeds), frame.negated, "actual", frame.predicate, False,
            )
        ]  # fmt: skip

    def _depth(self, token: Token) -> int:
        return sum(1 for _ in self.parse.ancestors(token.i))

    def _is_verb(self, token: Token) -> bool:
        """Tell verbs that head a clause from auxiliaries, modifiers and prepositions."""
        if token.dep in {"aux", "auxpass", "amod", "compound", "prep", "agent", "case", "mark"}:
            return False
        if token.pos in {"VERB", "AUX"} or (token.dep == "ROOT" and token.tag.startswith("VB")):
            return True
        # Headlines: "Nazarbayev orders troops to leave" is tagged as a noun that governs objects.
        return token.dep == "ROOT" and token.tag in {"NNS", "NN"} and bool(self._kids(token.i, "dobj", "xcomp"))

    def _kids(self, index: int, *deps: str) -> list[int]:
        return [child for child in self.parse.children[index] if self.tokens[child].dep in deps]

    def _with_conjuncts(self, indices: list[int]) -> tuple[int, ...]:
        """Add to some tokens what is joined to them by `and`, and names in apposition."""
        found: list[int] = []
        for index in indices:
            found.append(index)
            found.extend(self._with_conjuncts(self._kids(index, "conj")))
            if self.tokens[index].pos in {"NOUN", "PROPN"}:
                found.extend(child for child in self._kids(index, "appos") if self.tokens[child].pos == "PROPN")
        whole = [index for index in found if not opens_compound(self.parse, index)]
        return tuple(dict.fromkeys(whole or found))

    def _passive(self, token: Token) -> bool:
        """Recognise a passive, reduced ones too: `Tarn beaten`, `the man killed in …`."""
        if self._kids(token.i, "nsubjpass", "auxpass", "agent"):
            return True
        if token.tag != "VBN":
            return False
        if token.dep in {"acl", "amod"}:
            return True
        has_aux = bool(self._kids(token.i, "aux"))
        return not has_aux and not self._kids(token.i, "dobj") and token.dep not in {"conj"}

    def _arguments(self, token: Token) -> None:
        """Find agent and patient; governors must be resolved first."""
        at = token.i
        subjects = self._with_conjuncts(self._kids(at, "nsubj", "csubj", "expl")) or self._exclaimed_subject(token)
        if token.tag in {"NN", "NNS"} and not subjects:
            subjects = tuple(self._kids(at, "compound", "amod"))[-1:]
        passive_subjects = self._with_conjuncts(self._kids(at, "nsubjpass", "csubjpass"))
        scored = [kid for kid in self._kids(at, "npadvmod") if kid > at and self.tokens[kid].pos == "PROPN"
                  and self.tokens[kid].entity not in {"DATE", "TIME"}]  # fmt: skip
        objects = self._with_conjuncts([*scored, *self._kids(at, *_OBJECTS)])  # `Ames beat Doyle 2-0`
        agents = self._kids(at, "agent")
        agents += [joined for agent in agents for joined in self._kids(agent, "conj")]  # not by them but by us
        by = [inner for agent in agents for inner in self._kids(agent, "pobj")]
        passive = self._passive(token)
        if by and subjects and not objects and token.tag in {"VBD", "VBN"}:
            subjects, passive_subjects = (), (*passive_subjects, *subjects)  # a headline's `Tarn beaten by Norvik`
        if token.dep in {"relcl", "acl"}:
            subjects, passive_subjects, objects = self._relative(token, subjects, passive_subjects, objects, passive)
        elif not subjects and not passive_subjects and token.dep in _CLAUSES:
            inherited = self._understood_subject(token)
            if passive:
                passive_subjects = inherited
            else:
                subjects = inherited
        # `Two men arrested in raid`: a transitive verb without an object or auxiliary is a headline's passive.
        if subjects and not objects and token.tag in {"VBD", "VBN"} and token.lemma in word_list("voice", "transitive"):
            has_aux = any(self.tokens[child].lower not in {"be"} for child in self._kids(at, "aux"))
            if not has_aux:
                subjects, passive_subjects = (), subjects
        apart = set_apart(self.parse)
        self.agents[at] = tuple(each for each in (*subjects, *self._with_conjuncts(by)) if each not in apart)
        self.patients[at] = tuple(each for each in (*passive_subjects, *objects) if each not in apart)

    def _exclaimed_subject(self, token: Token) -> tuple[int, ...]:
        """Find the name before a finite verb that the parser takes for an exclamation, or for part of a name."""
        before = [index for index in self._kids(token.i, "intj", "compound") if index == token.i - 1]
        finite = token.tag in {"VBZ", "VBP", "VBD", "NNS"} and not self._kids(token.i, "nsubj", "nsubjpass")
        return tuple(index for index in before if finite and self.tokens[index].text[:1].isupper())

    def _relative(
        self, token: Token, subjects: tuple[int, ...], passive_subjects: tuple[int, ...], objects: tuple[int, ...],
        passive: bool,
    ) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:  # fmt: skip
        """Put the noun that a clause modifies where its relative pronoun stands, or where an argument is missing."""
        noun = (token.head,)
        pronouns = {"WDT", "WP"}

        def replaced(indices: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(token.head if self.tokens[index].tag in pronouns else index for index in indices)

        # The pronoun tells the role; without one the noun fills the role that no other argument has.
        held = (*subjects, *passive_subjects, *objects)
        if any(self.tokens[index].tag in pronouns for index in held):
            return replaced(subjects), replaced(passive_subjects), replaced(objects)
        if token.dep == "acl" and token.tag == "VBN":
            return subjects, (*passive_subjects, *noun), objects
        if token.dep == "acl" and not subjects:
            return (noun, passive_subjects, objects) if not passive else (subjects, noun, objects)
        led = (
            self.tokens[inner].tag for kid in self._kids(token.i, "prep", "dep") for inner in self._kids(kid, "pobj")
        )
        if subjects and not objects and not pronouns & {*led}:  # but `nine dogs, of which four died`
            return subjects, passive_subjects, noun
        to = any(self.tokens[kid].lower == "to" for kid in self._kids(token.i, "aux"))
        if to and not passive and not (subjects or passive_subjects) and self.tokens[token.head].dep == "ROOT":
            return noun, passive_subjects, objects  # a headline's future: `Third party to launch …`
        return subjects, passive_subjects, objects

    def _understood_subject(self, token: Token) -> tuple[int, ...]:
        """Find the understood subject of a clause: its governor's object under control verbs, or its subject."""
        governor = self.tokens[token.head]
        if governor.i not in self.agents:
            return ()
        if token.dep == "conj":
            between = (self.tokens[child] for child in self.parse.children[governor.i] if governor.i < child < token.i)
            if not any(kid.dep in {"cc", "punct"} for kid in between):
                return ()  # `Farmer relieved as bear is shot`, read as if the farmer was
            return self.agents[governor.i] or self.patients[governor.i]
        if token.dep == "xcomp" and self.patients[governor.i]:
            return self.patients[governor.i][:1]
        return self.agents[governor.i] or self.patients[governor.i]

    def _obliques(self, *indices: int) -> tuple[tuple[str, int], ...]:
        """List prepositional arguments, two prepositions deep, and bare times (`Monday`) under `on`."""
        arguments: list[tuple[str, int]] = []
        for index in indices:
            for preposition in self._kids(index, "prep", "dative"):
                name = self.tokens[preposition].lower
                if self.tokens[preposition].pos not in {"ADP", "SCONJ", "ADV"} and not self._kids(preposition, "pobj"):
                    continue
                for inner in self._kids(preposition, "pobj", "pcomp"):
                    arguments.extend((name, each) for each in self._with_conjuncts([inner]))
                for deeper in self._kids(preposition, "prep"):
                    arguments.extend((self.tokens[deeper].lower, inner) for inner in self._kids(deeper, "pobj"))
            for time in self._kids(index, "npadvmod"):
                if self.tokens[time].entity in {"DATE", "TIME"}:
                    arguments.append(("on", time))
        return tuple(arguments)

    def _frame(self, token: Token) -> Frame | None:
        """Make the frame of a token that is a predicate: a verb, a copula, an event noun or `behind`; else None."""
        at = token.i
        if at in self.agents:
            complement = self._kids(at, "attr", "acomp")
            if token.lemma in {"be", "become", "remain", "seem", "stay"} and complement:
                head = complement[0]
                return Frame(
                    head, concept(self.tokens[head].lemma), "copula", self.agents[at], (),
                    self._obliques(at, head), self._negated(token), self._modality(token), self._governor(token), False,
                )  # fmt: skip
            objects = self.patients[at]
            name = token.lemma
            light = next(
                (found for index in objects if (found := light_verbs().get((token.lemma, self.tokens[index].lemma)))),
                "",
            )
            # `hands over prisoners`: the particle's object is the verb's.
            joined = particle(self.parse, token)
            if joined >= 0:
                name = f"{token.lemma}-{self.tokens[joined].lower}"
                objects = objects or self._with_conjuncts(self._kids(joined, "pobj"))
            agents = self.agents[at]
            # So `three died` and `three were killed` have the same patient.
            if token.lemma in _UNDERGOING and not objects:
                agents, objects = (), agents
            # In `opened fire on protesters` the noun is part of the verb, and the preposition governs the object.
            if light:
                objects = tuple(
                    index for index in objects if (token.lemma, self.tokens[index].lemma) not in light_verbs()
                )
                objects += tuple(index for name_, index in self._obliques(at) if name_ in {"on", "at"} and not objects)
            return Frame(
                at, light or verb_concept(token.lemma, name), "verb", agents, objects,
                # In `came back to port` the parse may put `to` under `back`.
                self._obliques(at, *(each for each in (joined, *objects) if each > at)),
                self._negated(token), self._modality(token), self._governor(token),
                self._passive(token) and not self._kids(at, "agent"), name if joined >= 0 else "",
            )  # fmt: skip
        if token.pos == "NOUN" and self._is_event(token):
            of = [(name, index) for name, index in self._obliques(at) if name in {"of", "by"}]
            doers = [index for name, index in of if name == "by"] + self._kids(at, "poss")
            undergoers = [index for name, index in of if name == "of"]
            if doers or undergoers:
                return Frame(
                    at, concept(token.lemma), "noun", tuple(doers), tuple(undergoers), self._obliques(at),
                    self._negated(token), "actual", self._governor(token), not doers,
                )  # fmt: skip
        if token.lower == "behind" and token.dep == "prep":
            topic = self._kids(at, "pobj")
            if topic and self.tokens[token.head].pos in {"NOUN", "PROPN", "AUX", "VERB"}:
                who = self.agents.get(token.head) or (token.head,)
                return Frame(
                    at, concept("responsible"), "preposition", who, tuple(topic), (("for", topic[0]),),
                    self._negated(self.tokens[token.head]), "actual", -1, False,
                )  # fmt: skip
        return None

    def _is_event(self, token: Token) -> bool:
        return bool(self.parse.children[token.i]) and token.lemma in event_nouns()

    def _governor(self, token: Token) -> int:
        """Find the nearest predicate above a token; -1 without one."""
        for above in self.parse.ancestors(token.i):
            if above.i in self.agents:
                return above.i
        return -1

    def _negated(self, token: Token) -> bool:
        """Count the negations over a predicate: an odd number negates it."""
        count = 0
        for child in self.parse.children[token.i]:
            kid = self.tokens[child]
            no_longer = kid.lower == "longer" and any(
                self.tokens[inner].lower == "no" for inner in self.parse.children[child]
            )
            negating = negator(self.parse, kid)
            if no_longer or (negating and kid.dep not in {"prep", "mark"}):
                count += 1
            elif kid.dep in {"nsubj", "nsubjpass", "dobj", "attr"} and of_nobody(self.parse, kid) is None:
                count += negating or any(
                    self.tokens[inner].lower in {"no", "neither"}
                    and self.tokens[inner].dep in {"det", "preconj"}
                    and self.tokens[inner + 1].lower not in {"more", "less", "fewer", "doubt"}
                    for inner in self.parse.children[child]
                )
        if token.dep == "acl" and of_nobody(self.parse, self.tokens[token.head]) == token.i:
            count += 1
        # `without paying` negates; `refused to pay` and `kept from paying` negate from the verb above.
        if token.dep == "pcomp" and self.tokens[token.head].lower == "without":
            count += 1
        above = self.tokens[token.head]
        if token.dep == "pcomp" and above.lower == "from":
            above = self.tokens[above.head]
        if (
            above.i != token.i and token.dep in {"xcomp", "pcomp", "dobj", "ccomp"}
            and above.lemma in word_list("polarity", "reversing") and token.dep != "ccomp"
        ):  # fmt: skip
            count += 1
        # `did not manage to escape`: the negation of the verb above holds for its infinitive.
        elif token.dep == "xcomp" and any(self.tokens[kid].dep == "neg" for kid in self.parse.children[above.i]):
            count += 1
        return count % 2 == 1

    def _modality(self, token: Token) -> str:
        """Tell whether a predicate is actual, possible, required, planned or conditional."""
        auxiliaries = [self.tokens[child] for child in self._kids(token.i, "aux", "advmod", "acomp")]
        for kind in ("possible", "required", "planned"):
            if any(kid.lower in word_list("modality", kind) and kid.pos != "VERB" for kid in auxiliaries):
                return kind
        if any(
            self.tokens[child].lower in word_list("modality", "conditional") for child in self._kids(token.i, "mark")
        ):
            return "conditional"
        to = any(kid.lower == "to" for kid in auxiliaries)
        above = self.tokens[token.head]
        if to and token.dep in {"ROOT", "advcl"}:
            return "planned"  # headlines' futures, and purposes: "sent to pick up staff"
        if token.dep in {"xcomp", "ccomp", "acl", "advcl"} and above.i != token.i:
            for kind in ("planned", "required", "possible"):
                if (to or token.tag in {"VB", "VBG"}) and above.lemma in word_list("modality", kind):
                    return kind
        return "actual"

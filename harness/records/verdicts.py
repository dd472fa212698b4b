"""Records of the factual check: claims, evidence, verdicts, contested facts."""

from typing import Literal, Self

from pydantic import ConfigDict, Field, FiniteFloat, model_validator

from harness.records.base import Identifier, Record


class Mention(Record):
    """A name inside a claim: of a person, a place, an organisation or anything else written with a capital."""

    start: int = Field(ge=0, description="First character, in the text with the claim.")
    end: int = Field(ge=1, description="One past the last character.")
    text: str = Field(description="As it is written there.")
    kind: Literal["person", "place", "organisation", "other"] = Field(default="other", description="What it names.")


class Quantity(Record):
    """A number inside a claim with what it counts or measures. Calendar dates and names are not quantities."""

    start: int = Field(ge=0, description="First character of the number, in the text with the claim.")
    end: int = Field(ge=1, description="One past the last character, the modifier and the unit left out.")
    text: str = Field(description="As it is written there.")
    low: FiniteFloat = Field(description="Smallest value that the wording is compatible with, after its modifier.")
    high: FiniteFloat | None = Field(default=None, description="Largest such value; none where there is no bound.")
    value: FiniteFloat = Field(description="The figure itself: `more than 150` has 150, a range has its lower end.")
    modifier: Literal["exact", "about", "above", "below", "range", "vague"] = Field(
        default="exact", description="How the wording bounds the figure; `dozens` and `thousands` are vague."
    )
    unit: str = Field(default="", description="percent, a currency or a measure (`usd`, `metre`); empty for a count.")
    head: str = Field(default="", description="Lemma of the noun it counts or measures (`people`, `soldier`).")
    ordinal: bool = Field(default=False, description="True for `third`, `21st`.")


ClaimPart = Literal["whole", "sentence", "proposition"]
Polarity = Literal["positive", "negative"]
Modality = Literal["actual", "planned", "possible", "required", "conditional"]
Stance = Literal["asserts", "reports", "denies", "doubts"]


class Claim(Record):
    """Something checkable that a text says. `text == source[start:end]`, in characters of the owner's text."""

    owner: str = Field(default="", description="Id of the article or prediction it is from; empty for a bare text.")
    start: int = Field(ge=0, description="First character in the owner's text.")
    end: int = Field(ge=0, description="One past the last character.")
    text: str = Field(description="The owner's text between start and end.")
    part: ClaimPart = Field(default="sentence", description="The whole text, one sentence of it, or one proposition.")
    subject: tuple[int, int] | None = Field(default=None, description="Span of who does it, in the owner's text.")
    predicate: tuple[int, int] | None = Field(default=None, description="Span of what is done.")
    object: tuple[int, int] | None = Field(default=None, description="Span of to whom or to what it is done.")
    entities: tuple[Mention, ...] = Field(default=(), description="Names in it, in order.")
    quantities: tuple[Quantity, ...] = Field(default=(), description="Quantities in it, in order.")
    times: tuple[tuple[int, int], ...] = Field(default=(), description="Spans that say when.")
    places: tuple[tuple[int, int], ...] = Field(default=(), description="Spans that say where.")
    polarity: Polarity = Field(default="positive", description="Negative under `not`, `no`, `fail to`, `deny`.")
    modality: Modality = Field(default="actual", description="Whether it happened, is planned, possible or required.")
    attributed_to: str | None = Field(default=None, description="Who says it, where the text does not say it itself.")
    stance: Stance = Field(default="asserts", description="Whether whoever says it asserts, reports, denies or doubts.")

    @model_validator(mode="after")
    def _span_fits_text(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError(f"span {self.start}:{self.end} does not fit a text of {len(self.text)} characters")
        return self


class Evidence(Record):
    """A span of an article that bears on a claim. `text == article.text[start:end]`."""

    article_id: Identifier = Field(description="The article it is from.")
    start: int = Field(ge=0, description="First character in the article's text.")
    end: int = Field(ge=0, description="One past the last character.")
    text: str = Field(description="The article's text between start and end.")
    score: FiniteFloat = Field(default=0.0, description="How well it matches the claim; comparable within one verdict.")
    title: bool = Field(default=False, description="True where it is the article's title; offsets then count there.")


ElementKind = Literal[
    "name", "figure", "time", "place", "predicate", "party", "polarity", "modality", "speaker", "word"
]
ElementState = Literal["borne_out", "contradicted", "unaccounted"]


class Element(Record):
    """One thing that a claim says, and what the articles make of it. `text == source[start:end]`."""

    kind: ElementKind = Field(description="What it is; a party is who does something, or to whom or where it is done.")
    start: int = Field(ge=0, description="First character, in the text with the claim.")
    end: int = Field(ge=0, description="One past the last character.")
    text: str = Field(description="As it is written there.")
    state: ElementState = Field(
        description="Borne out or contradicted by a span of the articles, or unaccounted for: none that matters has it."
    )
    evidence: tuple[Evidence, ...] = Field(
        default=(), description="The spans that bear it out or contradict it; where it is unaccounted for, the nearest."
    )
    reason: str = Field(default="", description="What is missing or differs; empty where it is borne out.")


Voice = Literal["account", "model"]
VerdictLabel = Literal["supported", "contradicted", "contested", "not_found", "abstained"]
ErrorType = Literal[
    "number",
    "entity",
    "roles",
    "negation",
    "predicate",
    "modality",
    "time",
    "place",
    "attribution",
    "invented",
]


class Verdict(Record):
    """A checker's finding about one claim, with the evidence for it."""

    claim: Claim = Field(description="The claim.")
    label: VerdictLabel = Field(description="The finding; `contested` where independent articles disagree about it.")
    probability: FiniteFloat | None = Field(
        default=None, ge=0.0, le=1.0, description="Probability that the claim is faithful; none where abstained."
    )
    reason: str = Field(default="", description="Why it abstained; otherwise what decided the label, in a sentence.")
    decided_by: tuple[Voice, ...] = Field(
        default=(),
        description="Which spoke for the label: the account of the claim's elements, a model that reads it, or both.",
    )
    errors: tuple[ErrorType, ...] = Field(default=(), description="What is wrong with it, most serious first.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="Best spans, both sides where contested.")
    supporters: tuple[str, ...] = Field(default=(), description="Ids of the articles that say so, sorted.")
    contradictors: tuple[str, ...] = Field(default=(), description="Ids of the articles that say otherwise, sorted.")
    witnesses: int = Field(default=0, ge=0, description="Independent supporters; near-duplicates count once.")
    elements: tuple[Element, ...] = Field(
        default=(), description="The account: each element of the claim, in order; empty for checkers that give none."
    )
    checker: str = Field(default="", description="Signature of the checker.")

    @model_validator(mode="after")
    def _abstention_has_a_reason(self) -> Self:
        if (self.label == "abstained") != (self.probability is None):
            raise ValueError("a verdict has a probability unless it abstains, and an abstention has none")
        if self.label == "abstained" and not self.reason:
            raise ValueError("an abstention says why")
        return self


class CheckedPrediction(Record):
    """The verdicts of one checker on one configuration's prediction for one cluster."""

    cluster_id: Identifier = Field(description="The cluster.")
    configuration: str = Field(description="The configuration.")
    checker: str = Field(description="Name of the checker.")
    verdicts: tuple[Verdict, ...] = Field(min_length=1, description="On the whole of the text, then on its parts.")


class FoundLabel(Record):
    """The label and the errors of a verdict, without what led to them."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    label: VerdictLabel = Field(description="The finding.")
    errors: tuple[ErrorType, ...] = Field(default=(), description="What is wrong, most serious first.")
    probability: FiniteFloat | None = Field(default=None, description="That the articles bear the claim out.")


class CheckedLabels(Record):
    """A row of verdicts read for its labels alone: in a fifth of the time, where there are thousands."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    cluster_id: Identifier = Field(description="The cluster.")
    configuration: str = Field(description="The configuration.")
    verdicts: tuple[FoundLabel, ...] = Field(min_length=1, description="On the whole of the text, then on its parts.")


class FactVersion(Record):
    """One side of a contested fact."""

    value: str = Field(description="What this side says, in its own words.")
    evidence: tuple[Evidence, ...] = Field(description="Where it says so.")
    witnesses: int = Field(default=1, ge=1, description="Independent articles that say so.")


class ContestedFact(Record):
    """Something on which independent articles of a cluster disagree."""

    fact: str = Field(description="What it is about, in key words.")
    kind: Literal["figures", "description", "party", "place", "office", "spelling", "progress"] = Field(
        description="How the sides differ."
    )
    update: bool = Field(default=False, description="True where one side merely came later: a toll that rose.")
    versions: tuple[FactVersion, ...] = Field(min_length=2, description="The sides.")

"""Every record that crosses a stage or touches disk.

Records are frozen, refuse unknown fields and accept finite floats only. Identity is a content digest; rows are joined
by id, never by position. What is missing has a reason; it is never 0.0 and never an empty string.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from harness import printable, redact

SCHEMA_VERSION = 1
"""Version of everything written to a results folder; rises when an older reader would misread it."""

Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Message = Annotated[str, AfterValidator(redact.text)]
"""What a program says about something, as opposed to data: no secret stands in it, whoever wrote it."""
Settings = Annotated[Mapping[str, Any], AfterValidator(redact.value)]
"""Parameters as they are kept: values without secrets."""
Shown = Annotated[str, BeforeValidator(printable.line), AfterValidator(redact.text)]
"""A message on one line that steers no terminal and can be written to a file, whatever it quotes."""
Whole = Annotated[int, Field(ge=0, le=2**53)]
"""A count that a float holds exactly."""
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Statistic = Annotated[FiniteFloat, Field(ge=-1e15, le=1e15)]
"""A measure's value; bounded, so that no sum of them is infinite."""
UtcDatetime = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


def canonical_json(value: object) -> str:
    """One text for one value: sorted keys, no spaces, no NaN.

    Raises ValueError for NaN and infinities, TypeError for what JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def content_digest(value: object) -> str:
    """The first 16 hexadecimal digits (64 bits) of the SHA-256 of `value`'s canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Record(BaseModel):
    """Base of all records: frozen, closed, finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> str:
        """One line of JSON without the fields that stand at their defaults."""
        return self.model_dump_json(exclude_defaults=True)


class Article(Record):
    """One news article of a cluster."""

    article_id: Identifier = Field(description="Unique within its cluster.")
    title: str = Field(default="", description="The headline its publisher gave it; empty where none is known.")
    text: str = Field(description="The body; paragraphs are separated by newlines.")
    source: str | None = Field(default=None, description="The publisher.")
    url: str | None = Field(default=None, description="Where it was published.")
    published: UtcDatetime | None = Field(default=None, description="When it was published, in UTC.")


class Reference(Record):
    """A headline or summary that a person wrote for a cluster."""

    text: Text = Field(description="The reference itself.")
    annotator: str | None = Field(default=None, description="Who wrote it.")


class ClusterFacts(Record):
    """What a run keeps of a cluster, so that its results can be joined and broken down without the data."""

    cluster_id: Identifier = Field(description="The cluster.")
    digest: str = Field(description="Content digest of the cluster.")
    articles: Whole = Field(ge=1, description="How many articles it has.")
    words: Whole = Field(description="Words of all article texts.")
    references: Whole = Field(description="How many references it has.")
    tags: Mapping[str, str] = Field(default_factory=dict, description="Free fields of the data set.")


class Cluster(Record):
    """Articles about one event, with the references they are scored against."""

    cluster_id: Identifier = Field(description="Unique within a data set.")
    articles: tuple[Article, ...] = Field(min_length=1, description="At least one article, ids unique.")
    references: tuple[Reference, ...] = Field(default=(), description="May be empty: then reference metrics abstain.")
    tags: Mapping[str, str] = Field(default_factory=dict, description="Free fields to break results down by.")

    @model_validator(mode="after")
    def _unique_article_ids(self) -> Self:
        seen: set[str] = set()
        for article in self.articles:
            if article.article_id in seen:
                raise ValueError(f"article id {article.article_id!r} stands twice; ids must be unique in a cluster")
            seen.add(article.article_id)
        return self

    @cached_property
    def digest(self) -> str:
        """Content digest over all fields, so that two data sets can be told apart whatever file they came from."""
        return content_digest(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other fields: its digest is another, too."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("digest", None)
        return copied

    def facts(self) -> ClusterFacts:
        """What a run keeps of it."""
        return ClusterFacts(
            cluster_id=self.cluster_id,
            digest=self.digest,
            articles=len(self.articles),
            words=sum(len(article.text.split()) for article in self.articles),
            references=len(self.references),
            tags=self.tags,
        )

    def without_references(self) -> "Cluster":
        """The same cluster as a model may see it: what it is to be scored against is taken away."""
        return self if not self.references else self.model_copy(update={"references": ()})


class RowProblem(Record):
    """A row of a data set that could not be read: counted, listed and skipped, unless the user is strict."""

    where: Shown = Field(description="The file it stands in.")
    line: int | None = Field(default=None, description="Line or row number, from 1.")
    path: Shown = Field(default="", description="The field, dotted.")
    reason: Shown = Field(description="What was found and what would be accepted.")

    def __str__(self) -> str:
        """`file:line: field: reason`."""
        place = f"{self.where}:{self.line}" if self.line else self.where
        return ": ".join(part for part in (place, self.path, self.reason) if part)


class Prompt(Record):
    """What a model is asked, and what had to be left out to ask it."""

    cluster_id: Identifier = Field(description="The cluster it was built from.")
    text: str = Field(description="The text handed to the model, before any chat template.")
    article_ids: tuple[str, ...] = Field(description="Articles of which at least one character was kept, in order.")
    dropped_articles: tuple[str, ...] = Field(default=(), description="Articles left out whole (near-duplicates).")
    dropped_characters: int = Field(default=0, ge=0, description="Characters of kept articles that did not fit.")


StopReason = Literal["end", "length", "refused"]

Comparison = Literal["equal", "different"]
"""A text from a batch beside the one written by itself, which is kept where they differ."""


class Prediction(Record):
    """What one configuration wrote for one cluster."""

    prediction_id: str = Field(description="Digest of all that made it: configuration, cluster, prompt, text.")
    cluster_id: Identifier = Field(description="The cluster it answers.")
    configuration: str = Field(description="Display name of the configuration, unique in a run.")
    text: Text = Field(description="The headline or summary that is scored, after post-processing.")
    raw_text: str | None = Field(default=None, description="What the model wrote, where post-processing changed it.")
    postprocess: tuple[str, ...] = Field(default=(), description="Names of the steps that changed the raw text.")
    stopped: StopReason = Field(default="end", description="Why the model stopped.")
    prompt_digest: str | None = Field(default=None, description="Digest of the prompt text, for prompted models.")
    article_ids: tuple[str, ...] | None = Field(default=None, description="Articles the model saw, if not all.")
    dropped_articles: tuple[str, ...] = Field(default=(), description="Articles left out whole.")
    dropped_characters: int = Field(default=0, ge=0, description="Characters that did not fit the prompt.")
    tokens_in: Whole | None = Field(default=None, description="Prompt tokens, where the model counts them.")
    tokens_out: Whole | None = Field(default=None, description="Generated tokens, where the model counts them.")
    seconds: FiniteFloat = Field(default=0.0, ge=0, description="Wall-clock time; a batch's is shared out equally.")
    compared: Comparison | None = Field(
        default=None,
        description="How a text from a batch compares with the one written by itself, where that was done.",
    )
    version: Message | None = Field(default=None, description="What a server said of the model that wrote it.")


Stage = Literal["load", "generate", "check", "score"]


class Failure(Record):
    """Something that could not be done for one cluster, and why."""

    stage: Stage = Field(description="Where it failed.")
    cluster_id: Identifier = Field(description="The cluster it failed on.")
    configuration: str | None = Field(default=None, description="The configuration it failed for, if one.")
    component: str = Field(description="The component that failed.")
    error: str = Field(description="Class of the error.")
    message: Message = Field(description="What it said.")
    attempts: int = Field(default=1, ge=1, description="How often it was tried.")


class Prices(Record):
    """What tokens cost; changes no prediction."""

    input: FiniteFloat = Field(ge=0, description="Money for a million prompt tokens.")
    output: FiniteFloat = Field(ge=0, description="Money for a million generated tokens.")
    currency: str = Field(default="USD", min_length=1, max_length=8, description="The currency's sign or code.")


class MetricScore(Record):
    """One metric's finding for one configuration on one cluster.

    Each measure of the metric stands in exactly one of the two mappings: it has a statistic, or a reason for none.
    """

    cluster_id: Identifier = Field(description="The cluster.")
    configuration: str = Field(description="The configuration.")
    metric: str = Field(description="Name of the metric.")
    statistics: Mapping[str, Statistic] = Field(default_factory=dict, description="Measure → additive statistic.")
    unscorable: Mapping[str, str] = Field(default_factory=dict, description="Measure → why it has no statistic.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        both = set(self.statistics) & set(self.unscorable)
        if both:
            raise ValueError(f"measures {sorted(both)} have a statistic and a reason for none")
        if not self.statistics and not self.unscorable:
            raise ValueError(f"metric {self.metric!r} gave neither a statistic nor a reason")
        return self


class Mention(Record):
    """A name inside a claim: of a person, a place, an organisation or anything else written with a capital."""

    start: int = Field(ge=0, description="First character, in the text the claim stands in.")
    end: int = Field(ge=1, description="One past the last character.")
    text: str = Field(description="As it is written there.")
    kind: Literal["person", "place", "organisation", "other"] = Field(default="other", description="What it names.")


class Quantity(Record):
    """A number inside a claim with what it counts or measures. Calendar dates and names are not quantities."""

    start: int = Field(ge=0, description="First character of the number, in the text the claim stands in.")
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

    owner: str = Field(default="", description="Id of the article or prediction it stands in; empty for a bare text.")
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

    article_id: Identifier = Field(description="The article it stands in.")
    start: int = Field(ge=0, description="First character in the article's text.")
    end: int = Field(ge=0, description="One past the last character.")
    text: str = Field(description="The article's text between start and end.")
    score: FiniteFloat = Field(default=0.0, description="How well it matches the claim; comparable within one verdict.")
    title: bool = Field(default=False, description="True where it is the article's title; offsets then count there.")


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
    """What a checker finds about one claim, with the evidence for it."""

    claim: Claim = Field(description="The claim.")
    label: VerdictLabel = Field(description="The finding; `contested` where independent articles disagree about it.")
    probability: FiniteFloat | None = Field(
        default=None, ge=0.0, le=1.0, description="Probability that the claim is faithful; none where abstained."
    )
    reason: str = Field(default="", description="Why it abstained; otherwise what decided the label, in a sentence.")
    errors: tuple[ErrorType, ...] = Field(default=(), description="What is wrong with it, most serious first.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="Best spans, both sides where contested.")
    supporters: tuple[str, ...] = Field(default=(), description="Ids of the articles that say so, sorted.")
    contradictors: tuple[str, ...] = Field(default=(), description="Ids of the articles that say otherwise, sorted.")
    witnesses: int = Field(default=0, ge=0, description="Independent supporters; near-duplicates count once.")
    checker: str = Field(default="", description="Signature of the checker.")

    @model_validator(mode="after")
    def _abstention_has_a_reason(self) -> Self:
        if (self.label == "abstained") != (self.probability is None):
            raise ValueError("a verdict has a probability unless it abstains, and an abstention has none")
        if self.label == "abstained" and not self.reason:
            raise ValueError("an abstention says why")
        return self


class CheckedPrediction(Record):
    """What one checker found about one configuration's prediction for one cluster."""

    cluster_id: Identifier = Field(description="The cluster.")
    configuration: str = Field(description="The configuration.")
    checker: str = Field(description="Name of the checker.")
    verdicts: tuple[Verdict, ...] = Field(min_length=1, description="On the whole of the text, then on its parts.")


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


class Case(Record):
    """Everything a metric may look at."""

    cluster: Cluster = Field(description="The cluster, references included.")
    prediction: Prediction = Field(description="What a configuration wrote for it.")
    verdicts: tuple[Verdict, ...] = Field(default=(), description="What the metric's checker found, if it has one.")


Direction = Literal["higher", "lower", "neither"]
Unit = Literal["share", "words", "characters"]


class MeasureRecord(Record):
    """One number that a run reports for each configuration, as its manifest keeps it."""

    name: str = Field(description="Unique in the run: `rouge1-f`.")
    metric: str = Field(description="The metric it belongs to.")
    summary: str = Field(description="What it is, in one line.")
    signature: str = Field(description="All that determines the number.")
    unit: Unit = Field(default="share", description="`share` lies in [0, 1] and is printed times 100.")
    direction: Direction = Field(default="higher", description="Which way is better, if one is.")
    shown: bool = Field(default=True, description="Whether tables show it unless asked for all.")


class ConfigurationRecord(Record):
    """One configuration of a run as its manifest keeps it."""

    name: str = Field(description="Display name, unique in the run.")
    model: str = Field(description="Name of the model component.")
    signature: str = Field(description="The model's signature: parameters that can change its predictions.")
    parameters: Settings = Field(description="All parameters, defaults filled in.")
    identity: Mapping[str, str] = Field(default_factory=dict, description="What was resolved: digests, commits.")
    seed: Seed = Field(description="The seed it generates with.")
    reads_references: bool = Field(default=False, description="True for upper bounds that look at the references.")
    judges_itself: bool = Field(default=False, description="True where a checker of the run has the same weights.")


class Counts(Record):
    """What one configuration did: clusters answered and failed, time and tokens in all."""

    predicted: Whole = Field(default=0, description="Clusters with a prediction.")
    failed: Whole = Field(default=0, description="Clusters with a Failure row instead.")
    seconds: FiniteFloat = Field(default=0.0, ge=0, description="Wall-clock seconds of all predictions.")
    tokens_in: Whole = Field(default=0, description="Prompt tokens of all predictions that count them.")
    tokens_out: Whole = Field(default=0, description="Generated tokens of all predictions that count them.")
    compared: Whole = Field(default=0, description="Texts from batches that were compared with ones written alone.")
    different: Whole = Field(default=0, description="Those of them that differed: then all texts were written alone.")
    versions: Mapping[str, Whole] = Field(
        default_factory=dict, description="What a server said of its model → predictions made by it."
    )

    def plus(self, prediction: Prediction) -> "Counts":
        """The counts with one more prediction."""
        versions = dict(self.versions)
        if prediction.version is not None:
            versions[prediction.version] = versions.get(prediction.version, 0) + 1
        return Counts(
            predicted=self.predicted + 1,
            failed=self.failed,
            seconds=self.seconds + prediction.seconds,
            tokens_in=self.tokens_in + (prediction.tokens_in or 0),
            tokens_out=self.tokens_out + (prediction.tokens_out or 0),
            compared=self.compared + (prediction.compared is not None),
            different=self.different + (prediction.compared == "different"),
            versions=versions,
        )


EventName = Literal[
    "started", "resumed", "stage_begun", "stage_ended", "failure", "note", "interrupted", "stopped", "finished"
]


class RunEvent(Record):
    """Something that happened to a run: a line of its `events.jsonl`."""

    time: UtcDatetime = Field(description="When, by the machine's clock.")
    process: int = Field(ge=0, description="The process that it happened in.")
    seconds: FiniteFloat = Field(ge=0, description="Seconds since that process took the run up; no clock moves them.")
    event: EventName = Field(description="What happened.")
    stage: str | None = Field(default=None, description="The stage it happened in.")
    configuration: str | None = Field(default=None, description="The configuration it happened to.")
    cluster_id: str | None = Field(default=None, description="The cluster it happened to.")
    counts: Mapping[str, int] = Field(default_factory=dict, description="Pieces of work: left, done, failed, ….")
    message: Message = Field(default="", description="In words, where there is more to say.")

    def line(self) -> str:
        """The event in a line of words."""
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        who = " ".join(part for part in (self.configuration, self.cluster_id) if part)
        parts = (self.event.replace("_", " "), self.stage, who, counts, self.message)
        return ": ".join(part for part in parts if part)


class RunManifest(Record):
    """What a run was made of, and how it went: enough to make it again a year later."""

    schema_version: int = Field(default=SCHEMA_VERSION, description="Version of the results layout.")
    name: str = Field(description="The configuration file's name.")
    digest: str = Field(description="Digest of all that can change a number: data, models, metrics, seed.")
    status: Literal["running", "interrupted", "failed", "complete"] = Field(description="How far it got.")
    config: Settings = Field(description="The resolved configuration file, overrides applied.")
    configurations: tuple[ConfigurationRecord, ...] = Field(
        min_length=1, description="One for each model, the sweep expanded."
    )
    metrics: Mapping[str, str] = Field(description="Metric name → signature.")
    measures: tuple[MeasureRecord, ...] = Field(
        min_length=1, description="Every number it reports, in the order of the tables."
    )
    data: str = Field(description="Signature of the data set.")
    data_digest: str = Field(description="Digest over the clusters in order.")
    clusters: Whole = Field(description="Clusters read.")
    limit: int | None = Field(default=None, ge=1, description="The most clusters it was allowed to read.")
    bad_rows: Whole = Field(default=0, description="Rows that could not be read.")
    seed: Seed = Field(description="Seed of everything random.")
    counts: Mapping[str, Counts] = Field(default_factory=dict, description="Configuration → counts.")
    versions: Mapping[str, str] = Field(default_factory=dict, description="Python, this package, its dependencies.")
    git_commit: str | None = Field(default=None, description="Commit of the working directory, if it is a checkout.")
    git_dirty: bool | None = Field(default=None, description="True where tracked files had changes.")
    machine: Mapping[str, str] = Field(default_factory=dict, description="System, processor, cores, memory.")
    started: UtcDatetime = Field(description="When the run was first started.")
    finished: UtcDatetime | None = Field(default=None, description="When it last ended, if it did.")
    seconds: Mapping[str, FiniteFloat] = Field(default_factory=dict, description="Stage → wall-clock seconds.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, names in (
            ("configuration", [item.name for item in self.configurations]),
            ("measure", [measure.name for measure in self.measures]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"two of one name among the {what}s")
        return self

    def differing_texts(self) -> list[str]:
        """A sentence on each configuration in which a text from a batch differed from the same written by itself."""
        return [
            f"{name}: {count.different} of {count.compared} texts differed when written in a batch; so that batch, "
            "and all that followed, were written one by one"
            for name, count in self.counts.items()
            if count.different
        ]

    def changes_of_model(self) -> list[str]:
        """A sentence on each configuration whose server named more than one model: its headlines are of several."""
        return [
            f"{name}: its server answered with {len(count.versions)} models within the run: "
            + ", ".join(f"{version} ({made})" for version, made in count.versions.items())
            for name, count in self.counts.items()
            if len(count.versions) > 1
        ]


def utc_now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)

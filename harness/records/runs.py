"""Records of a run: what it was made of, what happened, what failed."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from harness.records.base import (
    SCHEMA_VERSION,
    Identifier,
    Message,
    Record,
    Seed,
    Settings,
    UtcDatetime,
    Whole,
    check_distinct,
    content_digest,
)
from harness.records.predictions import Prediction
from harness.records.scores import MeasureRecord

Stage = Literal["load", "generate", "check", "score"]


class Failure(Record):
    """Something that could not be done for one cluster, and why."""

    stage: Stage = Field(description="Where it failed.")
    cluster_id: Identifier = Field(description="The cluster it failed on.")
    configuration: str | None = Field(default=None, description="The configuration it failed for, if one.")
    component: str = Field(description="The component that failed.")
    error: str = Field(description="Class of the error.")
    message: Message = Field(description="What it said.")
    attempts: int = Field(default=1, ge=1, description="How often it was tried by itself.")


class Charge(Record):
    """The charge for a call to a server: written before it by the most it can cost, and again when it has ended."""

    account: str = Field(description="What it is charged to: a configuration, or the signature of a checker.")
    call: Whole = Field(description="Number of the call in the run, from 1; the last row of a number counts.")
    tokens_in: Whole = Field(description="Tokens of the question.")
    tokens_out: Whole = Field(description="Tokens of the answer.")
    ended: bool = Field(default=False, description="False where the call was about to be made.")


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

    @property
    def digest(self) -> str:
        """Digest of all that can change a prediction, given the cluster. The display name cannot."""
        return content_digest([self.signature, dict(self.identity), self.seed])


class Counts(Record):
    """Totals of one configuration: clusters answered and failed, time, tokens."""

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
        """Count one more prediction."""
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
        """Describe the event in one line."""
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        who = " ".join(part for part in (self.configuration, self.cluster_id) if part)
        parts = (self.event.replace("_", " "), self.stage, who, counts, self.message)
        return ": ".join(part for part in parts if part)


class PredictionsOrigin(Record):
    """The run that generated the predictions, for a run that only scored them."""

    run: str = Field(description="Name of the folder of the run that generated them.")
    started: UtcDatetime = Field(description="When that run was first started.")
    finished: UtcDatetime | None = Field(default=None, description="When it last ended, if it had.")
    seconds: Mapping[str, FiniteFloat] = Field(default_factory=dict, description="Its stages → wall-clock seconds.")
    versions: Mapping[str, str] = Field(default_factory=dict, description="Versions of packages it ran with.")
    git_commit: str | None = Field(default=None, description="Commit of its working directory, if a checkout.")
    git_dirty: bool | None = Field(default=None, description="True where tracked files had changes.")
    machine: Mapping[str, str] = Field(default_factory=dict, description="The machine it ran on.")


class ShardRecord(Record):
    """The part of a run that a shard is: clusters chosen by a hash of their ids, and the run that it is a part of."""

    index: int = Field(ge=1, description="Its number, from 1.")
    of: int = Field(ge=1, description="How many shards there are.")
    seed: Seed = Field(description="The seed that clusters were assigned to shards with: the run's.")
    run: str = Field(description="Digest of the whole run: equal in all its shards.")
    data_digest: str = Field(description="Digest over all clusters of the whole data set, in order.")
    clusters: Whole = Field(description="Clusters of the whole data set.")
    letters_seen: float | None = Field(default=None, ge=0, le=1, description="`letters_seen` of the whole data set.")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.index > self.of:
            raise ValueError(f"there is no shard {self.index} of {self.of}")
        return self

    def __str__(self) -> str:
        """Name the shard as messages do."""
        return f"shard {self.index} of {self.of}"


class MergedShard(Record):
    """A shard that a run was merged from, as its ledger keeps it."""

    index: int = Field(ge=1, description="The shard's number, from 1.")
    of: int = Field(ge=1, description="How many shards there were.")
    run: str = Field(description="Name of its folder.")
    digest: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of its manifest.json, which has those of its files."
    )
    clusters: Whole = Field(description="Its clusters.")
    started: UtcDatetime = Field(description="When it was first started.")
    finished: UtcDatetime | None = Field(default=None, description="When it ended.")
    machine: Mapping[str, str] = Field(default_factory=dict, description="The machine that it ran on.")


class StoredFile(Record):
    """A file of a complete run as it was when the run completed."""

    rows: Whole = Field(description="Lines.")
    bytes: Whole = Field(description="Its size.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of its bytes.")


class RunManifest(Record):
    """Everything a run was made of, and how it went: enough to repeat it a year later."""

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
    letters_seen: float | None = Field(
        default=None, ge=0, le=1, description="Share of the references' letters and digits that are a-z, A-Z or 0-9."
    )
    seed: Seed = Field(description="Seed of everything random.")
    counts: Mapping[str, Counts] = Field(default_factory=dict, description="Configuration → counts.")
    versions: Mapping[str, str] = Field(default_factory=dict, description="Python, this package, its dependencies.")
    git_commit: str | None = Field(default=None, description="Commit of the working directory, if it is a checkout.")
    git_dirty: bool | None = Field(default=None, description="True where tracked files had changes.")
    machine: Mapping[str, str] = Field(default_factory=dict, description="System, processor, cores, memory.")
    started: UtcDatetime = Field(description="When the run was first started.")
    finished: UtcDatetime | None = Field(default=None, description="When it last ended, if it did.")
    seconds: Mapping[str, FiniteFloat] = Field(default_factory=dict, description="Stage → wall-clock seconds.")
    files: Mapping[str, StoredFile] = Field(
        default_factory=dict,
        description="Name → what each file held when the run completed; empty before that, and in older runs.",
    )
    predictions_from: PredictionsOrigin | None = Field(
        default=None,
        description="Where `harness score` took the predictions from; times and versions are the scoring's.",
    )
    shard: ShardRecord | None = Field(
        default=None, description="Which part of a run it is; none where it is a whole one. `clusters` are the part's."
    )
    shards: tuple[MergedShard, ...] = Field(
        default=(), description="The shards that `harness merge` made it of, in order; empty for any other run."
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        check_distinct("configuration", [item.name for item in self.configurations])
        check_distinct("measure", [measure.name for measure in self.measures])
        return self

    def differing_texts(self) -> list[str]:
        """Describe, for each configuration, how many texts from a batch differed from those written alone."""
        return [
            f"{name}: {count.different} of {count.compared} texts differed when written in a batch; so that batch, "
            "and all that followed, were written one by one"
            for name, count in self.counts.items()
            if count.different
        ]

    def changes_of_model(self) -> list[str]:
        """Describe each configuration whose server named more than one model: its headlines are of several."""
        return [
            f"{name}: its server answered with {len(count.versions)} models within the run: "
            + ", ".join(f"{version} ({made})" for version, made in count.versions.items())
            for name, count in self.counts.items()
            if len(count.versions) > 1
        ]

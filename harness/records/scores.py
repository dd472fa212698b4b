"""Records of scoring: what a metric sees, and what it finds."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from harness.records.base import Identifier, Record, Statistic
from harness.records.clusters import Cluster
from harness.records.predictions import Prediction
from harness.records.verdicts import Verdict


class Case(Record):
    """Everything a metric may look at."""

    cluster: Cluster = Field(description="The cluster, references included.")
    prediction: Prediction = Field(description="What a configuration wrote for it.")
    verdicts: tuple[Verdict, ...] = Field(default=(), description="What the metric's checker found, if it has one.")


class MetricScore(Record):
    """One metric's finding for one configuration on one cluster.

    Each measure of the metric is in exactly one of the two mappings: it has a statistic, or a reason for none.
    """

    cluster_id: Identifier = Field(description="The cluster.")
    configuration: str = Field(description="The configuration.")
    metric: str = Field(description="Name of the metric.")
    statistics: Mapping[str, Statistic] = Field(default_factory=dict, description="Measure → additive statistic.")
    unscorable: Mapping[str, str] = Field(default_factory=dict, description="Measure → why it has no statistic.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if self.unscorable and (both := self.statistics.keys() & self.unscorable.keys()):
            raise ValueError(f"measures {sorted(both)} have a statistic and a reason for none")
        if not self.statistics and not self.unscorable:
            raise ValueError(f"metric {self.metric!r} gave neither a statistic nor a reason")
        return self


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

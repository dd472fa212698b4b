"""The plan of a run, worked out before anything is written: data read once, identities resolved, a folder named."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from harness.cache.pins import Pin, pinned
from harness.checkers.base import Checker
from harness.comparison.gate_rules import refuse_mistakes
from harness.comparison.leaderboard import primary_problems
from harness.component import Component
from harness.config import Config
from harness.datasets.base import Dataset
from harness.datasets.content import Content
from harness.datasets.shards import Shard
from harness.disk.spool import Spool
from harness.errors import ConfigError, DataError, HarnessError, Problem, UsageError
from harness.inputs.grouping import Mistakes
from harness.metrics.base import Metric
from harness.models.base import Model
from harness.process.environment import installed_version
from harness.process.isolation import pass_on, reason
from harness.records import (
    Cluster,
    ClusterFacts,
    ConfigurationRecord,
    MeasureRecord,
    RowProblem,
    ShardRecord,
    content_digest,
)

HELD_BYTES = 64 << 20
"""A data set that takes less is held in memory; a larger one is read from the spool, so that memory does not grow."""
_RECORD_BYTES = 2_000
"""About what a cluster and each of its articles take beside their text."""
_DIGEST = 16
KEPT_PROBLEMS = 1000
"""Bad rows beyond this many are counted, not kept."""
LISTED_PROBLEMS = 20
"""Lines that list bad rows, those of one kind together; the rest are counted."""


@dataclass(frozen=True)
class Configuration:
    """One model with its parameters and its seed."""

    name: str
    model: Model
    seed: int
    record: ConfigurationRecord
    pin: Pin | None = None
    """What the model must be when it is opened."""

    @cached_property
    def digest(self) -> str:
        """Digest of all that can change a prediction, given the cluster. The display name cannot."""
        return self.record.digest


@dataclass
class Clusters:
    """The clusters of a data set, at most `limit` of them, and of these one shard's, read as often as asked."""

    dataset: Dataset
    limit: int | None = None
    shard: Shard | None = None
    seed: int = 0
    """What clusters are assigned to shards with."""
    digest: str = ""
    count: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    mistakes: Mistakes = field(default_factory=Mistakes)
    """The same, all of them, those of one kind together."""
    whole: Content = field(default_factory=Content)
    """What the whole data set holds, within `limit`, whichever shard is read."""
    letters_seen: float | None = None
    """The share of the references' letters and digits that ROUGE sees, a-z and 0-9; None where there is none."""
    _places: "array[int]" = field(default_factory=lambda: array("q"))
    """Where the clusters of a shard stand in the whole data set."""
    _held: list[Cluster] = field(default_factory=list)
    _held_bytes: int = 0
    _spool: Spool | None = None

    @property
    def signature(self) -> str:
        """The data set's signature, with what its parameters only name, such as what read its web pages."""
        identity = self.dataset.identity()
        return "|".join([self.dataset.signature(), *(f"{key}:{value}" for key, value in sorted(identity.items()))])

    @property
    def bad_rows(self) -> int:
        """The number of rows that could not be read."""
        return self.mistakes.count

    def scan(self, *, strict: bool = False, advance: Callable[[int], None] = lambda _: None) -> None:
        """Read everything once: count, digest, note bad rows.

        A shard reads the whole data set, too: so it knows where its clusters stand, and of what it is a part. Raises
        DataError at the first bad row where `strict`, and where the data set has no cluster; a shard may have none.
        """
        own = self.whole if self.shard is None else Content()
        for row in self.dataset.read():
            if isinstance(row, RowProblem):
                problem = Problem(row.reason, row.where, row.line, row.path)
                if strict:
                    raise DataError([problem])
                if len(self.problems) < KEPT_PROBLEMS:
                    self.problems.append(row)
                self.mistakes.add(problem)
                continue
            self.whole.add(row)
            if self.shard is None:
                self._keep(row)
            elif self.shard.holds(row.cluster_id, self.seed):
                own.add(row)
                self._places.append(self.whole.count - 1)
                self._keep(row)
            advance(1)
            if self.whole.count == self.limit:
                break
        if not self.whole.count:
            bad, more = self.mistakes.first(LISTED_PROBLEMS)
            where = str(self.dataset.parameters().get("path", self.dataset.name))
            rest = [Problem(f"{more:,} more rows cannot be read", where)] if more else []
            raise DataError([Problem("no cluster could be read", where), *bad, *rest])
        self.count, self.digest, self.letters_seen = own.count, own.digest, own.letters_seen

    def facts(self) -> Iterator[ClusterFacts]:
        """Yield what a run keeps of the clusters, in order; of a shard's also where each stands in the data set."""
        for at, cluster in enumerate(self):
            facts = cluster.facts()
            yield facts if self.shard is None else facts.model_copy(update={"place": self._places[at]})

    def _keep(self, cluster: Cluster) -> None:
        """Hold a cluster so that the stages need not read and check the source again."""
        if self._spool is None:
            self._held.append(cluster)
            text = sum(len(article.text) for article in cluster.articles)
            self._held_bytes += text + _RECORD_BYTES * (1 + len(cluster.articles))
            if self._held_bytes > HELD_BYTES:
                self._spool = Spool()
                for held in self._held:
                    self._spool.add(_pack(held))
                self._held = []
        else:
            self._spool.add(_pack(cluster))

    def part(self, clusters: Iterable[Cluster], *, spooled: bool = False) -> "Clusters":
        """Make a data set of some of the clusters; `spooled` keeps them as a large one would be kept."""
        taken = Clusters(self.dataset)
        if spooled:
            taken._spool = Spool()
        for cluster in clusters:
            taken.whole.add(cluster)
            taken._keep(cluster)
        taken.count, taken.digest = taken.whole.count, taken.whole.digest
        return taken

    def __iter__(self) -> Iterator[Cluster]:
        """Yield the clusters in order."""
        yield from self._held if self._spool is None else map(_unpack, self._spool)


def _pack(cluster: Cluster) -> bytes:
    return cluster.digest.encode() + cluster.to_json().encode()


def _unpack(value: bytes) -> Cluster:
    cluster = Cluster.model_validate_json(value[_DIGEST:])
    cluster.__dict__["digest"] = value[:_DIGEST].decode()
    return cluster


@dataclass(frozen=True)
class Plan:
    """A configuration file's run: what it reads, what it runs, what it measures."""

    config: Config
    clusters: Clusters
    configurations: tuple[Configuration, ...]
    metrics: tuple[Metric, ...]
    measures: tuple[MeasureRecord, ...]
    metric_pins: Mapping[str, Pin]
    """Metric name → what identified it when the run was planned."""
    checker_pins: Mapping[str, Pin]
    """Checker signature → the same."""

    @property
    def digest(self) -> str:
        """Digest of all that can change a number: data, configurations, metrics, seed. Ten digits name the folder."""
        return self._whole_digest if self.shard is None else shard_digest(self.shard)

    @property
    def _whole_digest(self) -> str:
        whole = self.clusters.whole.digest
        return run_digest(whole, self.configuration_records, self.metric_signatures, self.config.seed)

    @property
    def shard(self) -> ShardRecord | None:
        """The part of the whole run that this is; None where it is the whole."""
        part, whole = self.clusters.shard, self.clusters.whole
        if part is None:
            return None
        return ShardRecord(
            index=part.index,
            of=part.of,
            seed=self.clusters.seed,
            run=self._whole_digest,
            data_digest=whole.digest,
            clusters=whole.count,
            letters_seen=whole.letters_seen,
        )

    @property
    def configuration_records(self) -> tuple[ConfigurationRecord, ...]:
        """The configurations as the manifest keeps them."""
        return tuple(configuration.record for configuration in self.configurations)

    @property
    def metric_signatures(self) -> dict[str, str]:
        """Metric name → signature, with the digests of what it only names."""
        pins = self.metric_pins
        return {each.name: "|".join([each.signature(), *_identity_parts(pins[each.name])]) for each in self.metrics}

    @property
    def checkers(self) -> dict[str, Checker]:
        """Checker signature → checker, for every metric that wants verdicts; each runs once, however many want it."""
        wanted = [checker_of(metric) for metric in self.metrics]
        return {checker.signature(): checker for checker in wanted if checker}

    @property
    def folder_name(self) -> str:
        """`<name>-<digest>`; of a shard `<name>-shard-2-of-3-<digest>`."""
        return folder_name(self.config.name, self.digest, self.shard)


def run_digest(
    data_digest: str, configurations: tuple[ConfigurationRecord, ...], metrics: Mapping[str, str], seed: int
) -> str:
    """Ten hexadecimal digits that differ where anything that can change a number differs."""
    ran = [[item.name, item.signature, dict(item.identity), item.seed] for item in configurations]
    return content_digest([data_digest, ran, dict(metrics), seed])[:10]


def shard_digest(shard: ShardRecord) -> str:
    """Ten hexadecimal digits of a shard; those of the whole run are in them."""
    return content_digest([shard.run, shard.index, shard.of, shard.seed])[:10]


def folder_name(name: str, digest: str, shard: ShardRecord | None) -> str:
    """Name the folder of a run, or of a shard of one."""
    part = f"-shard-{shard.index}-of-{shard.of}" if shard else ""
    return f"{name}{part}-{digest}"


def make_plan(
    config: Config,
    *,
    limit: int | None = None,
    shard: Shard | None = None,
    shard_seed: int | None = None,
    strict: bool = False,
    models: bool = True,
    advance: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Make the plan of a configuration: read the data once and resolve every identity, without loading weights.

    Of the first `limit` clusters those of `shard` are run, assigned by `shard_seed`, else by the run's seed. Without
    `models` theirs are not resolved: for scoring what is stored. Raises ConfigError with everything the components find
    wrong with their parameters, and for a `gate:` that no run could be held to; DataError for the data.
    """
    problems = config.component_problems(models=models)
    if problems:
        raise ConfigError(problems)
    metrics = metrics_of(config)
    metric_pins = {metric.name: pinned(metric) for metric in metrics}
    measures = measure_records(metrics, config, metric_pins)
    refuse_mistakes(config.gate, config.source, measures, [item.name for item in config.models])
    if problems := primary_problems(config, measures):
        raise ConfigError(problems)
    clusters = Clusters(dataset_of(config), limit, shard, config.seed if shard_seed is None else shard_seed)
    with _blaming(clusters.dataset):
        clusters.scan(strict=strict, advance=advance)
    judging = {value for pin in metric_pins.values() for value in _weights(pin.identity)}
    return Plan(
        config=config,
        clusters=clusters,
        configurations=tuple(
            _configuration(
                item.name, cast("Model", item.component), config.seed if item.seed is None else item.seed, judging
            )
            for item in config.models
            if models
        ),
        metrics=metrics,
        measures=measures,
        metric_pins=metric_pins,
        checker_pins={checker.signature(): pinned(checker) for metric in metrics if (checker := checker_of(metric))},
    )


@contextmanager
def _blaming(component: Component) -> Iterator[None]:
    """Raise UsageError that names a component of another package where it raises what nobody expects."""
    try:
        yield
    except HarnessError:
        raise
    except BaseException as error:
        pass_on(error)
        if type(component).__module__.startswith("harness."):
            raise
        why = reason(error)
        told = why.error if why.message == why.error else f"{why.error}: {' '.join(why.message.split())[:300]}"
        raise UsageError(f"{component.kind} {component.name!r} cannot be used: {told}") from None


def dataset_of(config: Config) -> Dataset:
    """Return the configuration's data set; the registry saw to it that it is one."""
    return cast("Dataset", config.data.component)


def metrics_of(config: Config) -> tuple[Metric, ...]:
    """Return the configuration's metrics, in order."""
    return tuple(cast("Metric", configured.component) for configured in config.metrics)


def checker_of(metric: Metric) -> Checker | None:
    """Return the checker whose verdicts a metric wants; the registry saw to it that it is one."""
    return cast("Checker | None", metric.wanted_checker())


def _identity_parts(pin: Pin) -> list[str]:
    return [f"{key}:{value}" for key, value in sorted(pin.identity.items())]


def _configuration(name: str, named: Model, seed: int, judging: set[str]) -> Configuration:
    """Make a configuration of the model that a file names; `judging` identifies the weights of its judges."""
    with _blaming(named):
        model = named.settled()
        pin = pinned(model)
        identity = dict(pin.identity)
    record = ConfigurationRecord(
        name=name,
        model=model.name,
        signature=model.signature(),
        parameters=model.parameters(),
        identity=identity,
        seed=seed,
        reads_references=model.reads_references,
        judges_itself=bool(judging & _weights(identity)),
    )
    return Configuration(name, model, seed, record, pin)


def _weights(identity: Mapping[str, str]) -> set[str]:
    """Collect the digests and commits of weights in an identity and what a server calls them, nested ones too."""
    return {value for key, value in identity.items() if key.rpartition(".")[2] in ("weights", "commit", "served")}


def measure_records(
    metrics: tuple[Metric, ...], config: Config, pins: Mapping[str, Pin] | None = None
) -> tuple[MeasureRecord, ...]:
    """List every measure of the metrics with its signature; `pins`, by metric, are taken now where none are given.

    Raises ConfigError where two metrics claim one name.
    """
    records: dict[str, MeasureRecord] = {}
    for metric in metrics:
        with _blaming(metric):
            identity = _identity_parts(pins[metric.name] if pins else pinned(metric))
            signatures = metric.signatures({package: installed_version(package) for package in metric.packages()})
            measures = list(metric.measures())
            if not measures:
                raise ValueError("it has no measures")
        for measure in measures:
            if measure.name in records:
                other = records[measure.name].metric
                message = f"measure {measure.name!r} is given by metric {other!r} and by metric {metric.name!r}"
                raise ConfigError([Problem(message, config.source.where, path="metrics")])
            with _blaming(metric):
                records[measure.name] = MeasureRecord(
                    name=measure.name,
                    metric=metric.name,
                    summary=measure.summary,
                    signature="|".join([signatures[measure.name], *identity]),
                    unit=measure.unit,
                    direction=measure.direction,
                    shown=measure.shown,
                )
    return tuple(records.values())

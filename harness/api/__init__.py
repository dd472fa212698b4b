"""The harness from Python: what the commands do, as functions that return what they find.

    from harness import api

    run = api.evaluate("configs/smoke.yaml")
    print(run.table("rouge"))

Every error is a `harness.errors.HarnessError`; nothing is printed unless `progress` says where; nothing ends the
program. What is heavy is imported by the function that needs it. The command line and the pytest plugin call these
functions, so that a run is the same whoever asked for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from harness.api.checks import Claims, Verdicts
from harness.api.comparisons import Comparison
from harness.api.exports import export
from harness.api.gates import GateResult
from harness.api.merging import merge
from harness.api.reports import report
from harness.api.runs import ClusterResult, Run, load_run, runs_of
from harness.api.sheets import export_labels
from harness.api.tables import Table
from harness.api.tracking import track

if TYPE_CHECKING:
    from harness.api.gates import NamedBaseline
    from harness.api.inputs import (
        CheckerLike,
        CheckersLike,
        ClusterLike,
        ClustersLike,
        ConfigLike,
        OverridesLike,
        PathLike,
        ProgressLike,
        ShardLike,
        TextFileLike,
        TextsLike,
        TrackersLike,
    )
    from harness.comparison.baseline import Baseline
    from harness.metaeval.texts import CheckedTexts
    from harness.records import Cluster, MeasureRecord

    BaselineLike: TypeAlias = PathLike | Run | Baseline | NamedBaseline

__all__ = [
    "Claims",
    "ClusterResult",
    "Comparison",
    "GateResult",
    "Run",
    "Table",
    "Verdicts",
    "assert_headlines",
    "check",
    "check_texts",
    "claims",
    "compare",
    "evaluate",
    "export",
    "export_labels",
    "find_cluster",
    "gate",
    "load_run",
    "merge",
    "report",
    "save_baseline",
    "score",
    "track",
]


def evaluate(
    config: "ConfigLike",
    *,
    overrides: "OverridesLike" = (),
    limit: int | None = None,
    shard: "ShardLike | None" = None,
    strict: bool = False,
    results: "PathLike" = "results",
    cache: "PathLike | bool | None" = None,
    jobs: int | None = 1,
    retry_errors: bool = False,
    wait: bool = False,
    against: "BaselineLike | None" = None,
    track: "TrackersLike" = (),
    progress: "ProgressLike" = None,
) -> Run:
    """Run a configuration, as `harness eval` does: every model writes for every cluster, every metric scores it.

    `config` is the path of a YAML file, a mapping as YAML would hold it, or a loaded `Config`; relative paths in it
    start from the working directory. `overrides` are `path=value` strings, or a mapping from path to value. `limit` is
    the most clusters to read; `shard`, such as `"2/3"` or `(2, 3)`, runs that part of them alone, for `merge` to put
    together again; with `strict` the first bad row of the data is an error. The run goes on from what stands
    in its folder below `results`, and takes from the cache what an equal model wrote for an equal cluster: `cache` is
    the cache's folder, `results/.cache` where it is None, and no cache is used where it is False. `jobs` is how many
    processes check and score; with None as many as there are cores, once the work is large enough to pay; a script that
    asks for more than one has its main code under `if __name__ == "__main__":`. `retry_errors` does again what failed
    before; `wait` waits for a process that has the run. `against` is a baseline that the run is to be gated with by the
    configuration's rules: what could not be compared with it is refused before a model runs. `track` names trackers
    that are sent the run once it has ended, as the function `track` takes them, beside those of the configuration's
    `tracking:`; one that fails is told of, and is no error. `progress` takes lines (`print` will do), or is a
    `harness.run.progress.Progress`; by default notes go to the logger `harness`, and nothing is shown.

    A failure is a row with its reason: look at `Run.failures` and `Run.unanswered`. Raises ConfigError with every
    mistake in the configuration, DataError for the data, StoreError where the folder cannot be used or another process
    has it, RunStoppedError where the run reaches a limit of its configuration.
    """
    from harness import redact
    from harness.api import gates, inputs, tracking
    from harness.cache.store import opened
    from harness.report.table import markdown
    from harness.run.pipeline import execute
    from harness.run.plan import make_plan

    redact.watch_environment()
    told, folder = inputs.progress_of(progress), inputs.results_of(results)
    limit, jobs = inputs.whole_number(limit, "limit"), inputs.whole_number(jobs, "jobs")
    part = inputs.shard_of(shard)
    loaded = inputs.config_of(config, overrides)
    trackers = tracking.chosen(loaded.trackers, track)
    with told.stage("read clusters", limit) as tick:
        plan = make_plan(loaded, limit=limit, shard=part, strict=strict, advance=tick)
    if against is not None:
        gates.refuse_ahead(plan, gates.read_baseline(against))
    with opened(folder, inputs.cache_of(cache), told.note, unused=cache is False) as kept:
        outcome = execute(
            plan, folder, told, cache=kept, jobs=jobs, retry_errors=retry_errors, wait=wait, table=markdown
        )
    return tracking.track_ended(Run(outcome.folder, outcome, plan), trackers, told)


def score(
    run: "Run | PathLike",
    config: "ConfigLike",
    *,
    overrides: "OverridesLike" = (),
    results: "PathLike" = "results",
    cache: "PathLike | bool | None" = None,
    jobs: int | None = 1,
    wait: bool = False,
    progress: "ProgressLike" = None,
) -> Run:
    """Score a run's stored predictions with the metrics of `config`, as `harness score` does; no model is run.

    The scores go to the folder below `results` that the predictions and these metrics name; the run that was read is
    left as it is. Other arguments are those of `evaluate`. Raises ConfigError, DataError where the configuration's data
    is not what the predictions were made from, UsageError where no run is of that name, StoreError.
    """
    from harness import redact
    from harness.api import inputs, tracking
    from harness.cache.store import opened
    from harness.report.table import markdown
    from harness.run.pipeline import rescore
    from harness.run.plan import make_plan

    redact.watch_environment()
    told, folder = inputs.progress_of(progress), inputs.results_of(results)
    jobs = inputs.whole_number(jobs, "jobs")
    source = load_run(run, results=results)
    held = source.manifest
    part = inputs.shard_of(held.shard and (held.shard.index, held.shard.of))
    loaded = inputs.config_of(config, overrides)
    plan = make_plan(loaded, limit=held.limit, shard=part, shard_seed=held.seed, models=False)
    with opened(folder, inputs.cache_of(cache), told.note, unused=cache is False) as kept:
        outcome = rescore(plan, source.folder, folder, told, cache=kept, jobs=jobs, wait=wait, table=markdown)
    scored = Run(outcome.folder, outcome, plan)
    return tracking.track_ended(scored, tracking.chosen(loaded.trackers, ()), told)


def compare(
    runs: "Run | PathLike | Sequence[Run | PathLike]",
    *,
    metric: str | Iterable[str] = (),
    baseline: str | None = None,
    by: str | None = None,
    worst: int = 0,
    intersection: bool = False,
    results: "PathLike" = "results",
) -> Comparison:
    """Compare configurations in pairs, as `harness compare` does: of one run, or of several on the same clusters.

    `metric` names metrics or measures to compare, else those that tables show. The others differ from `baseline`, a
    configuration, the first where none is named. `by` breaks means down by a field of the clusters, or by `error`;
    `worst` is how many clusters that moved most are told of. With `intersection` runs on different data are compared on
    the clusters that they share.

    Raises DataError for unequal data, UsageError for measures whose signatures differ, for fewer than two
    configurations, and for a name that is none.
    """
    from harness.api import inputs
    from harness.comparison import compare as comparing
    from harness.comparison.score_matrix import find_measures, join

    folders = [load_run(run, results=results).folder for run in runs_of(runs)]
    wanted = inputs.names_of(metric, "metric")

    def choose(measures: "Sequence[MeasureRecord]") -> "Sequence[MeasureRecord]":
        chosen = [measure for name in wanted for measure in find_measures(measures, name)]
        return list(dict.fromkeys(chosen)) or [measure for measure in measures if measure.shown]

    distinct = list({folder.path.resolve(): folder for folder in folders}.values())
    joined = join(distinct, intersection=intersection, choose=choose)
    for name, value in (("baseline", baseline), ("by", by)):
        if value is not None:
            inputs.text_of(value, name)
    if worst != 0:
        inputs.whole_number(worst, "worst")
    compared = comparing.compare_joined(joined, baseline)
    return Comparison(compared, comparing.details(compared, by, worst))


def gate(
    run: "Run | PathLike",
    baseline: "BaselineLike | None" = None,
    *,
    rules: Any = None,
    results: "PathLike" = "results",
) -> GateResult:
    """Check a run against rules, with or without a baseline, as `harness gate` does.

    `baseline` is a file that `save_baseline` wrote, or another run; else the file that the rules name. `rules` is a
    mapping with the keys of `gate:` in a configuration, and beside them, or alone, a short form by measure:
    `{"rouge1-f": {"min": 0.3, "tolerance": 0.01}, "factual-contradicted": {"max": 0.05}}`; by default the `gate:` of
    the run's own configuration. Without a baseline `min`, `max` and `limits` can be held to, and nothing else.

    Raises ConfigError for mistakes in the rules, UsageError for a measure or configuration that is none, naming the
    nearest, and where rules need a baseline that is not given, DataError for unequal data.
    """
    from harness.api import gates

    held = load_run(run, results=results)
    settings = gates.settings_for(held.folder, rules)
    other = baseline if baseline is not None else settings.baseline
    return gates.hold(held.folder, None if other is None else gates.read_baseline(other), settings)


def save_baseline(
    run: "Run | PathLike", file: "PathLike", *, overwrite: bool = False, results: "PathLike" = "results"
) -> list[str]:
    """Save what a finished run scored as a baseline, as `harness baseline save` does.

    Returns what changed from the baseline that stood in `file`, a line each; `new baseline` where none did. With
    `overwrite`, as the command has it, a file that is no baseline is replaced too, such as one that a merge broke.

    Raises UsageError for an unfinished run, DataError where something else stands there and is not to be replaced,
    StoreError where the file cannot be written.
    """
    from harness.api import gates, inputs

    place = inputs.path_of(file, "file", "the path of a baseline")
    return gates.save_baseline_file(load_run(run, results=results).folder, place, overwrite=overwrite)


def assert_headlines(
    run: "Run | PathLike",
    rules: Any = None,
    *,
    baseline: "BaselineLike | None" = None,
    results: "PathLike" = "results",
) -> None:
    """Fail a test of any framework where a run does not hold to rules: `gate`, and an assertion.

    `assert_headlines(run, {"rouge1-f": {"min": 0.3}, "factual-contradicted": {"max": 0.05}})`. Raises AssertionError
    with the gate's explanation, and what `gate` raises.
    """
    __tracebackhide__ = True
    result = gate(run, baseline, rules=rules, results=results)
    if not result.passed:
        raise AssertionError(result.explain())


@overload
def check(cluster: "ClusterLike", text: str, *, checker: "CheckerLike" = ...) -> Verdicts: ...
@overload
def check(
    cluster: "ClusterLike", text: list[str] | tuple[str, ...], *, checker: "CheckerLike" = ...
) -> list[Verdicts]: ...
def check(
    cluster: "ClusterLike", text: str | list[str] | tuple[str, ...], *, checker: "CheckerLike" = "ensemble"
) -> Verdicts | list[Verdicts]:
    """Check a text, or a list of them, against the articles of one cluster, as `harness check` does.

    `cluster` is a record (`run.cluster(ID).cluster`), a mapping as a line of a clusters file holds it, or a list with
    the texts of articles. `checker` is a name, a mapping with its parameters such as `{"nli": {"model": FOLDER}}`, or a
    checker. The first verdict is on the whole text; what cannot be judged is an abstention with its reason. A checker
    is opened once a call: hand over many texts together.

    Raises DataError for what is no cluster, ConfigError for what is no checker, MissingExtraError where something that
    the checker needs is not installed.
    """
    from harness.api import checks, inputs
    from harness.errors import UsageError

    texts = [text] if isinstance(text, str) else text
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        raise UsageError(f"text: found {text!r:.80}; accepted: a string, or a list of strings")
    verdicts = checks.check_all(inputs.cluster_of(cluster), texts, inputs.checker_of(checker))
    return verdicts[0] if isinstance(text, str) else verdicts


def check_texts(
    clusters: "ClustersLike",
    texts: "TextsLike" = (),
    *,
    file: "TextFileLike | None" = None,
    checker: "CheckersLike" = "ensemble",
    cluster: str | None = None,
    progress: "ProgressLike" = None,
) -> "Iterator[CheckedTexts]":
    """Check many texts on many clusters, as `harness check` does; yields what each checker found on each cluster.

    `clusters` is the path of a JSON Lines file or of a folder of raw articles (one cluster), a data set, or a list of
    clusters as `check` takes them. `texts` are strings, or rows with a `text` and, where there are several clusters, a
    `cluster_id`; those of `file` follow: a path, or a stream of bytes such as `sys.stdin.buffer` (messages call it
    standard input). `harness.metaeval.texts.read_texts` says which formats. `cluster` is the id of the cluster that
    texts without one are about; texts on other clusters are then left out. `checker` is one checker as `check` takes
    it, or a list, each of which judges every text in its turn. `progress` is as in `evaluate`.

    What is yielded has `cluster`, `signature` (the checker's), `texts`, and `verdicts` for each text, the one on the
    whole text first. Where the checker failed on a cluster, `failure` says why, and the others are judged all the same.

    Mistakes are raised at once, before a checker is opened: DataError for rows and clusters that cannot be read and for
    ids that no cluster has, UsageError where there is no text or where it is not clear which cluster is meant,
    ConfigError for what is no checker. MissingExtraError comes with the first item.
    """
    from harness.api import checks, inputs
    from harness.errors import UsageError
    from harness.metaeval.texts import with_clusters

    asked = inputs.texts_of(texts, file)
    if not asked:
        raise UsageError("no text to check: give `texts`, or a `file` of them")
    checkers, told = inputs.checkers_of(checker), inputs.progress_of(progress)
    if cluster is not None:
        inputs.text_of(cluster, "cluster")
    rows, source = inputs.clusters_of(clusters)
    return checks.check_groups(with_clusters(asked, rows, source, cluster, told.note), checkers, told)


def find_cluster(
    clusters: "ClustersLike", cluster_id: str | None = None, *, progress: "ProgressLike" = None
) -> "Cluster":
    """Find one cluster of a file, a folder of raw articles, a data set or a list, as `harness claims` does.

    Without `cluster_id` it is the only one there is. Rows that cannot be read are left out, and `progress` hears of
    them, as in `evaluate`. Raises UsageError where there are several clusters or none has that id, naming the nearest;
    DataError where none can be read.
    """
    from harness.api import inputs
    from harness.metaeval.texts import AskedText, with_clusters

    wanted = None if cluster_id is None else inputs.text_of(cluster_id, "cluster_id")
    rows, source = inputs.clusters_of(clusters)
    told = inputs.progress_of(progress)
    ((chosen, _),) = with_clusters([AskedText("", wanted)], rows, source, wanted, told.note)
    return chosen


def claims(cluster: "ClusterLike") -> Claims:
    """List what the articles of a cluster claim, who carries each claim, and what is contested.

    `cluster` is as for `check`. Raises DataError for what is no cluster, MissingExtraError where the parser is missing.
    """
    from harness.api import checks, inputs

    return checks.claims_of(inputs.cluster_of(cluster))

"""MLflow: each configuration of a run is a run there, which any number of sendings bring up to date.

A run is known by two tags, the harness run's name and when that was started: the same run sent again finds its own, and
one that a nightly job made anew, with equal numbers perhaps, is another. What MLflow keeps a history of, metrics, is
sent only where it has changed.
"""

import os
import re
from collections.abc import Sequence
from datetime import datetime
from posixpath import normpath
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from harness import extras
from harness.errors import MissingExtraError, UsageError
from harness.records import ConfigurationRecord
from harness.trackers import content
from harness.trackers.base import Sent, TrackedRun, Tracker, TrackerError

if TYPE_CHECKING:
    from harness.analysis.summary import Summary

_ADDRESS = "MLFLOW_TRACKING_URI"
_EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
_DATABASE = re.compile(r"(sqlite|postgresql|mysql|mssql)(\+\w+)?:")
_SERVER = re.compile(r"https?://")
_OTHER = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:")
_REFUSED = re.compile(r"[^\w\-./ ]")
"""Characters that MLflow refuses in names; a colon it takes on some systems only."""
_STATUS = {"complete": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
_AT_ONCE = 100
"""Metrics, parameters or tags of one request: the most that a server takes of the last two."""
_LONGEST_NAME, _LONGEST_TAG, _LONGEST_PARAMETER = 250, 5000, 6000
_DEFAULTS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
"""How its client behaves where the user does not say otherwise. By itself it tells its makers that it is used, and asks
a server that is away for minutes."""


class Mlflow(Tracker):
    """MLflow: each configuration is a run with parameters, every measure, report and manifest."""

    name: ClassVar[str] = "mlflow"
    positional: ClassVar[str | None] = "uri"

    uri: str | None = Field(
        default=None,
        min_length=1,
        description="The tracking server's address, a database such as sqlite:///mlflow.db (with the packages "
        f"sqlalchemy and alembic), or a folder; else what {_ADDRESS} holds. Credentials come from the environment.",
    )
    experiment: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description=f"The experiment, made where there is none; else what {_EXPERIMENT} holds, else the run's NAME.",
    )

    def require(self) -> None:
        """See that MLflow's client is there, and that it is told where to send."""
        missing = extras.missing("mlflow")
        if missing:
            raise MissingExtraError("tracker mlflow", missing, "mlflow")
        uri = self.address()
        lacking = extras.missing("sqlalchemy", "alembic") if _DATABASE.match(uri) else []
        if lacking:
            raise UsageError(
                f"tracker mlflow: a database ({uri.partition(':')[0]}:) needs {' and '.join(lacking)}; to install: "
                f"{extras.install_command(*lacking)}; or name the address of a tracking server"
            )

    def address(self) -> str:
        """Return where to send. Raises UsageError where neither parameter nor environment says."""
        uri = self.uri or os.environ.get(_ADDRESS)
        if not uri:
            raise UsageError(
                "tracker mlflow: it is not said where to send; accepted: uri, such as http://127.0.0.1:5000, or the "
                f"environment variable {_ADDRESS}"
            )
        return uri

    def send(self, run: TrackedRun) -> Sent:
        """Send each configuration, its measures and the run's files."""
        uri = self.address()
        _prepare(uri, self.time_limit)
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        name = self.experiment or os.environ.get(_EXPERIMENT) or run.manifest.name
        try:
            client = MlflowClient(tracking_uri=uri)
            experiment = _experiment(client, name)
            before = _found(client, experiment, run)
            for record in run.manifest.configurations:
                _send(client, experiment, run, record, before.get(record.name))
        except MlflowException as error:
            raise TrackerError(_why(error, uri)) from None
        page = f", {uri.rstrip('/')}/#/experiments/{experiment}/runs" if _SERVER.match(uri) else f" of {uri}"
        there = sum(record.name in before for record in run.manifest.configurations)
        return Sent(self.name, f"experiment {name!r}{page}", len(run.manifest.configurations) - there, there)


def _prepare(uri: str, seconds: float) -> None:
    """Set what MLflow's client reads from the environment, in the process that sends."""
    for variable, value in _DEFAULTS.items():
        os.environ.setdefault(variable, value)
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(max(1, int(seconds))))
    if uri.startswith("file:") or not _OTHER.match(uri):  # MLflow asks whoever uses a folder to say that it is meant
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")


def _experiment(client: Any, name: str) -> str:
    """Find the experiment of a name, or make it. Raises TrackerError where it was deleted."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # somebody else may have made it at the same time
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise TrackerError(f"the experiment {name!r} was deleted there; restore it, or name another one")
    return str(found.experiment_id)


def _found(client: Any, experiment: str, run: TrackedRun) -> dict[str, Any]:
    """Find what was sent of a run before: configuration → its run there, the oldest where there are several."""
    wanted = " and ".join(f"tags.`{key}` = '{value}'" for key, value in _identity(run).items())
    found: dict[str, Any] = {}
    token = None
    while True:
        page = client.search_runs([experiment], wanted, max_results=1000, page_token=token)
        for each in page:
            name = each.data.tags.get("harness.configuration", "")
            if name not in found or each.info.start_time < found[name].info.start_time:
                found[name] = each
        token = page.token
        if not token:
            return found


def _identity(run: TrackedRun) -> dict[str, str]:
    """Return the tags that a run is known by."""
    return {f"harness.{key}": value for key, value in content.identity(run).items()}


def _send(client: Any, experiment: str, run: TrackedRun, record: ConfigurationRecord, there: Any) -> None:
    """Send one configuration."""
    from mlflow.entities import Metric, Param, RunTag

    manifest = run.manifest
    if there is None:
        tags = {**_identity(run), "harness.configuration": record.name}
        there = client.create_run(experiment, _milliseconds(manifest.started), tags, record.name)
    identifier = there.info.run_id
    summaries = run.summaries.get(record.name, ())
    moment = _milliseconds(manifest.finished or manifest.started)
    told = content.distinct(content.metrics(run, record, summaries), _name)
    metrics: list[Any] = [
        Metric(key, value, moment, 0) for key, value in told.items() if there.data.metrics.get(key) != value
    ]
    described = content.distinct(dict(content.flat(content.parameters(run, record))), _name)
    parameters = {key: content.text(value)[:_LONGEST_PARAMETER] for key, value in described.items()}
    tags = _tags(run, record, summaries)
    for key, value in parameters.items():  # a parameter cannot be changed there
        if there.data.params.get(key, value) != value:
            tags[f"changed.{key}"[:_LONGEST_NAME]] = value[:_LONGEST_TAG]
    new: list[Any] = [Param(key, value) for key, value in parameters.items() if key not in there.data.params]
    changed: list[Any] = [RunTag(key, value) for key, value in tags.items() if there.data.tags.get(key) != value]
    for kind, rows in (("metrics", metrics), ("params", new), ("tags", changed)):
        for at in range(0, len(rows), _AT_ONCE):
            client.log_batch(identifier, **{kind: rows[at : at + _AT_ONCE]})
    for file in run.files:
        client.log_artifact(identifier, str(file))
    status = _STATUS.get(manifest.status)
    if status is not None and there.info.status != status:
        client.set_terminated(identifier, status, moment)


def _tags(run: TrackedRun, record: ConfigurationRecord, summaries: "Sequence[Summary]") -> dict[str, str]:
    """Return intervals, denominators, and where the numbers come from."""
    told = dict(content.flat({**content.origin(run, record), **content.spread(summaries)}))
    commit = told.pop("harness.commit", None)
    tags = {**told, "mlflow.source.name": "headline-harness"}
    if commit is not None:
        tags["mlflow.source.git.commit"] = commit
    return {key: content.text(value)[:_LONGEST_TAG] for key, value in content.distinct(tags, _name).items()}


def _name(key: str) -> str:
    """Make a name that MLflow takes."""
    wanted = _REFUSED.sub("_", key)[: _LONGEST_NAME - 4] or "_"
    if normpath(wanted) != wanted or wanted.startswith((".", "/")):  # names are paths there
        wanted = "_" + wanted.replace("/", "_")
    return wanted


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _why(error: BaseException, uri: str) -> str:
    """Say why MLflow failed: the system's own error below it where there is one, else its message."""
    below: BaseException | None = error
    seen: set[int] = set()
    while below is not None and id(below) not in seen:
        seen.add(id(below))
        if type(below).__module__ == "builtins" and isinstance(below, OSError) and below.strerror:
            return f"{uri}: {below.strerror}"
        below = below.__cause__ or below.__context__
    return f"{uri}: {error}"

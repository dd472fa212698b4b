"""Problems `harness validate` finds beyond single parameters: files of predictions, read whole, beside the data."""

from collections.abc import Iterable, Iterator
from typing import cast

from harness.config import Config
from harness.disk.spool import Spool
from harness.errors import Problem
from harness.models.base import Model
from harness.records import Cluster


class _Ids:
    """The ids of clusters in a spool, read as often as asked: unpacking whole clusters again takes far longer."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self._spool = Spool()
        for cluster in clusters:
            self._spool.add(cluster.cluster_id.encode())

    def __iter__(self) -> Iterator[str]:
        return (value.decode() for value in self._spool)


def audit_models(config: Config, clusters: Iterable[Cluster] | None) -> tuple[list[Problem], list[str]]:
    """Find every problem of a configuration's models, and what a user should know of what they read.

    `clusters` are those of the data; None where it was not read.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    models = [(configured, cast("Model", configured.component)) for configured in config.models]
    reads = clusters is not None and any(type(model).audit is not Model.audit for _, model in models)
    ids = _Ids(clusters) if reads and clusters is not None else None
    for configured, model in models:
        audit = model.audit(ids)
        problems.extend(audit.problems or config.problems_of(configured))
        notes.extend(audit.notes)
    return problems, notes

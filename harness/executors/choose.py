"""Which executor does the work of a run."""

from harness.config.execution import Execution
from harness.executors.base import Executor
from harness.executors.local import Local


def choose(execution: Execution, jobs: int | None) -> Executor:
    """Return the executor that a configuration names, not begun yet.

    `jobs` is how many local processes there are where the configuration says nothing of it; None leaves it to the
    executor.
    """
    if execution.executor == "ray":
        from harness.executors.ray_cluster import RayCluster  # imports nothing of Ray's before it is entered

        return RayCluster(execution)
    return Local(execution.workers or jobs)

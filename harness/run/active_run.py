"""The part of a run that its stages need."""

from dataclasses import dataclass

from harness.cache.store import Cache
from harness.component import Component, is_foreign
from harness.executors.apart import Apart
from harness.executors.base import Executor
from harness.executors.local import Local
from harness.records import ConfigurationRecord, RunManifest
from harness.results.run_folder import RunFolder
from harness.run.monitor import Monitor
from harness.run.plan import Plan


@dataclass(frozen=True)
class ActiveRun:
    """A run under way: what it does, where it writes, who does the work, and what watches it."""

    plan: Plan
    manifest: RunManifest
    folder: RunFolder
    cache: Cache | None
    executor: Executor
    monitor: Monitor

    def executor_of(self, component: Component) -> Executor:
        """Return who does a component's work: where time is limited, that of another package is done apart.

        There it can be ended.
        """
        if self.monitor.is_timed and is_foreign(component) and isinstance(self.executor, Local):
            return Apart(self.executor, self.executor.jobs or 1)
        return self.executor

    @property
    def configurations(self) -> tuple[ConfigurationRecord, ...]:
        """The configurations whose predictions are checked and scored; in a rescoring the plan has none."""
        return self.manifest.configurations

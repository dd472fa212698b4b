"""How a command's RUN becomes a run: the grammar is `harness.run.find`'s, what it has to say goes to standard error."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.api import Run
    from harness.run.store import RunFolder


def find_run(results: Path, wanted: str) -> "RunFolder":
    """Find the folder of the run that the user named. Raises UsageError where none or several fit."""
    from harness.run import find, logs

    return find.find_run(results, wanted, lambda line: logs.say(f"note: {line}", "warning"))


def load_run(results: Path, wanted: str) -> "Run":
    """Load the run that the user named. Raises UsageError where none or several fit, StoreError for a damaged one."""
    from harness.api import Run

    return Run(find_run(results, wanted))

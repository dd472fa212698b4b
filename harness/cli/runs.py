"""Load the run that a command's RUN names, with its notes on standard error."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.api import Run


def load_run(results: Path, wanted: str) -> "Run":
    """Load the run that the user named. Raises UsageError where none or several fit, StoreError for a damaged one."""
    from harness import api
    from harness.cli.progress import TerminalProgress

    return api.load_run(wanted, results=results, progress=TerminalProgress())

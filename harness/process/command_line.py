"""How this process was started. Imports nothing of ours: every command needs it at once."""

import shlex
import shutil
import sys
from pathlib import Path


def own_command() -> str:
    """Return the command line that this process was started with, fit to be pasted into a shell."""
    program, *arguments = sys.argv or ["harness"]
    if Path(program).name == "__main__.py":
        words = [sys.executable, "-m", Path(program).parent.name]
    else:
        known = shutil.which(Path(program).name)
        same = known is not None and Path(program).exists() and Path(known).samefile(program)
        words = [Path(program).name if same or not Path(program).exists() else program]
    return shlex.join([*words, *arguments])

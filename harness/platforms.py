"""The systems that the harness runs on: POSIX ones, for their file locks, signals and timers."""

import os
import sys

SUPPORTED = "Linux, macOS and other POSIX systems"


def complaint() -> str:
    """Say in a sentence that this system is not supported; empty where it is."""
    if os.name == "posix":
        return ""
    hint = "; on Windows run it in WSL" if sys.platform == "win32" else ""
    return f"headline-harness runs on {SUPPORTED}, not on {sys.platform}: it needs their file locks and signals{hint}"

"""`harness` and `python -m harness`: the command line, where this system is supported."""

import gc
import os
import sys

from harness import platforms

_THREADS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
"""Variables from which OpenBLAS, numpy's matrix library, takes its number of threads: the first that is set."""

_COLLECT_AFTER = (50_000, 20, 100)
"""Objects after which Python looks for cycles, and how often a look goes deeper. What is imported and read at the start
is kept: with Python's own 700 objects it is looked through 300 times, a tenth of the time of `harness check`."""


_NEEDED = 256 << 20
"""Bytes that numpy and the libraries below it take: where they find no room they end the process with 1 themselves."""


def main() -> None:
    """Run the command line; elsewhere than on a POSIX system end with 2 and one line."""
    complaint = platforms.complaint()
    if complaint:
        sys.stderr.write(f"error: {complaint}\n")
        sys.exit(2)
    _one_thread_for_numpy()
    if _is_short_of_memory():
        sys.stderr.write("error: the limit on memory (ulimit -v) leaves less than 256 MB; raise it\n")
        sys.exit(3)
    gc.set_threshold(*_COLLECT_AFTER)
    from harness.cli import main as run

    run()


def _one_thread_for_numpy() -> None:
    """Let numpy multiply matrices in one thread, unless the user has chosen; it reads this when it is imported.

    The matrices of a headline are small: a second thread waits for work most of the time, and burns a core meanwhile.
    PyTorch has threads of its own, which this leaves alone.
    """
    if not any(os.environ.get(name) for name in _THREADS):
        os.environ[_THREADS[0]] = "1"


def _is_short_of_memory() -> bool:
    """Tell whether a limit on this process's memory leaves too little to begin with."""
    import resource

    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return False
    import mmap

    try:
        mmap.mmap(-1, _NEEDED).close()
    except (OSError, MemoryError):
        return True
    return False


if __name__ == "__main__":
    main()

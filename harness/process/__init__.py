"""The process: where it runs, what it logs, how it is interrupted; what goes wrong with one cluster stays with it."""

from harness import platforms
from harness.errors import UsageError

if platforms.complaint():  # here, before a module of this room imports what only POSIX systems have
    raise UsageError(platforms.complaint())

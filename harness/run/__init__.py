"""A run: its plan, its stages, its folder."""

from harness import platforms
from harness.errors import UsageError

if platforms.complaint():  # here, before a module of this room imports what only POSIX systems have
    raise UsageError(platforms.complaint())

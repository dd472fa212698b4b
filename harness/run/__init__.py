"""A run: its plan, its stages, its course from the first cluster to the table."""

import harness.process  # noqa: F401 - refuses other systems before a module here imports what only POSIX ones have

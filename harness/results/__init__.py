"""The folders of runs: what stands in them, which run is meant, and their removal."""

import harness.process  # noqa: F401 - refuses other systems before a module here imports what only POSIX ones have

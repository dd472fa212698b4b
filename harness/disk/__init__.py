"""Files that outlive a kill: written whole, locked, found again by row."""

import harness.process  # noqa: F401 - refuses other systems before a module here imports what only POSIX ones have

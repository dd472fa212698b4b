"""Measured figures, each beside a named peer: `make bench`, `make bench-check`. `frame` says how to add one."""

"""Executors: who does the work of a run. Each is the same small protocol, `base.Executor`; none changes a number."""

"""The smallest configuration that runs, for tests that change it; its data is `clusters.jsonl`."""

GOOD = """\
name: trial
data:
  jsonl: {path: clusters.jsonl}
models:
  - lead
metrics:
  - headline
"""

"""Configurations and runs held against one another: comparisons, baselines, gates."""

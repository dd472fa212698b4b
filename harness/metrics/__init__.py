"""Metrics: what they measure on each case."""

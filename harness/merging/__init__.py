"""Shards put together into the run that they are parts of."""

"""Data sets: sources of clusters."""

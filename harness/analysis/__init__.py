"""Statistics over the scores of a run."""

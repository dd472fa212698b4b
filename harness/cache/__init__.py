"""Results kept across runs, by content, so that nothing is computed twice."""

"""Sentences parsed: spaCy's answers, sooner."""

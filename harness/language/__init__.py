"""Strings, words and numbers of English: pure functions."""

"""Checkers: whether what a text says stands in the articles, claim by claim, with the evidence."""

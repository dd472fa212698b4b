"""Entailment models as checkers."""

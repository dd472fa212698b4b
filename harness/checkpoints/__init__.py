"""Checkpoints of models and checkers: where they are, what speaks against them, which they are, how they are loaded."""

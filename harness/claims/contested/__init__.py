"""Contested facts: what independent articles of a cluster tell differently."""

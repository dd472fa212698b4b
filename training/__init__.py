"""Trains the checker's entailment model: pairs from labelled sets and from our own planting, training, measurement.

Outside the package: `make train-checker` runs it, or `make train-adapters` over a larger encoder; nothing here is
imported by `harness`.
"""

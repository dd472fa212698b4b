"""The headline harness: run summarisation models over clusters of news articles, and trust the numbers."""

__version__ = "0.1.0"

"""Checkers measured against what people said of texts, and against errors planted in true headlines."""

"""YAML in; every mistake out, together, each with its file, line, path, what was found and what is accepted."""

from harness.config.build import Config, Configured, load, load_text, load_values

__all__ = ["Config", "Configured", "load", "load_text", "load_values"]

"""The folder that `harness init` makes: a configuration, a prompt, example data, a gate, a test, a workflow."""

from harness.starter.files import FILES, StarterFile
from harness.starter.write import State, Written, write

__all__ = ["FILES", "StarterFile", "State", "Written", "write"]

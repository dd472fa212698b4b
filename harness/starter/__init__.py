"""The folder that `harness init` makes: a configuration, a prompt, example data, a gate, a test, a workflow."""

from harness.starter.files import CONFIGURATION, FILES, WORKFLOW, StarterFile
from harness.starter.writing import State, Written, repository_above, write

__all__ = ["CONFIGURATION", "FILES", "WORKFLOW", "StarterFile", "State", "Written", "repository_above", "write"]

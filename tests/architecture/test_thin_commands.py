"""Commands parse, call `harness.api`, and print; what goes past it is listed here with its reason."""

import ast
from pathlib import Path

import pytest

from tests.conftest import TOP

PRINTED = ("harness.api", "harness.cli", "harness.errors", "harness.printable", "harness.redact", "harness.report")
"""What any command may import: the API, the errors, and what prints."""
MESSAGES = "harness.process.logs"
PAST_THE_API = {
    "cache.py": {"harness.cache.store", "harness.cache.maintenance"},  # upkeep of a folder: no part of the API
    # `validate`, `schema`, `components` look at configurations and run nothing; `plan` runs a sample that nobody keeps
    "configuration.py": {
        "harness.config", "harness.config.build", "harness.config.discover",
        "harness.config.schema", "harness.registry", "harness.comparison.gate_ahead",
        "harness.comparison.gate_rules", "harness.comparison.leaderboard", "harness.run.plan",
        "harness.run.validation", "harness.forecast.forecast", "harness.forecast.sample",
        "harness.forecast.shown", "harness.records", "harness.language.text",
    },
    "data.py": {  # no part of the API
        "harness.datasets.folder", "harness.ingest.account", "harness.records", "harness.duplicates.minhash",
        "harness.duplicates.search", "harness.duplicates.shown",
    },
    "evaluate.py": {"harness.config.discover", "harness.language.text"},  # which file is meant; how many, in words
    "gate.py": {  # which file is meant; what is said of the baseline before a model runs
        "harness.config.discover", "harness.comparison.baseline_file", "harness.comparison.gate_ahead",
        "harness.comparison.gate_rules",
    },
    "init.py": {"harness.starter"},  # no part of the API
    "metaeval.py": {  # the API measures no checkers
        "harness.metaeval.agreement", "harness.metaeval.clusters", "harness.metaeval.labelled",
        "harness.metaeval.stress",
    },
    "progress.py": {"harness.run.progress"},
    "report.py": {"harness.view.server"},  # `view` is a server, no part of the API
    "remove.py": {"harness.results.removal"},  # upkeep of a folder
    # `list` and `verify` look at folders; `show` goes through the API
    "results.py": {"harness.results.listing", "harness.results.verification"},
    "__init__.py": {"harness.process.interruption", "harness"},
    "streams.py": set(),
}  # fmt: skip
FILES = sorted((TOP / "harness" / "cli").glob("*.py"))


def rooms(file: Path) -> set[str]:
    """The modules of the package that a file imports, but for those that only a type checker reads."""
    found: set[str] = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from harness.process import logs` names a module, `from harness.run.plan import make_plan` a function.
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in named if is_module(name)}
            found |= modules | ({node.module} if modules != named else set())
    return {name for name in found if name.partition(".")[0] == "harness"}


def is_module(name: str) -> bool:
    path = TOP.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_command_goes_through_the_api(file: Path):
    past = {name for name in rooms(file) if not name.startswith(PRINTED) and name != MESSAGES}
    assert past == PAST_THE_API.get(file.name, set())

"""What is optional is imported only where it is used; what is imported is declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from harness.extras import BY_ITSELF, EXTRAS

OPENED_LAZILY = (
    "harness/checkers/generative/causal.py",
    "harness/checkers/generative/likelihood_session.py",
    "harness/endpoint/client.py",
    "harness/models/api_session.py",
    "harness/models/hf/linear.py",
    "harness/models/hf/load.py",
    "harness/models/hf/session.py",
    "harness/models/hf/together.py",
    "harness/models/vllm/session.py",
    "harness/view/app.py",
)
"""Modules that import something optional, or one another, at the top: only functions import them from elsewhere."""
COMES_WITH = {
    "pydantic_core": "pydantic",
    "pytest": "pytest, which alone imports the plugin",
    "safetensors": "transformers",
}
"""Packages that are declared by what always brings them."""


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Each module that a file imports, and whether only a function does. What serves types alone is left out."""

    def walk(node: ast.AST, inside: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.Import):
                yield from ((alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                yield child.module, inside
                yield from ((f"{child.module}.{alias.name}", inside) for alias in child.names)
            yield from walk(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    return walk(ast.parse(file.read_text()), False)


@pytest.fixture(scope="module")
def imported(top: Path) -> dict[str, list[tuple[str, bool]]]:
    return {file.relative_to(top).as_posix(): list(imports(file)) for file in sorted((top / "harness").rglob("*.py"))}


@pytest.fixture(scope="module")
def project(top: Path) -> dict:
    return tomllib.loads((top / "pyproject.toml").read_text())["project"]


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=~! \[;]", distribution, maxsplit=1)[0]).lower()


def declared(requirements: list[str]) -> set[str]:
    return {normal(requirement) for requirement in requirements}


def test_optional_packages_are_imported_by_functions_alone(imported: dict[str, list[tuple[str, bool]]]):
    optional = {package for packages in EXTRAS.values() for package in packages}
    at_the_top = {
        file
        for file, names in imported.items()
        for name, inside in names
        if name.partition(".")[0] in optional and not inside
    }
    assert at_the_top <= set(OPENED_LAZILY)


def test_modules_that_need_something_optional_are_imported_by_functions_alone(
    imported: dict[str, list[tuple[str, bool]]],
):
    lazy = {file.removesuffix(".py").replace("/", ".") for file in OPENED_LAZILY}
    eager = {
        file
        for file, names in imported.items()
        for name, inside in names
        if name in lazy and not inside and file not in OPENED_LAZILY
    }
    assert eager == set()


def test_every_package_that_is_imported_is_declared(imported: dict[str, list[tuple[str, bool]]], project: dict):
    core = declared(project["dependencies"])
    extras = {name: declared(project["optional-dependencies"][name]) for name in EXTRAS}
    distributions = packages_distributions()
    undeclared = set()
    for file, names in imported.items():
        for name in {name.partition(".")[0] for name, _ in names} - sys.stdlib_module_names - {"harness"}:
            brings = {normal(found) for found in distributions.get(name, [name])}
            if name in COMES_WITH or brings & core:
                continue
            if not any(name in packages and brings & extras[extra] for extra, packages in EXTRAS.items()):
                undeclared.add((file, name))
    assert undeclared == set()


def test_extras_are_those_of_the_project_and_all_holds_every_one(project: dict):
    assert {*EXTRAS, "dev", "train", "all"} == set(project["optional-dependencies"])
    together = ",".join(extra for extra in EXTRAS if extra not in BY_ITSELF)
    assert project["optional-dependencies"]["all"] == [f"headline-harness[{together}]"]
    distributions = packages_distributions()
    for extra, packages in EXTRAS.items():
        # What is in an extra by itself need not be installed here; its package has the name that it is imported by.
        brought = {normal(distributions.get(package, [package])[0]) for package in packages}
        assert brought == declared(project["optional-dependencies"][extra]), extra

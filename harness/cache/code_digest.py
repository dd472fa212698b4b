"""The code that a component's results depend on, by content: what the components' module imports, directly or not.

A metric's source may change without a model being asked again, since no model imports a metric. Imports are read from
the source text, those inside functions too, so that nothing is loaded to find them. What cannot be followed that way
(a module that imports by a computed name) makes the whole package count.
"""

import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import distributions, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

import harness
from harness.component import Component

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(harness(?:\.\w+)*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+(harness(?:\.\w+)*))",
    re.MULTILINE,
)
_COMPUTED = re.compile(r"\bimport_module\((?!\"(?!harness)[\w.]+\"\))|\b__import__\(")
"""An import by a name that is not written out; one that names a module of another package in full is none."""
_NAME = re.compile(r"\w+")
_DATA = (".json", ".toml")
_LISTS = ("top_level.txt", "RECORD", "SOURCES.txt", "installed-files.txt")
"""Files of a distribution that name its packages, or their files."""
_READS = re.compile(rb"\bfiles\(|\b__file__\b")
"""A module that asks where it stands may read the data files in its folder."""
_TOP = Path(harness.__file__).parent
_ALWAYS = ("harness.run.generate", "harness.run.check", "harness.process.isolation", "harness.cache.keys")
"""Modules that turn what a component answers into what is kept, whatever the component.

Their imports are not followed: a stage meets the folder and the workers too, which no result depends on.
"""


def component_code(component: Component) -> str:
    """Digest the code behind a component, its nested components and its base classes."""
    parts = [component, *nested_components(component)]
    modules = {base.__module__ for part in parts for base in type(part).__mro__ if base.__module__ != "builtins"}
    ours = {name for name in modules if name.partition(".")[0] == "harness"}
    others = {name.partition(".")[0] for name in modules - ours}
    return _digest(tuple(sorted(ours)), tuple(sorted(others - _PUBLISHED)))


def nested_components(component: Component) -> Iterable[Component]:
    """Yield the components that are parameters of a component, at any depth."""
    for name in component.nested:
        inner = getattr(component, name)
        for part in inner if isinstance(inner, tuple | list) else (inner,):
            yield part
            yield from nested_components(part)


_PUBLISHED = frozenset({"abc", "pydantic", "typing"})
"""Packages of base classes whose versions stand in the key by themselves."""


@cache
def _digest(ours: tuple[str, ...], others: tuple[str, ...]) -> str:
    seen = hashlib.sha256()
    for file in sorted({file for name in {*reached(*ours), *_ALWAYS} for file in _files_of(name)}):
        seen.update(f"{file.relative_to(_TOP).as_posix()}\0".encode())
        seen.update(_contents(file))
    for package in others:
        seen.update(_foreign(package).encode())
    return seen.hexdigest()


@cache
def reached(*names: str) -> frozenset[str]:
    """Modules of this package that the named ones import, directly or not, and themselves."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or _file_of(name) is None:
            continue
        found.add(name)
        imported = _imports(name)
        if imported is None:
            return frozenset(_module_of(file) for file in _TOP.rglob("*.py"))
        waiting.extend(imported)
        waiting.append(name.rpartition(".")[0])
    return frozenset(found)


@cache
def _imports(name: str) -> frozenset[str] | None:
    """List what one module imports of this package; None where it imports by a computed name."""
    file = _file_of(name)
    text = _contents(file).decode("utf-8", "replace") if file else ""
    if _COMPUTED.search(text):
        return None
    found: set[str] = set()
    for package, names, module in _IMPORT.findall(text):
        found.add(package or module)
        if names:  # any of the names may be a module of the package
            found.update(f"{package}.{each}" for each in _NAME.findall(names))
    return frozenset(found)


@cache
def _contents(file: Path) -> bytes:
    return file.read_bytes()


@cache
def _file_of(name: str) -> Path | None:
    place = _TOP.joinpath(*name.split(".")[1:])
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if name.startswith("harness") and file.is_file():
            return file
    return None


def _module_of(file: Path) -> str:
    parts = file.relative_to(_TOP).with_suffix("").parts
    return ".".join(["harness", *(parts[:-1] if parts[-1] == "__init__" else parts)])


def _files_of(name: str) -> list[Path]:
    """List a module's file, and the data files in its folder where it may read them."""
    file = _file_of(name)
    if file is None:
        return []
    beside = file.parent.iterdir() if _READS.search(_contents(file)) else ()
    return [file, *(other for other in beside if other.suffix in _DATA)]


def _foreign(package: str) -> str:
    """Name, version and source digest of another package that a component comes from."""
    installed = ",".join(f"{name}=={version(name)}" for name in _distributions_of(package))
    seen = hashlib.sha256()
    for file in _foreign_files(package):
        seen.update(f"{file.name}\0".encode())
        seen.update(file.read_bytes())
    return f"{package} {installed} {seen.hexdigest()}"


@cache
def _distributions_of(package: str) -> Sequence[str]:
    """Name the distributions that a package was installed with.

    `packages_distributions` takes every file of every distribution apart, the better part of a second where there are
    three hundred: it is not asked about a package that no list of files mentions.
    """
    mentioned = any(
        package in (distribution.read_text(name) or "") for distribution in distributions() for name in _LISTS
    )
    return packages_distributions().get(package, ()) if mentioned else ()


def _foreign_files(package: str) -> list[Path]:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # a program that was not imported, such as `__main__`
        spec = None
    if spec is None:
        program = getattr(sys.modules.get(package), "__file__", None)
        return [Path(program)] if program else []
    if spec.submodule_search_locations:
        return sorted(
            file
            for place in spec.submodule_search_locations
            for file in Path(place).rglob("*")
            if file.suffix in (".py", *_DATA)
        )
    return [Path(spec.origin)] if spec.origin and Path(spec.origin).is_file() else []

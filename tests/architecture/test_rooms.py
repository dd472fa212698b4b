"""The house: few modules in a room, none that import one another in a circle, and a page that fits on two screens."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import TOP

PAGE = TOP / "docs" / "architecture.md"
MODULES_IN_A_ROOM = 20
MODULES_IN_RUN = 16
LINES_OF_THE_PAGE = 128
LINES_OF_A_FUNCTION = 60
LINES_OF_A_FILE = 400


def module_of(file: Path) -> str:
    parts = file.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for file in sorted((TOP / "harness").rglob("*.py"))}


def imports(file: Path) -> Iterator[str]:
    """Every module of ours that a file imports, inside functions and for types alone, too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.ImportFrom) and node.module in FILES:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in FILES else node.module for name in named)


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Each set of modules that reach one another."""
    reached: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        waiting = [*graph[start]]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += graph[name]
        reached[start] = seen
    found: list[set[str]] = []
    for name, seen in reached.items():
        circle = {other for other in seen if name in reached[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]


def test_files_and_functions_are_short():
    long = []
    for name, file in FILES.items():
        text = file.read_text(encoding="utf-8")
        if text.count("\n") > LINES_OF_A_FILE:
            long.append(name)
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        long += [f"{name}.{n.name}" for n in functions if (n.end_lineno or 0) - n.lineno >= LINES_OF_A_FUNCTION]
    assert long == []


def test_no_modules_import_one_another():
    graph = {name: set(imports(file)) - {name} for name, file in FILES.items()}
    assert graph["harness.run.pipeline"] > {"harness.run.plan"}
    assert circles(graph) == []


def test_rooms_are_small():
    files = [file.relative_to(TOP) for file in FILES.values() if file.name != "__init__.py"]
    rooms = Counter(file.parent.as_posix() for file in files if file.parent.as_posix() != "harness")
    assert {room: count for room, count in rooms.items() if count > MODULES_IN_A_ROOM} == {}
    assert rooms["harness/run"] <= MODULES_IN_RUN


def rows() -> list[tuple[int, str, str]]:
    """Each row of the page's rooms: its layer, the room or file, and what is said of it."""
    found = re.findall(r"^\| (\d+) \| `([\w/.]+)` \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(int(layer), room.rstrip("/"), text) for layer, room, text in found]


def test_the_page_is_short_and_has_a_row_for_every_room():
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) <= LINES_OF_THE_PAGE
    top = TOP / "harness"
    rooms = {file.parent.relative_to(top).as_posix() for file in FILES.values()} - {"."}
    alone = {file.name for file in FILES.values() if file.parent == top} - {"__init__.py"}
    assert Counter(room for _, room, _ in rows()) == Counter(rooms | alone)


def test_the_page_has_the_layers_that_are_checked():
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    checked = {
        name: number for number, line in enumerate(contracts[0]["layers"], start=1) for name in re.findall(r"\w+", line)
    }
    assert {room.partition("/")[0].removesuffix(".py"): layer for layer, room, _ in rows()} == checked


def test_the_page_names_every_file_of_a_room_once():
    """By its bare name, in the row of its room."""
    told = {room: Counter(re.findall(r"`(\w+)`", text)) for _, room, text in rows()}
    wrong = [
        file.relative_to(TOP).as_posix()
        for file in FILES.values()
        if file.name != "__init__.py" and file.parent != TOP / "harness"
        if told[file.parent.relative_to(TOP / "harness").as_posix()][file.stem] != 1
    ]
    assert wrong == []

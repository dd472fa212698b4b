"""YAML into plain values, with the line that each of them stands on.

Reads YAML 1.2's core schema rather than PyYAML's 1.1: `no`, `on` and `12:30` are strings, `1e-5` is a number. A key
given twice is a mistake, and so is a file whose aliases unfold into more values than any configuration needs.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import ConfigError, Problem

KeyPath = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_VALUES = 20_000
MAX_DEPTH = 40

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")


def dotted(path: KeyPath) -> str:
    """`("models", 0, "hf")` → `models.0.hf`."""
    return ".".join(str(part) for part in path)


@dataclass
class Source:
    """A configuration as written: its values, where each stands, and the mistakes found while reading it."""

    where: str
    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    origins: dict[KeyPath, str] = field(default_factory=dict)
    """Paths that were set on the command line → the flag as typed."""
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: KeyPath) -> tuple[str, int | None]:
        """The file and line (or the flag) of the value at `path`, or of the nearest one that holds it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]], None
            if path[:length] in self.lines:
                return self.where, self.lines[path[:length]]
        return self.where, None

    def problem(self, path: KeyPath, message: str, *, found: str = "", accepted: str = "", nearest: str = "") -> None:
        """Note a mistake at `path`."""
        where, line = self.place(path)
        self.problems.append(Problem(message, where, line, dotted(path), found, accepted, nearest))


def read(file: Path) -> Source:
    """The YAML file at `file`.

    Raises ConfigError where it cannot be read or is not YAML; mistakes inside it are collected in `problems`.
    """
    where = str(file)
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        near = _neighbour(file)
        raise ConfigError(
            [Problem(f"cannot be read: {error.strerror}", where, accepted="a YAML file", nearest=near)]
        ) from None
    if size > MAX_BYTES:
        raise ConfigError([Problem("too large", where, found=f"{size} bytes", accepted=f"at most {MAX_BYTES}")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(
            [Problem("not UTF-8", where, line, found=f"byte 0x{data[error.start]:02x}", accepted="UTF-8 text")]
        ) from None
    return parse(text, where)


def parse(text: str, where: str) -> Source:
    """YAML `text` that came from `where`. Raises ConfigError where it is not YAML."""
    source = Source(where, None)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ConfigError([_syntax_problem(error, where)]) from None
    except RecursionError:
        raise ConfigError([Problem("nested too deeply", where, accepted=f"at most {MAX_DEPTH} levels")]) from None
    source.lines[()] = node.start_mark.line + 1 if node else 1
    source.value = _Builder(source).build(node, ()) if node else None
    return source


def scalar(text: str) -> Any:
    """A plain YAML 1.2 scalar: null, true, false, an integer, a number or a string.

    Raises ValueError for infinities and NaN, also where a number such as 1e400 is one.
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INT.match(text) and len(text) < 40:
        return int(text)
    if _FLOAT.match(text) or _SPECIAL.match(text):
        number = float(text.replace(".inf", "inf").replace(".nan", "nan")) if _FLOAT.match(text) else math.inf
        if not math.isfinite(number):
            raise ValueError("not a finite number")
        return number
    return text


class _Builder:
    """Turns YAML nodes into values and notes their lines."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values = 0

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            line = node.start_mark.line + 1
            limits = f"at most {MAX_VALUES} values, {MAX_DEPTH} levels deep, aliases unfolded"
            raise ConfigError(
                [Problem("too many values or nested too deeply", self._source.where, line, "", "", limits)]
            )
        self._source.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - compose makes these three kinds only
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                self._source.lines[(*path, "?")] = line
                self._source.problem((*path, "?"), "a key that is not a plain word", accepted="words as keys")
                continue
            key = key_node.value
            here = (*path, key)
            if key in built:
                first = self._source.lines[here]
                self._source.problems.append(
                    Problem(f"key given twice, first on line {first}", self._source.where, line, dotted(here))
                )
                continue
            self._source.lines[here] = line
            built[key] = self.build(value_node, here)
        return built

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        tag = node.tag
        if node.style in ("'", '"', "|", ">") or tag == "tag:yaml.org,2002:str":
            if tag not in ("tag:yaml.org,2002:str", "!"):
                self._source.problem(path, "a YAML tag", found=tag, accepted="plain values")
            return node.value if node.style else self._plain(node.value, path)
        if not tag.startswith("tag:yaml.org,2002:") or tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN_TAGS:
            self._source.problem(path, "a YAML tag", found=tag, accepted="plain values")
            return None
        return self._plain(node.value, path)

    def _plain(self, text: str, path: KeyPath) -> Any:
        try:
            return scalar(text)
        except ValueError as error:
            self._source.problem(path, str(error), found=text, accepted="a finite number")
            return None


_PLAIN_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "value"}


def _syntax_problem(error: yaml.YAMLError, where: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    message = f"not valid YAML: {what}" + (f" {context}" if context else "")
    return Problem(message, where, mark.line + 1 if mark else None)


def _neighbour(file: Path) -> str:
    from harness.errors import nearest_name

    folder = file.parent
    if not folder.is_dir():
        return ""
    near = nearest_name(file.name, [other.name for other in folder.iterdir() if other.suffix in (".yaml", ".yml")])
    return str(folder / near) if near else ""

"""Reads YAML into plain values, and remembers the line of each.

Reads YAML 1.2's core schema rather than PyYAML's 1.1: `no`, `on` and `12:30` are strings, `1e-5` is a number. A key
given twice is a mistake, and so is a file that holds, or whose aliases unfold into, more values than any configuration
needs.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.errors import ConfigError, Problem
from harness.inputs.files import nearest_file
from harness.inputs.values import RowError, check_text

KeyPath = tuple[str | int, ...]

MAX_BYTES = 250_000
MAX_VALUES = 5_000
MAX_DEPTH = 40

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")


def dotted_path(path: KeyPath) -> str:
    """Join a path with dots: `("models", 0, "hf")` → `models.0.hf`."""
    return ".".join(str(part) for part in path)


@dataclass
class Source:
    """A configuration as written: its values, the place of each, and the mistakes found in reading it."""

    where: str
    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)
    origins: dict[KeyPath, str] = field(default_factory=dict)
    """Paths that were set on the command line → the flag as typed."""
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: KeyPath) -> tuple[str, int | None]:
        """Return the file and line (or the flag) of the value at `path`, or of the nearest one that holds it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]], None
            if path[:length] in self.lines:
                return self.where, self.lines[path[:length]]
        return self.where, None

    def report(self, path: KeyPath, message: str, *, found: str = "", accepted: str = "", nearest: str = "") -> None:
        """Note a mistake at `path`."""
        where, line = self.place(path)
        self.problems.append(Problem(message, where, line, dotted_path(path), found, accepted, nearest))

    def checked_text(self, text: str, path: KeyPath) -> str:
        """Return a string that can be written again; report any other, and return an empty one."""
        try:
            return check_text(text, "")
        except RowError as error:
            self.report(path, error.reason)
            return ""


def read(file: Path) -> Source:
    """Read the YAML file at `file`.

    Raises ConfigError where it cannot be read or is not YAML; mistakes inside it are collected in `problems`.
    """
    where = str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file system can hold
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        nearest = nearest_file(file, (".yaml", ".yml"))
        raise ConfigError(
            [Problem(f"cannot be read: {reason}", where[:200], accepted="a YAML file", nearest=nearest)]
        ) from None
    if len(data) > MAX_BYTES:
        raise ConfigError([Problem("too large", where, accepted=f"a configuration of at most {MAX_BYTES:,} bytes")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(
            [Problem("not UTF-8", where, line, found=f"byte 0x{data[error.start]:02x}", accepted="UTF-8 text")]
        ) from None
    return parse(text, where)


def parse(text: str, where: str) -> Source:
    """Read YAML `text` that came from `where`. Raises ConfigError where it is not YAML."""
    source = Source(where, None)
    try:
        node = _Loader(text, where).get_single_node()
    except yaml.YAMLError as error:
        raise ConfigError([_syntax_problem(error, text, where)]) from None
    except (ValueError, OverflowError):  # PyYAML makes a character of any number
        raise ConfigError([Problem("an escape that is no character", where, accepted="at most \\U0010FFFF")]) from None
    source.lines[()] = node.start_mark.line + 1 if node else 1
    source.value = _Builder(source).build(node, ()) if node else None
    return source


def scalar(text: str) -> Any:
    """Read a plain YAML 1.2 scalar: null, true, false, an integer, a number or a string.

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
        number = float(text) if _FLOAT.match(text) else math.inf
        if not math.isfinite(number):
            raise ValueError("not a finite number")
        return number
    return text


class _Loader(yaml.SafeLoader):
    """PyYAML's reader with limits; without them a file of a megabyte takes a minute."""

    def __init__(self, text: str, where: str) -> None:
        super().__init__(text)
        self._where = where
        self._nodes = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read the next node. Raises ConfigError where it is one too many, or too deep."""
        self._nodes += 1
        self._depth += 1
        if self._nodes > 2 * MAX_VALUES or self._depth > MAX_DEPTH + 1:  # keys are nodes, too
            raise _too_much(self._where, self.peek_event().start_mark.line + 1)  # type: ignore[no-untyped-call]
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _too_much(where: str, line: int) -> ConfigError:
    limits = f"at most {MAX_VALUES:,} values, {MAX_DEPTH} levels deep, aliases unfolded"
    return ConfigError([Problem("too many values or nested too deeply", where, line, accepted=limits)])


class _Builder:
    """Turns YAML nodes into values and notes their lines."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values = 0

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _too_much(self._source.where, node.start_mark.line + 1)
        self._source.lines.setdefault(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTION_TAGS:
            self._source.report(path, "a YAML tag", found=node.tag, accepted="plain values")
            return None
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
                self._source.report((*path, "?"), "a key that is not a plain word", accepted="words as keys")
                continue
            key = self._source.checked_text(key_node.value, (*path, "?"))
            here = (*path, key)
            if key in built:
                first = self._source.lines[here]
                self._source.problems.append(
                    Problem(f"key given twice, first on line {first}", self._source.where, line, dotted_path(here))
                )
                continue
            self._source.lines[here] = line
            built[key] = self.build(value_node, here)
        return built

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        tag = node.tag
        if node.style in ("'", '"', "|", ">") or tag == "tag:yaml.org,2002:str":
            if tag not in ("tag:yaml.org,2002:str", "!"):
                self._source.report(path, "a YAML tag", found=tag, accepted="plain values")
            return self._source.checked_text(node.value, path) if node.style else self._scalar_of(node.value, path)
        if not tag.startswith("tag:yaml.org,2002:") or tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN_TAGS:
            self._source.report(path, "a YAML tag", found=tag, accepted="plain values")
            return None
        return self._scalar_of(node.value, path)

    def _scalar_of(self, text: str, path: KeyPath) -> Any:
        try:
            return scalar(text)
        except ValueError as error:
            self._source.report(path, str(error), found=text, accepted="a finite number")
            return None


_COLLECTION_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_PLAIN_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "value"}


def _syntax_problem(error: yaml.YAMLError, text: str, where: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    tab = _tab_line(text, getattr(error, "context_mark", None), mark)
    if tab is not None:
        message = "not valid YAML: YAML does not allow tabs for indentation; use spaces"
        return Problem(message, where, tab, found="a tab at the beginning of the line")
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    context = getattr(error, "context", None)
    message = f"not valid YAML: {what}" + (f" {context}" if context else "")
    return Problem(message, where, mark.line + 1 if mark else None)


def _tab_line(text: str, start: yaml.Mark | None, end: yaml.Mark | None) -> int | None:
    """Return the first of the lines that an error is about with a tab in its indentation."""
    if end is None:
        return None
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)
    for at in range(start.line if start else end.line, end.line + 1):
        if at < len(lines) and "\t" in lines[at][: len(lines[at]) - len(lines[at].lstrip())]:
            return at + 1
    return None

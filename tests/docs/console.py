"""The console blocks of the documentation: found, run in a copy of the project, held against what they show.

CONTRIBUTING.md says how to write them. A block is run unless it is marked; pages are run from top to bottom, each in a
folder of its own, so that a later block sees what an earlier one left. Blocks that install something are left to
`tests/install`, which has environments for them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SHELLS = ("console", "bash", "sh", "shell", "zsh")
COPIED = (
    "Makefile",
    "configs",
    "constraints.txt",
    "data",
    "docs",
    "harness",
    "pyproject.toml",
    "results",
    "tests_example",
)
SECONDS = 300
"""What one command may take."""

_FENCE = re.compile(r"^ *```+(\w*)\s*$")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_MARK = re.compile(r"(not executed|exits|file): *(.*\S)", re.DOTALL)
_COMMAND = re.compile(r"(\$ |\S*\.venv/bin/|(harness|pip|pipx|uv|python3?|make|pytest|git|cd|export) )")
_INSTALL = re.compile(r"\b(pipx?|uv|uv pip) install\b|\bmake setup\b")


@dataclass(frozen=True)
class Command:
    """A command of a block, and the lines that the page shows below it."""

    line: int
    text: str
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """Something that a page has run: a block's commands, a file that is written, or a hidden set-up."""

    page: str
    line: int
    kind: Literal["commands", "file", "setup"]
    commands: tuple[Command, ...] = ()
    content: str = ""
    exits: int = 0
    """What its last command ends with."""
    not_executed: str = ""
    """Why it is not run."""

    @property
    def installs(self) -> bool:
        """Whether it installs something, which needs an environment of its own."""
        return any(_INSTALL.search(command.text) for command in self.commands)


def blocks(page: str, text: str) -> Iterator[Block]:
    """What there is to run on a page, from top to bottom. Raises ValueError for a mark that nothing stands below."""
    lines = text.split("\n")
    at = 0
    marks: dict[str, str] = {}
    marked_at = 0
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if line.lstrip().startswith("<!--"):
            end = next((n for n in range(at, len(lines)) if "-->" in lines[n]), len(lines)) + 1
            comment = _COMMENT.search("\n".join(lines[at:end]))
            body = comment[1].strip() if comment else ""
            mark = _MARK.fullmatch(body)
            if body.split("\n")[0].strip() == "setup":
                yield Block(page, at + 1, "setup", (Command(at + 1, body.partition("\n")[2]),))
            elif mark:
                marks[mark[1]], marked_at = mark[2], at + 1
        elif fence:
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == "```"), len(lines))
            yield from _marked(page, at + 1, fence[1], lines[at + 1 : end], marks)
            marks, end = {}, end + 1
        elif line.startswith("    ") and _COMMAND.match(line.strip()) and (at == 0 or _ends_before(lines[at - 1])):
            end = next((n for n in range(at, len(lines)) if not lines[n].startswith("    ")), len(lines))
            yield from _marked(page, at, "console", lines[at:end], marks)
            marks = {}
        else:
            end = at + 1
            if line.strip() and marks:
                raise ValueError(f"{page}:{marked_at}: no block stands below this mark")
        at = end


def _ends_before(line: str) -> bool:
    return not line.strip() or line.rstrip().endswith("-->")


def _marked(page: str, line: int, language: str, body: list[str], marks: Mapping[str, str]) -> Iterator[Block]:
    """The block whose first line of content is `line + 1`, if there is something to run in it."""
    indent = min((len(text) - len(text.lstrip()) for text in body if text.strip()), default=0)
    body = [text[indent:] for text in body]
    if "file" in marks:
        yield Block(page, line, "file", content="\n".join([*body, ""]), commands=(Command(line, marks["file"]),))
    elif language in SHELLS:
        script = language != "console"
        commands = (Command(line + 1, "\n".join(body)),) if script else tuple(_commands(line, body))
        yield Block(
            page,
            line,
            "commands",
            commands,
            exits=int(marks.get("exits", "0")),
            not_executed=marks.get("not executed", ""),
        )


def _commands(line: int, body: Sequence[str]) -> Iterator[Command]:
    """The commands of a console block: what stands behind `$ `; every line where none stands behind one."""
    prompted = any(text.startswith("$ ") for text in body)
    if not prompted:
        yield from (Command(line + 1 + n, text) for n, text in enumerate(body) if text.strip())
        return
    at = 0
    while at < len(body):
        start, parts = at, [body[at].removeprefix("$ ")]
        while parts[-1].endswith("\\") and at + 1 < len(body):
            at += 1
            parts.append(body[at].removeprefix("> "))
        end = next((n for n in range(at + 1, len(body)) if body[n].startswith("$ ")), len(body))
        yield Command(line + 1 + start, "\n".join(parts), tuple(body[at + 1 : end]))
        at = end


@dataclass
class Shell:
    """A shell that is left where it was: the next command finds its folder and its variables."""

    folder: Path
    environment: Mapping[str, str]
    notes: Path
    """A folder for what is noted between two commands."""
    _now: dict[str, str] = field(default_factory=dict)

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a command in bash."""
        left = self.notes / "environment"
        program = f"trap 'code=$?; env -0 >{left}; exit $code' EXIT\nset -o pipefail\n{text}\n"
        done = subprocess.run(
            ["bash", "-c", program],  # noqa: S607 - whichever bash there is
            cwd=self._now.get("PWD", self.folder),
            env=self._now or dict(self.environment),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if left.is_file():
            entries = left.read_text().split("\0")
            self._now = dict(entry.split("=", 1) for entry in entries if "=" in entry)
        return done


def workplace(top: Path, folder: Path, cache: Path | None = None) -> Shell:
    """A copy of what a reader has after a checkout and `make setup`, and a shell in it; $PROJECT is its folder.

    Its runs share `cache` with other shells, if one is given: results are the same bytes with a cache and without.
    """
    place, notes = folder / "project", folder / "notes"
    notes.mkdir(parents=True)
    place.mkdir()
    for name in COPIED:
        source = top / name
        if name == "results":
            shutil.copytree(source / "baselines", place / name / "baselines")
        elif source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / name)
    (place / ".venv").symlink_to(top / ".venv")
    variables = {**environment(folder, top / ".venv" / "bin"), "PROJECT": str(place)}
    return Shell(place, {**variables, **({"HARNESS_CACHE": str(cache)} if cache else {})}, notes)


def environment(home: Path, programs: Path) -> dict[str, str]:
    """Variables of a user who has nothing set; `programs` comes first on the path."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "LC_", "LANG"))}
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    offline = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return {**kept, "PATH": path, "HOME": str(home), "TERM": "dumb", "COLUMNS": "80", "PYTHONUTF8": "1", **offline}


def run_block(shell: Shell, block: Block) -> list[str]:
    """Run a block; returns what went otherwise than the page says, as `page:line: what`."""
    if block.kind == "file":
        target = Path(shell.folder, block.commands[0].text)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.content)
        return []
    wrong = []
    for command in block.commands:
        done = shell.run(command.text)
        wanted = block.exits if command is block.commands[-1] else 0
        place = f"{block.page}:{command.line}: {command.text.strip()}"
        printed = f"--- standard output\n{done.stdout}--- standard error\n{done.stderr}---"
        if done.returncode != wanted:
            wrong.append(f"{place}\nended with {done.returncode}; the page promises {wanted}\n{printed}")
        elif command.shown:
            missing = first_difference(command.shown, done.stdout, done.stderr, shell.folder)
            if missing:
                wrong.append(f"{place}\n{missing}\n{printed}")
    return wrong


def first_difference(shown: Sequence[str], out: str, err: str, folder: Path) -> str:
    """What the page shows otherwise than the command printed; empty where they agree.

    A line `…` stands for any lines, and `…` in a line for any text. Lines of standard error may stand anywhere between
    those of standard output, or be left out; all other lines of standard output must be there.
    """
    outs, errs = ([_normal(line, folder) for line in text.splitlines()] for text in (out, err))
    skipping = False
    for line in (_normal(line, folder) for line in shown):
        if line.strip() in ("…", "..."):
            skipping = True
        elif skipping and (at := _find(line, outs)) is not None:
            del outs[: at + 1]
            skipping = False
        elif _find(line, outs[:1]) is not None:
            del outs[0]
        elif (at := _find(line, errs)) is not None:
            del errs[: at + 1]
        else:
            return f"the page shows {line!r} where the output has {outs[0] if outs else 'no more lines'!r}"
    return "" if skipping or not any(outs) else f"the output goes on with {outs[0]!r}; the page shows no more"


def _find(shown: str, lines: Sequence[str]) -> int | None:
    """Where a line that is shown stands among `lines`."""
    pattern = re.compile(".*".join(map(re.escape, shown.split("…"))))
    return next((at for at, line in enumerate(lines) if pattern.fullmatch(line)), None)


def _normal(line: str, folder: Path) -> str:
    """A line without what no two runs have in common: seconds, times, digests of runs, folders of this machine."""
    line = line.replace(str(folder), "/project").rstrip()
    line = re.sub(r"\b\d+(\.\d+)? s\b", "N s", line)
    line = re.sub(r"\b\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", "DATE", line)
    line = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", line)
    return re.sub(r"(?<=\w-)[0-9a-f]{10}\b", "DIGEST", line)

"""Runs `harness` commands in a pseudo-terminal, as somebody at a keyboard would, and says what stands on the screen.

As a program it is what runs there: commands as JSON on its command line, each followed by a mark with its exit code.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

ROWS = 300
"""Of the screen: more than any command prints, so that nothing leaves it."""
_MARK = re.compile(r"<<ended (\d+)>>\r?\n")
_CODES = re.compile("\x1b(?:\\[[0-9;?]*[A-Za-z]|\\][^\x07]*\x07)")


@dataclass(frozen=True)
class Shown:
    """What one command sent to the terminal, and what is left on the screen of it."""

    code: int
    raw: str
    screen: list[str]

    @property
    def text(self) -> str:
        """The screen's lines as one text."""
        return "\n".join(self.screen)

    @property
    def sent_lines(self) -> list[str]:
        """Every line that was ever sent, those of progress bars too, without control codes."""
        return re.split(r"[\r\n]+", _CODES.sub("", self.raw))


def run_in_terminal(
    commands: Sequence[Sequence[str]],
    columns: int,
    environment: Mapping[str, str] = {},
    *,
    resized: Callable[[str], int | None] = lambda _: None,
    seconds_each: float = 0.0,
    noise: str = "",
    errors_to: str = "",
    seconds: float = 120.0,
) -> list[Shown]:
    """Run the commands one after the other in one terminal of so many columns.

    `resized` is asked with all that was sent so far, and may say how many columns the terminal has from now on.
    `seconds_each` is what the model `lead` takes over each cluster, `noise` what it writes to standard error each time.
    `errors_to` is a file for standard error, so that only standard output is the terminal.
    """
    import pyte
    from ptyprocess import PtyProcess

    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    acts = {"seconds": seconds_each, "noise": noise, "errors_to": errors_to}
    order = [sys.executable, __file__, json.dumps(acts), json.dumps([list(command) for command in commands])]
    top = str(Path(__file__).resolve().parents[2])
    child = PtyProcess.spawn(
        order,
        env={**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": top, **environment},
        dimensions=(ROWS, columns),
    )
    screen = pyte.Screen(columns, ROWS)
    stream = pyte.Stream(screen)
    sent = ""
    shown: list[Shown] = []
    pending = b""
    deadline = time.monotonic() + seconds
    while True:
        try:
            pending += child.read(1 << 16)
        except EOFError:
            break
        assert time.monotonic() < deadline, sent[-2000:]
        text, pending = _decoded(pending)
        sent += text
        while ended := _MARK.search(sent):
            stream.feed(sent[: ended.start()])
            lines = [line.rstrip() for line in screen.display]
            shown.append(Shown(int(ended[1]), sent[: ended.start()], _without_empty_end(lines)))
            sent = sent[ended.end() :]
            screen.reset()
        width = resized(sent)
        if width is not None and width != screen.columns:
            child.setwinsize(ROWS, width)
            stream.feed(sent)
            sent = ""
            screen.resize(ROWS, width)
    child.close()
    return shown


def _decoded(data: bytes) -> tuple[str, bytes]:
    """Text, and the bytes of a character that has not come whole."""
    for held in range(4):
        try:
            return data[: len(data) - held].decode(), data[len(data) - held :]
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"not UTF-8: {data[:200]!r}")


def _without_empty_end(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _main() -> None:
    """Run the commands of the command line in this process, so that what they import is imported once."""
    from harness.cli import main
    from harness.models.lead import Lead
    from harness.records import Cluster

    acts = json.loads(sys.argv[1])
    pick = Lead.pick

    def slowly(self: Lead, cluster: Cluster) -> str:
        sys.stderr.write(acts["noise"])
        time.sleep(acts["seconds"])
        return pick(self, cluster)

    if acts["seconds"]:
        mock.patch.object(Lead, "pick", slowly).start()
    if acts["errors_to"]:
        os.dup2(os.open(acts["errors_to"], os.O_WRONLY | os.O_CREAT), 2)
    for command in json.loads(sys.argv[2]):
        sys.argv = ["harness", *command]
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(1, f"<<ended {code}>>\n".encode())


if __name__ == "__main__":
    _main()

"""Log lines on standard error: none by default, run events with `-v`, tracebacks of failures with `-vv`; no secrets."""

import json
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from harness import printable, redact

LogFormat = Literal["plain", "json"]
Level = Literal["info", "warning", "error"]

LOGGER = logging.getLogger("harness")
NO_BAR = "\r\x1b[2K"
"""Control characters that clear a progress bar off the terminal's last line."""
OTHERS = "stderr"
"""The logger that what others write goes by."""
LOGGER.addHandler(logging.NullHandler())


class Line(str):
    """A whole line for standard error in the format that is set; what is none, others wrote."""

    __slots__ = ()


class _Handler(logging.Handler):
    """Writes to whatever standard error is at the moment: a progress bar may have taken its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        sys.stderr.write(Line(f"{self.format(record)}\n"))


class _Plain(logging.Formatter):
    """`12:30:05 warning: message`, the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and a traceback's lines below it."""
        moment = datetime.fromtimestamp(record.created, UTC)
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return redact.text(f"{moment:%H:%M:%S} {level}{record.getMessage()}{trace}")


class _Json(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the fields of a run event."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        more = dict(getattr(record, "fields", {}))
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        moment = datetime.fromtimestamp(record.created, UTC)
        message = redact.text(record.getMessage())
        return _object(moment, record.levelname.lower(), record.name, message, redact.value(more))


def _object(moment: datetime, level: str, logger: str, message: str, more: Mapping[str, object]) -> str:
    """Make a log line of values without secrets: in a line, what follows a secret might be taken for part of it."""
    fields = {"time": moment.isoformat(), "level": level, "logger": logger, "message": message, **more}
    return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True)
class Setting:
    """The lines that are shown, and their format."""

    verbosity: int = 0
    form: LogFormat = "plain"


_setting = Setting()


def configure(verbosity: int, form: LogFormat) -> None:
    """Show warnings, with 1 run events too, with 2 or more everything; a later call replaces an earlier one."""
    for handler in list(LOGGER.handlers):
        if isinstance(handler, _Handler):
            LOGGER.removeHandler(handler)
    handler = _Handler()
    handler.setFormatter(_Json() if form == "json" else _Plain())
    LOGGER.addHandler(handler)
    LOGGER.setLevel((logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)])
    global _setting
    _setting = Setting(verbosity, form)


def add(verbosity: int, form: LogFormat | None) -> None:
    """Raise the verbosity and, where one is given, change the format: `harness -v eval -v` is `harness eval -vv`."""
    configure(_setting.verbosity + verbosity, form or _setting.form)


def setting() -> Setting:
    """Return what is set."""
    return _setting


def take_up(told: Setting) -> None:
    """Have a process that was started for a part of the work write to standard error as the one that started it does.

    Does nothing in any other process.
    """
    from multiprocessing import parent_process  # takes its time, and no command without workers needs it

    if parent_process() is None or isinstance(sys.stderr, _OfWorker):
        return
    redact.watch_environment()
    configure(told.verbosity, told.form)
    sys.stderr = _OfWorker(sys.stderr)


def said(line: str, level: Level = "info") -> Line:
    """Make a line for standard error that is always shown, in the format that log lines have."""
    return Line(f"{line}\n") if _setting.form == "plain" else _said_by(LOGGER.name, redact.printed_text(line), level)


def without_secrets(text: str) -> str:
    """Take secrets out of a text for standard error; a line of JSON has none and is left whole."""
    return text if _setting.form == "json" and isinstance(text, Line) else redact.printed_text(text)


def _said_by(logger: str, text: str, level: Level) -> Line:
    return Line(f"{_object(datetime.now(UTC), level, logger, text.strip(), {})}\n")


class Framed:
    """With log lines in JSON, wraps other output on standard error as such lines.

    Others are libraries that warn or show their progress, and click's usage.
    One for what is written at once, and where that ends in the middle of a line one when the rest has come.
    """

    def __init__(self) -> None:
        self._held = ""

    def __call__(self, text: str) -> str:
        """Return what is to be written for `text`: itself, or the log line that is complete with it, if one is."""
        return text if _setting.form == "plain" or isinstance(text, Line) else self._frame_line(text)

    def rest(self) -> str:
        """Return what is still held, as a log line."""
        return self._frame_line("\n") if self._held else ""

    def _frame_line(self, text: str) -> str:
        whole, _, self._held = (self._held + text).replace("\r", "\n").rpartition("\n")
        if not whole.strip():
            return ""
        level: Level = "error" if whole.lstrip().startswith(("Error", "Traceback")) else "warning"
        return _said_by(OTHERS, redact.printed_text(whole), level)


class _OfWorker:
    """Standard error of a process that was started for a part of the work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._frame_line = Framed()
        # The process that started us may have a progress bar on the terminal's last line; it draws it again below.
        self._over_the_bar = NO_BAR if has_bars(stream) else ""

    def write(self, text: str) -> int:
        """Write `text`, escaped and without secrets, if it can be written; at once, since others write there too."""
        self._write(self._frame_line(text))
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        self._write(self._frame_line.rest())

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(f"{self._over_the_bar}{printable.lines(without_secrets(text))}")
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def has_bars(stream: TextIO) -> bool:
    """Tell whether progress is shown as bars on `stream`: a terminal that can move its cursor, read by people."""
    return stream.isatty() and os.environ.get("TERM") not in (None, "", "dumb", "unknown") and _setting.form == "plain"


def say(line: str, level: Level = "info", *, fold: bool = True) -> None:
    """Write a line to standard error, whatever the verbosity: with `--log-format json` every line there is JSON.

    On a terminal it is folded between words, unless it is there to be copied.
    """
    width = terminal_width(sys.stderr) if fold and _setting.form == "plain" else None
    sys.stderr.write(said(line if width is None else printable.fold(line, width), level))


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal that `stream` is, as `COLUMNS` or the terminal says; None where it is none."""
    if not stream.isatty():
        return None
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told):
        return int(told)
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or None
    return None

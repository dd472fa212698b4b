"""Log lines on standard error: none by default, run events with `-v`, tracebacks of failures with `-vv`; no secrets."""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from harness import redact

LogFormat = Literal["plain", "json"]
Level = Literal["info", "warning", "error"]

LOGGER = logging.getLogger("harness")
LOGGER.addHandler(logging.NullHandler())


class _Handler(logging.Handler):
    """Writes to whatever standard error is at the moment: a progress bar may have taken its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        sys.stderr.write(f"{redact.text(self.format(record))}\n")


class _Plain(logging.Formatter):
    """`12:30:05 warning: message`, the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback's lines below it."""
        moment = datetime.fromtimestamp(record.created, UTC)
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{moment:%H:%M:%S} {level}{record.getMessage()}{trace}"


class _Json(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the fields of a run event."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        more = dict(getattr(record, "fields", {}))
        if record.exc_info:
            more["traceback"] = self.formatException(record.exc_info)
        moment = datetime.fromtimestamp(record.created, UTC)
        return _object(moment, record.levelname.lower(), record.name, record.getMessage(), more)


def _object(moment: datetime, level: str, logger: str, message: str, more: Mapping[str, object]) -> str:
    fields = {"time": moment.isoformat(), "level": level, "logger": logger, "message": message, **more}
    return json.dumps(fields, ensure_ascii=False)


@dataclass
class _Setting:
    verbosity: int = 0
    form: LogFormat = "plain"


_setting = _Setting()


def configure(verbosity: int, form: LogFormat = "plain") -> None:
    """Show warnings, with 1 run events too, with 2 or more everything; a later call replaces an earlier one."""
    for handler in list(LOGGER.handlers):
        if isinstance(handler, _Handler):
            LOGGER.removeHandler(handler)
    handler = _Handler()
    handler.setFormatter(_Json() if form == "json" else _Plain())
    LOGGER.addHandler(handler)
    LOGGER.setLevel((logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)])
    _setting.verbosity, _setting.form = verbosity, form


def add(verbosity: int, form: LogFormat | None) -> None:
    """Raise the verbosity and, where one is given, change the format: `harness -v eval -v` is `harness eval -vv`."""
    configure(_setting.verbosity + verbosity, form or _setting.form)


def said(line: str, level: Level = "info") -> str:
    """A line for standard error that is always shown, in the format that log lines have."""
    if _setting.form == "plain":
        return f"{line}\n"
    return f"{_object(datetime.now(UTC), level, LOGGER.name, line.strip(), {})}\n"


def say(line: str, level: Level = "info") -> None:
    """Write a line to standard error, whatever the verbosity: with `--log-format json` every line there is JSON."""
    sys.stderr.write(said(line, level))

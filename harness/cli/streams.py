"""Standard output and standard error as all commands write to them.

Whatever is written was perhaps made by others: a title, an id, a prediction. What would steer a terminal is escaped
here, once and for all. Rich writes past that, since its own control codes must arrive: whoever hands it a text of
others escapes that before (`harness.report.printing.safe`). A reader that went away, a full disk and a stream that was
closed before we started are met here too.
"""

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from harness import printable
from harness.errors import StoreError
from harness.process import logs

_ESCAPING = "harness.escaping"


class OutputError(StoreError):
    """Raised where output cannot be written: the disk is full, the terminal is gone."""


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    r"""Write what the stream's encoding lacks as `\uXXXX`: in a locale without UTF-8, JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - registered for streams that are written to
    return printable.escape(error.object[error.start : error.end]), error.end


codecs.register_error(_ESCAPING, _escape_unencodable)


class ReaderGoneError(Exception):
    """Raised where nobody reads our output any more, as after `| head`; click would end a broken pipe with 1."""


class _Stream:
    """A text stream that raises our errors; it hides its buffer, so that nothing is written past it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_over_a_bar = False
        self._begun = ""

    def write(self, text: str) -> int:
        """Write `text`. Raises ReaderGoneError, and OutputError where the disk is full."""
        with _failures():
            if not self._is_over_a_bar:
                return self._stream.write(text)
            whole, ended, self._begun = (self._begun + text).rpartition("\n")
            if ended:  # at once, so that the bar is not drawn in between; it is drawn again on the line below
                self._stream.write(f"{logs.NO_BAR}{whole}\n")
                self._stream.flush()
            return len(text)

    def flush(self) -> None:
        """Write what is held back. Raises as `write` does."""
        with _failures():
            self._stream.flush()

    @contextmanager
    def over_a_bar(self) -> Iterator[None]:
        """While the context is open, write whole lines in the place of the bar that stands on the last line."""
        self._is_over_a_bar = True
        try:
            yield
        finally:
            self._is_over_a_bar = False
            self.write(self._begun)
            self._begun = ""

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach"):
            raise AttributeError(name)
        return getattr(self._stream, name)


class _Guarded(_Stream):
    """A stream that escapes control characters on their way."""

    rich_proxied_file: _Stream

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        # Rich looks for this name, and writes there.
        self.rich_proxied_file = _Stream(stream)

    def write(self, text: str) -> int:
        """Write `text`, escaped."""
        return self.rich_proxied_file.write(printable.lines(text))

    def flush(self) -> None:
        """Write what is held back."""
        self.rich_proxied_file.flush()


class _Forgiving(_Stream):
    """Standard error. Where it cannot be written, there is nobody to tell and no reason to stop."""

    def write(self, text: str) -> int:
        """Write `text`, if it can be written."""
        try:
            return super().write(text)
        except (ReaderGoneError, OutputError):
            discard(self._stream)
            return len(text)

    def flush(self) -> None:
        """Write what is held back, if it can be written."""
        with suppress(ReaderGoneError, OutputError):
            super().flush()


class _Messages(_Guarded):
    """Standard error, which has no data in it: libraries warn and log there, and may say a secret.

    Where log lines are JSON, what is none becomes one. While a progress bar stands on the last line, whole lines go
    above it.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.rich_proxied_file = _Forgiving(stream)
        self._framed = logs.Framed()

    def write(self, text: str) -> int:
        """Write `text`, escaped, without secrets, if it can be written; click's errors folded as ours are."""
        is_clicks = text.startswith("Error: ") and logs.setting().form == "plain"
        width = logs.terminal_width(self._stream) if is_clicks else None
        self._write(self._framed(text if width is None else printable.fold(text, width)))
        return len(text)

    def flush(self) -> None:
        """Write what is held back, if it can be written."""
        self._write(self._framed.rest())
        self.rich_proxied_file.flush()

    def _write(self, text: str) -> None:
        self.rich_proxied_file.write(printable.lines(logs.without_secrets(text)))


def for_bars() -> Any:
    """Find the stream for a progress bar's own control codes: standard error without our escaping."""
    return _Forgiving(sys.stderr._stream) if isinstance(sys.stderr, _Guarded) else sys.stderr


@contextmanager
def over_a_bar() -> Iterator[None]:
    """While the context is open, a bar stands on the terminal's last line: lines are written above it."""
    with ExitStack() as stack:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Guarded) and stream.isatty():
                stack.enter_context(stream.rich_proxied_file.over_a_bar())
        yield


def say(text: str, hang: int = 2) -> None:
    """Print lines for people on standard output, on a terminal folded between words; elsewhere they stay whole.

    `hang` is by how many columns what is folded is indented further.
    """
    width = logs.terminal_width(sys.stdout)
    sys.stdout.write((text if width is None else printable.fold(text, width, hang)) + "\n")


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise OutputError(f"what is printed cannot be written: {error.strerror}") from None


def write_file(file: Path, text: str, *, append: bool = False) -> None:
    """Write a report to a file that the user named, its folder made first. Raises StoreError where that fails."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a" if append else "w", encoding="utf-8", errors=_ESCAPING) as stream:
            stream.write(text)
    except OSError as error:
        raise StoreError(f"{file}: cannot be written: {error.strerror}") from None


@contextmanager
def guard() -> Iterator[None]:
    """Guard both streams while a command runs."""
    before = sys.stdout, sys.stderr
    nowhere: TextIO | None = None
    for name, given in zip(("stdout", "stderr"), before, strict=True):
        stream: TextIO | None = given
        if stream is None:  # closed by whoever started us: `harness list >&-`
            stream = nowhere = nowhere or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed below
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPING)
        setattr(sys, name, (_Guarded if name == "stdout" else _Messages)(stream))
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stdout, sys.stderr = before
        if nowhere is not None:
            nowhere.close()


def discard(stream: TextIO) -> None:
    """Send what `stream` still holds back nowhere, so that the interpreter does not fail over it again at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

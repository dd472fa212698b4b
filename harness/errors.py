"""The errors that the harness raises on purpose, and the exit code that each one maps to.

    HarnessError
    ├── UsageError                 2   the user can mend it before anything runs
    │   ├── ConfigError            2   one or more mistakes in a configuration file or an override
    │   ├── DataError              2   one or more bad rows or files
    │   ├── MissingExtraError      2   an optional dependency, or the weights of a component, are not installed
    │   └── NotFoundError          2   a checkpoint is not where its name says (in `weights`)
    └── RunError                   3   something failed while a run was under way
        ├── StoreError             3   a results folder could not be read or written
        │   └── OutputError        3   what a command prints could not be written (in `cli.streams`)
        ├── RunStoppedError        3   a run reached one of its limits; it goes on another time
        ├── ModelError             3   one cluster could not be answered; becomes a Failure row
        │   └── LimitError         3   a call that could exceed a limit on tokens or money (in `endpoint.spending`)
        └── TimeLimitError         3   one cluster took too long; becomes a Failure row (in `run.timelimit`)

Exit codes: 0 pass, 1 regression, 2 configuration or usage, 3 too many failures, 130 interrupted. A regression is a
finding, not an error, so nothing here maps to 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from harness import extras, printable, redact

EXIT_PASS = 0
EXIT_REGRESSION = 1
EXIT_USAGE = 2
EXIT_FAILURES = 3
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Problem:
    """A mistake of the user's, with its place.

    `where` is the file (or the flag) with the mistake, `line` counts from 1, `path` is the dotted path of the YAML key
    or the JSON field, `found` is the value there and `accepted` what it could be. `nearest` is the closest accepted
    name.
    """

    message: str
    where: str = ""
    line: int | None = None
    path: str = ""
    found: str = ""
    accepted: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        """Write `file:line: path: message; found …; accepted: …; did you mean …?`, leaving out what is not known.

        The line cannot steer a terminal, whatever the file or its name holds, and shows no secret, not even as what was
        found.
        """
        place = _cut(redact.text(self.where), 500)
        if place and self.line:
            place = f"{place}:{self.line}"
        path = _cut(redact.text(self.path), 200)
        return printable.line(": ".join(part for part in (place, path, self.reason) if part))

    @property
    def reason(self) -> str:
        """All but the place: `message; found …; accepted: …; did you mean …?`."""
        found = _cut(redact.quotable(self.path, self.found), 300)
        message, accepted, nearest = map(redact.text, (self.message, self.accepted, self.nearest))
        tail = [f"found {found}" if found else "", f"accepted: {accepted}" if accepted else ""]
        tail.append(f"did you mean {nearest!r}?" if nearest else "")
        return "; ".join(part for part in (message, *tail) if part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def nearest_name(found: str, accepted: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the accepted name closest to `found` in spelling, or an empty string where none is within `cutoff`."""
    names = list(accepted)
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(found.lower(), list(lowered), n=1, cutoff=cutoff)
    return lowered[close[0]] if close else ""


class HarnessError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line ends with.

    Secrets in the message are redacted.
    """

    exit_code = EXIT_USAGE

    def __init__(self, message: str = "") -> None:
        super().__init__(redact.text(message))


class UsageError(HarnessError):
    """Something that the user can mend before anything runs."""


class _ProblemsError(UsageError):
    """An error that carries every problem found, not only the first one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        # Each problem sees to its own secrets; read as one sentence, `api_key: not accepted` would be taken for one.
        Exception.__init__(self, "\n".join(str(problem) for problem in self.problems))


class ConfigError(_ProblemsError):
    """One or more mistakes in a configuration file or an override."""


class DataError(_ProblemsError):
    """One or more bad rows or files."""


class MissingExtraError(UsageError):
    """Optional packages or a component's weights are missing; one line names the command that installs them."""

    def __init__(self, needed_by: str, packages: str | Sequence[str], extra: str) -> None:
        names = [packages] if isinstance(packages, str) else list(packages)
        *firsts, last = names
        listed = f"{', '.join(firsts)} and {last}" if firsts else last
        command = extras.install_command(f"headline-harness[{extra}]")
        super().__init__(
            f"{needed_by} needs {listed}, which {'are' if firsts else 'is'} not installed; to install: {command}"
        )


class RunError(HarnessError):
    """Something failed while a run was under way."""

    exit_code = EXIT_FAILURES


class StoreError(RunError):
    """A results folder could not be read or written."""


class RunStoppedError(RunError):
    """A run reached a limit of its configuration: too many failures, or no time left. What is done is saved."""


class ModelError(RunError):
    """A model could not answer for one cluster; the pipeline turns it into a Failure row and goes on."""

    def __init__(self, message: str = "", attempts: int = 1) -> None:
        super().__init__(message)
        self.attempts = attempts
        """Number of tries."""

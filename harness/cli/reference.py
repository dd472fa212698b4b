"""Write the reference of all commands from their own help: `python -m harness.cli.reference > docs/commands.md`."""

from collections.abc import Iterator
from typing import Any

import typer

WIDTH = 100


def commands() -> Iterator[tuple[str, Any]]:
    """Yield command path (`harness data ingest`) and command, in the order in which they are registered."""
    from harness.cli import app

    return _below("harness", typer.main.get_command(app))


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command  # the command tree's own types are typer's private matter
    for name, child in getattr(command, "commands", {}).items():
        yield from _below(f"{path} {name}", child)


def help_text(path: str, command: Any) -> str:
    """Write what `--help` prints, at a fixed width."""
    size = {"max_content_width": WIDTH, "terminal_width": WIDTH}
    context = command.make_context(path, [], resilient_parsing=True, **size)
    return str(command.get_help(context)).rstrip()


def markdown() -> str:
    """Write `docs/commands.md`."""
    parts = ["# Commands\n\nWritten by `make docs` from the commands' own help.\n"]
    parts.extend(f"## {path}\n\n```text\n{help_text(path, command)}\n```\n" for path, command in commands())
    return "\n".join(parts)


if __name__ == "__main__":
    typer.echo(markdown(), nl=False)

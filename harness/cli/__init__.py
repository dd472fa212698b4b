"""The `harness` command: one file a command group; each parses, calls and prints."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("not wired yet")

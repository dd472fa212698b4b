"""`harness` and `python -m harness`: the command line, where this system is supported."""

import sys

from harness import platforms


def main() -> None:
    """Run the command line; elsewhere than on a POSIX system end with 2 and one line."""
    complaint = platforms.complaint()
    if complaint:
        sys.stderr.write(f"error: {complaint}\n")
        sys.exit(2)
    from harness.cli import main as run

    run()


if __name__ == "__main__":
    main()

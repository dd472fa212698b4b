"""Lists of runs: what there is, and what is about to be removed."""

from collections.abc import Sequence

from rich.cells import cell_len

from harness import printable
from harness.report.sizes import size
from harness.run.removal import Candidate


def removal_lines(candidates: Sequence[Candidate]) -> list[str]:
    """A line for each run that is to go, with status, date and size, and their number and size in all."""
    rows = [
        (
            printable.line(str(each.folder.path)),
            each.status,
            f"{each.started:%Y-%m-%d %H:%M} UTC" if each.started else "–",
            size(each.bytes),
        )
        for each in candidates
    ]
    total = f"{len(rows)} run{'' if len(rows) == 1 else 's'}, {size(sum(each.bytes for each in candidates))}"
    return [*aligned(rows), total]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with their columns aligned, two spaces between them and none at the end."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))

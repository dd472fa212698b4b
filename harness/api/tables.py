"""A table for programs and for people: unrounded records, and the same numbers as text, Markdown and HTML."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import RenderableType

WIDTH = 100
"""Columns of what is shown as text."""


@dataclass(frozen=True)
class Table:
    """Records with the cells that show them.

    Iterating gives the records; printing it, or leaving it as the last value of a notebook's cell, shows the cells.
    """

    records: list[dict[str, Any]]
    """A mapping for each row: means and intervals unrounded, shares from 0 to 1, None where there is no number."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Cells as they are shown: shares times 100, one decimal."""
    notes: tuple[str, ...] = ()
    """Sentences that stand below: what the numbers are of."""
    left: int = 2
    """Columns, from the first, that hold names."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def to_frame(self) -> "DataFrame":
        """Make a data frame of pandas of the records. Raises MissingExtraError where pandas is not installed."""
        try:
            from pandas import DataFrame
        except ImportError:
            from harness.errors import MissingExtraError

            raise MissingExtraError("a data frame", "pandas", "pandas") from None
        return DataFrame(self.records)

    def __str__(self) -> str:
        from rich.cells import cell_len

        from harness.report.escape import one_line

        lines = [[one_line(cell) for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
        shown = ["  ".join(self._pad(line, widths, cell_len)).rstrip() for line in lines]
        notes = [part for note in self.notes for part in textwrap.wrap(note, WIDTH)]
        return "\n".join([*shown, *(["", *notes] if notes else [])])

    def _pad(self, cells: Sequence[str], widths: Sequence[int], length: Any) -> Iterator[str]:
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            room = " " * (width - length(cell))
            yield cell + room if at < self.left else room + cell

    def _repr_markdown_(self) -> str:
        from harness.report.escape import markdown
        from harness.report.table import markdown_table

        heads, *rows = [[markdown(cell) for cell in row] for row in (self.heads, *self.rows)]
        notes = "".join(f"\n{markdown(note)}\n" for note in self.notes)
        return markdown_table(heads, rows) + notes

    def _repr_html_(self) -> str:
        from harness.report.escape import page

        def line(cells: Sequence[str], tag: str) -> str:
            sides = ["left" if at < self.left else "right" for at in range(len(cells))]
            marked = zip(cells, sides, strict=True)
            return "".join(f'<{tag} style="text-align:{side}">{page(cell)}</{tag}>' for cell, side in marked)

        body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in self.rows)
        notes = "".join(f"<p><small>{page(note)}</small></p>" for note in self.notes)
        return f"<table><thead><tr>{line(self.heads, 'th')}</tr></thead><tbody>{body}</tbody></table>{notes}"


def as_text(renderable: "RenderableType") -> str:
    """Write what the terminal would show, without colours."""
    from io import StringIO

    from rich.console import Console

    stream = StringIO()
    Console(
        file=stream, width=WIDTH, color_system=None, force_jupyter=False, markup=False, emoji=False, highlight=False
    ).print(renderable)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def as_html(renderable: "RenderableType") -> str:
    """Write the same with colours, for a notebook."""
    from io import StringIO

    from rich.console import Console

    console = Console(
        file=StringIO(), width=WIDTH, record=True, force_jupyter=False, markup=False, emoji=False, highlight=False
    )
    console.print(renderable)
    shown = console.export_html(inline_styles=True, code_format='<pre style="white-space:pre-wrap">{code}</pre>')
    return "\n".join(line.rstrip() for line in shown.splitlines())

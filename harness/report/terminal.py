"""Results tables for a terminal, readable from 80 columns up."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cache.maintenance import Contents
from harness.comparison.compare import Comparison
from harness.records import Counts, MeasureRecord
from harness.report import comparison as comparison_report
from harness.report import numbers
from harness.report.printing import safe
from harness.report.runs import describe_rescoring
from harness.report.table import COST_HEADERS, UNKNOWN, Cell, blocks, cost_row, label, provenance
from harness.run.pipeline import Outcome

GAP = 2
"""Spaces between two columns."""
WIDE = 110
"""Columns of the terminal from which on a comparison shows intervals in columns of their own."""
NAME_WIDTH = 24
"""Columns of the terminal that a name at the head of a column may take."""


def results(outcome: Outcome, width: int, *, every_measure: bool = False) -> RenderableType:
    """Show all tables of a run, each metric's measures split over as many tables as the width needs, and no more."""
    manifest = outcome.manifest
    parts: list[RenderableType] = []
    for block in blocks(outcome, every_measure=every_measure):
        names = Column(Text("configuration"), tuple(safe(row.label) for row in block.rows))
        counts = Column(Text("n"), tuple(Text(_with_slashes(row.denominators)) for row in block.rows), style="dim")
        measures = [
            Column(safe(numbers.short_header(measure)), tuple(_cell(row.cells[at]) for row in block.rows))
            for at, measure in enumerate(block.measures)
        ]
        for table in split(block.metric, names, [counts], measures, width):
            parts += [table, Text()]
    names = Column(Text("configuration"), tuple(safe(label(item)) for item in manifest.configurations))
    counted = [cost_row(manifest.counts.get(item.name, Counts())) for item in manifest.configurations]
    costs = [
        Column(Text(head), tuple(map(safe, cells)))
        for head, *cells in zip(COST_HEADERS, *counted, strict=True)
        if set(cells) != {UNKNOWN}
    ]
    for table in split("generation", names, [], costs, width):
        parts += [table, Text()]
    parts.extend(safe(line, style="dim") for line in [*provenance(manifest), *describe_rescoring(manifest)])
    return Group(*parts)


@dataclass(frozen=True)
class Column:
    """A column of a table that may have to be split."""

    head: Text
    cells: tuple[Text, ...]
    style: str = ""
    folds: bool = False
    """True where text longer than `NAME_WIDTH` is folded, as names are and numbers are not."""

    @property
    def width(self) -> int:
        """Columns of the terminal that its widest line takes."""
        widest = max(cell_len(line) for text in (self.head, *self.cells) for line in text.plain.split("\n"))
        return min(widest, NAME_WIDTH) if self.folds else widest


def split(
    title: str, names: Column, first: Sequence[Column], others: Sequence[Column], width: int
) -> Iterator[RenderableType]:
    """Yield tables no wider than `width` that hold each of `others` once, beside `names`; the first has `first` too."""
    name_width = min(names.width, max(16, width // 3))
    for number, columns in enumerate(share_out([*first, *others], width - name_width)):
        table = plain(f"{title}, continued" if number else title)
        table.add_column(names.head, width=name_width, overflow="fold")
        for column in columns:
            table.add_column(
                column.head,
                justify="right",
                style=column.style,
                width=column.width if column.folds else None,
                overflow="fold",
                no_wrap=not column.folds,
            )
        for cells in zip(names.cells, *(column.cells for column in columns), strict=True):
            table.add_row(*cells)
        yield table


def share_out(columns: Sequence[Column], room: int) -> list[Sequence[Column]]:
    """Part the columns, in order, in as few groups as fit `room`, about equally long where that fits too."""
    parts: list[list[Column]] = []
    left = 0
    for column in columns:
        if not parts or column.width + GAP > left:
            parts.append([])
            left = room
        parts[-1].append(column)
        left -= column.width + GAP
    each = -(-len(columns) // max(1, len(parts)))
    even = [columns[at : at + each] for at in range(0, len(columns), max(1, each))]
    return even if all(sum(column.width + GAP for column in part) <= room for part in even) else list(parts)


def plain(title: str | None = None) -> Table:
    """Make an empty table in our one style: a rule under the heads, nothing else."""
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        title=safe(title, "bold") if title else None,
        title_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def _cell(cell: Cell) -> Text:
    text = safe(cell.mean, style="bold green" if cell.best else "")
    if cell.interval:
        text.append(f"\n{cell.interval}", style="not bold default dim")
    if not cell.usual:
        text.append(f"\nn {_with_slashes(cell.denominators)}", style="not bold default dim")
    return text


def _with_slashes(counts: Iterable[int]) -> str:
    return "/".join(str(count) for count in counts)


def comparison(compared: Comparison, width: int, only: MeasureRecord | None = None) -> RenderableType:
    """Draw a table for each measure or for the only one, and say what the signs mean; for all of them costs as well.

    Below 110 columns the intervals go to a second line.
    """
    measures = [measure for measure in compared.joined.measures if only is None or measure.name == only.name]
    lines = {measure.name: comparison_report.lines(compared, measure) for measure in measures}
    parts: list[RenderableType] = []
    for measure in measures:
        table = plain(numbers.header(measure))
        every = heads = comparison_report.heads_of(measure)
        if width < WIDE:
            heads = tuple(head for head in heads if not head.endswith("interval"))
        if not any(line.difference_interval for line in lines[measure.name]):  # too few clusters for any
            heads = tuple(head for head in heads if head not in ("Holm interval", "its interval"))
        for head in heads:
            left = head in ("", "configuration")
            table.add_column(
                head, justify="left" if left else "right", overflow="fold", no_wrap=head != "configuration"
            )
        for line in lines[measure.name]:
            cells = dict(zip(every, _comparison_cells(line, roomy=width >= WIDE), strict=True))
            table.add_row(*(cells[head] for head in heads), style="dim" if line.is_baseline else "")
        parts += [table, Padding(safe(comparison_report.detectable(compared, measure), style="dim"), (0, 0, 1, 0))]
    costs = _known_columns([comparison_report.COST_HEADS, *comparison_report.cost_lines(compared)])
    if only is None and len(costs[0]) > 2:  # more than how many headlines there are, which `n` says too
        parts.append(Padding(grid("cost", costs[0], costs[1:], width), (0, 0, 1, 0)))
    parts.extend(safe(line, style="dim") for line in comparison_report.legend(compared))
    parts.extend(safe(folded_signature(measure.signature, width), style="dim") for measure in measures)
    return Group(*parts)


def _known_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Leave out the columns of a table, its heads first, that hold nothing in any row below."""
    kept = [column for column in zip(*rows, strict=True) if set(column[1:]) != {UNKNOWN}]
    return [list(row) for row in zip(*kept, strict=True)]


def folded_signature(signature: str, width: int) -> str:
    """Break a signature after a `|` or `/` into as many lines as `width` needs, the later ones indented."""
    lines = [""]
    for part in re.split(r"(?<=[|/])", signature):
        if lines[-1].strip() and cell_len(lines[-1] + part) > width:
            lines.append("  ")
        lines[-1] += part
    return "\n".join(lines)


def _comparison_cells(line: comparison_report.Line, *, roomy: bool) -> list[Text]:
    """Make a line's cells; where there is no room, intervals stand under what they are of."""
    cells = [safe(cell) for cell in line.cells()]
    mean, difference = cells[2], cells[4]
    if line.beats:
        mean.append(f" {line.beats}", style="bold green")
    if not roomy and line.interval:
        mean.append(f"\n{line.interval}", style="not bold default dim")
    if not roomy and line.difference_interval:
        difference.append(f"\n{line.difference_interval}", style="dim")
    return cells


def grid(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> RenderableType:
    """Show a plain table, its first column to the left, in as many parts as the width needs."""
    first, *others = (
        Column(safe(head), tuple(safe(row[at]) for row in rows), folds=True) for at, head in enumerate(heads)
    )
    return Group(*split(title, first, [], others, width))


def cache(contents: Contents) -> RenderableType:
    """Show what the cache holds: a line for each kind and component, and the file."""
    table = plain()
    table.add_column("kind", no_wrap=True)
    table.add_column("component", overflow="fold")
    for head in ("entries", "MB", "oldest (UTC)", "newest (UTC)"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in contents.rows:
        moments = [moment.strftime("%Y-%m-%d %H:%M") for moment in (row.oldest, row.newest)]
        table.add_row(row.kind, Text(row.component), str(row.entries), f"{row.bytes / 1e6:.2f}", *moments)
    size = f"{contents.file}: {sum(row.entries for row in contents.rows)} entries, {contents.file_bytes / 1e6:.1f} MB"
    return Group(table, Text(size, style="dim")) if contents.rows else Text(f"{contents.file}: nothing is kept")

"""Results tables for a terminal, readable from 80 columns up."""

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness import printable
from harness.records import Counts, Failure, Prediction, RunManifest
from harness.report import comparison as comparison_report
from harness.report import numbers
from harness.report.table import COST_HEADERS, Block, Cell, blocks, cost_row, label, provenance
from harness.run.comparison import Comparison
from harness.run.pipeline import Outcome
from harness.run.upkeep import Contents

CELL_WIDTH = 15
"""Columns that one measure takes: an interval such as `[100.0, 100.0]` and the space round it."""


def results(outcome: Outcome, width: int, *, every_measure: bool = False) -> RenderableType:
    """All tables of a run, each metric's measures split over as many tables as the width needs."""
    manifest = outcome.manifest
    longest = max(len(label(item)) for item in manifest.configurations)
    name_width = min(max(longest, len("configuration")), max(16, width // 3))
    parts: list[RenderableType] = []
    for block in blocks(outcome, every_measure=every_measure):
        n_width = max(len("n"), *(len(_slashed(row.denominators)) for row in block.rows))
        at_once = max(1, (width - name_width - n_width - 4) // CELL_WIDTH)
        parts.extend(
            Padding(_block(block, range(start, min(start + at_once, len(block.measures))), name_width), (0, 0, 1, 0))
            for start in _starts(len(block.measures), at_once)
        )
    parts.append(Padding(_costs(outcome, name_width), (0, 0, 1, 0)))
    parts.extend(shown(line, style="dim") for line in provenance(manifest))
    return Group(*parts)


def _starts(total: int, at_once: int) -> Iterator[int]:
    """Where to split `total` columns so that the tables are about equally wide."""
    tables = -(-total // at_once)
    return iter(range(0, total, -(-total // tables)))


def _block(block: Block, columns: range, name_width: int) -> Table:
    table = _table(block.metric if not columns.start else f"{block.metric}, continued", name_width)
    table.add_column("n", justify="right", style="dim", no_wrap=True)
    for at in columns:
        table.add_column(shown(numbers.short_header(block.measures[at])), justify="right", no_wrap=True)
    for row in block.rows:
        table.add_row(shown(row.label), _slashed(row.denominators), *(_cell(row.cells[at]) for at in columns))
    return table


def _table(title: str, name_width: int) -> Table:
    table = _plain(title)
    table.add_column("configuration", width=name_width, overflow="fold")
    return table


def _plain(title: str | None = None) -> Table:
    """An empty table in our one style: a rule under the heads, nothing else."""
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        title=shown(title, "bold") if title else None,
        title_justify="left",
        padding=(0, 1, 0, 0),
    )


def _cell(cell: Cell) -> Text:
    text = shown(cell.mean, style="bold green" if cell.best else "")
    if cell.interval:
        text.append(f"\n{cell.interval}", style="not bold default dim")
    if not cell.usual:
        text.append(f"\nn {_slashed(cell.denominators)}", style="not bold default dim")
    return text


def _slashed(counts: Iterable[int]) -> str:
    return "/".join(str(count) for count in counts)


def _costs(outcome: Outcome, name_width: int) -> Table:
    table = _table("generation", name_width)
    for head in COST_HEADERS:
        table.add_column(head, justify="right")
    for item in outcome.manifest.configurations:
        counts = outcome.manifest.counts.get(item.name, Counts())
        table.add_row(shown(label(item)), *cost_row(counts))
    return table


def comparison(found: Comparison, width: int) -> RenderableType:
    """A table for each measure, costs, and what the signs mean; below 110 columns the intervals go to a second line."""
    roomy = width >= 110
    parts: list[RenderableType] = []
    for measure in found.joined.measures:
        table = _plain(numbers.header(measure))
        for head in comparison_report.HEADS if roomy else NARROW_HEADS:
            left = head in ("", "configuration")
            table.add_column(
                head, justify="left" if left else "right", overflow="fold", no_wrap=head != "configuration"
            )
        for line in comparison_report.lines(found, measure):
            table.add_row(*_comparison_cells(line, roomy=roomy), style="dim" if line.is_baseline else "")
        parts += [table, Padding(shown(comparison_report.detectable(found, measure), style="dim"), (0, 0, 1, 0))]
    parts.append(Padding(grid("cost", comparison_report.COST_HEADS, comparison_report.cost_lines(found)), (0, 0, 1, 0)))
    parts.extend(shown(line, style="dim") for line in comparison_report.legend(found))
    parts.extend(shown(measure.signature, style="dim") for measure in found.joined.measures)
    return Group(*parts)


NARROW_HEADS = ("", "configuration", "mean", "difference", "p", "W/T/L", "n")


def _comparison_cells(line: comparison_report.Line, *, roomy: bool) -> list[Text]:
    mean = shown(line.mean)
    if line.beats:
        mean.append(f" {line.beats}", style="bold green")
    if roomy:
        return [shown(line.letter), shown(line.label), mean, *map(shown, line.cells()[3:])]
    if line.interval:
        mean.append(f"\n{line.interval}", style="not bold default dim")
    difference = shown(line.difference)
    if line.difference_interval:
        difference.append(f"\n{line.difference_interval}", style="dim")
    return [shown(line.letter), shown(line.label), mean, difference, *map(shown, line.cells()[6:])]


def grid(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A plain table, its first column to the left."""
    table = _plain(title)
    for at, head in enumerate(heads):
        table.add_column(shown(head), justify="right" if at else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(shown, row))
    return table


def runs(rows: Iterable[tuple[str, RunManifest]], width: int) -> Table:
    """`harness list`: a line for each run; the data's digest where there is room for it."""
    table = _plain()
    table.add_column("run", no_wrap=True)
    table.add_column("status")
    table.add_column("started (UTC)", no_wrap=True)
    table.add_column("clusters", justify="right")
    table.add_column("models", justify="right")
    roomy = width >= 100
    if roomy:
        table.add_column("data")
    for name, manifest in rows:
        started = manifest.started.strftime("%Y-%m-%d %H:%M")
        cells = [manifest.status, started, str(manifest.clusters), str(len(manifest.configurations))]
        table.add_row(shown(name), *cells, *([shown(manifest.data_digest)] if roomy else []))
    return table


def cache(found: Contents) -> RenderableType:
    """`harness cache list`: a line for each kind and component, and the file."""
    table = _plain()
    table.add_column("kind", no_wrap=True)
    table.add_column("component", overflow="fold")
    for head in ("entries", "MB", "oldest (UTC)", "newest (UTC)"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in found.rows:
        moments = [moment.strftime("%Y-%m-%d %H:%M") for moment in (row.oldest, row.newest)]
        table.add_row(row.kind, Text(row.component), str(row.entries), f"{row.bytes / 1e6:.2f}", *moments)
    size = f"{found.file}: {sum(row.entries for row in found.rows)} entries, {found.file_bytes / 1e6:.1f} MB"
    return Group(table, Text(size, style="dim")) if found.rows else Text(f"{found.file}: nothing is kept")


def predictions(rows: Iterable[Prediction | Failure]) -> Table:
    """Every configuration's text for one cluster, or why there is none."""
    table = _plain()
    table.add_column("configuration", overflow="fold", max_width=30)
    table.add_column("prediction", overflow="fold")
    for row in rows:
        if isinstance(row, Prediction):
            table.add_row(shown(row.configuration), shown(row.text))
        else:
            table.add_row(shown(row.configuration or ""), shown(f"{row.error}: {row.message}", style="red"))
    return table


def console(width: int | None = None) -> Console:
    """A console on standard output that takes no text for markup and never wraps what a program might read."""
    return Console(width=width, highlight=False, soft_wrap=False, markup=False, emoji=False)


def shown(text: str, style: str = "") -> Text:
    """`text` for a terminal: its lines as they are, what would steer the terminal escaped."""
    return Text("\n".join(map(printable.line, text.split("\n"))), style=style)

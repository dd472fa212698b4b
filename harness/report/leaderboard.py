"""The first screen of a run or a comparison: configurations ranked, what is certain in words, where to look next."""

import shlex
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.analysis.leaderboard import Leaderboard, Standing, is_significant, leading_measures
from harness.comparison.compare import Comparison
from harness.comparison.equal import describe_equal
from harness.comparison.leaderboard import leaderboard, leaderboard_of_run, primary_of
from harness.comparison.score_matrix import ScoreMatrix
from harness.errors import UsageError
from harness.records import Counts, MeasureRecord
from harness.report import numbers
from harness.report.answer import MARKS, bounds, full_name, half, name_of, sentences
from harness.report.printing import safe
from harness.report.runs import describe_rescoring
from harness.report.table import UNKNOWN, caveats, label, made_of, status_notes
from harness.report.terminal import Column, plain, results
from harness.run.pipeline import Outcome

FOLDED = {"supported": "sup-\nported", "contradicted": "contra-\ndicted", "within limit": "within\nlimit"}
"""Headings that take two lines on a narrow terminal; `ROUGE-1` and the like are parted at their hyphen."""
NAME = 14
"""Columns that a configuration's name keeps, however many measures there are."""


def of_run(outcome: Outcome, width: int, *, primary: str | None = None, closer: bool = True) -> RenderableType:
    """Draw the first screen of a run; with `closer` it ends with the commands that show more.

    Raises UsageError where `primary` is no measure. A run without a measure that is better one way has its tables.
    """
    manifest = outcome.manifest
    labels = {item.name: label(item) for item in manifest.configurations}
    if primary is None and not leading_measures(manifest.measures):
        return results(outcome, width)
    board = leaderboard_of_run(outcome.folder, manifest, outcome.summaries, primary=primary)
    parts = [first_screen(board, manifest.counts, labels, width)]
    about = [*status_notes(manifest), f"{made_of(manifest)} Shares are printed times 100."]
    parts += [safe(line, "dim") for line in [*about, *caveats(manifest), *describe_rescoring(manifest)]]
    if closer:
        name = shlex.quote(outcome.folder.path.name)
        parts.append(safe(f"More: --details has every table, `harness report {name}` is a page with examples.", "dim"))
    return Group(*parts)


def of_comparison(found: Comparison, primary: str | None = None) -> Leaderboard | None:
    """Rank what was compared, by `primary`, by what the first run's configuration names, or by the first measure.

    None where no measure that was compared is better one way. Raises UsageError where `primary` is not among them.
    """
    manifest = found.joined.columns[0].folder.manifest()
    named = primary_of(manifest, primary)
    compared = [measure.name for measure in found.joined.measures]
    if named is not None and named.name not in compared:
        if primary is not None:
            raise UsageError(f"{named.name!r} is not compared; there are {', '.join(compared)}")
        named = None
    if named is None and not leading_measures(found.joined.measures):
        return None
    return leaderboard(found.joined, found, found.baseline, named)


def ranking(board: Leaderboard, joined: ScoreMatrix, width: int) -> RenderableType:
    """Draw the first screen of a comparison."""
    counts = {column.label: column.counts for column in joined.columns}
    marks = {column.label: label(column.record)[len(column.record.name) :] for column in joined.columns}
    return first_screen(board, counts, {name: f"{name}{mark}" for name, mark in marks.items()}, width)


def first_screen(
    board: Leaderboard, counts: Mapping[str, Counts], labels: Mapping[str, str], width: int
) -> RenderableType:
    """Draw the ranking, then say what it shows. `labels` are the configurations' names with their marks.

    Measures that do not fit the width are left out, the last first, and named.
    """
    names = Column(Text(""), tuple(_name(standing, board, labels) for standing in board.standings))
    costs = _costs(board, counts)
    named = min(names.width, max(NAME, width // 3))
    columns = [_column(board, measure, roomy=True) for measure in board.measures]
    gap = 2
    if named + _total_width([*columns, *costs], gap) > width:  # half an interval goes below its mean
        columns, gap = [_column(board, measure, roomy=False) for measure in board.measures], 1
    shown_measures, gone = list(board.measures), []
    while columns[1:] and named + _total_width([*columns, *costs], gap) > width:
        at = _least_telling(shown_measures)
        columns.pop(at)
        gone.append(name_of(shown_measures.pop(at)))
    kept = [*columns, *costs]
    table = plain()
    table.padding = (0, gap - 1, 0, 0)
    table.add_column("", width=min(names.width, width - _total_width(kept, gap)), overflow="fold")
    for column in kept:
        table.add_column(column.head, justify="right", no_wrap=True)
    for cells in zip(names.cells, *(column.cells for column in kept), strict=True):
        table.add_row(*cells)
    parts: list[RenderableType] = [table, Text()]
    parts += [safe(line, "bold" if at == 0 else "") for at, line in enumerate(sentences(board))]
    parts += [safe(line, "yellow") for line in bounds(board)]
    parts += [safe(line, "dim") for line in _legend(board, gone)]
    return Group(*parts)


def _least_telling(measures: Sequence[MeasureRecord]) -> int:
    """Choose the column to leave out first: `surface`, the floor of the factual check, else the last."""
    names = [measure.name for measure in measures]
    return names.index("surface") if "surface" in names[1:] else len(names) - 1


def _name(standing: Standing, board: Leaderboard, labels: Mapping[str, str]) -> Text:
    best = standing.configuration == board.best.configuration
    text = safe(f"{standing.rank or UNKNOWN} {labels[standing.configuration]}", "bold" if best else "")
    if board.is_tested and standing.like_best and not best:
        text.append(" ≈", style="not bold cyan")
    return text


def _column(board: Leaderboard, measure: MeasureRecord, *, roomy: bool) -> Column:
    name = name_of(measure)
    arrow = numbers.ARROWS[measure.direction].strip()
    if roomy:
        head = f"{name} {arrow}"
    else:
        folded = FOLDED.get(name) or (name.replace("-", "\n-", 1) if name.startswith("ROUGE-") else name)
        head = f"{folded} {arrow}" if "\n" in folded else f"{folded}\n{arrow}"
    means = [standing.summaries[measure.name].mean for standing in board.standings]
    return Column(safe(head), tuple(_cell(each, measure, means, roomy=roomy) for each in board.standings))


def _cell(standing: Standing, measure: MeasureRecord, means: Sequence[float | None], *, roomy: bool) -> Text:
    summary = standing.summaries[measure.name]
    known = [mean for mean in means if mean is not None]
    best = bool(known) and summary.mean == (min(known) if measure.direction == "lower" else max(known))
    mark = standing.beside_baseline[measure.name]
    text = Text(MARKS[mark], style={"better": "green", "worse": "red", "": ""}[mark])
    text.append(numbers.mean(summary, measure), style="bold" if best and len(set(known)) > 1 else "")
    if width := half(summary, measure):
        text.append(f" {width:>5}" if roomy else f"\n{width}", style="dim")
    return text


def _costs(board: Leaderboard, counts: Mapping[str, Counts]) -> list[Column]:
    """Seconds a headline and failures, each only where there are any."""
    held = [counts.get(standing.configuration, Counts()) for standing in board.standings]
    columns = []
    if any(count.seconds and count.predicted for count in held):
        each = [count.seconds / count.predicted if count.predicted and count.seconds else None for count in held]
        columns.append(Column(Text("s\neach"), tuple(Text("–" if value is None else f"{value:.2f}") for value in each)))
    if any(count.failed for count in held):
        columns.append(
            Column(Text("fail-\ned"), tuple(Text(str(count.failed), "red" if count.failed else "") for count in held))
        )
    return columns


def _total_width(columns: Sequence[Column], gap: int) -> int:
    return sum(column.width + gap for column in columns)


def _legend(board: Leaderboard, left_out: Sequence[str]) -> list[str]:
    parts = [f"Ranked by {full_name(board.primary)}, {numbers.clusters(board.clusters)}; ± half the 95 % interval."]
    if board.is_tested:
        marks = {mark for standing in board.standings for mark in standing.beside_baseline.values()}
        told = [f"{MARKS[mark]} {mark}" for mark in ("better", "worse") if mark in marks]
        if told:
            parts.append(f"{', '.join(told)} than {board.baseline}.")
        if any(map(is_significant, board.pairs)):
            parts.append("[ ] interval at the level of the corrected test (Holm).")
        if sum(standing.like_best for standing in board.standings) > 1:
            parts.append("≈ not distinguishable from the best.")
    elif len(board.standings) > 1:
        parts.append("Differences were not tested: `harness compare` does.")
    scored = {each.summaries[board.primary.name].scored for each in board.standings}
    if scored != {board.clusters}:
        counts = f"{min(scored)} to {max(scored)}" if len(scored) > 1 else str(min(scored))
        parts.append(f"{counts} of the clusters have a score.")
    if left_out:
        parts.append(f"No room for {', '.join(left_out)}.")
    return [" ".join(parts), *describe_equal(board.equal)]

"""A comparison as a program sees it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.api.inputs import text_of
from harness.api.tables import Table

if TYPE_CHECKING:
    from pandas import DataFrame

    from harness.analysis.compare import PairComparison
    from harness.comparison import compare as comparing


class Comparison:
    """Configurations of one run or of several, in pairs."""

    def __init__(self, comparison: "comparing.Comparison", details: "comparing.Details") -> None:
        self.comparison = comparison
        """Everything that was compared, as reports take it."""
        self.details = details
        """Details that were asked for: means broken down by a field, the clusters that moved most."""

    @property
    def configurations(self) -> tuple[str, ...]:
        """The configurations' names; with the run's behind them where several runs have one of a name."""
        return self.comparison.joined.labels

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures compared."""
        return tuple(measure.name for measure in self.comparison.joined.measures)

    @property
    def baseline(self) -> str:
        """The configuration that the others differ from."""
        return self.comparison.baseline

    @property
    def pairs(self) -> "tuple[PairComparison, ...]":
        """Every pair of configurations on every measure."""
        return self.comparison.pairs

    def pair(self, configuration: str, measure: str) -> "PairComparison":
        """Find one configuration beside the baseline on one measure: `difference` is its mean − the baseline's.

        Raises UsageError that names the nearest for a name that is none, or that names several, and for the baseline.
        """
        from harness.comparison.score_matrix import find_label, find_measure
        from harness.errors import UsageError

        label = find_label(self.configurations, text_of(configuration, "configuration"))
        wanted = find_measure(self.comparison.joined.measures, text_of(measure, "measure"))
        if label == self.baseline:
            others = ", ".join(name for name in self.configurations if name != label)
            raise UsageError(f"{label!r} is the baseline; accepted: {others}")
        return self.comparison.beside_baseline[label, wanted.name]

    def table(self) -> Table:
        """Make a row for each measure and configuration: its mean, and how it differs from the baseline."""
        from harness.report import comparison as report
        from harness.report import numbers

        rows = []
        for measure in self.comparison.joined.measures:
            for line in report.lines(self.comparison, measure):
                letter, label, mean, *rest = line.cells()
                mean = f"{mean} {line.beats}" if line.beats else mean
                rows.append((numbers.header(measure), f"{letter} {label}", mean, *rest))
        heads = ("measure", "configuration", *report.HEADS[2:])
        return Table(report.records(self.comparison), heads, tuple(rows), tuple(report.legend(self.comparison)))

    def to_frame(self) -> "DataFrame":
        """Make a data frame of pandas, unrounded. Raises MissingExtraError where pandas is not installed."""
        return self.table().to_frame()

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.configurations)}, baseline {self.baseline}>"

    def _beside(self) -> Iterator[tuple[str, Table]]:
        """Lay out each table that stands beside the comparison, below its title."""
        from harness.report import breakdown

        for table in breakdown.tables(self.comparison, self.details):
            yield table.title, Table([], tuple(table.heads), tuple(map(tuple, table.rows)), left=1)

    def _most_moved(self) -> str:
        """Lay out the clusters that moved most, with both texts."""
        from harness.report.breakdown import move_lines

        return "\n".join(move_lines(self.details.moves))

    def __str__(self) -> str:
        from harness.report.escape import one_line

        beside = [f"{one_line(title)}\n{table}" for title, table in self._beside()]
        return "\n\n".join(part for part in (str(self.table()), *beside, self._most_moved()) if part)

    def _repr_markdown_(self) -> str:
        from harness.report.comparison import markdown

        return markdown(self.comparison, self.details)

    def _repr_html_(self) -> str:
        from harness.report.escape import page

        beside = [f"<p><b>{page(title)}</b></p>{table._repr_html_()}" for title, table in self._beside()]
        moved = "\n".join(map(page, self._most_moved().splitlines()))
        return "".join([self.table()._repr_html_(), *beside, *([f"<pre>{moved}</pre>"] if moved else [])])

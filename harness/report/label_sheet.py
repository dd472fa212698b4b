"""Write a sheet to label by hand, as CSV that spreadsheets open."""

import csv
import io
from collections.abc import Iterable

from harness.metaeval.label_sheet import COLUMNS, SheetRow
from harness.report.escape import csv_block, csv_cell


def as_csv(rows: Iterable[SheetRow]) -> str:
    """Write a header, then a row for each text; claims and verdicts have a line each in a cell, the label is empty."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        told = (csv_block("\n".join(lines)) for lines in (row.claims, row.verdicts))
        writer.writerow((csv_cell(row.cluster_id), csv_block(row.text), *told, ""))
    return made.getvalue()

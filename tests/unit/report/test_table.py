"""Which numbers of a table are the best: marked only where one configuration is better than another."""

from pathlib import Path

import pytest

from harness.analysis.summary import Summary
from harness.records import MeasureRecord
from harness.report.table import blocks
from harness.results.run_folder import RunFolder
from harness.run.pipeline import Outcome
from tests import runs


def marked(direction: str, *means: float | None, reads_references: int = 0) -> list[bool]:
    """Whether each configuration's mean is marked; the first `reads_references` of them read the references."""
    measure = MeasureRecord(
        name="errors", metric="errors", summary="x", signature="errors|v:1", unit="words", direction=direction
    )
    names = [f"m{number}" for number in range(len(means))]
    configurations = tuple(
        runs.configuration(name, reads_references=number < reads_references) for number, name in enumerate(names)
    )
    summaries = [
        Summary(configuration=name, measure="errors", mean=mean, low=None, high=None, scored=2, unscorable=0, failed=0)
        for name, mean in zip(names, means, strict=True)
    ]
    manifest = runs.manifest(configurations=configurations, measures=(measure,))
    (block,) = blocks(Outcome(RunFolder(Path("none")), manifest, summaries, 0))
    return [row.cells[0].best for row in block.rows]


@pytest.mark.parametrize(
    ("direction", "means", "best"),
    [
        ("higher", (0.2, 0.5, 0.4), [False, True, False]),
        ("lower", (0.2, 0.5, 0.4), [True, False, False]),
        ("neither", (0.2, 0.5, 0.4), [False, False, False]),
        ("higher", (0.5, 0.5, 0.4), [True, True, False]),  # as good as one another, better than the third
        ("higher", (0.5, 0.5), [False, False]),  # nobody is worse
        ("higher", (0.5,), [False]),
        ("lower", (0.0, 0.5, None), [True, False, False]),  # zero is a number, none is not
        ("higher", (None, None), [False, False]),
        ("higher", (0.5, None), [False, False]),  # it has nobody to be better than
    ],
)
def test_the_best_is_marked_where_another_is_worse(direction: str, means: tuple[float | None, ...], best: list[bool]):
    assert marked(direction, *means) == best


def test_what_reads_the_references_does_not_compete():
    assert marked("higher", 0.9, 0.5, 0.4, reads_references=1) == [False, True, False]
    assert marked("higher", 0.5, 0.5, 0.4, reads_references=1) == [False, True, False]
    assert marked("higher", 0.4, 0.5, 0.5, reads_references=1) == [False, False, False]

"""`harness metaeval`: how well checkers agree with human labels."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def metaeval(
    data: Annotated[list[Path], typer.Option("--data", "-d", help="A JSON Lines file of labelled texts. Repeatable.")],
    checker: Annotated[
        list[str],
        typer.Option("--checker", help="A checker: a name, or YAML such as 'nli: {model: FOLDER}'. Repeatable."),
    ],
    split: Annotated[str | None, typer.Option("--split", help="Measure on the rows of this split only.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows of each data set.")] = None,
    form: Annotated[
        Literal["table", "md", "json"], typer.Option("--format", help="How results are printed.")
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", help="Also write them to this file: Markdown, or JSON.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")] = 13,
    resamples: Annotated[int, typer.Option("--resamples", min=10, help="Resamples of each interval.")] = 1000,
) -> None:
    """Measure checkers against human labels: ROC-AUC, balanced accuracy, calibration, minimal pairs, error types."""
    import sys

    from harness.checkers.base import Checker
    from harness.config.build import load_component
    from harness.errors import UsageError
    from harness.registry import Registry
    from harness.report import agreement
    from harness.run.labelled import measure, read

    if out is not None and not out.parent.is_dir():
        raise UsageError(f"--out {out}: the folder {out.parent} does not exist")
    checkers = []
    for text in checker:
        component = load_component("checker", text, f"--checker {text}", Registry())
        assert isinstance(component, Checker)  # noqa: S101 - the registry gives no other kind for a checker
        checkers.append(component)
    names = [component.name for component in checkers]
    shown = [name if names.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(names)]
    groups = read(data, split=split, limit=limit)
    found = []
    for name, component in zip(shown, checkers, strict=True):
        with component.open() as session:
            for dataset, rows in groups.items():
                sys.stderr.write(f"{name}: {len(rows)} rows of {dataset}\n")
                found.append(measure(dataset, name, session, rows, seed=seed, resamples=resamples))
    order = list(groups)
    found.sort(key=lambda item: (order.index(item.dataset), shown.index(item.checker)))
    if out is not None:
        as_json = out.suffix == ".json"
        written = agreement.as_json(found, resamples, seed) if as_json else agreement.markdown(found, resamples, seed)
        out.write_text(written.rstrip("\n") + "\n", encoding="utf-8")
    printers = {"table": agreement.plain, "md": agreement.markdown, "json": agreement.as_json}
    typer.echo(printers[form](found, resamples, seed))

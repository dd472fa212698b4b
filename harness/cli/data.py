"""`harness data`."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Turn scraped text into clean article clusters."""

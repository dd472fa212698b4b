"""The card of an export for Hugging Face: what `datasets.load_dataset(FOLDER)` needs to know, and what people do."""

import json
from collections.abc import Mapping

from harness.export.schema import TABLES, VERSION, columns_page
from harness.records import RunManifest

SPLIT = "test"
"""The split that every table is: what a run found is nothing to train on."""
FIRST = "predictions"
"""The table that is loaded where none is named."""


def card(run: str, manifest: RunManifest, counts: Mapping[str, int], about: str) -> str:
    """Write the card: front matter in YAML, the run and its results, every column.

    `counts` is file → rows; `about` is the run's results as Markdown. A table without a row has no configuration in the
    front matter, since `datasets` refuses a split without an example.
    """
    front = ["---", f"pretty_name: {json.dumps(f'Results of {run}')}", "tags:", "- headline-harness"]
    front += ["configs:"] if any(counts.values()) else []
    for table in TABLES:
        file = f"{table.name}.parquet"
        if counts.get(file):
            front += [f"- config_name: {table.name}", "  data_files:", f"  - split: {SPLIT}", f"    path: {file}"]
            front += ["  default: true"] if table.name == FIRST else []
    first = FIRST if counts.get(f"{FIRST}.parquet") else "clusters"
    loading = f'datasets.load_dataset("FOLDER", "{first}", split="{SPLIT}")'
    files = "\n".join(f"- `{file}`: {rows:,} rows" for file, rows in counts.items())
    made_by = f"Written by headline-harness, schema {VERSION}; status of the run: {manifest.status}."
    parts = (
        "\n".join([*front, "---\n"]),
        about,
        f"## Files\n\n{made_by} `{loading}` loads a table.\n",
        f"{files}\n- `manifest.json`: what the run is made of, to repeat it\n",
        columns_page("###"),
    )
    return "\n".join(parts)

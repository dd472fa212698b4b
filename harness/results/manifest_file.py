"""A run's `manifest.json` as it is read: whole, of a schema that is known, or an error that names the place."""

from pathlib import Path

from pydantic import ValidationError

from harness.errors import DataError, StoreError
from harness.inputs.json_lines import json_document
from harness.records import SCHEMA_VERSION, RunManifest


def read_manifest(file: Path) -> RunManifest:
    """Read a manifest. Raises StoreError where it is missing, torn, or of a later schema."""
    try:
        value = json_document(str(file), "a manifest")
    except DataError as error:
        raise StoreError(str(error)) from None
    found = value.get("schema_version") if isinstance(value, dict) else None
    if isinstance(found, int) and found > SCHEMA_VERSION:
        raise StoreError(f"{file}: written by a later version: schema {found}, read {SCHEMA_VERSION}")
    try:
        return RunManifest.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{file}: {place}: not a manifest of this version: {first['msg']}") from None

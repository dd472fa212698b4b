"""The base class of records, the types of their fields, and content digests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
)

from harness import printable, redact

SCHEMA_VERSION = 1
"""Version of everything written to a results folder; it rises when an older reader would misread it."""

Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Message = Annotated[str, AfterValidator(redact.text)]
"""Text by a program, as opposed to data; secrets in it are redacted, whoever wrote it."""
Settings = Annotated[Mapping[str, Any], AfterValidator(redact.value)]
"""Parameters as a manifest keeps them, secrets redacted."""
Shown = Annotated[str, BeforeValidator(printable.line), AfterValidator(redact.text)]
"""Message on one line that cannot steer a terminal and can be written to a file, whatever it quotes."""
Whole = Annotated[int, Field(ge=0, le=2**53)]
"""A count that a float holds exactly."""
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Statistic = Annotated[FiniteFloat, Field(ge=-1e15, le=1e15)]
"""A measure's value; bounded, so that no sum of them is infinite."""
UtcDatetime = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


def canonical_json(value: object) -> str:
    """Write a value as JSON in the one canonical form: sorted keys, no spaces, no NaN.

    Raises ValueError for NaN and infinities, TypeError for what JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def content_digest(value: object) -> str:
    """Return the first 16 hexadecimal digits (64 bits) of the SHA-256 of `value`'s canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def check_distinct(what: str, names: Sequence[str]) -> None:
    """Raise ValueError where a name appears twice; `what` says what the names are of."""
    if len(set(names)) < len(names):
        raise ValueError(f"two of one name among the {what}s")


def utc_now() -> datetime:
    """Return the present moment in UTC, to the microsecond, so that two runs started in one second have an order."""
    return datetime.now(UTC)


class Record(BaseModel):
    """Base of all records: frozen, closed, finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> str:
        """Write the record as one line of JSON, leaving out fields at their defaults."""
        return self.model_dump_json(exclude_defaults=True)

"""Who does the work of a run: `execution:`. It cannot change a number, so it is no part of what identifies a run."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from harness.errors import MissingExtraError, Problem
from harness.extras import missing
from harness.records import Record

_ADDRESS = r"^(local|auto|([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5})$"


class Execution(Record):
    """Who does the work of a run. All but `executor` and `workers` is for `ray` alone."""

    executor: Literal["local", "ray"] = Field(
        default="local", description="`local`: this machine. `ray`: a Ray cluster, which needs the extra `ray`."
    )
    address: str = Field(
        default="local",
        pattern=_ADDRESS,
        description="`local`: a cluster of this machine that ends with the run. `auto`: the one that this machine is a "
        "node of. HOST:PORT: the one whose head listens there.",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        description="Processes that check and score, as --jobs says; with `ray` blocks at work at once, else one for "
        "each processor of the cluster.",
    )
    actors: int | None = Field(
        default=None,
        ge=1,
        description="Processes that hold the weights of a model at once; else one for each GPU of the cluster, or for "
        "each processor where it has none.",
    )
    gpus: float | None = Field(
        default=None, ge=0, description="GPUs of each of them, or a part of one; else 1 where the cluster has any."
    )
    retries: int = Field(
        default=2, ge=0, le=100, description="How often work is done again whose process or machine was lost."
    )

    def problems(self) -> Iterator[Problem]:
        """List what is missing here for the executor, without importing it."""
        lacking = missing("psutil", "ray") if self.executor == "ray" else []
        if lacking:
            yield Problem(str(MissingExtraError("executor ray", lacking, "ray")))

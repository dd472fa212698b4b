"""Events of a run, in the order they happened: a line of `events.jsonl` for each event, and a log record."""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

from harness.disk.durable import Appender
from harness.errors import StoreError
from harness.records import EventName, Failure, RunEvent, utc_now

_LOGGER = logging.getLogger("harness.run")


class Events:
    """Notes a run's events. A file that cannot be written any more does not stop the run: its own records will."""

    def __init__(self, open_file: Callable[[], Appender]) -> None:
        self._open_file = open_file
        self._file: Appender | None = None
        self._began = monotonic()

    def add(
        self,
        event: EventName,
        message: str = "",
        *,
        stage: str | None = None,
        configuration: str | None = None,
        cluster_id: str | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Note one event."""
        noted = RunEvent(
            time=utc_now().replace(microsecond=0),
            process=os.getpid(),
            seconds=round(monotonic() - self._began, 3),
            event=event,
            stage=stage,
            configuration=configuration,
            cluster_id=cluster_id,
            counts=counts or {},
            message=message,
        )
        with suppress(StoreError):
            self._file = self._file or self._open_file()
            self._file.add(noted)
        fields = noted.model_dump(mode="json", exclude_defaults=True, exclude={"time", "message"})
        level = logging.DEBUG if event == "failure" else logging.INFO
        _LOGGER.log(level, "%s", noted.line(), extra={"fields": fields})

    def failure(self, row: Failure) -> None:
        """Note that something could not be done for one cluster."""
        reason = f"{row.component}: {row.error}: {row.message}"
        self.add("failure", reason, stage=row.stage, configuration=row.configuration, cluster_id=row.cluster_id)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(StoreError):
                self._file.close()
            self._file = None

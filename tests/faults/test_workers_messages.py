"""What worker processes write to standard error: in the same format, without secrets, tracebacks where asked for."""

import json
from pathlib import Path

import pytest

from tests.faults.workplace import made_in

KEY = "Zq8v-planted-k9wPlmX2"

CONFIG = """\
models: [slow]
metrics:
  - length: {says: PLANTED_TOKEN, fails_on: c03}
"""


def test_workers_log_as_the_process_that_started_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLANTED_TOKEN", KEY)
    workplace = made_in(tmp_path)
    workplace.configure(CONFIG)
    ended = workplace.run("-vv", "--log-format", "json", "eval", "--config", "x.yaml", "--jobs", "2")
    assert ended.returncode == 0, ended.stderr
    logged = [json.loads(line) for line in ended.stderr.splitlines()]
    assert any("this cluster is too deep" in line.get("traceback", "") for line in logged)
    warned = [line["message"] for line in logged if "UserWarning" in line["message"]]
    assert warned
    assert all("cannot log in with [redacted]" in message for message in warned)
    assert KEY not in ended.stderr

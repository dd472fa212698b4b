"""A server on loopback that speaks as much of Weights & Biases' protocol as runs need, and keeps what it is sent.

Written from the requests of wandb 0.31: its client's, and those of `wandb sync`.
"""

import json
import re
from collections import defaultdict
from typing import Any

from tests.unit.trackers.loopback import JsonServer, Request

_OPERATION = re.compile(r"(?:query|mutation) (\w+)")


class WandbServer(JsonServer):
    """`with WandbServer() as server:` serves `server.address` from a thread of its own."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        """By identifier, as they were made: name, group, config."""
        self.rows: dict[str, dict[str, list[str]]] = defaultdict(dict)
        """Run → stream, such as its history → lines; a sending begins each anew."""
        self.files: dict[str, bytes] = {}
        self.status = 200
        self.refused = "/"
        """Beginning of the addresses that are answered with `status`."""

    def respond(self, request: Request) -> tuple[int, dict[str, Any]]:
        return self.status if request.path.startswith(self.refused) else 200, self.answer(request.path, request.body)

    def answer(self, path: str, body: bytes) -> dict[str, Any]:
        if self.status != 200 and path.startswith(self.refused):
            return {"errors": [{"message": "not this key"}]}
        if path == "/graphql":
            asked = json.loads(body)
            found = _OPERATION.search(asked["query"])
            return {"data": self.data(found[1] if found else "", asked.get("variables") or {})}
        if path.startswith("/put/"):
            self.files[path.removeprefix("/put/")] = body
        elif path.endswith("/file_stream"):
            for name, piece in (json.loads(body).get("files") or {}).items():
                lines = self.rows[path.split("/")[-2]].setdefault(name, [])
                lines[piece["offset"] :] = piece["content"]
        return {}

    def data(self, operation: str, told: dict[str, Any]) -> dict[str, Any]:
        if operation == "UpsertBucket":
            given = {key: value for key, value in told.items() if value is not None}
            self.runs[told["name"]] = {**self.runs.get(told["name"], {}), **given}
            project = {"id": "p", "name": told["project"], "entity": {"id": "e", "name": "desk"}}
            bucket = {"id": told["name"], "name": told["name"], "displayName": told.get("displayName"), "config": "{}"}
            return {"upsertBucket": {"bucket": {**bucket, "project": project}, "inserted": True}}
        if operation == "CreateRunFiles":
            files = [{"name": name, "uploadUrl": f"{self.address}/put/{told['run']}/{name}"} for name in told["files"]]
            return {"createRunFiles": {"runID": told["run"], "uploadHeaders": [], "files": files}}
        return {}

    def config(self, run: str) -> dict[str, Any]:
        return {key: told["value"] for key, told in json.loads(self.runs[run]["config"]).items()}

    def last(self, run: str, stream: str) -> dict[str, Any]:
        """The last line of a stream: the whole summary, or the newest row of the history."""
        row: dict[str, Any] = json.loads(self.rows[run][stream][-1])
        return {key: value for key, value in row.items() if not key.startswith("_")}

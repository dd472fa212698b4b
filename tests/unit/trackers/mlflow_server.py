"""A tracking server on loopback that speaks as much of MLflow's protocol as runs need, and keeps what it is sent.

Written from the requests of mlflow-skinny 3.17 (`mlflow/store/tracking/rest_store.py`,
`mlflow/store/artifact/http_artifact_repo.py`). The full server takes a hundred packages and ten seconds to start.
"""

import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from tests.unit.trackers.loopback import JsonServer, Request

_TAG = re.compile(r"tags\.`([^`]+)` = '([^']*)'")


class MlflowServer(JsonServer):
    """`with MlflowServer() as server:` serves `server.address` from a thread of its own."""

    def __init__(self) -> None:
        self.experiments: dict[str, str] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.faults: list[int] = []
        """Statuses that the next requests are answered with."""
        self.hangs = 0.0
        """Seconds before each answer."""
        self.authorizations: set[str] = set()
        self.refused: list[str] = []
        """Requests that it does not know."""

    def respond(self, request: Request) -> tuple[int, dict[str, Any]]:
        self.authorizations.add(request.authorization)
        time.sleep(self.hangs)
        if self.faults:
            return self.faults.pop(0), {"error_code": "INTERNAL_ERROR", "message": "on fire"}
        address = urlsplit(request.path)
        return self.answer(request.method, unquote(address.path), parse_qs(address.query), request.body)

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, dict[str, Any]]:
        artifacts = "/api/2.0/mlflow-artifacts/artifacts/"
        if method == "PUT" and path.startswith(artifacts):
            self.files[path.removeprefix(artifacts)] = body
            return 200, {}
        name = path.removeprefix("/api/2.0/mlflow/")
        sent = json.loads(body) if body else {key: values[0] for key, values in query.items()}
        if name == "experiments/get-by-name":
            found = self.experiments.get(sent["experiment_name"])
            if found is None:
                return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such experiment"}
            told = {"experiment_id": found, "name": sent["experiment_name"], "lifecycle_stage": "active"}
            return 200, {"experiment": told}
        if name == "experiments/create":
            self.experiments[sent["name"]] = str(len(self.experiments) + 1)
            return 200, {"experiment_id": self.experiments[sent["name"]]}
        if name == "runs/search":
            wanted = _TAG.findall(sent["filter"])
            fits = [
                run
                for run in self.runs.values()
                if run["info"]["experiment_id"] in sent["experiment_ids"]
                and all(self.tags(run).get(key) == value for key, value in wanted)
            ]
            at = int(sent.get("page_token") or 0)  # a page has one run, so that pages are needed
            more = {"next_page_token": str(at + 1)} if at + 1 < len(fits) else {}
            return 200, {"runs": fits[at : at + 1], **more}
        if name == "runs/create":
            identifier = uuid4().hex  # the client remembers where the files of a run go
            info = {"run_id": identifier, "run_uuid": identifier, "run_name": sent["run_name"], "status": "RUNNING",
                    "experiment_id": sent["experiment_id"], "start_time": sent["start_time"], "user_id": "",
                    "lifecycle_stage": "active",
                    "artifact_uri": f"mlflow-artifacts:/{sent['experiment_id']}/{identifier}/artifacts"}  # fmt: skip
            self.runs[identifier] = {"info": info, "data": {"metrics": [], "params": [], "tags": sent["tags"]}}
            return 200, {"run": self.runs[identifier]}
        run = self.runs.get(sent.get("run_id", ""))
        if run is None:
            self.refused.append(path)
            return 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": f"no {path}"}
        if name == "runs/log-batch":
            for kind, rows in sent.items():
                if kind in run["data"]:
                    run["data"][kind] += rows
        elif name == "runs/update":
            run["info"] |= {key: sent[key] for key in ("status", "end_time") if key in sent}
            return 200, {"run_info": run["info"]}
        return 200, {"run": run}

    @staticmethod
    def tags(run: dict[str, Any]) -> dict[str, str]:
        return {row["key"]: row["value"] for row in run["data"]["tags"]}

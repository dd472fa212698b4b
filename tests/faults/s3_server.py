"""moto's S3 server on loopback, which fails as it is told to, and notes what it was asked for.

`with S3Server() as server:` serves `server.endpoint` from a thread of its own. `server.plan` is asked for each request
(its method and its key) and names what goes wrong: a status such as 500, or seconds to wait; None for a good answer.
"""

import threading
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any, Self

Fault = int | float | None
"""A status in place of an answer (a whole number from 100), or seconds before the answer."""
Plan = Callable[[str, str], Fault]
BUCKET = "news"
SECRET = "wJalrXUtnFEMI/K7MDENG/planted-secret"  # noqa: S105 - of no service


class S3Server:
    """A server with one empty bucket."""

    def __init__(self) -> None:
        self.plan: Plan = lambda *_: None
        self.asked: list[tuple[str, str]] = []
        self._application: Any = None
        self._server: Any = None

    def __enter__(self) -> Self:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of other people's imports
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
            from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *arguments: Any) -> None:
                """Say nothing."""

        self._application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs to know."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "testing-key-id",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def clear(self) -> None:
        """Empty the bucket, and forget what was asked and what should go wrong."""
        from moto.s3.models import s3_backends

        self.plan = lambda *_: None
        for backend in s3_backends.values():
            for one in backend.values():
                one.reset()
        self._backend.create_bucket(BUCKET, "us-east-1")
        self.asked.clear()

    @property
    def _backend(self) -> Any:
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"]

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket, by key."""
        return {name: key.value for name, key in list(self._backend.buckets[BUCKET].keys.items())}

    def put(self, key: str, data: bytes) -> None:
        """Write an object past every fault."""
        self._backend.put_object(BUCKET, key, data)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self._backend.delete_object(BUCKET, key)

    def _answer(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        method = environment["REQUEST_METHOD"]
        key = environment["PATH_INFO"].removeprefix(f"/{BUCKET}").lstrip("/")
        self.asked.append((method, key))
        fault = self.plan(method, key)
        if fault is not None and fault >= 100:
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            code = b"AccessDenied" if fault == 403 else b"InternalError"
            body = b"<?xml version='1.0'?><Error><Code>" + code + b"</Code><Message>No.</Message></Error>"
            start(f"{int(fault)} Fault", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        if fault:
            time.sleep(fault)
        answer: Iterable[bytes] = self._application(environment, start)
        return answer

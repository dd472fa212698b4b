"""Serve the viewer until Ctrl-C: on 127.0.0.1 alone, at an address that nobody can guess."""

import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread, Timer

from harness import extras
from harness.errors import MissingExtraError, UsageError
from harness.results.run_folder import MANIFEST
from harness.stores.places import local
from harness.view.access import new_token

HOST = "127.0.0.1"
SOON = 2.0
"""Seconds after which what draws charts is loaded: the first page does not wait for it, nor does the first chart."""
LEAVE = 0.5
"""Seconds that answers under way have when the server ends."""


def serve(results: Path, port: int, *, opens: bool, told: Callable[[str], None]) -> None:
    """Show a results folder until the process is interrupted; `told` hears the address.

    Raises MissingExtraError where the extra `view` is not installed, UsageError for a folder that is none, for a run's
    own folder and for a port that cannot be had.
    """
    results = local(results)
    _refuse_no_folder(results)
    missing = extras.missing(*extras.EXTRAS["view"])
    if missing:
        raise MissingExtraError("harness view", missing, "view")
    os.environ["HF_HUB_OFFLINE"] = "1"  # articles are read again from data, and that asks no network
    token, ticket = new_token(), new_token()
    with closing(_listen(port)) as listener, _served(results, listener, token, ticket) as server:
        where = f"http://{HOST}:{listener.getsockname()[1]}"
        told(f"{where}/{token}/")
        if opens:
            webbrowser.open(f"{where}/{ticket}")
        while server.is_alive():
            server.join(1.0)  # a signal is heard in between


def has_screen() -> bool:
    """Tell whether a browser has somewhere to open: not over a bare connection, where one would take the terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _refuse_no_folder(results: Path) -> None:
    accepted = "the folder that holds runs, such as results"
    if not results.is_dir():
        what = "not a folder" if results.exists() else "no such folder"
        raise UsageError(f"{results}: {what}; accepted: {accepted}")
    if (results / MANIFEST).is_file():
        raise UsageError(f"{results}: the folder of one run; accepted: the folder that it lies in")


def _listen(port: int) -> socket.socket:
    """Listen on a port of this machine alone; 0 is any that is free. Raises UsageError where it cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(f"--port {port}: {error.strerror}; accepted: a port that is free, or 0 for any") from None
    return listener


@contextmanager
def _served(results: Path, listener: socket.socket, token: str, ticket: str) -> Iterator[Thread]:
    """Serve in a thread of its own while the context is open, so that the main thread hears signals at once."""
    import uvicorn

    from harness.report.html.charts import load_renderer
    from harness.view.app import application

    made = application(results, token=token, port=listener.getsockname()[1], ticket=ticket)
    # Names are not looked up and headers of proxies not believed: who asks is told by the socket.
    config = uvicorn.Config(
        made, log_config=None, access_log=False, lifespan="off", ws="none", proxy_headers=False, server_header=False
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="viewer", daemon=True)
    thread.start()
    ahead = Timer(SOON, load_renderer)
    ahead.daemon = True
    ahead.start()
    try:
        yield thread
    finally:
        ahead.cancel()
        server.should_exit = server.force_exit = True
        thread.join(LEAVE)

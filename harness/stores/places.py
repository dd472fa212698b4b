"""Places that hold runs, as the user names them: folders, and addresses of stores with the folders of their copies."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.disk.durable import replace_bytes, unwritable
from harness.errors import StoreError
from harness.stores.address import Address, address_of
from harness.stores.backends import ChangedError, Held
from harness.stores.copies import RunCopy, Store

_stores: dict[Path, Store] = {}
"""Folder of copies → the store, of every store that this process asks."""
_elsewhere: list[Path] = []
"""The last of these is where copies go now, if there is any."""


@contextmanager
def read_anew() -> Iterator[None]:
    """While the context is open, copies go to a new folder: what is read comes from the store itself."""
    with TemporaryDirectory(prefix="harness-store-") as folder:
        _elsewhere.append(Path(folder).resolve())
        try:
            yield
        finally:
            _elsewhere.pop()
            for root in [root for root in _stores if root.is_relative_to(Path(folder).resolve())]:
                del _stores[root]


def local(place: "str | os.PathLike[str]") -> Path:
    """Return the folder that stands for a place of runs: itself, or where the copies of a store's runs are.

    Raises UsageError as `address_of` does, StoreError where that folder cannot be made.
    """
    where = address_of(place)
    if isinstance(where, Path):
        return where
    root = _folder_of(where)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(root, error) from None
    root = root.resolve()
    if root not in _stores:
        from harness.stores.backends import open_backend
        from harness.stores.remote import Remote, Timing

        _stores[root] = Store(Remote(where, open_backend(where), Timing.of_environment()), root)
    return root


def in_store(wanted: str) -> tuple[Path, str] | None:
    """Split the address of a run into the folder of its store's copies and the run's name; None where it is none.

    Raises UsageError as `address_of` does.
    """
    where = address_of(wanted) if ":/" in wanted else None
    if not isinstance(where, Address):
        return None
    return local(str(where.parent)), where.name


def copy_of(path: Path) -> RunCopy | None:
    """Find the copy that a run's folder is; None where it is a folder of its own."""
    store = _stores.get(path.parent)
    return store.run(path.name) if store else None


def refresh(results: Path) -> None:
    """See which runs a store has, where its copies are in a folder; nothing where that is a folder of its own."""
    store = _stores.get(results)
    if store is not None:
        store.refresh()


@contextmanager
def changing(file: Path) -> Iterator[None]:
    """While the context is open, a file beside runs is changed: in a store it is read before, and exchanged after.

    Raises StoreError where somebody else changed it meanwhile.
    """
    store = _stores.get(file.parent)
    if store is None:
        yield
        return
    held = fetch_beside(file)
    yield
    try:
        store.remote.swap(file.name, file.read_bytes(), held.version if held else None)
    except ChangedError:
        raise StoreError(f"{store.address}/{file.name}: somebody else wrote at the same moment; do it again") from None


def fetch_beside(file: Path) -> Held | None:
    """Fetch a file that lies beside runs in a store; does nothing where they are in a folder of their own."""
    store = _stores.get(file.parent)
    held = store.remote.read(file.name) if store else None
    if held is not None:
        replace_bytes(file, [held.data])
    return held


def shown(results: Path) -> str:
    """Write where runs are as the user named it."""
    store = _stores.get(results)
    return str(store.address) if store else str(results)


def _folder_of(address: Address) -> Path:
    chosen = os.environ.get("HARNESS_STORE_COPIES")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - no home is no error here
    base = Path(chosen) if chosen else Path(cache) / "headline-harness" / "stores"
    base = _elsewhere[-1] if _elsewhere else base
    readable = re.sub(r"[^A-Za-z0-9]+", "-", str(address)).strip("-")[:60]
    # The server stands in the environment: buckets of two servers may have one name.
    servers = [
        os.environ.get(name, "") for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "STORAGE_EMULATOR_HOST")
    ]
    digest = hashlib.sha256("\n".join([str(address), *servers]).encode()).hexdigest()[:10]
    return base / f"{readable}-{digest}"

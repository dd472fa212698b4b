"""The stores, over fsspec: read, write, exchange, list and delete whole objects; nothing is tried twice here.

An exchange writes an object only where it is still what the caller saw. S3 does that itself (`If-Match` and
`If-None-Match`), so that of two writers one always loses. `memory://` does it under a lock of this process. Elsewhere
we compare, then write: between the two somebody else may write, and only the lease speaks against that. No lock there:
a request that is never answered would hold it for ever.
"""

import hashlib
import threading
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.errors import UsageError
from harness.stores.address import Address
from harness.stores.limit import NoAnswerError, within

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

SILENCE = 20.0
"""Seconds without a byte after which a request to S3 is given up."""
OPENING = 30.0
"""Seconds for the opening of a store: packages look for credentials then, on a network too."""
NOT_FOUND = 404
SET_THEM = (
    "set its credentials in the environment, as its package reads them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT_NAME and …_KEY"
)
_AT_ONCE = threading.Lock()


class ChangedError(Exception):
    """Raised where an object is not what the caller saw last."""


class NoBucketError(FileNotFoundError):
    """Raised where there is no bucket of that name."""


class Held(NamedTuple):
    """An object as it was read."""

    data: bytes
    version: str
    """Other content has another version."""
    age: float | None
    """Seconds since it was written, both told by the store's clock; None where the store does not say."""


class Seen(NamedTuple):
    """An object in a list."""

    size: int
    version: str
    """Empty where lists do not tell it."""


class Backend:
    """A store that fsspec reads, without any exchange of its own."""

    deleted_at_once = 1
    """Objects that one request can delete."""

    def __init__(self, address: Address, filesystem: "AbstractFileSystem") -> None:
        self._files = filesystem
        self._root = ("/" if address.protocol == "memory" else "") + address.path

    def path(self, key: str) -> str:
        """Return fsspec's path of a key."""
        return f"{self._root.rstrip('/')}/{key}" if key else self._root

    def read(self, key: str) -> Held:
        """Read an object. Raises FileNotFoundError."""
        data = bytes(self._files.cat_file(self.path(key)))
        return Held(data, hashlib.sha256(data).hexdigest(), None)

    def write(self, key: str, data: bytes) -> str:
        """Write an object, whatever stands there, and return its version, as lists tell it. Raises NoBucketError."""
        try:
            self._files.pipe_file(self.path(key), data)
        except Exception as error:
            if isinstance(error, FileNotFoundError) or status_of(error) == NOT_FOUND:
                raise NoBucketError(self.path(key)) from None  # the object need not be there, so its bucket is not
            raise
        return ""

    def swap(self, key: str, data: bytes, version: str | None) -> str:
        """Write an object that is still at `version`, or absent where that is None. Raises ChangedError."""
        try:
            found: str | None = self.read(key).version
        except FileNotFoundError:
            found = None
        if found != version:
            raise ChangedError(key)
        self.write(key, data)
        return hashlib.sha256(data).hexdigest()

    def listing(self, folder: str) -> dict[str, Seen]:
        """List every object below a folder, by key."""
        self._files.invalidate_cache()
        try:
            found = self._files.find(self.path(folder), detail=True)
        except FileNotFoundError:
            return {}
        cut = len(self._root.strip("/")) + 1 if self._root.strip("/") else 0
        return {path.strip("/")[cut:]: self._seen(info) for path, info in found.items()}

    def folders(self) -> list[str]:
        """List the names of the folders right below the root, in one call."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._root or "/", detail=True)
        except FileNotFoundError:
            return []
        return [info["name"].rstrip("/").rpartition("/")[2] for info in found if info["type"] == "directory"]

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are gone already do not matter."""
        for key in keys:
            try:
                self._files.rm_file(self.path(key))
            except FileNotFoundError:
                continue

    def _seen(self, info: dict[str, Any]) -> Seen:
        return Seen(int(info.get("size") or 0), "")


class MemoryBackend(Backend):
    """The store of this process."""

    def swap(self, key: str, data: bytes, version: str | None) -> str:
        """Do so under a lock. Raises ChangedError."""
        with _AT_ONCE:
            return super().swap(key, data, version)


class S3Backend(Backend):
    """S3 and what speaks its protocol."""

    deleted_at_once = 1000

    def read(self, key: str) -> Held:
        """Read an object with its ETag, in one request. Raises FileNotFoundError."""
        return self._wait(self._get, key)  # type: ignore[no-any-return]

    async def _get(self, key: str) -> Held:
        answer = await self._files._call_s3("get_object", **self._place(key))
        async with answer["Body"] as body:
            data = await body.read()
        told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        age = (parsedate_to_datetime(told) - answer["LastModified"]).total_seconds() if told else None
        return Held(data, answer["ETag"], age)

    def write(self, key: str, data: bytes) -> str:
        """Write an object, whatever stands there, and return its ETag."""
        return self._put(key, data)

    def swap(self, key: str, data: bytes, version: str | None) -> str:
        """Write an object where it has that ETag still, or is absent. Raises ChangedError."""
        try:
            return self._put(key, data, **({"IfNoneMatch": "*"} if version is None else {"IfMatch": version}))
        except FileNotFoundError:  # what had that version was deleted
            if version is None:
                raise
            raise ChangedError(key) from None
        except OSError as error:
            if error_code(error) in ("PreconditionFailed", "ConditionalRequestConflict", "412"):
                raise ChangedError(key) from None
            raise

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, a thousand at most, with one request."""
        self._wait(self._files._bulk_delete, [self.path(key) for key in keys])

    def folders(self) -> list[str]:
        """List the names of the folders right below the root. Raises NoBucketError: a list has no word for that."""
        found = super().folders()
        if not found:
            try:
                self._wait(self._files._call_s3, "head_bucket", Bucket=self._place("")["Bucket"])
            except FileNotFoundError:
                raise NoBucketError(self.path("")) from None
        return found

    def _put(self, key: str, data: bytes, **match: str) -> str:
        answer = self._wait(self._files._call_s3, "put_object", **self._place(key), Body=data, **match)
        return str(answer["ETag"])

    def _place(self, key: str) -> dict[str, str]:
        bucket, _, rest = self.path(key).partition("/")
        return {"Bucket": bucket, "Key": rest}

    def _wait(self, function: Any, *arguments: Any, **given: Any) -> Any:
        from fsspec.asyn import sync

        return sync(self._files.loop, function, *arguments, **given)

    def _seen(self, info: dict[str, Any]) -> Seen:
        return Seen(int(info.get("size") or 0), str(info.get("ETag") or ""))


def error_code(error: BaseException) -> str:
    """Tell the code that S3 gave as the reason of an error; empty where it gave none."""
    response = getattr(error.__cause__, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def status_of(error: BaseException) -> int | None:
    """Tell the HTTP status that a package gives as an error's reason, as those of Azure and Google do."""
    return next((held for name in ("status_code", "code") if isinstance(held := getattr(error, name, None), int)), None)


def open_backend(address: Address) -> Backend:
    """Open the store that an address names; nothing is asked of it yet, and credentials are the environment's.

    Raises UsageError where its package cannot, for want of credentials, say.
    """
    import fsspec

    if address.protocol in ("s3", "s3a"):
        patience = {"connect_timeout": SILENCE / 2, "read_timeout": SILENCE, "retries": {"max_attempts": 0}}
        filesystem = fsspec.filesystem("s3", use_listings_cache=False, config_kwargs=patience)
        filesystem.retries = 1  # `remote` tries again, and says so
        return S3Backend(address, filesystem)
    kind = MemoryBackend if address.protocol == "memory" else Backend
    try:
        return kind(address, within(OPENING, lambda: fsspec.filesystem(address.protocol)))
    except Exception as error:  # noqa: BLE001 - every package of a store has errors of its own
        raise UsageError(f"{address}: it cannot be opened: {in_words(error)}; {SET_THEM}") from None


def in_words(error: Exception) -> str:
    """Say what a package's error is, in a line."""
    said = " ".join(str(error).split())[:200]
    if isinstance(error, NoAnswerError):
        return said
    return f"{type(error).__name__}: {said}" if said else type(error).__name__

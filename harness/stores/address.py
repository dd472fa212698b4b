"""Addresses of stores: `s3://bucket/results`, and which package reads them. No address holds credentials."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from harness import extras
from harness.errors import MissingExtraError, UsageError

_EXTRA = "s3"
"""The extra that brings fsspec, and the package for S3."""
_S3 = frozenset({"s3", "s3a"})
EXAMPLES = "a folder, or an address such as s3://bucket/results, gs://…, abfs://…, memory://…"
_ADDRESS = re.compile(r"([a-z][a-z0-9+.\-]+):/{1,3}(.*)\Z", re.DOTALL)
"""One slash is enough: an address that was taken for a path has lost the other."""
_LOCAL = frozenset({"file", "local"})
_READ_ONLY = frozenset({"data", "git", "github", "gist", "http", "https", "reference", "tar", "zip", "libarchive"})
_AZURE = frozenset({"abfs", "abfss", "az"})


@dataclass(frozen=True)
class Address:
    """A place in a store."""

    protocol: str
    path: str
    """Bucket or container, and the folder below it."""

    def __str__(self) -> str:
        return f"{self.protocol}://{self.path}"

    @property
    def parent(self) -> "Address":
        """The folder that it lies in."""
        return Address(self.protocol, self.path.rpartition("/")[0])

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def address_of(place: "str | os.PathLike[str]") -> Address | Path:
    """Read a place that holds runs: an address, or the path of a folder, which `file://` names too.

    Raises UsageError for a protocol that no package has, for one that cannot be written, for an address with
    credentials (without printing them), and MissingExtraError where its package is not installed.
    """
    text = os.fspath(place)
    found = _ADDRESS.match(text)
    if found is None or os.path.lexists(text):
        return Path(text)
    protocol, rest = found[1], found[2]
    if protocol in _LOCAL:
        return Path("/" + rest.lstrip("/"))
    bare = _without_credentials(protocol, rest)
    if protocol in _READ_ONLY:
        raise UsageError(f"{protocol}://…: nothing can be written there; accepted: {EXAMPLES}")
    _see_package(protocol)
    path = re.sub("/+", "/", bare).strip("/")
    if not path and protocol != "memory":
        raise UsageError(f"{protocol}://: no bucket; accepted: {EXAMPLES}")
    if any(part in (".", "..") for part in path.split("/")):
        raise UsageError(f"{protocol}://{path}: `.` and `..` are no names in a store; accepted: {EXAMPLES}")
    return Address(protocol, path)


def _without_credentials(protocol: str, rest: str) -> str:
    """Return what follows the protocol. Raises UsageError where it holds a name with a password, or parameters."""
    host = rest.split("/", 1)[0]
    user, at, bare = host.rpartition("@")
    is_container = protocol in _AZURE and ":" not in user  # abfs://container@account.dfs.core.windows.net/folder
    is_user = protocol in ("sftp", "ssh", "ftp", "hdfs", "smb") and ":" not in user
    if at and not (is_container or is_user):
        raise UsageError(
            f"{protocol}://…@{bare}/…: an address with credentials in it would stand in logs and shell histories; "
            f"accepted: {protocol}://{bare or 'bucket'}/…, with the credentials in the environment"
        )
    if "?" in rest or "#" in rest:
        raise UsageError(
            f"{protocol}://…: an address takes no parameters (`?` or `#`); accepted: {protocol}://bucket/folder, with "
            "credentials and endpoints in the environment"
        )
    return rest


def _see_package(protocol: str) -> None:
    """Raise where no package for a protocol is installed, or none is known."""
    if extras.missing("fsspec"):
        raise MissingExtraError(f"--results {protocol}://", extras.missing(*extras.EXTRAS[_EXTRA]), _EXTRA)
    from fsspec.registry import known_implementations

    known = known_implementations.get(protocol)
    if known is None and protocol != "memory":
        raise UsageError(f"{protocol}://…: no store has the protocol {protocol!r}; accepted: {EXAMPLES}")
    package = str(known["class"]).split(".")[0] if known else "fsspec"
    if not extras.missing(package):
        return
    if protocol in _S3:
        raise MissingExtraError(f"--results {protocol}://", package, _EXTRA)
    raise UsageError(
        f"--results {protocol}:// needs the package {package}, which is not installed; to install: "
        f"{extras.install_command(package)}"
    )

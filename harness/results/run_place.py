"""Where a run's files are: in a folder of its own, or in a store, of which a copy here is fetched when read."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from harness.disk.lock import is_held, owner
from harness.records import RunManifest
from harness.results.seal import Damage
from harness.stores.places import copy_of


class RunPlace:
    """The place of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The run's folder; of a run in a store, that of its copy on this machine."""
        self._copy = copy_of(path)

    @property
    def place(self) -> str:
        """Where the run is, as people name it: its folder, or its address in a store."""
        return self._copy.address if self._copy else str(self.path)

    @property
    def is_in_store(self) -> bool:
        """Tell whether the folder is a copy of a run in a store."""
        return self._copy is not None

    def mark_as_newer(self) -> None:
        """Note that a copy was written without its store: it is sent when the run is next locked."""
        if self._copy is not None:
            self._copy.mark_as_newer()

    def file(self, name: str) -> Path:
        """Return the path of one of the files, which need not be there; of a run in a store it is fetched first."""
        self.fetch([name])
        return self.path / name

    def fetch(self, names: Iterable[str]) -> None:
        """Fetch files of a run in a store. Raises StoreError where the store has not what it lists."""
        if self._copy is not None:
            for name in names:
                self._copy.fetch(name)

    def is_here(self, name: str) -> bool:
        """Tell whether one of the files is on this machine: not before it is fetched from a store."""
        return self._copy is None or self._copy.has(name)

    def is_held(self) -> bool | None:
        """Tell whether a living process has the run; None where the system does not say."""
        return self._copy.is_held() if self._copy else is_held(self.path)

    def owner(self) -> str:
        """Tell which process has the run, in words."""
        return self._copy.owner() if self._copy else owner(self.path)

    def bytes_in_all(self) -> int:
        """Add up the bytes of the run's files."""
        here = sum(path.lstat().st_size for path in self.path.iterdir())
        return self._copy.bytes_in_all() if self._copy else here

    def _damage_there(self, manifest: RunManifest, name: str) -> Damage | None:
        """Compare a file that was not fetched with the manifest of a complete run, by what the store lists."""
        assert self._copy is not None  # noqa: S101 - other files are here
        held = manifest.files.get(name)
        what = self._copy.damage(name, held.bytes if held else None)
        return Damage(name, what) if what else None

    def _size_there(self, name: str) -> tuple[int, int]:
        """Tell the bytes and lines of a file that was not fetched."""
        parts = self._copy.parts(name) if self._copy else ()
        return sum(part.bytes for part in parts), sum(part.rows for part in parts)

    def _sending(self, *, wait: bool, told: Callable[[str], None]) -> AbstractContextManager[None]:
        """While the context is open, what is written here is sent to the store, which no other process writes to."""
        return self._copy.writing(wait=wait, told=told) if self._copy else nullcontext()

    def _is_ours_there(self) -> bool:
        """Raise StoreError where another process has taken a run in a store."""
        return self._copy is None or self._copy.is_ours()

    def _replacing(self, name: str) -> AbstractContextManager[None]:
        """While the context is open, a file is replaced: what is sent to a store is sent before or after it."""
        return self._copy.replacing(name) if self._copy else nullcontext()

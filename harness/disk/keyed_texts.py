"""Texts with their keys, in order: in memory while they are few, else in a temporary file."""

from collections.abc import Collection, Iterator

from harness.disk.spool import Spool

_NONE = b""
_SOME = b"+"


class KeyedTexts:
    """Keys in order, each with its text or with none. Raises StoreError where there is no room for a temporary file."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._count = 0

    def add(self, key: str, text: str | None) -> None:
        """Add a key with its text; only before anything is read."""
        self._spool.add(key.encode())
        self._spool.add(_NONE if text is None else _SOME + text.encode())
        self._count += 1

    def __len__(self) -> int:
        """Count the keys."""
        return self._count

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        """Yield each key with its text."""
        values = iter(self._spool)
        for key, text in zip(values, values, strict=True):
            yield key.decode(), None if text == _NONE else text.removeprefix(_SOME).decode()

    def ordered_keys(self) -> Iterator[str]:
        """Yield the keys."""
        values = iter(self._spool)
        return (key.decode() for key, _ in zip(values, values, strict=True))

    def texts_of(self, keys: Collection[str]) -> dict[str, str | None]:
        """Find the texts of some keys, few of them; what is not there is left out."""
        return {key: text for key, text in self if key in keys} if keys else {}

    def keys_at(self, places: Collection[int]) -> dict[int, str]:
        """Find the keys at some places, few of them."""
        return {place: key for place, key in enumerate(self.ordered_keys()) if place in places} if places else {}

"""Reads a GGUF file once and quickly while transformers loads a checkpoint from it.

transformers 5 reads the whole file for the configuration, again for the tokenizer and again for the weights, and the
package gguf slices a memory map for each of some hundred thousand vocabulary entries; the table of tensor names is
built anew for every module of the model. SmolLM2-135M took 24 s to open so, and takes 6 s with this module.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import Any

_READ = ("self", "offset", "dtype", "count", "override_order")
"""Parameters of the method that `quick_reader` replaces. With others gguf's own is left as it is."""
_lock = RLock()


@contextmanager
def read_once() -> Iterator[None]:
    """Within it, each GGUF file that the package gguf is asked for is read once, with the values that gguf gives it."""
    import gguf

    with _lock:
        reader, name_map = gguf.GGUFReader, gguf.get_tensor_name_map
        gguf.GGUFReader = lru_cache(maxsize=1)(quick_reader())
        gguf.get_tensor_name_map = lru_cache(maxsize=4)(name_map)
        try:
            yield
        finally:
            gguf.GGUFReader, gguf.get_tensor_name_map = reader, name_map


def quick_reader() -> Any:
    """Make gguf's reader slice a plain array: its memory map runs Python code for every slice."""
    import gguf
    import numpy as np

    own: Any = gguf.GGUFReader
    if tuple(inspect.signature(own._get).parameters) != _READ:
        return own

    class QuickReader(own):  # type: ignore[misc]
        _plain: Any = None

        def _get(self, offset: int, dtype: Any, count: int = 1, override_order: Any = None) -> Any:
            if self._plain is None:
                self._plain = np.asarray(self.data)
            dtype, count = np.dtype(dtype), int(count)
            values = self._plain[offset : offset + dtype.itemsize * count].view(dtype)[:count]
            return values.view(values.dtype.newbyteorder(override_order or self.byte_order))

    return QuickReader

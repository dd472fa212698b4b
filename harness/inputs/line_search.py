"""Find the few lines of a JSON Lines file that hold an id: a search through its bytes, so that no other line is read.

A file of 100 MB is searched in some hundredths of a second, and there is no index that could be out of date: a run
that is under way may be looked at between two of its lines.
"""

import json
import re
from collections.abc import Callable, Iterator

from harness.inputs.files import MAX_LINE_BYTES, ByteReader

CHUNK_BYTES = 1 << 22
"""Bytes that are searched at once, up to the end of a line."""


def lines_with(stream: ByteReader, wanted: str) -> Iterator[bytes]:
    """Yield each line in which the id stands as a JSON string, or as a number where it is one, in order.

    Such a line may mean something else by it: whoever reads it looks. A last line without a line feed is yielded as it
    is.
    """
    find = _finder(wanted)
    while chunk := stream.read(CHUNK_BYTES):
        if not chunk.endswith(b"\n"):
            chunk += stream.readline(MAX_LINE_BYTES)
        end = 0
        while (at := find(chunk, end)) >= 0:
            start = chunk.rfind(b"\n", 0, at) + 1
            end = chunk.find(b"\n", at) + 1 or len(chunk)
            yield chunk[start:end]


def _finder(wanted: str) -> Callable[[bytes, int], int]:
    """Make what finds an id from a place on, as JSON may have it; -1 where it stands no more.

    Other characters than ASCII stand as they are, or escaped; digits stand without quotation marks, too.
    """
    forms = {
        json.dumps(wanted, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") for ascii_only in (True, False)
    }
    if len(forms) == 1 and not re.fullmatch(r"-?[0-9]+", wanted):
        (form,) = forms
        return lambda chunk, start: chunk.find(form, start)  # twice as fast as a pattern
    texts = [re.escape(form) for form in sorted(forms)]
    if re.fullmatch(r"-?[0-9]+", wanted):
        texts.append(rb":[ \t]*" + wanted.encode() + rb"[ \t]*[,}]")
    pattern = re.compile(b"|".join(texts))

    def find(chunk: bytes, start: int) -> int:
        found = pattern.search(chunk, start)
        return found.start() if found else -1

    return find

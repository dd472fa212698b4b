"""Find the few lines of a JSON Lines file that hold an id: a search through its bytes, so that no other line is read.

A file of 100 MB is searched in some hundredths of a second, and there is no index that could be out of date: a run
that is under way may be looked at between two of its lines.
"""

import json
import re
from collections.abc import Iterator

from harness.inputs.files import MAX_LINE_BYTES, ByteReader

CHUNK_BYTES = 1 << 22
"""Bytes that are searched at once, up to the end of a line."""


def lines_with(stream: ByteReader, wanted: str) -> Iterator[bytes]:
    """Yield each line in which the id stands as a JSON string, or as a number where it is one, in order.

    Such a line may mean something else by it: whoever reads it looks. A last line without a line feed is yielded as it
    is.
    """
    pattern = _pattern(wanted)
    while chunk := stream.read(CHUNK_BYTES):
        if not chunk.endswith(b"\n"):
            chunk += stream.readline(MAX_LINE_BYTES)
        end = 0
        for found in pattern.finditer(chunk):
            if found.start() >= end:
                start = chunk.rfind(b"\n", 0, found.start()) + 1
                end = chunk.find(b"\n", found.end()) + 1 or len(chunk)
                yield chunk[start:end]


def _pattern(wanted: str) -> re.Pattern[bytes]:
    """Write an id as JSON may have it: other characters than ASCII as they are, or escaped; digits without quotes."""
    forms = {
        json.dumps(wanted, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") for ascii_only in (True, False)
    }
    texts = [re.escape(form) for form in sorted(forms)]
    if re.fullmatch(r"-?[0-9]+", wanted):
        texts.append(rb":[ \t]*" + wanted.encode() + rb"[ \t]*[,}]")
    return re.compile(b"|".join(texts))

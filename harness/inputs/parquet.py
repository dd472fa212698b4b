"""Parquet files, where pyarrow is installed."""

from collections.abc import Iterator

from harness.errors import DataError, MissingExtraError, Problem
from harness.inputs.files import file_error, open_binary
from harness.inputs.json_lines import Row


def parquet_rows(path: str) -> Iterator[Row]:
    """Yield the rows of a Parquet file, numbered from 1.

    Raises MissingExtraError without pyarrow, DataError where it is not a Parquet file or is damaged.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("a Parquet file", "pyarrow", "parquet") from None
    accepted = "a whole Parquet file"
    number = 0
    with open_binary(path, accepted) as handle:
        try:
            # Buffered and on one thread: memory stays flat, where reading ahead keeps whole row groups.
            table = pyarrow.parquet.ParquetFile(handle, pre_buffer=False, buffer_size=1 << 20)
            for batch in table.iter_batches(batch_size=64, use_threads=False):
                for value in batch.to_pylist():
                    number += 1
                    yield Row(path, number, value)
        except (pyarrow.ArrowException, OSError) as error:
            message = f"not a Parquet file, or damaged: {str(error).splitlines()[0]}"
            raise DataError([Problem(message, where=path, line=number or None, accepted=accepted)]) from None
    if not number:
        raise file_error(path, "the file has no rows", "at least one row")

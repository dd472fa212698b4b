from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf import GGUFReader, GGUFWriter

from harness.checkpoints.gguf_reader import quick_reader, read_once


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A file with every kind of field, and tensors of two kinds."""
    path = tmp_path / "tiny.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_uint32("llama.block_count", 3)
    writer.add_float32("llama.epsilon", 1e-5)
    writer.add_bool("llama.tied", True)
    writer.add_array("tokenizer.ggml.tokens", ["<s>", "", "straße", "日本"])
    writer.add_array("tokenizer.ggml.scores", [0.5, -1.0, 2.25])
    writer.add_tensor("output.weight", np.arange(12, dtype=np.float32).reshape(3, 4))
    writer.add_tensor("token_embd.weight", np.ones((2, 2), dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def contents(reader: GGUFReader) -> tuple[dict[str, tuple], dict[str, tuple]]:
    fields = {
        name: (field.offset, field.types, field.data, [(part.dtype, part.tolist()) for part in field.parts])
        for name, field in reader.fields.items()
    }
    tensors = {
        one.name: (one.tensor_type, one.shape.tolist(), one.data_offset, one.data.dtype, one.data.tolist())
        for one in reader.tensors
    }
    return fields, tensors


def test_the_quick_reader_gives_what_gguf_gives(checkpoint: Path):
    quick = quick_reader()
    assert quick is not GGUFReader
    assert contents(quick(checkpoint)) == contents(GGUFReader(checkpoint))


def test_a_file_is_read_once_and_gguf_is_left_as_it_was(checkpoint: Path):
    before = gguf.GGUFReader, gguf.get_tensor_name_map
    with read_once():
        assert gguf.GGUFReader(checkpoint) is gguf.GGUFReader(checkpoint)
        arch = gguf.MODEL_ARCH.LLAMA
        assert gguf.get_tensor_name_map(arch, 3) is gguf.get_tensor_name_map(arch, 3)
    assert (gguf.GGUFReader, gguf.get_tensor_name_map) == before


def test_a_reader_that_works_otherwise_is_left_alone(checkpoint: Path, monkeypatch: pytest.MonkeyPatch):
    class Later(GGUFReader):
        def _get(self, place, kind):
            raise NotImplementedError

    monkeypatch.setattr(gguf, "GGUFReader", Later)
    assert quick_reader() is Later

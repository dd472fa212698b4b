"""Opening a session of the checker `nli`: of a public checker, an ONNX file, or a model of transformers."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from harness.checkers.nli.parameters import NliParameters
from harness.checkers.nli.published import open_preset
from harness.checkers.nli.session import NliSession, OnnxScorer, TorchScorer


@contextmanager
def open_session(nli: NliParameters) -> Iterator[NliSession]:
    """Open a session for the checker `nli`; its weights are freed when the context ends."""
    if nli.chosen is not None:
        session = open_preset(nli, nli.chosen)
    else:
        onnx = nli.onnx_file()
        session = NliSession(nli, OnnxScorer(nli, onnx) if onnx is not None else TorchScorer(nli))
    try:
        yield session
    finally:
        session.close()
        gc.collect()

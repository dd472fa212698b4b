"""What every test here needs: a CUDA device (`make test-gpu`). Without one each says why it was skipped."""

from importlib import util

import pytest


@pytest.fixture(autouse=True)
def cuda() -> None:
    if util.find_spec("torch") is None:
        pytest.skip("the models extra is not installed")
    import torch

    if not torch.cuda.is_available():
        pytest.skip(f"no CUDA device is here (torch {torch.__version__})")

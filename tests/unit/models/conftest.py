"""Checkpoints that the tests of transformers models share."""

from pathlib import Path

import pytest

from tests.unit.models.characters import CHAT, SIZE, tokenizer


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights: what it writes means nothing, but depends on every token it is given."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("causal")
    tokenizer(folder, CHAT)
    torch.manual_seed(2)
    config = transformers.LlamaConfig(
        vocab_size=SIZE,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        initializer_range=0.5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    model = transformers.LlamaForCausalLM(config)
    # Settings that must not be taken over: a checkpoint's own taste in sampling.
    model.generation_config.update(do_sample=True, temperature=0.2, repetition_penalty=1.7, min_new_tokens=12)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BART of random weights."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("seq2seq")
    tokenizer(folder)
    torch.manual_seed(5)
    config = transformers.BartConfig(
        vocab_size=SIZE,
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=256,
        init_std=0.4,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
    )
    transformers.BartForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("prompts") / "headline.md"
    file.write_text("{articles}\n\nHeadline:\n", encoding="utf-8")
    return str(file)

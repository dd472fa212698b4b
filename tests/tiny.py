"""Tiny transformers models with random weights, built from a configuration: they know nothing, but load and run."""

from pathlib import Path

WORDS = """the a fire flood broke out in town on monday police said court overturns upholds ban three two people were
hurt mayor welcomes opposes ruling nobody . , ? not : short""".split()  # noqa: SIM905 - easier to read

MARKS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


def save_tokenizer(folder: Path, pair: str = "[CLS] $A [SEP] $B:1 [SEP]:1", length: int = 64) -> None:
    """One token a word of `WORDS`, all others unknown."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = list(dict.fromkeys(word.lower() for word in WORDS))
    vocabulary = {token: number for number, token in enumerate([*MARKS.values(), *words])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=MARKS["unk_token"]))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    if pair:
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair=pair, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        **MARKS,
        bos_token=MARKS["cls_token"],
        model_max_length=length,
    )
    fast.save_pretrained(folder)


def save_classifier(folder: Path, id2label: dict[int, str], seed: int = 0) -> Path:
    """A BERT sequence classifier of two layers and a few thousand weights, in `folder`."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=64,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        id2label=id2label,
        label2id={name: number for number, name in id2label.items()},
        initializer_range=0.8,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_causal(folder: Path, seed: int = 0) -> Path:
    """A Llama of two layers in `folder`."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        bos_token_id=2,
        eos_token_id=3,
        pad_token_id=0,
        initializer_range=0.5,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    save_tokenizer(folder, pair="")
    return folder

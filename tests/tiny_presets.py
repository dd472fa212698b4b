"""Tiny random models of the architectures of public checkers, and the prompts they are read with in their own code."""

from pathlib import Path

WORDS = """the a fire flood broke out in town on monday police said court overturns upholds ban three two people were
hurt mayor welcomes opposes ruling nobody teachers went strike over pay union schools closed . , ? " ' : - 0 1 yes no
not short predict premise hypothesis determine if is true given i think answer choose your based paragraph above can we
conclude that options""".split()  # noqa: SIM905 - easier to read
STYLES = {
    "roberta": (("<s>", "<pad>", "</s>", "<unk>"), "<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "t5": (("<pad>", "</s>", "<unk>"), "$A </s>", "$A $B </s>"),
    "deberta": (("[PAD]", "[CLS]", "[SEP]", "[UNK]"), "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
}
SIZES = {
    "vocab_size": 120,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def save_tokenizer(folder: Path, style: str, leave_out: tuple[str, ...] = ()) -> None:
    """A tokenizer with one token a word, and the marks of RoBERTa, T5 or DeBERTa at their published ids."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks, single, pair = STYLES[style]
    words = [word for word in dict.fromkeys(WORDS) if word not in leave_out]
    vocabulary = {token: number for number, token in enumerate([*marks, *words])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=marks[-1]))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(mark, vocabulary[mark]) for mark in marks]
    )
    eos = "[SEP]" if style == "deberta" else "</s>"
    named = {"pad_token": marks[1] if style == "roberta" else marks[0], "unk_token": marks[-1], "eos_token": eos}
    if style == "deberta":
        named |= {"cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=made, **named, model_max_length=512).save_pretrained(folder)


def _classifier(architecture: str, outputs: int, names: dict[int, str] | None):
    import transformers

    labels = {"id2label": names, "label2id": {name: at for at, name in names.items()}} if names else {}
    common = {**SIZES, "num_labels": outputs, "initializer_range": 0.5, **labels}
    if architecture == "roberta":
        config = transformers.RobertaConfig(**common, max_position_embeddings=514, pad_token_id=1, type_vocab_size=1)
    elif architecture == "deberta-v2":
        # As deberta-v3: it counts distances, so that its 512 positions do not bound what it reads.
        config = transformers.DebertaV2Config(
            **common, max_position_embeddings=512, relative_attention=True, position_buckets=16,
            pos_att_type=["p2c", "c2p"], share_att_key=True, position_biased_input=False, norm_rel_ebd="layer_norm",
            type_vocab_size=0,
            pooler_hidden_size=16, pooler_hidden_act="gelu", pooler_dropout=0.0,
        )  # fmt: skip
    else:
        config = transformers.AlbertConfig(**common, embedding_size=16, max_position_embeddings=512)
    return transformers.AutoModelForSequenceClassification.from_config(config)


def _t5_config(**changed):
    from transformers import T5Config

    sizes = {"vocab_size": 120, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    return T5Config(
        **sizes, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, initializer_factor=2.0, **changed
    )


def save_classifier(folder: Path, architecture: str, outputs: int = 2, names: dict[int, str] | None = None) -> Path:
    """A sequence classifier with its tokenizer."""
    import torch

    torch.manual_seed(7)
    _classifier(architecture, outputs, names).save_pretrained(folder)
    save_tokenizer(folder, "roberta" if architecture == "roberta" else "deberta")
    return folder


def save_t5(folder: Path, leave_out: tuple[str, ...] = ()) -> Path:
    """A T5 that writes."""
    import torch
    from transformers import T5ForConditionalGeneration

    torch.manual_seed(7)
    T5ForConditionalGeneration(_t5_config(tie_word_embeddings=False)).save_pretrained(folder)
    save_tokenizer(folder, "t5", leave_out)
    return folder


def save_hhem(folder: Path, foundation: Path, outputs: int = 2) -> Path:
    """HHEM as it is published: weights named `t5.…`, no tokenizer; and the model that it is built on."""
    import json

    import torch
    from safetensors.torch import save_file
    from transformers import T5ForTokenClassification

    torch.manual_seed(7)
    _t5_config().save_pretrained(foundation)
    save_tokenizer(foundation, "t5")
    state = T5ForTokenClassification(_t5_config(num_labels=outputs)).state_dict()
    folder.mkdir(exist_ok=True)
    save_file({f"t5.{name}": value.clone() for name, value in state.items()}, folder / "model.safetensors")
    config = {"model_type": "HHEMv2", "architectures": ["HHEMv2ForSequenceClassification"], "auto_map": {}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def save_alignscore(folder: Path) -> Path:
    """AlignScore as its Lightning checkpoint names its weights: `base_model.…` and `tri_layer.…`."""
    import torch
    from safetensors.torch import save_file
    from transformers import RobertaConfig, RobertaModel

    torch.manual_seed(7)
    config = RobertaConfig(
        **SIZES, max_position_embeddings=514, pad_token_id=1, type_vocab_size=1, initializer_range=0.5
    )
    base = RobertaModel(config)
    layer = torch.nn.Linear(16, 3)
    state = {f"base_model.{name}": value for name, value in base.state_dict().items()}
    state |= {f"tri_layer.{name}": value for name, value in layer.state_dict().items()}
    state |= {f"bin_layer.{name}": value for name, value in torch.nn.Linear(16, 2).state_dict().items()}
    config.save_pretrained(folder)
    save_file({name: value.detach().clone() for name, value in state.items()}, folder / "model.safetensors")
    save_tokenizer(folder, "roberta")
    return folder


def save_preset(name: str, folder: Path) -> dict[str, str]:
    """Tiny weights for a preset; the parameters of `nli` that name them."""
    if name == "hhem-2.1-open":
        foundation = folder / "foundation"
        return {"model": str(save_hhem(folder / "hhem", foundation)), "tokenizer": str(foundation)}
    if name == "alignscore":
        return {"model": str(save_alignscore(folder))}
    if name in ("minicheck-flan-t5", "true-t5"):
        return {"model": str(save_t5(folder))}
    if name == "summac-zs":
        names = {0: "SUPPORTS", 1: "REFUTES", 2: "NOT ENOUGH INFO"}
        return {"model": str(save_classifier(folder, "albert", 3, names))}
    return {"model": str(save_classifier(folder, "roberta" if "roberta" in name else "deberta-v2"))}

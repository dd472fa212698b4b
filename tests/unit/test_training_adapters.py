"""Adapters over a large encoder: they begin as nothing, only they and the head are trained, a cut run goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from harness.checkers.rules import RulesSession  # noqa: E402
from harness.claims.parsing.parse import Parser  # noqa: E402
from harness.records import Article, Cluster  # noqa: E402
from training import train  # noqa: E402
from training.adapters import AdaptedModel, LowRank, adapt, trained  # noqa: E402
from training.model import build, coded  # noqa: E402

TOKENS = ["the", "court", "accepted", "rejected", "an", "appeal", "of", "miners", "a", "minister"]
LAYERS = 3


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small MPNet of random weights, and its tokenizer."""
    folder = tmp_path_factory.mktemp("mpnet")
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "[UNK]", *TOKENS]
    transformers.MPNetTokenizer(vocab={word: at for at, word in enumerate(words)}).save_pretrained(folder)
    torch.manual_seed(1)
    transformers.MPNetModel(transformers.MPNetConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=LAYERS, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=180,
    )).save_pretrained(folder)  # fmt: skip
    return folder


def pairs_file(folder: Path) -> Path:
    """Twelve pairs: what the court did is entailed, the opposite is not."""
    file = folder / "pairs.jsonl"
    told = [("accepted", "entailment"), ("rejected", "not_entailed")] * 6
    pairs = [
        {"premise": f"the court accepted an appeal {'of miners ' * at}", "claim": f"the court {verb} an appeal",
         "label": label}
        for at, (verb, label) in enumerate(told)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    return file


def train_on(encoder: Path, folder: Path, out: str, *more: str) -> dict[str, Any]:
    train.main(["--pairs", str(pairs_file(folder)), "--base", str(encoder), "--out", str(folder / out),
                "--adapters", "2", "--layers", "2", "--batch", "4", "--rate", "0.01", "--threads", "1",
                *more])  # fmt: skip
    kept: dict[str, Any] = torch.load(folder / out / "state.pt")["model"]
    return kept


def test_a_claim_is_marked_where_the_tokenizer_marks_none(encoder: Path) -> None:
    _, tokenizer = build(encoder)
    told = coded(tokenizer, ["the court accepted"], ["an appeal"], 20)
    # <s> the court accepted </s> </s> an appeal </s>
    assert told["token_type_ids"] == [[0, 0, 0, 0, 0, 0, 1, 1, 0]]


def test_adapters_begin_as_nothing_and_stand_in_the_last_layers_only(encoder: Path) -> None:
    model, tokenizer = build(encoder)
    model.eval()
    inputs = {name: torch.tensor(value) for name, value in coded(tokenizer, ["the court"], ["a minister"], 20).items()}
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        before = model(**inputs)
        adapt(model.encoder, rank=2, layers=2)
        after = model(**inputs)
    assert torch.equal(before, after)
    # Six linear maps a layer: query, key, value, output, and the two of the feed-forward part.
    adapted = [name for name, module in model.named_modules() if isinstance(module, LowRank)]
    assert len(adapted) == 2 * 6
    assert not [name for name in adapted if ".layer.0." in name]


def test_training_changes_the_adapters_and_the_head_and_nothing_of_the_encoder(encoder: Path, tmp_path: Path) -> None:
    kept = train_on(encoder, tmp_path, "whole")
    torch.manual_seed(13)
    fresh, _ = build(encoder)
    adapt(fresh.encoder, rank=2, layers=2)
    assert kept.keys() == trained(fresh).keys()
    assert {name.split(".")[0] for name in kept} == {"encoder", "dense", "head"}
    assert all(name.endswith((".narrow", ".wide")) for name in kept if name.startswith("encoder."))
    assert all(bool(value.any()) for name, value in kept.items() if name.endswith(".wide"))


def test_a_run_that_was_cut_ends_with_the_weights_of_one_that_was_not(encoder: Path, tmp_path: Path) -> None:
    whole = train_on(encoder, tmp_path, "whole", "--epochs", "2")
    half = train_on(encoder, tmp_path, "cut", "--epochs", "2", "--until", "3")
    assert not (tmp_path / "cut" / "model.pt").exists()
    assert any(not torch.equal(half[name], whole[name]) for name in whole)
    rest = train_on(encoder, tmp_path, "cut", "--epochs", "2")
    assert all(torch.equal(rest[name], whole[name]) for name in whole)
    assert (tmp_path / "cut" / "model.pt").exists()


def test_trained_adapters_judge_as_the_model_that_was_trained(encoder: Path, tmp_path: Path, parser: Parser) -> None:
    train_on(encoder, tmp_path, "long", "--epochs", "30")
    model = AdaptedModel(encoder, tmp_path / "long" / "model.pt")
    said, denied = (
        model.judge("the court accepted an appeal", f"the court {verb} an appeal") for verb in ("accepted", "rejected")
    )
    assert said.entailed > denied.entailed
    # A checker asks it all that it asks the model that ships.
    cluster = Cluster(
        cluster_id="c", articles=(Article(article_id="a", text="The court accepted an appeal on Monday."),)
    )
    session = RulesSession("s", parser, "headline", model)
    assert session.check(cluster, "Court accepts appeal on Monday")[0].label in {"supported", "not_found"}


def test_so_many_pairs_of_a_file_are_drawn_by_the_seed(tmp_path: Path) -> None:
    file = str(pairs_file(tmp_path))
    drawn = train.load_pairs([f"{file}=5"], 3, False)
    assert len(drawn) == 5
    assert drawn == train.load_pairs([f"{file}=5"], 3, False)
    assert drawn != train.load_pairs([f"{file}=5"], 4, False)
    assert len(train.load_pairs([f"{file}=500", file], 3, False)) == 24

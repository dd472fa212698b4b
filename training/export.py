"""Writes trained weights as the package ships them: signed bytes with a scale a row, and the vocabulary."""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file

from harness.checkers.neural.encoder import narrowed
from harness.checkers.neural.entailment import MOST_TOKENS, PARTIES, READING, WEIGHTS

NAMES = {
    "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
    "attention.output.dense": "out", "attention.output.LayerNorm": "attended", "intermediate.dense": "up",
    "output.dense": "down", "output.LayerNorm": "done",
}  # fmt: skip


def exported(state: dict[str, Any], layers: int) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of the package, by name."""
    found: dict[str, np.ndarray[Any, Any]] = {}

    def matrix(name: str, value: torch.Tensor) -> None:
        found[name], found[f"{name}.scale"] = narrowed(value.float().numpy())

    def plain(name: str, value: torch.Tensor) -> None:
        found[name] = value.float().numpy()

    embeddings = "encoder.embeddings."
    matrix("words", state[f"{embeddings}word_embeddings.weight"])
    plain("positions", state[f"{embeddings}position_embeddings.weight"][:MOST_TOKENS])
    plain("segments", state[f"{embeddings}token_type_embeddings.weight"])
    plain("embed.scale_", state[f"{embeddings}LayerNorm.weight"])
    plain("embed.shift", state[f"{embeddings}LayerNorm.bias"])
    for layer in range(layers):
        for theirs, ours in NAMES.items():
            at = f"encoder.encoder.layer.{layer}.{theirs}"
            if theirs.endswith("LayerNorm"):
                plain(f"{layer}.{ours}.scale_", state[f"{at}.weight"])
                plain(f"{layer}.{ours}.shift", state[f"{at}.bias"])
            else:
                matrix(f"{layer}.{ours}", state[f"{at}.weight"])
                plain(f"{layer}.{ours}.bias", state[f"{at}.bias"])
    matrix("dense", state["dense.weight"])
    plain("head", state["head.weight"])
    for name in ("dense", "head"):
        plain(f"{name}.bias", state[f"{name}.bias"])
    return found


def write_digest(folder: Path) -> None:
    """Write the digest of a folder's weights, after them those of the adapters that there are."""
    held = [folder / name for name in (WEIGHTS, PARTIES, READING) if (folder / name).exists()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in held)).hexdigest()[:16]
    (folder / "digest.txt").write_text(f"{digest}\n", encoding="utf-8")


def main() -> None:
    """Write the weights and the vocabulary of a trained model into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.pt, as training.train wrote it.")
    parser.add_argument("--base", type=Path, required=True, help="The folder of the encoder.")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    config = json.loads((given.base / "config.json").read_text(encoding="utf-8"))
    state = torch.load(given.model, map_location="cpu")
    given.out.mkdir(parents=True, exist_ok=True)
    arrays = exported(state.get("model", state), config["num_hidden_layers"])
    save_file(arrays, given.out / WEIGHTS)
    write_digest(given.out)
    (given.out / "vocabulary.txt").write_text((given.base / "vocab.txt").read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()

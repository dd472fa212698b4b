"""Trains the model on pairs: seeded, in batches of equal length, with checkpoints from which it goes on."""

import argparse
import json
import math
import random
import time
from pathlib import Path
from typing import Any

import torch

from harness.checkers.neural.entailment import MOST_TOKENS
from training.model import LABELS, NOT_ENTAILED, build, loss_of

NUMBERS = {**{name: at for at, name in enumerate(LABELS)}, NOT_ENTAILED: 3}


def load_pairs(files: list[Path], shuffle_labels: int | None) -> list[dict[str, Any]]:
    """All pairs; with `shuffle_labels` (a seed) the labels change places, so that nothing can be learned."""
    pairs = [json.loads(line) for file in files for line in file.open(encoding="utf-8")]
    if shuffle_labels is not None:
        labels = [pair["label"] for pair in pairs]
        random.Random(shuffle_labels).shuffle(labels)
        for pair, label in zip(pairs, labels, strict=True):
            pair["label"] = label
    return pairs


def batches(pairs: list[Any], lengths: list[int], size: int, seed: int) -> list[list[int]]:
    """Indices in batches of similar length, in random order."""
    drawn = random.Random(seed)
    order = sorted(range(len(pairs)), key=lambda at: lengths[at] + drawn.uniform(-6, 6))
    made = [order[start : start + size] for start in range(0, len(order), size)]
    drawn.shuffle(made)
    return made


def main() -> None:
    """Train, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True)
    parser.add_argument("--base", type=Path, required=True, help="The folder of the encoder.")
    parser.add_argument("--begin", type=Path, help="Weights of an earlier pass, to go on from with a new rate.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--steps", type=int, default=None, help="Batches at most; the rate falls to 0 at the last.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shuffle-labels", action="store_true")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    model, tokenizer = build(given.base)
    if given.begin:
        model.load_state_dict(torch.load(given.begin))
    pairs = load_pairs(given.pairs, given.seed if given.shuffle_labels else None)
    coded = tokenizer([p["premise"] for p in pairs], [p["claim"] for p in pairs], truncation="longest_first",
                      max_length=MOST_TOKENS)  # fmt: skip
    lengths = [len(ids) for ids in coded["input_ids"]]
    plan = [
        batch for epoch in range(given.epochs) for batch in batches(pairs, lengths, given.batch, given.seed + epoch)
    ]
    for parameter in model.encoder.embeddings.parameters():
        parameter.requires_grad_(False)  # words that no pair has keep their place beside those that pairs have
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    head = [*model.dense.parameters(), *model.head.parameters()]
    optimizer = torch.optim.AdamW([{"params": body, "lr": given.rate}, {"params": head, "lr": 5 * given.rate}],
                                  weight_decay=0.01)  # fmt: skip
    plan = plan[: given.steps]
    warm = max(1, len(plan) // 16)

    def share(step: int) -> float:
        if step < warm:
            return step / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, len(plan) - warm)))

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    given.out.mkdir(parents=True, exist_ok=True)
    state = given.out / "state.pt"
    begun = 0
    if state.exists():
        kept = torch.load(state)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        scheduler.load_state_dict(kept["scheduler"])
        begun = kept["step"]
    started = saved = time.monotonic()
    model.train()
    seen = total = 0.0
    for step in range(begun, len(plan)):
        torch.manual_seed(given.seed * 1_000_003 + step)  # dropout is the same wherever the run was cut
        batch = plan[step]
        inputs = tokenizer.pad({name: [coded[name][at] for at in batch] for name in coded}, return_tensors="pt")
        labels = torch.tensor([NUMBERS[pairs[at]["label"]] for at in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(**inputs)
        loss = loss_of(logits, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        seen += len(batch)
        total += float(loss.detach()) * len(batch)
        now = time.monotonic()
        if step % 100 == 99:
            print(f"{step + 1}/{len(plan)} loss {total / seen:.4f} {seen / (now - started):.0f} pairs/s", flush=True)
            total = 0.0
            seen = 0.0
            started = now
        if now - saved > 300:
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                        "scheduler": scheduler.state_dict(), "step": step + 1}, state)  # fmt: skip
            saved = now
    torch.save(model.state_dict(), given.out / "model.pt")


if __name__ == "__main__":
    main()

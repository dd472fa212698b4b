"""Trains the model on pairs: seeded, in batches of equal length, with checkpoints from which it goes on.

With `--adapters` a large encoder stays as it is, and only what `training.adapters` sets beside it is trained.
"""

import argparse
import math
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from harness.checkers.neural.entailment import MOST_TOKENS
from training.adapters import adapt, trained
from training.model import LABELS, NOT_ENTAILED, CrossEncoder, build, coded, loss_of
from training.pairs import rows

NUMBERS = {**{name: at for at, name in enumerate(LABELS)}, NOT_ENTAILED: 3}


def load_pairs(named: list[str], seed: int, shuffle_labels: bool) -> list[dict[str, Any]]:
    """The pairs of each file, or of `FILE=COUNT` so many, drawn by the seed.

    With `shuffle_labels` the labels change places, so that nothing can be learned.
    """
    pairs: list[dict[str, Any]] = []
    for name in named:
        file, _, count = name.partition("=")
        told = list(rows(Path(file)))
        pairs += random.Random(f"{seed}|{Path(file).name}").sample(told, min(int(count), len(told))) if count else told
    if shuffle_labels:
        labels = [pair["label"] for pair in pairs]
        random.Random(seed).shuffle(labels)
        for pair, label in zip(pairs, labels, strict=True):
            pair["label"] = label
    return pairs


def batches(pairs: list[int], lengths: list[int], size: int, seed: int) -> list[list[int]]:
    """Pairs in batches of similar length, in random order."""
    drawn = random.Random(seed)
    order = sorted(pairs, key=lambda at: lengths[at] + drawn.uniform(-6, 6))
    made = [order[start : start + size] for start in range(0, len(order), size)]
    drawn.shuffle(made)
    return made


def share_of_rate(steps: int) -> Callable[[int], float]:
    """The share of the rate at each step: up over the first sixteenth, then down to 0 by a cosine."""
    warm = max(1, steps // 16)

    def share(step: int) -> float:
        if step < warm:
            return step / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    return share


def optimizer_of(model: CrossEncoder, rate: float, head_rate: float) -> torch.optim.AdamW:
    """The optimizer of what is trained: the encoder without its embeddings, and the head."""
    for parameter in model.encoder.embeddings.parameters():
        parameter.requires_grad_(False)  # words that no pair has keep their place beside those that pairs have
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    head = [*model.dense.parameters(), *model.head.parameters()]
    return torch.optim.AdamW([{"params": body, "lr": rate}, {"params": head, "lr": head_rate}], weight_decay=0.01)


def options() -> argparse.ArgumentParser:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", nargs="+", required=True, metavar="FILE[=COUNT]")
    parser.add_argument("--base", type=Path, required=True, help="The folder of the encoder.")
    parser.add_argument("--begin", type=Path, help="Weights of an earlier pass, to go on from with a new rate.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--steps", type=int, default=None, help="Batches at most; the rate falls to 0 at the last.")
    parser.add_argument("--until", type=int, default=None, help="Stop after so many batches, to go on another time.")
    parser.add_argument("--tokens", type=int, default=MOST_TOKENS, help="Longer pairs are left out, where it is less.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--adapters", type=int, default=0, metavar="RANK",
                        help="Freeze the encoder, and train low-rank adapters of this rank beside it.")  # fmt: skip
    parser.add_argument("--layers", type=int, default=8, help="How many of the last layers adapters are set in.")
    parser.add_argument("--shuffle-labels", action="store_true")
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Train, and write the weights."""
    given = options().parse_args(arguments)
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, tokenizer = build(given.base)
    if given.adapters:
        adapt(model.encoder, given.adapters, given.layers)
    model.to(device)
    kept_of = trained if given.adapters else nn.Module.state_dict
    if given.begin:
        model.load_state_dict(torch.load(given.begin, map_location=device), strict=not given.adapters)
    pairs = load_pairs(given.pairs, given.seed, given.shuffle_labels)
    inputs_of = coded(tokenizer, [p["premise"] for p in pairs], [p["claim"] for p in pairs], MOST_TOKENS)
    lengths = [len(ids) for ids in inputs_of["input_ids"]]
    # A pair of the greatest length may have been cut to it, which is how it is read later; a shorter limit spares time.
    short = [at for at, length in enumerate(lengths) if length <= given.tokens]
    plan = [
        batch for epoch in range(given.epochs) for batch in batches(short, lengths, given.batch, given.seed + epoch)
    ][: given.steps]
    # A new head learns from nothing, adapters from an encoder that stays: they bear a higher rate than its own weights.
    optimizer = optimizer_of(model, given.rate, given.rate * (2 if given.adapters else 5))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, share_of_rate(len(plan)))
    given.out.mkdir(parents=True, exist_ok=True)
    state = given.out / "state.pt"
    begun = 0
    if state.exists():
        kept = torch.load(state, map_location=device)
        model.load_state_dict(kept["model"], strict=not given.adapters)
        optimizer.load_state_dict(kept["optimizer"])
        scheduler.load_state_dict(kept["scheduler"])
        begun = kept["step"]
    end = min(len(plan), given.until or len(plan))
    started = saved = time.monotonic()
    model.train()
    seen = total = 0.0
    for step in range(begun, end):
        torch.manual_seed(given.seed * 1_000_003 + step)  # dropout is the same wherever the run was cut
        batch = plan[step]
        inputs = tokenizer.pad({name: [every[at] for at in batch] for name, every in inputs_of.items()},
                               return_tensors="pt").to(device)  # fmt: skip
        labels = torch.tensor([NUMBERS[pairs[at]["label"]] for at in batch], device=device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
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
            print(f"{step + 1}/{len(plan)} loss {total / seen:.4f} {seen / (now - started):.1f} pairs/s", flush=True)
            total = 0.0
            seen = 0.0
            started = now
        if now - saved > 300 or step + 1 == end:
            torch.save({"model": kept_of(model), "optimizer": optimizer.state_dict(),
                        "scheduler": scheduler.state_dict(), "step": step + 1}, state)  # fmt: skip
            saved = now
    if end == len(plan):
        torch.save(kept_of(model), given.out / "model.pt")


if __name__ == "__main__":
    main()

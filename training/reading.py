"""Trains the adapters that read a claim closely, whether its words are the articles' or its own.

    python -m training.reading --pairs FOLDER [--out FOLDER] [--begin FILE] [--events FILE ...]

The pairs of `training.pairs` teach that what shares words is entailed: true headlines in words of their own stood below
false ones in the articles' words. `training/events.jsonl` has 480 invented events of two short articles each, with true
claims, some of which paraphrase, and false ones that have one plain error each and are made of the articles' own words,
many of them a true claim but for the words that make them false. Adapters of low rank (Hu et al., 2021) beside the
matrices of the upper layers of the model that ships learn from them, and from the older pairs, so that nothing of those
is forgotten.

Most paraphrases are true here and most copies false, so that a first run learned to distrust what is copied. Therefore
sentences of the articles are true claims as well, true and false ones of like overlap weigh the same together, and
within an event a true claim has to stand above the false ones that share no more words than it does, and above its own
changed copy. One event in eight is kept for measuring.
`later_events.jsonl` has 495 more, in which a true paraphrase has changed copies, too. Adapters that learned from both
(`--events` twice) tell those apart better, and plain headlines of ours worse (docs/ensemble.md): those that ship
learned from the first file alone.
They are a second voice beside the model's own, in the sum for headlines alone (`harness/checkers/doubt.py`).
"""

import argparse
import math
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import nn

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.entailment import MOST_TOKENS, READING, SHARED_LAYERS, plain, window
from harness.language.lexical import word_list
from harness.records import content_digest
from training.adapters import LowRank
from training.export import write_digest
from training.model import CrossEncoder, logits_of, loss_of, odds_of
from training.pairs import as_cluster, rows
from training.parties import MODEL, adapt, adapter_names, exported, load_shipped
from training.train import NUMBERS

EVENTS = Path(__file__).with_name("events.jsonl")
SEED = 17
RANK = 32
RATE = 4e-4
FROZEN = frozenset(map(str, range(SHARED_LAYERS)))
"""The lowest layers, which get no adapters: a step takes a sixth less, and the model's own states serve twice."""
BATCH, BESIDE = 16, 2
"""Older pairs in a batch, and events, each with all its claims."""
OLDER = {"nli": 1.0, "judged": 1.0, "headlines": 1.0, "planted": 0.6, "deeds": 0.6}
"""The share of each kind of older pairs that batches are drawn from."""
LONGEST = 120
"""Words of an older pair at most, to spare time."""
VERBATIM, LEAST, MOST = 2, 6, 25
"""Sentences of the articles that are true claims of an event, and the words of one."""
BINS = ((0.6, 0.5), (0.85, 1.0), (1.0, 1.0))
"""The most overlap of each class of claims, in which true and false ones weigh the same, and what the class weighs."""
ONE_SIDED, HEAVIEST = 0.25, 3.0
"""The weight of a claim in a class without the other side, and the greatest weight of one."""
FAIR, UNFAIR = 0.15, 0.15
"""By how much more words a false claim may share with the articles, and the weight of a pair where it shares more."""
RANKED, COPIED = 0.5, 1.5
"""The weight of the order within an event, and of true claims against their changed copies, beside the labels."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Event:
    """Claims of one event, each with its evidence."""

    name: str
    windows: tuple[str, ...]
    claims: tuple[str, ...]
    true: tuple[bool, ...]
    copied: tuple[int, ...]
    """For each claim the number of the true one that it is a changed copy of, or -1."""
    overlap: tuple[float, ...]
    """The share of each claim's content words that the articles have."""
    kinds: tuple[str, ...]


def part_of(name: str) -> str:
    """`kept` for measuring, or `learned`: what an event is for."""
    return "learned" if int(content_digest(name), 16) % 8 else "kept"


def events(drawn: random.Random, path: Path = EVENTS) -> Iterator[Event]:
    """The events of a file, some sentences of the articles among the true claims."""
    hollow = word_list("function", "content_free")
    for row in rows(path):
        index = EvidenceIndex(as_cluster(row["articles"]))
        told = {word.group() for text in row["articles"] for word in _WORD.finditer(text.lower())}
        sentences = [unit.text.strip() for unit in index.units if LEAST <= len(unit.text.split()) <= MOST]
        copied = drawn.sample(sentences, min(VERBATIM, len(sentences)))
        claims = [*row["claims"], *({"text": text, "faithful": True, "kind": "verbatim"} for text in copied)]
        overlap = []
        for claim in claims:
            own = [word.group() for word in _WORD.finditer(claim["text"].lower()) if word.group() not in hollow]
            overlap.append(sum(word in told for word in own) / max(1, len(own)))
        yield Event(
            row["cluster_id"], tuple(plain(window(index, claim["text"])) for claim in claims),
            tuple(plain(claim["text"]) for claim in claims), tuple(claim["faithful"] for claim in claims),
            tuple(claim.get("of", -1) for claim in claims), tuple(overlap), tuple(claim["kind"] for claim in claims),
        )  # fmt: skip


def logits_of_events(model: CrossEncoder, words: Any, several: Sequence[Event]) -> torch.Tensor:
    """Logits of all claims of some events; short and long ones are read apart, which spares the filling up."""
    windows = [text for each in several for text in each.windows]
    claims = [text for each in several for text in each.claims]
    sized = sorted(range(len(claims)), key=lambda at: len(windows[at]) + len(claims[at]))
    halves = sized[: len(sized) // 2], sized[len(sized) // 2 :]
    told = [logits_of(model, words, [windows[at] for at in half], [claims[at] for at in half], MOST_TOKENS)
            for half in halves]  # fmt: skip
    return torch.cat(told)[torch.argsort(torch.tensor(sized))]


def balanced(true: torch.Tensor, overlap: torch.Tensor) -> torch.Tensor:
    """The weight of each claim: in a class of like overlap true and false ones weigh the same together."""
    weights = torch.zeros(len(true))
    low = -0.1
    for high, scale in BINS:
        inside = (overlap > low) & (overlap <= high)
        sides = inside & true, inside & ~true
        both = all(bool(side.any()) for side in sides)
        for side in sides:
            if bool(side.any()):
                weights[side] = scale * float(inside.sum()) / 2 / float(side.sum()) if both else ONE_SIDED
        low = high
    return weights.clamp(max=HEAVIEST)


def loss_of_events(logits: torch.Tensor, several: Sequence[Event]) -> torch.Tensor:
    """The loss of labels, of the order within an event, and of true claims against their changed copies."""
    logs = torch.log_softmax(logits, dim=-1)
    true = torch.tensor([right for each in several for right in each.true])
    weights = balanced(true, torch.tensor([share for each in several for share in each.overlap]))
    likely = torch.where(true, logs[:, 0], torch.logsumexp(logs[:, 1:], dim=-1))
    loss = -(weights * likely).sum() / weights.sum()
    odds, start = odds_of(logits), 0
    ranked, weighed = torch.zeros(()), 0.0
    copies = []
    for each in several:
        held, right, shares = odds[start : start + len(each.true)], torch.tensor(each.true), torch.tensor(each.overlap)
        start += len(each.true)
        apart = nn.functional.softplus(held[~right][None, :] - held[right][:, None])
        fair = torch.where(shares[right][:, None] >= shares[~right][None, :] - FAIR, 1.0, UNFAIR)
        ranked, weighed = ranked + (apart * fair).sum(), weighed + float(fair.sum())
        copies += [nn.functional.softplus(held[at] - held[of]) for at, of in enumerate(each.copied) if of >= 0]
    loss = loss + RANKED * ranked / weighed
    return loss + COPIED * torch.stack(copies).mean() if copies else loss


def older_pairs(folder: Path, drawn: random.Random) -> list[tuple[str, str, int]]:
    """The pairs of `training.pairs`: premise, claim, number of the label; the longest are left out."""
    held = []
    for kind, share in OLDER.items():
        told = [(plain(row["premise"]), plain(row["claim"]), NUMBERS[row["label"]])
                for row in rows(folder / f"{kind}.jsonl")]  # fmt: skip
        held += drawn.sample(told, int(len(told) * share))
    return [pair for pair in held if len(f"{pair[0]} {pair[1]}".split()) <= LONGEST]


def train(model: CrossEncoder, words: Any, older: Sequence[tuple[str, str, int]], learned: Sequence[Event],
          kept: Sequence[Event], steps: int) -> None:  # fmt: skip
    """Learn from two events and a batch of older pairs in each step; the rate rises at first and falls by a cosine."""
    drawn = random.Random(SEED)
    sized = sorted(range(len(older)), key=lambda at: len(older[at][0]) + drawn.uniform(-60, 60))
    batches = [sized[start : start + BATCH] for start in range(0, len(sized), BATCH)]
    drawn.shuffle(batches)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
    began, means = time.monotonic(), [0.0, 0.0]
    queue: list[Event] = []
    model.train()
    for step in range(steps):
        if len(queue) < BESIDE:
            queue = drawn.sample(learned, len(learned))
        batch, queue = queue[:BESIDE], queue[BESIDE:]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 40) * 0.5 * (1 + math.cos(math.pi * step / steps))
        pairs = [older[at] for at in batches[step % len(batches)]]
        of_events = loss_of_events(logits_of_events(model, words, batch), batch)
        of_events.backward()
        told = logits_of(model, words, [pair[0] for pair in pairs], [pair[1] for pair in pairs], MOST_TOKENS)
        of_pairs = loss_of(told, torch.tensor([pair[2] for pair in pairs]))
        of_pairs.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        means = [0.98 * mean + 0.02 * float(loss.detach())
                 for mean, loss in zip(means, (of_events, of_pairs), strict=True)]  # fmt: skip
        if step % 20 == 19:
            told_of = " and ".join(f"{mean / (1 - 0.98 ** (step + 1)):.3f}" for mean in means)
            print(f"step {step + 1} of {steps}, losses of events and of older pairs {told_of}, "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        if step % 100 == 99 and step + 1 < steps:
            measure(model, words, kept)
            model.train()


def measure(model: CrossEncoder, words: Any, held: Sequence[Event]) -> None:
    """Print how well the changed copies of some events are told apart, and which kinds of claims are entailed."""
    model.eval()
    kinds: dict[str, list[bool]] = defaultdict(list)
    above: list[bool] = []
    with torch.inference_mode():
        for event in held:
            odds = odds_of(logits_of_events(model, words, [event])).tolist()
            for kind, value in zip(event.kinds, odds, strict=True):
                kinds[kind].append(value > 0)
            above += [odds[of] > odds[at] for at, of in enumerate(event.copied) if of >= 0]
    print(f"kept events: changed copies below {np.mean(above):.3f} of {len(above)}; entailed "
          + ", ".join(f"{kind} {np.mean(found):.2f}" for kind, found in sorted(kinds.items())), flush=True)  # fmt: skip


def adapted() -> tuple[CrossEncoder, Any]:
    """The model that ships with new adapters, none in the lowest layers, and its tokenizer."""
    model, words = load_shipped()
    adapt(model, RANK)
    model.float()  # products of sixteen bits are slow where the processor has none
    for name, parameter in model.named_parameters():
        if any(f".layer.{layer}." in name for layer in FROZEN):
            parameter.requires_grad_(False)
    return model, words


def begin_from(model: CrossEncoder, path: Path) -> None:
    """Put the adapters of an earlier run in the place of new ones."""
    held = load_file(path)
    names = adapter_names()
    for name, module in model.named_modules():
        at = names.get(name, name)
        if isinstance(module, LowRank) and module.narrow.requires_grad and f"{at}.wide" in held:
            module.narrow.data = torch.tensor(held[f"{at}.narrow"].astype(np.float32))
            module.wide.data = torch.tensor(held[f"{at}.wide"].astype(np.float32))


def main() -> None:
    """Train, measure, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pairs", type=Path, required=True, help="The folder of what `training.pairs` wrote.")
    options.add_argument(
        "--events", type=Path, action="append", help="Events to learn from (events.jsonl; repeatable)."
    )
    options.add_argument("--begin", type=Path, help="Adapters of an earlier run to go on from.")
    options.add_argument("--out", type=Path, default=MODEL, help="Where they are written: the model that ships.")
    options.add_argument("--steps", type=int, default=900, help="Batches to learn from (900; 2 to 8 seconds each).")
    options.add_argument("--threads", type=int, default=2, help="Threads of the processor (2).")
    given = options.parse_args()
    files = given.events or [EVENTS]
    for path in [*(given.pairs / f"{kind}.jsonl" for kind in OLDER), *files, *filter(None, [given.begin])]:
        if not path.is_file():
            options.error(f"there is no file {path}: `python -m training.pairs` writes pairs, this program adapters; "
                          f"events are in {EVENTS.parent}")  # fmt: skip
    torch.manual_seed(SEED)
    torch.set_num_threads(given.threads)
    drawn = random.Random(SEED)
    held = [event for path in files for event in events(drawn, path)]
    learned, kept = ([each for each in held if part_of(each.name) == part] for part in ("learned", "kept"))
    older = older_pairs(given.pairs, random.Random(SEED))
    print(f"{len(learned)} events to learn from, {len(kept)} kept, {len(older)} older pairs", flush=True)
    model, words = adapted()
    if given.begin:
        begin_from(model, given.begin)
    measure(model, words, kept)
    train(model, words, older, learned, kept, given.steps)
    measure(model, words, kept)
    given.out.mkdir(parents=True, exist_ok=True)
    save_file(exported(model), given.out / READING)
    if given.out == MODEL:
        write_digest(given.out)


if __name__ == "__main__":
    main()

"""The code that needs torch: what chance a causal language model gives each token of a text, after other tokens."""

import gc
import inspect
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from harness.checkpoints.gguf_reader import read_once
from harness.checkpoints.load import choose_device, explain_failure, local_checkpoint, quietly, readable
from harness.claims.units import Unit
from harness.errors import UsageError

LEAD_IN = "\n\nIn short:"
"""Separator between evidence and text, also put before the text alone."""


@dataclass(frozen=True, slots=True)
class Chances:
    """A model's log-probabilities of the tokens of one text, natural logarithms, token by token."""

    own: tuple[float, ...]
    """Of the token that stands there."""
    best: tuple[float, ...]
    """Of the token that is likeliest there."""

    @property
    def mean(self) -> float:
        """Return the mean log-probability of the text's tokens; 0 for no tokens."""
        return sum(self.own) / len(self.own) if self.own else 0.0


@contextmanager
def open_causal(
    owner: str, checkpoint: str, revision: str | None, *, max_tokens: int, device: str, batch_size: int
) -> Iterator["Causal"]:
    """Open a causal model; its weights are freed when the context ends. Raises UsageError where it cannot load."""
    # The bar shown while a GGUF file is unpacked heeds none of transformers' settings.
    with quietly(), redirect_stderr(io.StringIO()):
        model = Causal(owner, checkpoint, revision, max_tokens=max_tokens, device=device, batch_size=batch_size)
    try:
        yield model
    finally:
        model.close()
        gc.collect()


class Causal:
    """A causal language model with its tokenizer. `owner` names the component that asks, for messages."""

    def __init__(
        self, owner: str, checkpoint: str, revision: str | None, *, max_tokens: int, device: str, batch_size: int
    ) -> None:
        path = local_checkpoint(checkpoint, revision)
        common: dict[str, Any] = {"local_files_only": True}
        if path.is_file():
            common["gguf_file"] = str(path)
        place = path.parent if path.is_file() else path
        with explain_failure(f"{owner}: {checkpoint}"), read_once() if path.is_file() else nullcontext():
            config = AutoConfig.from_pretrained(place, **common)
            if config.is_encoder_decoder:
                raise UsageError(f"{owner}: {checkpoint} is a seq2seq model, not a causal one")
            self.tokenizer = AutoTokenizer.from_pretrained(place, **common)
            model = AutoModelForCausalLM.from_pretrained(
                place, config=config, dtype="float32" if path.is_file() else "auto", use_safetensors=True, **common
            )
        self._device = choose_device(device)
        self.model: Any = model.to(self._device).eval()
        self._batch_size = batch_size
        self._narrow = "logits_to_keep" in inspect.signature(model.forward).parameters
        positions = getattr(config, "max_position_embeddings", None) or max_tokens
        self.max_tokens = min(max_tokens, int(positions))
        start = self.tokenizer.bos_token_id
        self._start = [start] if start is not None else []
        self._lead_in = self.ids(LEAD_IN)

    def close(self) -> None:
        """Let go of the weights."""
        self.model = None

    def ids(self, text: str) -> list[int]:
        """Tokenise a text, nothing added."""
        return list(self.tokenizer(readable(text), add_special_tokens=False)["input_ids"])

    def claim_ids(self, claim: str) -> list[int]:
        """Tokenise a claim, cut to half of what the model may read."""
        return self.ids(f" {claim}")[: self.max_tokens // 2]

    def alone(self, claim: str) -> tuple[list[int], list[int]]:
        """Return the tokens before a claim without evidence, and the claim's."""
        return [*self._start, *self._lead_in], self.claim_ids(claim)

    def informed(self, units: Sequence[Unit], claim: str) -> tuple[list[int], list[int]]:
        """Return the tokens before a claim, and the claim's; sentences that bear least on it are dropped to fit.

        `units` are in order of how much they bear on it; the model reads them in the order of the articles.
        """
        tokens = self.claim_ids(claim)
        room = self.max_tokens - len(tokens) - len(self._lead_in) - len(self._start)
        kept: list[Unit] = []
        for unit in units:
            longer = sorted([*kept, unit], key=lambda held: (held.places[0].article_id, held.places[0].position))
            if len(self.ids(" ".join(held.text for held in longer))) <= room:
                kept = longer
        passage = self.ids(" ".join(held.text for held in kept)) if kept else self.ids(units[0].text)[: max(0, room)]
        return [*self._start, *passage, *self._lead_in], tokens

    def chances(self, questions: Sequence[tuple[list[int], list[int]]]) -> list[Chances]:
        """Score, for each question, the tokens of its second part after its first; like lengths go together.

        Empty where either part is.
        """
        order = sorted(range(len(questions)), key=lambda at: (sum(map(len, questions[at])), at))
        found = [Chances((), ())] * len(questions)
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            joined = [[*questions[at][0], *questions[at][1]] for at in places]
            width = max(map(len, joined))
            # Padding stands to the right, where a causal model's earlier tokens cannot see it.
            ids = torch.tensor([row + [0] * (width - len(row)) for row in joined], device=self._device)
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in joined], device=self._device)
            # Only the texts' own positions are wanted: a vocabulary's worth of numbers at each of the others is waste.
            begin = max(0, min(len(questions[at][0]) for at in places) - 1)
            wanted = {"logits_to_keep": torch.arange(begin, width, device=self._device)} if self._narrow else {}
            begin = begin if wanted else 0
            with torch.inference_mode():
                logits = self.model(input_ids=ids, attention_mask=mask, **wanted).logits
            for row, at in enumerate(places):
                before, after = questions[at]
                first, last = len(before), len(joined[row])
                if not after or not first:
                    continue
                logs = torch.log_softmax(logits[row, first - 1 - begin : last - 1 - begin].float(), dim=-1)
                own = logs.gather(1, ids[row, first:last, None])[:, 0]
                found[at] = Chances(tuple(own.tolist()), tuple(logs.amax(dim=-1).tolist()))
        return found

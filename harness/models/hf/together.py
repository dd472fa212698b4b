"""Greedy writing for several prompts at once without padding, on a CPU.

Each prompt is read by itself; then all rows take every step together. The linear layers see one token of each row,
attention sees each row's own keys and values, so that a row meets the numbers it would meet alone, and nothing is
computed for padding. What all prompts begin with (the chat template's head, the instruction) is read with the first of
them: its keys, values and queries are kept, and attention over a prompt is computed over the whole of it as without.

It works through two interfaces of transformers: an attention function under a name of its own, and an object in place
of the cache. `suits` finds the models for which these are not enough, before the first text is written.
"""

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from harness.models.hf.linear import Int8Linear

NAME = "headline_harness_rows"
_FOREIGN = ("sliding_window", "softcap", "s_aux", "position_bias")
"""Requests of an attention layer that are not met here."""
_SIZES = (192, 768)
_BLOCKS = (32, 64, 256)
"""Torch's attention on CPUs takes this many queries at a time, below, between and above these lengths (torch 2.13), and
what a block adds up depends on where it ends. So a head is kept for each size, and used for prompts that fill its
blocks: they give the same bits with it as without."""
_CHANGING_ROTATIONS = ("dynamic", "longrope")
"""Rotary embeddings that depend on the longest row."""
_FINE, _COARSE = 1e-3, 0.06
"""Greatest distance from plain scores, as a share of the largest score, at which the method suits a model."""


class UnsuitedError(Exception):
    """A model needs something that this module does not do."""


@dataclass
class Written:
    """The text of one row."""

    tokens: list[int] = field(default_factory=list)
    ended: bool = False
    """True where it ended by itself, not at the limit."""
    margin: float = float("inf")
    """The least lead of a chosen token over the next best, as a share of the largest score in its step."""


@dataclass
class _Row:
    """The keys and values of one prompt and of what follows it, one tensor a layer, with room for all of it."""

    keys: list[torch.Tensor] = field(default_factory=list)
    values: list[torch.Tensor] = field(default_factory=list)
    length: int = 0


@dataclass
class _Head:
    """The common beginning of prompts, as every layer saw it: (1, heads, tokens, size)."""

    length: int
    keys: list[torch.Tensor]
    values: list[torch.Tensor]
    queries: list[torch.Tensor]


class _Reading:
    """Stands in for the cache while one prompt is read."""

    def __init__(self, head: _Head | None, room: int) -> None:
        self._head = head
        self._room = room
        self.row = _Row()
        self.queries: list[torch.Tensor] = []

    def get_seq_length(self, layer: int = 0) -> int:  # noqa: ARG002 - the cache's interface
        return self._head.length if self._head else 0

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        earlier = (
            (self._head.keys[layer], self._head.values[layer]) if self._head else (keys[:, :, :0], values[:, :, :0])
        )
        kept = []
        for before, new in zip(earlier, (keys, values), strict=True):
            size, length = before.shape[2], before.shape[2] + new.shape[2]
            room = new.new_empty(new.shape[0], new.shape[1], length + self._room, new.shape[3])
            room[:, :, :size], room[:, :, size:length] = before, new
            kept.append(room)
        self.row.keys.append(kept[0])
        self.row.values.append(kept[1])
        self.row.length = length
        return kept[0][:, :, :length], kept[1][:, :, :length]

    def head(self, length: int) -> _Head:
        """Return the first tokens of what was read, as the head of prompts to come."""
        kinds = (self.row.keys, self.row.values, self.queries)
        return _Head(length, *([layer[:, :, :length].clone() for layer in layers] for layers in kinds))

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor:
        earlier = self._head.queries[layer] if self._head else query[:, :, :0]
        whole = torch.cat([earlier, query], dim=2) if self._head else query
        self.queries.append(whole)
        return _attention(whole, key, value, scale, causal=whole.shape[2] > 1)[:, :, earlier.shape[2] :]


class _Step:
    """Stands in for the cache while each row takes one token."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows

    def get_seq_length(self, layer: int = 0) -> int:  # noqa: ARG002 - the cache's interface
        return max(row.length for row in self._rows)

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        for place, row in enumerate(self._rows):
            row.keys[layer][:, :, row.length] = keys[:, :, place]
            row.values[layer][:, :, row.length] = values[:, :, place]
        return keys, values

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None
    ) -> torch.Tensor:
        del key, value  # the step's own, which the rows hold with those before them
        ends = [row.length + 1 for row in self._rows]
        return torch.cat(
            [
                _attention(
                    query[:, :, place : place + 1],
                    row.keys[layer][:, :, :end],
                    row.values[layer][:, :, :end],
                    scale,
                    causal=False,
                )
                for place, (row, end) in enumerate(zip(self._rows, ends, strict=True))
            ],
            dim=2,
        )

    def finish(self) -> None:
        """Finish the step, once it is complete in every layer."""
        for row in self._rows:
            row.length += 1


def _attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float | None, *, causal: bool
) -> torch.Tensor:
    grouped = query.shape[1] != key.shape[1]
    if grouped and query.shape[2] == 1 and query.dtype != torch.float32:
        # The queries of a group as several of its one head: six times as fast in bfloat16 on a CPU.
        several = query.view(1, key.shape[1], -1, query.shape[3])
        return scaled_dot_product_attention(several, key, value, scale=scale).view(query.shape)
    return scaled_dot_product_attention(query, key, value, scale=scale, is_causal=causal, enable_gqa=grouped)


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    rows: _Reading | _Step | None = None,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """Compute attention as transformers calls it: (1, heads, tokens, size) in, (1, tokens, heads, size) out."""
    foreign = [name for name in _FOREIGN if others.get(name) is not None]
    if foreign or attention_mask is not None or rows is None:
        raise UnsuitedError(f"attention with {', '.join(foreign) or 'a mask'}")
    return rows.attend(module.layer_idx, query, key, value, scaling).transpose(1, 2).contiguous(), None


AttentionInterface.register(NAME, _attend)


class Together:
    """Writes for several prompts at once with one causal model, always the likeliest token."""

    def __init__(
        self,
        model: Any,
        ends: set[int],
        limit: int,
        is_known: Callable[[list[int]], bool] | None,
        head: Sequence[int] = (),
    ) -> None:
        """Write texts of at most `limit` tokens, ended by one of `ends` or where `is_known` says so.

        `head` is what prompts begin with; one that begins otherwise is read whole.
        """
        self._model = model
        self._ends = ends
        self._limit = limit
        self._is_known = is_known
        self._head = list(head)
        self._heads: dict[int, _Head] = {}

    def suits(self, tokens: Sequence[int]) -> bool:
        """Tell, from some tokens of a real prompt, whether the model's scores come out as they do plainly.

        Raises MemoryError and the like.
        """
        config = self._model.config.get_text_config()
        kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
        rotation = (getattr(config, "rope_parameters", None) or {}).get("rope_type")
        if kinds != {"full_attention"} or rotation in _CHANGING_ROTATIONS:
            return False
        first, second = list(tokens[:12]), list(tokens[:7])
        try:
            plain = [self._score_plainly(row) for row in (first, second)]
            with self._attention():
                rows = [self._read(row[:-1], room=1)[0] for row in (first, second)]
                ours = self._step(rows, [first[-1], second[-1]])
        except (MemoryError, torch.OutOfMemoryError):
            raise
        except Exception:  # noqa: BLE001 - whatever a model does that knows nothing of these interfaces
            return False
        self._heads.clear()
        wanted = torch.stack(plain).float()
        rounded = any(isinstance(layer, Int8Linear) for layer in self._model.modules())
        tolerance = _COARSE if rounded or self._model.dtype != torch.float32 else _FINE
        return bool((ours - wanted).abs().max() <= tolerance * wanted.abs().max())

    def _score_plainly(self, tokens: list[int]) -> torch.Tensor:
        """Score the next token as transformers does: read all tokens but the last, then take a step."""
        read = self._model(input_ids=self._ids(tokens[:-1]), use_cache=True)
        step = self._model(input_ids=self._ids(tokens[-1:]), past_key_values=read.past_key_values, use_cache=True)
        scores: torch.Tensor = step.logits[0, -1]
        return scores

    def write(self, prompts: Sequence[Sequence[int]]) -> list[Written]:
        """Write one text for each prompt, in order."""
        written = [Written() for _ in prompts]
        with torch.inference_mode(), self._attention():
            rows: list[_Row] = []
            scores = []
            for prompt in prompts:
                row, last = self._read(prompt, room=self._limit)
                rows.append(row)
                scores.append(last)
            going = list(range(len(prompts)))
            latest = torch.stack(scores)
            while True:
                self._choose(latest, [written[place] for place in going])
                for place in going:
                    if self._is_over(written[place]):
                        rows[place] = _Row()  # its memory is free for the others
                going = [place for place in going if rows[place].length]
                if not going:
                    return written
                latest = self._step([rows[place] for place in going], [written[place].tokens[-1] for place in going])

    def _choose(self, scores: torch.Tensor, rows: Sequence[Written]) -> None:
        chosen = scores.argmax(dim=-1).tolist()
        best = scores.topk(2, dim=-1).values
        margins = ((best[:, 0] - best[:, 1]) / scores.abs().amax(dim=-1)).tolist()
        for row, token, margin in zip(rows, chosen, margins, strict=True):
            row.tokens.append(token)
            row.margin = min(row.margin, margin)

    def _is_over(self, row: Written) -> bool:
        row.ended = row.tokens[-1] in self._ends or (self._is_known is not None and self._is_known(row.tokens))
        return row.ended or len(row.tokens) >= self._limit

    def _read(self, prompt: Sequence[int], room: int) -> tuple[_Row, torch.Tensor]:
        """Read a prompt; return its row, and the scores of the token that follows it."""
        size = len(self._head)
        kind = bisect(_SIZES, len(prompt))
        filled = -(-size // _BLOCKS[kind]) * _BLOCKS[kind]
        if not size or len(prompt) <= max(size, filled) or list(prompt[:size]) != self._head:
            reading = _Reading(None, room)
            return reading.row, self._forward(prompt, 0, reading)
        head = self._heads.get(kind)
        reading = _Reading(head, room)
        scores = self._forward(prompt[size:], size, reading) if head else self._forward(prompt, 0, reading)
        if head is None:
            self._heads[kind] = reading.head(size)
        return reading.row, scores

    def _forward(self, tokens: Sequence[int], start: int, reading: _Reading) -> torch.Tensor:
        positions = torch.arange(start, start + len(tokens))[None]
        answer = self._model(
            input_ids=self._ids(tokens),
            position_ids=positions,
            past_key_values=reading,
            use_cache=True,
            logits_to_keep=1,
            rows=reading,
        )
        scores: torch.Tensor = answer.logits[0, -1].float()
        return scores

    def _step(self, rows: Sequence[_Row], tokens: Sequence[int]) -> torch.Tensor:
        """Score the token that follows each row's newest one."""
        step = _Step(rows)
        positions = torch.tensor([[row.length for row in rows]])
        answer = self._model(
            input_ids=self._ids(tokens), position_ids=positions, past_key_values=step, use_cache=True, rows=step
        )
        step.finish()
        scores: torch.Tensor = answer.logits[0].float()
        return scores

    def _ids(self, tokens: Sequence[int]) -> torch.Tensor:
        return torch.tensor([list(tokens)])

    @contextmanager
    def _attention(self) -> Iterator[None]:
        """Give the model this module's attention for as long as the context is open."""
        config = self._model.config
        usual = config._attn_implementation
        config._attn_implementation = NAME
        try:
            yield
        finally:
            config._attn_implementation = usual

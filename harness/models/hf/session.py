"""Loads a transformers model and generates headlines with it; the code that needs torch."""

import gc
import hashlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
import transformers
from transformers import GenerationConfig

from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.load import local_checkpoint, quietly
from harness.errors import ModelError, UsageError, nearest_name
from harness.models import postprocess
from harness.models.base import Answer
from harness.models.hf import generation
from harness.models.hf.load import Loaded, is_out_of_memory, load
from harness.models.hf.parameters import HfParameters
from harness.models.hf.together import Together, Written
from harness.models.prompting import Prompting, context_of, end_tokens
from harness.models.prompts import ACCEPTED, ARTICLES_ONLY, Template
from harness.records import Cluster, Prompt

CLOSE = 2e-5
"""Lead of a chosen token over the next one, as a share of the largest score, below which a text is written alone.

In float32 the scores of a row, alone and in a batch, differed by at most 2e-6 of the largest (SmolLM2-135M)."""

_TOKEN_IDS = (
    *("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id"),
    *("forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids"),
)
"""Settings of a checkpoint that are kept: which tokens mean what, and which must not be written."""


@contextmanager
def open_session(hf: HfParameters, seed: int) -> Iterator["HfSession"]:
    """Open a session for the model `hf`; free its weights when the context ends.

    Raises UsageError where the checkpoint cannot be loaded or does not fit the parameters.
    """
    template = hf.template()
    checkpoint = find_checkpoint(hf.checkpoint)
    # Outside the silence below: a download takes minutes, and shows how far it is.
    path = local_checkpoint(hf.checkpoint, hf.revision, with_code=hf.trust_remote_code)
    # The bar shown while a GGUF file is unpacked heeds none of transformers' settings.
    with quietly(), redirect_stderr(io.StringIO()):
        session = HfSession(hf, load(hf, path, gguf=checkpoint.kind == "gguf"), template, seed)
    try:
        yield session
    finally:
        session.close()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


@dataclass(frozen=True)
class _Asked:
    """A cluster with its prompt and tokens, and its place among the clusters of the call."""

    position: int
    cluster: Cluster
    prompt: Prompt
    tokens: list[int]


class _FirstLineWritten:
    """Stops each row of a batch by itself once its first line is known; transformers calls it after every token."""

    def __init__(self, prompt_length: int, decode: Callable[[Any], str]) -> None:
        self._prompt_length = prompt_length
        self._decode = decode
        self._ended: list[int | None] = []

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ARG002 - as transformers calls it
        new = input_ids[:, self._prompt_length :]
        self._ended = self._ended or [None] * len(new)
        for row, tokens in enumerate(new):
            if self._ended[row] is None and postprocess.first_line_is_complete(self._decode(tokens)):
                self._ended[row] = len(tokens)
        return torch.tensor([end is not None for end in self._ended], device=input_ids.device)

    def end(self, row: int) -> int | None:
        """Return how many tokens the row had when it was stopped; None where it was not."""
        return self._ended[row] if self._ended else None


class HfSession:
    """An opened transformers model."""

    def __init__(self, hf: HfParameters, loaded: Loaded, template: Template | None, seed: int) -> None:
        self._hf = hf
        self._model: Any = loaded.model
        self._tokenizer: Any = loaded.tokenizer
        self._seq2seq = loaded.seq2seq
        self._device = loaded.device
        self._seed = seed
        self._batches = generation.same_in_any_batch(hf.generation, padded_prompt=not loaded.seq2seq)
        if template is None and not self._seq2seq:
            raise UsageError(f"the causal model {hf.checkpoint} needs `prompt`: {ACCEPTED}")
        self._prompting = Prompting(hf, self._tokenizer, template or ARTICLES_ONLY, limit=self._prompt_limit())
        self._generation = self._generation_config()
        ends = self._generation.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends])
        self._size = hf.batch_size
        self._unproven = self._batches
        self._one_by_one = False
        self._together: Together | None = None
        self._may_be_together = not self._seq2seq and self._device.type == "cpu" and self._is_plainly_greedy()

    def close(self) -> None:
        """Let go of the weights."""
        self._model = self._tokenizer = self._together = None

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        """Answer clusters in order; a cluster that could not be answered has an exception."""
        answers: dict[int, Answer | Exception] = {}
        asked: list[_Asked] = []
        for position, cluster in enumerate(clusters):
            try:
                asked.append(_Asked(position, cluster, *self._prompting.fit(cluster)))
            except Exception as error:  # noqa: BLE001 - one bad cluster becomes its own Failure row
                answers[position] = error
        # Neighbours of like length waste little padding; the longest come first, so that memory fails early or not.
        waiting = sorted(asked, key=lambda one: -len(one.tokens))
        while waiting:
            batch = self._next_batch(waiting)
            waiting = waiting[len(batch) :]
            for one, answer in zip(batch, self._answer_and_verify(batch), strict=True):
                answers[one.position] = answer
        return [answers[position] for position in range(len(clusters))]

    def _next_batch(self, waiting: list[_Asked]) -> list[_Asked]:
        """Take as many of the remaining clusters as may be together, at least one."""
        tokens = accumulate(len(one.tokens) + self._hf.generation["max_new_tokens"] for one in waiting)
        fitting = sum(total <= self._hf.batch_tokens for total in tokens)
        return waiting[: max(1, min(self._size, fitting))]

    def _answer_and_verify(self, batch: list[_Asked]) -> list[Answer | Exception]:
        """Answer a batch; check some texts of the session's first batch against the same written one by one.

        Where one differs, this batch and all that follow are written one by one.
        """
        answers = self._generate_or_retry(batch)
        count = min(self._hf.verify, len(batch)) if self._unproven else 0
        self._unproven = False
        for part in range(count):
            # Spread over the lengths: the middle of each part.
            place = (2 * part + 1) * len(batch) // (2 * count)
            given = answers[place]
            if not isinstance(given, Answer):
                continue
            (alone,) = self._generate_or_retry([batch[place]], alone=True)
            same = isinstance(alone, Answer) and (alone.text, alone.raw_text) == (given.text, given.raw_text)
            if isinstance(alone, Exception):
                continue
            answers[place] = alone.model_copy(update={"compared": "equal" if same else "different"})
            if not same:
                self._one_by_one = True
        if not self._one_by_one or not count:
            return answers
        return [
            answer if isinstance(answer, Answer) and answer.compared else self._generate_or_retry([one], alone=True)[0]
            for one, answer in zip(batch, answers, strict=True)
        ]

    def _generate_or_retry(self, batch: list[_Asked], *, alone: bool = False) -> list[Answer | Exception]:
        """Answer a batch; halve one that is too large for the memory, and split up one that fails otherwise."""
        try:
            if alone or self._one_by_one or not self._batches:
                return [answer for one in batch for answer in self._generate([one])]
            return list(self._together_or_padded(batch))
        except Exception as error:  # noqa: BLE001 - becomes Failure rows
            if len(batch) == 1:
                failure = ModelError(f"{type(error).__name__}: {error}")
                failure.__cause__ = error
                return [failure]
            half, is_short = 1, is_out_of_memory(error)
            if is_short:
                half = len(batch) // 2
                self._size = min(self._size, half)
        # Out of the handler, where the error no longer holds what the batch had in memory.
        if is_short and self._device.type == "cuda":
            gc.collect()
            torch.cuda.empty_cache()
        parts = [batch[start : start + half] for start in range(0, len(batch), half)]
        return [answer for part in parts for answer in self._generate_or_retry(part, alone=alone)]

    def _together_or_padded(self, batch: list[_Asked]) -> list[Answer]:
        if self._together is None and self._may_be_together:
            self._may_be_together = False
            together = Together(
                self._model,
                self._ends,
                self._hf.generation["max_new_tokens"],
                self._first_line_known if self._hf.stops_at_newline() else None,
                self._prompting.head(),
            )
            with torch.inference_mode():
                self._together = together if together.suits(batch[0].tokens) else None
        if self._together is None:
            return self._generate(batch)
        started = time.perf_counter()
        written = self._together.write([one.tokens for one in batch])
        seconds = (time.perf_counter() - started) / len(batch)
        return [
            self._answer(one.prompt, len(one.tokens), row.tokens, row.ended, seconds)
            if not self._is_close(row)
            else self._generate([one])[0]
            for one, row in zip(batch, written, strict=True)
        ]

    def _is_close(self, row: Written) -> bool:
        """Tell whether another order of summation might have changed a token.

        In lower precision a row goes through the same numbers alone and in a batch, and ties are common.
        """
        return self._model.dtype == torch.float32 and self._hf.dtype != "int8" and row.margin < CLOSE

    def _first_line_known(self, tokens: list[int]) -> bool:
        return postprocess.first_line_is_complete(self._prompting.decode(tokens))

    def _generate(self, batch: list[_Asked]) -> list[Answer]:
        started = time.perf_counter()
        inputs = self._tokenizer.pad({"input_ids": [one.tokens for one in batch]}, return_tensors="pt")
        inputs = {name: tensor.to(self._device) for name, tensor in inputs.items()}
        prompt_length = 1 if self._seq2seq else inputs["input_ids"].shape[1]
        stopper = _FirstLineWritten(prompt_length, self._prompting.decode)
        with quietly(), torch.inference_mode(), self._seed_random(batch[0].cluster):
            written = self._model.generate(
                **inputs,
                generation_config=self._generation,
                stopping_criteria=[stopper] if self._hf.stops_at_newline() else [],
                tokenizer=self._tokenizer,
            )
        rows = [self._trim(row.tolist(), stopper.end(i)) for i, row in enumerate(written[:, prompt_length:])]
        seconds = (time.perf_counter() - started) / len(batch)
        return [
            self._answer(one.prompt, len(one.tokens), new, ended, seconds)
            for one, (new, ended) in zip(batch, rows, strict=True)
        ]

    def _trim(self, new: list[int], stopped_at: int | None) -> tuple[list[int], bool]:
        """Cut a row's new tokens at its end, before any padding; tell whether it ended by itself."""
        first = next((index + 1 for index, token in enumerate(new) if token in self._ends), None)
        end = min((place for place in (first, stopped_at) if place is not None), default=None)
        return (new, False) if end is None else (new[:end], True)

    def _answer(self, prompt: Prompt, tokens_in: int, new: list[int], ended: bool, seconds: float) -> Answer:
        return postprocess.finish(
            self._prompting.decode(new),
            self._hf.postprocess,
            "end" if ended else "length",
            prompt=prompt,
            tokens_in=tokens_in,
            tokens_out=len(new),
            seconds=seconds,
        )

    @contextmanager
    def _seed_random(self, cluster: Cluster) -> Iterator[None]:
        """Seed the random numbers by seed and cluster alone; restore the caller's generator afterwards."""
        if not self._generation.do_sample:
            yield
            return
        digest = hashlib.sha256(f"{self._seed}\0{cluster.cluster_id}".encode("utf-8", "surrogatepass")).digest()
        with torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []):
            torch.manual_seed(int.from_bytes(digest[:8], "big") >> 1)
            yield

    def _generation_config(self) -> Any:
        """Combine the configuration's parameters with the checkpoint's token ids, and nothing else of its own."""
        names = GenerationConfig().to_dict() | {"max_new_tokens": None}
        for name in self._hf.generation:
            if name not in names and not hasattr(GenerationConfig(), name):
                nearest = nearest_name(name, names)
                hint = f"; did you mean {nearest!r}?" if nearest else ""
                raise UsageError(f"transformers {transformers.__version__} has no generation parameter {name!r}{hint}")
        own = self._model.generation_config
        kept = {name: getattr(own, name, None) for name in _TOKEN_IDS}
        kept["eos_token_id"] = end_tokens(kept["eos_token_id"], self._tokenizer)
        if kept["pad_token_id"] is None:
            kept["pad_token_id"] = self._tokenizer.pad_token_id
        try:
            clean = GenerationConfig(**{**kept, **self._hf.generation})
        except (ValueError, TypeError) as error:
            raise UsageError(f"generation: {error}") from error
        # What is unset in the one is taken from the other, so the model must forget its own settings.
        self._model.generation_config = GenerationConfig(**kept)
        return clean

    def _is_plainly_greedy(self) -> bool:
        """Tell whether every token is simply the likeliest one: no penalty, nothing forced or forbidden."""
        special = [name for name in _TOKEN_IDS if name.startswith(("forced", "suppress", "begin", "bad"))]
        return generation.is_plainly_greedy(self._hf.generation) and not any(
            getattr(self._generation, name, None) for name in special
        )

    def _prompt_limit(self) -> int | None:
        """Return how many tokens a prompt may have; None for a model without a limit."""
        context = context_of(self._model.config.get_text_config(), self._tokenizer)
        if context is None or self._seq2seq:
            return context
        return context - int(self._hf.generation["max_new_tokens"])

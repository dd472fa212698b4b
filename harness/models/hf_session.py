"""The code that needs torch: loading a transformers model and generating headlines with it."""

import gc
import hashlib
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig

from harness import weights
from harness.errors import ModelError, UsageError, nearest_name
from harness.loading import choose_device, local_checkpoint, quietly
from harness.models import generation, postprocess
from harness.models.base import Answer
from harness.models.prompts import ARTICLES_ONLY, LEAST_SHARE, Template, build_prompt
from harness.records import Cluster, Prompt, StopReason

if TYPE_CHECKING:
    from harness.models.hf import Hf

BUDGET = 1024
"""Prompt tokens for the articles where neither the configuration nor the model's context says less."""
MARGIN = 8
"""Tokens kept free, since a text's tokens are not quite the sum of its parts'."""

_TOKEN_IDS = (
    *("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id"),
    *("forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids"),
)
"""What is kept of a checkpoint's own generation settings: which tokens mean what, and which must not be written."""
_NOT_WRITERS = ("ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering")


@contextmanager
def open_session(hf: "Hf", seed: int) -> Iterator["HfSession"]:
    """A session for the model `hf`; its weights are freed when the context ends.

    Raises UsageError where the checkpoint cannot be loaded or does not fit the parameters.
    """
    template = hf.template()
    checkpoint = weights.find(hf.checkpoint)
    # Outside the silence below: a download takes minutes, and shows how far it is.
    path = local_checkpoint(hf.checkpoint, hf.revision, with_code=hf.trust_remote_code)
    # The bar shown while a GGUF file is unpacked heeds none of transformers' settings.
    with quietly(), redirect_stderr(io.StringIO()):
        session = HfSession(hf, _load(hf, path, gguf=checkpoint.kind == "gguf"), template, seed)
    try:
        yield session
    finally:
        session.close()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


@dataclass
class _Loaded:
    """What a session works with."""

    model: Any
    tokenizer: Any
    seq2seq: bool
    device: torch.device


def _load(hf: "Hf", path: Path, *, gguf: bool) -> _Loaded:
    """The checkpoint in `path` on its device. Raises UsageError where it cannot be loaded."""
    wrong = [] if gguf else list(weights.folder_problems(path))
    if wrong:
        raise UsageError("\n".join(str(problem) for problem in wrong))
    place = str(path.parent if gguf else path)
    # An absolute path: transformers looks for a relative one in the working directory first.
    common: dict[str, Any] = {"trust_remote_code": hf.trust_remote_code, "local_files_only": True}
    if gguf:
        common["gguf_file"] = str(path)
    try:
        config = AutoConfig.from_pretrained(place, **common)
        seq2seq = _is_seq2seq(hf, config)
        tokenizer = AutoTokenizer.from_pretrained(place, **common)
        auto = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
        model, about = auto.from_pretrained(
            place,
            config=config,
            dtype=("float32" if gguf else "auto") if hf.dtype == "auto" else hf.dtype,
            use_safetensors=True,
            output_loading_info=True,
            **common,
        )
    except UsageError:
        raise
    except Exception as error:  # transformers raises whatever it likes for a checkpoint it cannot load
        raise UsageError(_why_not_loaded(hf, error)) from error
    absent = sorted(about["missing_keys"])
    if absent:
        raise UsageError(
            f"the checkpoint {hf.checkpoint} lacks {len(absent)} weights of a {type(model).__name__}, "
            f"for instance {absent[0]}: it was not trained to write text, or is damaged"
        )
    device = choose_device(hf.device)
    return _Loaded(model.to(device).eval(), _prepared(tokenizer, seq2seq), seq2seq, device)


def _is_seq2seq(hf: "Hf", config: Any) -> bool:
    """Whether the checkpoint is an encoder-decoder. Raises UsageError where it is not what the configuration says."""
    architecture = (getattr(config, "architectures", None) or [""])[0]
    if architecture.endswith(_NOT_WRITERS):
        raise UsageError(f"the checkpoint {hf.checkpoint} is a {architecture}, which cannot write text")
    seq2seq = bool(getattr(config, "is_encoder_decoder", False))
    if hf.task != "auto" and seq2seq != (hf.task == "seq2seq"):
        actual = "seq2seq" if seq2seq else "causal"
        raise UsageError(f"the checkpoint {hf.checkpoint} is a {actual} model ({config.model_type}), not {hf.task}")
    return seq2seq


def _why_not_loaded(hf: "Hf", error: Exception) -> str:
    message = " ".join(str(error).split())
    if "trust_remote_code" in message:
        return (
            f"the checkpoint {hf.checkpoint} brings Python code of its own; "
            "set `trust_remote_code: true` if you have read it and trust it"
        )
    return f"the checkpoint {hf.checkpoint} cannot be loaded: {type(error).__name__}: {message[:300]}"


def _prepared(tokenizer: Any, seq2seq: bool) -> Any:
    """The tokenizer set up for batches: a causal model writes on from a row's end, so its padding goes first."""
    tokenizer.padding_side = "right" if seq2seq else "left"
    if tokenizer.pad_token is None:
        # The attention mask hides padding, so any token will do.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token or tokenizer.convert_ids_to_tokens(0)
    return tokenizer


class _FirstLineWritten:
    """Stops each row of a batch by itself once its first line is known; transformers calls it after every token."""

    def __init__(self, prompt_length: int, decode: Callable[[Any], str]) -> None:
        self._prompt_length = prompt_length
        self._decode = decode
        self._ended: list[int | None] = []

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ARG002
        new = input_ids[:, self._prompt_length :]
        self._ended = self._ended or [None] * len(new)
        for row, tokens in enumerate(new):
            if self._ended[row] is None and postprocess.first_line_is_complete(self._decode(tokens)):
                self._ended[row] = len(tokens)
        return torch.tensor([end is not None for end in self._ended], device=input_ids.device)

    def end(self, row: int) -> int | None:
        """How many tokens the row had when it was stopped; None where it was not."""
        return self._ended[row] if self._ended else None


class HfSession:
    """An opened transformers model."""

    def __init__(self, hf: "Hf", loaded: _Loaded, template: Template | None, seed: int) -> None:
        self._hf = hf
        self._model: Any = loaded.model
        self._tokenizer: Any = loaded.tokenizer
        self._seq2seq = loaded.seq2seq
        self._device = loaded.device
        self._seed = seed
        self._together = generation.same_in_any_batch(hf.generation, padded_prompt=not loaded.seq2seq)
        if template is None and not self._seq2seq:
            raise UsageError(f"the causal model {hf.checkpoint} needs `prompt`: a file with {{articles}} in it")
        self._template = template or ARTICLES_ONLY
        self._chat = self._uses_chat()
        self._generation = self._generation_config()
        self._limit = self._prompt_limit()
        self._budget = self._token_budget()

    def close(self) -> None:
        """Lets go of the weights."""
        self._model = self._tokenizer = None

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        """One answer for each cluster, in order; an exception stands where one cluster could not be answered."""
        answers: dict[int, Answer | Exception] = {}
        asked: list[tuple[int, Cluster, Prompt, list[int]]] = []
        for position, cluster in enumerate(clusters):
            try:
                prompt, tokens = self._fit(cluster)
            except Exception as error:  # noqa: BLE001 - one bad cluster becomes its own Failure row
                answers[position] = error
            else:
                asked.append((position, cluster, prompt, tokens))
        size = self._hf.batch_size if self._together else 1
        for start in range(0, len(asked), size):
            batch = asked[start : start + size]
            for (position, *_), answer in zip(batch, self._generate_or_retry(batch), strict=True):
                answers[position] = answer
        return [answers[position] for position in range(len(clusters))]

    def _generate_or_retry(self, batch: list[tuple[int, Cluster, Prompt, list[int]]]) -> list[Answer | Exception]:
        """The batch's answers; where it fails as a whole (memory, most often), each cluster by itself."""
        try:
            return list(self._generate(batch))
        except Exception as error:  # noqa: BLE001 - becomes Failure rows
            if len(batch) == 1:
                failure = ModelError(f"{type(error).__name__}: {error}")
                failure.__cause__ = error
                return [failure]
        return [answer for one in batch for answer in self._generate_or_retry([one])]

    def _generate(self, batch: list[tuple[int, Cluster, Prompt, list[int]]]) -> list[Answer]:
        started = time.perf_counter()
        inputs = self._tokenizer.pad({"input_ids": [tokens for *_, tokens in batch]}, return_tensors="pt")
        inputs = {name: tensor.to(self._device) for name, tensor in inputs.items()}
        prompt_length = 1 if self._seq2seq else inputs["input_ids"].shape[1]
        stopper = _FirstLineWritten(prompt_length, self._decode)
        with quietly(), torch.inference_mode(), self._seeded(batch[0][1]):
            written = self._model.generate(
                **inputs,
                generation_config=self._generation,
                stopping_criteria=[stopper] if self._hf.stops_at_newline() else [],
                tokenizer=self._tokenizer,
            )
        rows = [self._ended(row.tolist(), stopper.end(i)) for i, row in enumerate(written[:, prompt_length:])]
        seconds = (time.perf_counter() - started) / len(batch)
        return [
            self._answer(prompt, len(tokens), new, ended, seconds)
            for (_, _, prompt, tokens), (new, ended) in zip(batch, rows, strict=True)
        ]

    def _ended(self, new: list[int], stopped_at: int | None) -> tuple[list[int], bool]:
        """A row's own tokens without the padding behind them, and whether it came to an end by itself."""
        eos = self._generation.eos_token_id
        ends = set(eos if isinstance(eos, list) else [eos])
        first = next((index + 1 for index, token in enumerate(new) if token in ends), None)
        end = min((place for place in (first, stopped_at) if place is not None), default=None)
        return (new, False) if end is None else (new[:end], True)

    def _answer(self, prompt: Prompt, tokens_in: int, new: list[int], ended: bool, seconds: float) -> Answer:
        raw = self._decode(new)
        text, changed = postprocess.apply(raw, self._hf.postprocess)
        is_whole = ended or (self._hf.postprocess[:1] == ("first_line",) and postprocess.first_line_is_complete(raw))
        stopped: StopReason = "refused" if not text.strip() else "end" if is_whole else "length"
        return Answer(
            text=text if text.strip() else "",
            raw_text=raw if raw != text else None,
            postprocess=changed,
            stopped=stopped,
            prompt=prompt,
            tokens_in=tokens_in,
            tokens_out=len(new),
            seconds=seconds,
        )

    def _decode(self, tokens: Any) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    @contextmanager
    def _seeded(self, cluster: Cluster) -> Iterator[None]:
        """Random numbers that depend on seed and cluster alone; the caller's generator is left as it was."""
        if not self._generation.do_sample:
            yield
            return
        digest = hashlib.sha256(f"{self._seed}\0{cluster.cluster_id}".encode("utf-8", "surrogatepass")).digest()
        with torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []):
            torch.manual_seed(int.from_bytes(digest[:8], "big") >> 1)
            yield

    def _fit(self, cluster: Cluster) -> tuple[Prompt, list[int]]:
        """The prompt and its tokens, within the model's context."""
        budget = self._budget
        while True:
            prompt = build_prompt(
                cluster,
                self._template,
                budget,
                self._count,
                include_titles=self._hf.include_titles,
                include_sources=self._hf.include_sources,
            )
            tokens = self._encode(prompt.text)
            excess = len(tokens) - self._limit if self._limit is not None else 0
            if excess <= 0:
                return prompt, tokens
            budget -= excess

    def _count(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _encode(self, text: str) -> list[int]:
        if not self._chat:
            return list(self._tokenizer(text)["input_ids"])
        # The chat template writes the special tokens itself.
        return list(self._tokenizer(self._chat_text(text), add_special_tokens=False)["input_ids"])

    def _chat_text(self, text: str) -> str:
        """The prompt as a conversation in which the model's turn has come, or has begun where the template says so."""
        reply = self._template.reply
        messages = [{"role": "user", "content": text.removesuffix(reply).rstrip() if reply else text}]
        if self._hf.system is not None:
            messages.insert(0, {"role": "system", "content": self._hf.system})
        chat = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return f"{chat}{reply}"

    def _uses_chat(self) -> bool:
        has_template = bool(getattr(self._tokenizer, "chat_template", None))
        if self._hf.chat == "yes" and not has_template:
            raise UsageError(f"chat is yes, but the tokenizer of {self._hf.checkpoint} has no chat template")
        if self._hf.chat == "no" or not has_template:
            if self._hf.system is not None:
                raise UsageError(f"system needs a chat template, and {self._hf.checkpoint} is used without one")
            return False
        try:
            self._chat_text("?")
        except Exception as error:  # a template may refuse a system message, or have mistakes of its own
            raise UsageError(f"the chat template of {self._hf.checkpoint} fails: {error}") from error
        return True

    def _generation_config(self) -> Any:
        """The parameters of the configuration over the checkpoint's own token ids, and nothing else of its own."""
        known = GenerationConfig().to_dict() | {"max_new_tokens": None}
        for name in self._hf.generation:
            if name not in known and not hasattr(GenerationConfig(), name):
                nearest = nearest_name(name, known)
                hint = f"; did you mean {nearest!r}?" if nearest else ""
                raise UsageError(f"transformers {transformers.__version__} has no generation parameter {name!r}{hint}")
        own = self._model.generation_config
        kept = {name: getattr(own, name, None) for name in _TOKEN_IDS}
        kept["eos_token_id"] = self._end_tokens(kept["eos_token_id"])
        if kept["pad_token_id"] is None:
            kept["pad_token_id"] = self._tokenizer.pad_token_id
        try:
            clean = GenerationConfig(**{**kept, **self._hf.generation})
        except (ValueError, TypeError) as error:
            raise UsageError(f"generation: {error}") from error
        # What is unset in the one is taken from the other, so the model must forget its own settings.
        self._model.generation_config = GenerationConfig(**kept)
        return clean

    def _end_tokens(self, own: int | list[int] | None) -> list[int] | None:
        """All tokens that end a text: the checkpoint's, and the tokenizer's, which may be the end of a chat turn."""
        found = own if isinstance(own, list) else [own]
        ends = list(dict.fromkeys(token for token in [*found, self._tokenizer.eos_token_id] if token is not None))
        return ends or None

    def _prompt_limit(self) -> int | None:
        """How many tokens a prompt may have; None for a model without a limit."""
        config = self._model.config.get_text_config()
        sizes = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "max_seq_len")]
        stated = self._tokenizer.model_max_length
        context = min((s for s in [*sizes, stated] if isinstance(s, int) and 0 < s < 10**7), default=None)
        if context is None or self._seq2seq:
            return context
        return context - int(self._hf.generation["max_new_tokens"])

    def _token_budget(self) -> int:
        wanted = self._hf.token_budget or BUDGET
        if self._limit is None:
            return wanted
        frame = len(self._encode(self._template.fill("", 10)))
        left = self._limit - frame - MARGIN
        if left < LEAST_SHARE:
            raise UsageError(
                f"{self._hf.checkpoint} reads {self._limit} tokens beside the new ones, and the prompt template takes "
                f"{frame}: too few are left for the articles; shorten the template or lower max_new_tokens"
            )
        return min(wanted, left)

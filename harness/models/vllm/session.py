"""Asks vLLM's engine for headlines: the prompts of model `hf`, as tokens, many at once."""

import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from harness.checkpoints.find import find_checkpoint
from harness.checkpoints.load import explain_failure, local_checkpoint, quietly
from harness.checkpoints.problems import folder_problems
from harness.checkpoints.settings import read_json
from harness.errors import ModelError, UsageError
from harness.models import postprocess
from harness.models.base import Answer
from harness.models.prompting import Prompting, context_of, end_tokens
from harness.models.prompts import ACCEPTED
from harness.models.vllm import engine, sampling
from harness.models.vllm.parameters import VllmParameters
from harness.records import Cluster, Prompt


@contextmanager
def open_session(parameters: VllmParameters, seed: int) -> Iterator["VllmSession"]:
    """Open a session for the model `vllm`; stop the engine when the context ends.

    Raises UsageError where the checkpoint cannot be loaded, does not fit the parameters, or the engine cannot start.
    """
    path = local_checkpoint(parameters.checkpoint, parameters.revision, with_code=parameters.trust_remote_code)
    gguf = find_checkpoint(parameters.checkpoint).kind == "gguf"
    with _unpacked(parameters, path) if gguf else nullcontext(path) as folder:
        wrong = list(folder_problems(folder))
        if wrong:
            raise UsageError("\n".join(str(problem) for problem in wrong))
        session = VllmSession(parameters, folder, seed)
        try:
            session.start()
            yield session
        finally:
            session.close()


@contextmanager
def _unpacked(parameters: VllmParameters, file: Path) -> Iterator[Path]:
    """Unpack a GGUF file to float32 into a temporary folder, as transformers does for `hf`; vLLM reads that."""
    from harness.checkpoints.gguf_reader import read_once

    common: dict[str, Any] = {"gguf_file": str(file), "local_files_only": True}
    with TemporaryDirectory(prefix="harness-vllm-") as folder:
        with (
            quietly(),
            redirect_stderr(io.StringIO()),
            explain_failure(f"the checkpoint {parameters.checkpoint}"),
            read_once(),
        ):
            place = str(file.parent)
            tokenizer = AutoTokenizer.from_pretrained(place, **common)
            model: Any = AutoModelForCausalLM.from_pretrained(place, dtype="float32", use_safetensors=True, **common)
            # Its weights are plain numbers by now; transformers would not save what it takes for quantised.
            model.hf_quantizer = None
            model.config.__dict__.pop("quantization_config", None)
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            del model
        yield Path(folder)


@dataclass
class _Text:
    """A cluster with its prompt, and what has been written for it."""

    cluster: Cluster
    prompt: Prompt
    asked: list[int]
    written: list[int] = field(default_factory=list)
    reason: str | None = None
    """Why it ended, in vLLM's word; None while it is written on."""


class VllmSession:
    """A checkpoint with its tokenizer, and the engine that writes with it."""

    def __init__(self, parameters: VllmParameters, folder: Path, seed: int) -> None:
        self._parameters = parameters
        self._folder = folder
        self._seed = parameters.seed if parameters.seed is not None else seed
        template = parameters.template()
        if template is None:
            raise UsageError(f"the causal model {parameters.checkpoint} needs `prompt`: {ACCEPTED}")
        common: dict[str, Any] = {"trust_remote_code": parameters.trust_remote_code, "local_files_only": True}
        with quietly(), explain_failure(f"the checkpoint {parameters.checkpoint}"):
            config = AutoConfig.from_pretrained(str(folder), **common)
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), **common)
        if getattr(config, "is_encoder_decoder", False):
            raise UsageError(
                f"the checkpoint {parameters.checkpoint} is an encoder-decoder ({config.model_type}), and vLLM writes "
                "with causal models; use model hf"
            )
        self._ends = end_tokens(_stated_ends(folder, config), self._tokenizer) or []
        own = context_of(config.get_text_config(), self._tokenizer)
        context = min((size for size in (own, parameters.max_model_len) if size is not None), default=None)
        new_tokens = int(parameters.generation["max_new_tokens"])
        limit = None if context is None else context - new_tokens
        self._prompting = Prompting(parameters, self._tokenizer, template, limit=limit)
        self._dtype = _precision(parameters, config)
        self._running = ExitStack()
        self._engine: engine.Engine | None = None

    def start(self) -> None:
        """Start the engine unless it runs. Raises UsageError where it cannot start."""
        if self._engine is None:
            self._engine = self._running.enter_context(
                engine.started(self._parameters, self._folder, self._dtype, self._seed % 2**31)
            )

    def close(self) -> None:
        """Stop the engine."""
        self._engine = None
        self._running.close()

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        """Answer clusters in order; a cluster that could not be answered has an exception."""
        answers: dict[int, Answer | Exception] = {}
        asked: dict[int, _Text] = {}
        for position, cluster in enumerate(clusters):
            try:
                asked[position] = _Text(cluster, *self._prompting.fit(cluster))
            except Exception as error:  # noqa: BLE001 - one bad cluster becomes its own Failure row
                answers[position] = error
        answers.update(zip(asked, self._answer_all(list(asked.values())), strict=True))
        return [answers[position] for position in range(len(clusters))]

    def _answer_all(self, texts: list[_Text]) -> list[Answer | Exception]:
        started = time.perf_counter()
        try:
            self._write(texts)
        except Exception as error:  # noqa: BLE001 - becomes Failure rows
            # What it was asked may still be in its queue: the next call begins with a new engine.
            self.close()
            failure = ModelError(f"vLLM: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
            failure.__cause__ = error
            return [failure] * len(texts)
        seconds = (time.perf_counter() - started) / max(1, len(texts))
        return [self._finish(text, seconds) for text in texts]

    def _write(self, texts: list[_Text]) -> None:
        """Write every text to its end; one that stopped at a line break before its first line is known goes on."""
        going = texts
        while going:
            self.start()
            assert self._engine is not None  # noqa: S101 - `start` has just set it
            outputs = self._engine.generate(
                [[*text.asked, *text.written] for text in going], [self._arguments(text) for text in going]
            )
            for text, output in zip(going, outputs, strict=True):
                text.written += output.token_ids
                text.reason = self._end_of(text, output)
            going = [text for text in going if text.reason is None]

    def _end_of(self, text: _Text, output: Any) -> str | None:
        """Say why a text ended; None where it stopped at a line break that does not end its first line."""
        at_break = output.stop_reason == sampling.LINE_BREAK and self._parameters.stops_at_newline()
        if not at_break or postprocess.first_line_is_complete(self._prompting.decode(text.written)):
            return str(output.finish_reason)
        return None if len(text.written) < self._parameters.generation["max_new_tokens"] else "length"

    def _arguments(self, text: _Text) -> dict[str, Any]:
        """Return the arguments of `SamplingParams`; random numbers depend on the seed and the cluster alone."""
        name = f"{self._seed}\0{text.cluster.cluster_id}".encode("utf-8", "surrogatepass")
        return sampling.arguments(
            self._parameters.generation,
            ends=self._ends,
            seed=int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 1,
            stop_at_newline=self._parameters.stops_at_newline(),
            written=len(text.written),
        )

    def _finish(self, text: _Text, seconds: float) -> Answer | Exception:
        if text.reason not in ("stop", "length"):
            return ModelError(f"vLLM ended the text for another reason than its end: {text.reason}")
        return postprocess.finish(
            self._prompting.decode(text.written),
            self._parameters.postprocess,
            "end" if text.reason == "stop" else "length",
            prompt=text.prompt,
            tokens_in=len(text.asked),
            tokens_out=len(text.written),
            seconds=seconds,
        )


def _stated_ends(folder: Path, config: Any) -> int | list[int] | None:
    """Return the tokens by which the checkpoint says that a text ends."""
    own = read_json(folder / "generation_config.json").get("eos_token_id")
    stated: Any = own if own is not None else getattr(config.get_text_config(), "eos_token_id", None)
    return stated if isinstance(stated, int) or (isinstance(stated, list) and stated) else None


def _precision(parameters: VllmParameters, config: Any) -> str:
    """Return the precision for vLLM: the configuration's, else that in which the weights are stored.

    Where the checkpoint does not say, or its weights are quantised, vLLM decides.
    """
    if parameters.dtype != "auto":
        return parameters.dtype
    text = config.get_text_config()
    if parameters.quantization or getattr(config, "quantization_config", None):
        return "auto"
    stored = str(getattr(config, "dtype", None) or getattr(text, "dtype", None)).removeprefix("torch.")
    return stored if stored in ("float32", "bfloat16", "float16") else "auto"

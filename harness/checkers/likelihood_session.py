"""The code that needs torch: how likely a causal model finds a text, with and without evidence."""

import gc
import inspect
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from harness.checkers.base import CheckSession
from harness.checkers.evidence import EvidenceIndex
from harness.checkers.whole import Judgement, claim_spans, verdicts_on
from harness.claims.units import Unit
from harness.errors import UsageError
from harness.loading import choose_device, local_checkpoint, quietly, readable
from harness.records import Cluster, Verdict, VerdictLabel

if TYPE_CHECKING:
    from harness.checkers.likelihood import Likelihood

LEAD_IN = "\n\nIn short:"
"""What stands between evidence and text, and before the text alone."""
DIGITS = 6
"""Decimals of a probability: more would depend on what else stands in a batch."""


@contextmanager
def open_session(likelihood: "Likelihood") -> Iterator["LikelihoodSession"]:
    """A session for the checker `likelihood`; its weights are freed when the context ends."""
    # The bar shown while a GGUF file is unpacked heeds none of transformers' settings.
    with quietly(), redirect_stderr(io.StringIO()):
        session = LikelihoodSession(likelihood)
    try:
        yield session
    finally:
        session.close()
        gc.collect()


class LikelihoodSession(CheckSession):
    """Judges each sentence of a text by what reading the evidence does to its likelihood."""

    def __init__(self, likelihood: "Likelihood") -> None:
        super().__init__(likelihood.signature())
        self._likelihood = likelihood
        path = local_checkpoint(likelihood.checkpoint, likelihood.revision)
        common: dict[str, Any] = {"local_files_only": True}
        if path.is_file():
            common["gguf_file"] = str(path)
        place = path.parent if path.is_file() else path
        try:
            config = AutoConfig.from_pretrained(place, **common)
            if config.is_encoder_decoder:
                raise UsageError(f"checker likelihood: {likelihood.checkpoint} is a seq2seq model, not a causal one")
            self._tokenizer = AutoTokenizer.from_pretrained(place, **common)
            model = AutoModelForCausalLM.from_pretrained(
                place, config=config, dtype="float32" if path.is_file() else "auto", use_safetensors=True, **common
            )
        except UsageError:
            raise
        except Exception as error:  # transformers raises whatever it likes for a checkpoint it cannot load
            message = " ".join(str(error).split())[:300]
            raise UsageError(
                f"checker likelihood: {likelihood.checkpoint} cannot be loaded: {type(error).__name__}: {message}"
            ) from error
        self._device = choose_device(likelihood.device)
        self._model: Any = model.to(self._device).eval()
        self._narrow = "logits_to_keep" in inspect.signature(model.forward).parameters
        positions = getattr(config, "max_position_embeddings", None) or likelihood.max_tokens
        self._max_tokens = min(likelihood.max_tokens, int(positions))
        start = self._tokenizer.bos_token_id
        self._start = [start] if start is not None else []
        self._lead_in = self._ids(LEAD_IN)

    def close(self) -> None:
        """Lets go of the weights."""
        self._model = None

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Verdicts on each text: the whole, and its sentences where it has several."""
        index = EvidenceIndex(cluster)
        claims = [[text[start:end] for start, end in claim_spans(text)] for text in texts]
        distinct = list(dict.fromkeys(claim for held in claims for claim in held))
        evidence = {claim: self._evidence(index, claim) for claim in distinct}
        questions = [self._with_evidence([index.units[at] for at, _ in evidence[claim]], claim) for claim in distinct]
        questions += [([*self._start, *self._lead_in], self._claim_ids(claim)) for claim in distinct]
        means = self._means(questions)
        judged = {
            claim: self._judge(index, evidence[claim], means[at], means[at + len(distinct)])
            for at, claim in enumerate(distinct)
        }
        return [
            verdicts_on(text, [judged[claim] for claim in held], self.signature, others=1.0)
            for text, held in zip(texts, claims, strict=True)
        ]

    def _evidence(self, index: EvidenceIndex, claim: str) -> list[tuple[int, float]]:
        found = index.best(claim, self._likelihood.evidence)
        return found or [(at, 0.0) for at in range(min(self._likelihood.evidence, len(index.units)))]

    def _judge(
        self, index: EvidenceIndex, evidence: Sequence[tuple[int, float]], informed: float, bare: float
    ) -> Judgement:
        probability = round(self._likelihood.probability(informed - bare), DIGITS)
        label: VerdictLabel = "supported" if probability >= self._likelihood.threshold else "not_found"
        nearest = evidence[0][0]
        supporters = index.units[nearest].article_ids if label == "supported" else frozenset[str]()
        return Judgement(
            label=label,
            probability=probability,
            reason=f"the evidence makes it {informed - bare:+.2f} nats a token likelier ({informed:.2f}, {bare:.2f})",
            evidence=tuple(index.units[at].evidence(score) for at, score in evidence[:3]),
            supporters=supporters,
            witnesses=1 if supporters else 0,
        )

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer(readable(text), add_special_tokens=False)["input_ids"])

    def _claim_ids(self, claim: str) -> list[int]:
        """Tokens of a claim, at most half of what the model may read."""
        return self._ids(f" {claim}")[: self._max_tokens // 2]

    def _with_evidence(self, units: Sequence[Unit], claim: str) -> tuple[list[int], list[int]]:
        """Tokens before the claim, and the claim's; the sentences that bear least on it are left out to fit."""
        tokens = self._claim_ids(claim)
        room = self._max_tokens - len(tokens) - len(self._lead_in) - len(self._start)
        kept: list[Unit] = []
        for unit in units:
            longer = sorted([*kept, unit], key=lambda held: (held.places[0].article_id, held.places[0].position))
            if len(self._ids(" ".join(held.text for held in longer))) <= room:
                kept = longer
        passage = self._ids(" ".join(held.text for held in kept)) if kept else self._ids(units[0].text)[: max(0, room)]
        return [*self._start, *passage, *self._lead_in], tokens

    def _means(self, questions: Sequence[tuple[list[int], list[int]]]) -> list[float]:
        """Mean log-probability of the second part's tokens after the first; questions of like length go together."""
        order = sorted(range(len(questions)), key=lambda at: (sum(map(len, questions[at])), at))
        found = [0.0] * len(questions)
        size = self._likelihood.batch_size
        for start in range(0, len(order), size):
            places = order[start : start + size]
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
                logits = self._model(input_ids=ids, attention_mask=mask, **wanted).logits
            for row, at in enumerate(places):
                before, after = questions[at]
                first, last = len(before), len(joined[row])
                if not after or not first:
                    continue
                chances = torch.log_softmax(logits[row, first - 1 - begin : last - 1 - begin].float(), dim=-1)
                found[at] = float(chances.gather(1, ids[row, first:last, None]).mean())
        return found

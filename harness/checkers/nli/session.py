"""The code that needs torch or onnxruntime: comparing claims with premises by an entailment model."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.checkers.aggregate import Judgement, verdicts_on
from harness.checkers.base import CheckSession
from harness.checkers.nli.parameters import Label, NliParameters, read_labels
from harness.checkers.nli.premises import Premise, Premises
from harness.checkers.sentences import claim_spans
from harness.checkpoints.load import choose_device, explain_failure, local_checkpoint, quietly, readable
from harness.checkpoints.problems import folder_problems
from harness.checkpoints.settings import read_json
from harness.errors import UsageError
from harness.records import Cluster, Verdict, VerdictLabel

Floats = NDArray[np.float64]
DIGITS = 6
"""Decimals of a probability: more would depend on what else stands in a batch."""
LONG = 10**6
"""Tokenizers that know no limit say something larger than this."""


class Scorer(ABC):
    """A loaded entailment model."""

    labels: tuple[Label, ...]
    max_tokens: int

    @abstractmethod
    def count(self, premise: str, claim: str) -> int:
        """Count the tokens of the pair, special ones included."""

    @abstractmethod
    def logits(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return logits, shape (pairs, outputs)."""


LOGIT_DECIMALS = 4
"""Decimals of a logit that are kept: the seventh digit depends on how many pairs a batch has and how long they are."""


def probabilities(scorer: Scorer, pairs: Sequence[tuple[str, str]], batch_size: int) -> list[Floats]:
    """Return the softmax of each pair's outputs; pairs of like length go together, to waste little padding."""
    order = sorted(range(len(pairs)), key=lambda place: (sum(map(len, pairs[place])), place))
    found: list[Floats] = [np.zeros(0)] * len(pairs)
    for start in range(0, len(order), batch_size):
        places = order[start : start + batch_size]
        asked = [(readable(pairs[place][0]), readable(pairs[place][1])) for place in places]
        logits = scorer.logits(asked).round(LOGIT_DECIMALS)
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        for place, row in zip(places, shifted / shifted.sum(axis=1, keepdims=True), strict=True):
            found[place] = row
    return found


class NliSession(CheckSession):
    """Judges each sentence of a text by the entailment of evidence."""

    def __init__(self, nli: NliParameters, scorer: Scorer) -> None:
        super().__init__(nli.signature())
        self._nli = nli
        self._scorer: Scorer | None = scorer

    def close(self) -> None:
        """Let go of the weights."""
        self._scorer = None

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text: the whole, and its sentences where it has several."""
        scorer = self._scorer
        if scorer is None:
            raise RuntimeError("the session is closed")
        premises = Premises(cluster, evidence=self._nli.evidence, aligned=self._nli.aligned)
        claims = [[text[start:end] for start, end in claim_spans(text)] for text in texts]
        asked: dict[str, list[Premise]] = {}
        for claim in dict.fromkeys(claim for held in claims for claim in held):
            asked[claim] = premises.of(claim, partial(self._fits, scorer, claim))
        pairs = list(dict.fromkeys((premise.text, claim) for claim, held in asked.items() for premise in held))
        found = dict(zip(pairs, probabilities(scorer, pairs, self._nli.batch_size), strict=True))
        judged = {claim: self._judge(premises, claim, held, found, scorer.labels) for claim, held in asked.items()}
        return [
            verdicts_on(text, [judged[claim] for claim in held], self.signature, premises.sources)
            for text, held in zip(texts, claims, strict=True)
        ]

    def _fits(self, scorer: Scorer, claim: str, passage: str) -> bool:
        return scorer.count(readable(passage), readable(claim)) <= scorer.max_tokens

    def _judge(
        self,
        premises: Premises,
        claim: str,
        held: Sequence[Premise],
        found: dict[tuple[str, str], Floats],
        labels: tuple[Label, ...],
    ) -> Judgement:
        """Judge one sentence: support over all passages, contradiction over aligned ones, article by article."""
        support: dict[str, tuple[float, Premise]] = {}
        against: dict[str, tuple[float, Premise]] = {}
        for premise in held:
            row = found[premise.text, claim]
            refutes = float(row[labels.index("contradiction")]) if "contradiction" in labels else 0.0
            # A model that knows only contradiction supports what it does not contradict where it is aligned.
            entails = float(row[labels.index("entailment")]) if "entailment" in labels else 1.0 - refutes
            if "entailment" in labels or premise.aligned:
                support[premise.article_id] = _higher(support.get(premise.article_id), entails, premise)
            if premise.aligned:
                against[premise.article_id] = _higher(against.get(premise.article_id), refutes, premise)
        best, passage = max(support.values(), key=lambda item: item[0])
        worst, refuting = max(against.values(), key=lambda item: item[0])
        supporters = frozenset(article for article, (value, _) in support.items() if value >= self._nli.support)
        contradictors = frozenset(
            article
            for article, (value, _) in against.items()
            if value >= self._nli.contradiction and value > support[article][0]
        )
        label: VerdictLabel
        if premises.sources.disagree(supporters, contradictors):
            label, reason = "contested", f"entailed at {best:.2f} and contradicted at {worst:.2f} by other articles"
            evidence = (*passage.evidence(), *refuting.evidence())
        elif supporters:
            label, reason, evidence = "supported", f"entailed at {best:.2f}", passage.evidence()
        elif contradictors:
            label, reason, evidence = "contradicted", f"contradicted at {worst:.2f}", refuting.evidence()
        else:
            label, reason = "not_found", f"entailed at {best:.2f}, contradicted at {worst:.2f} by the nearest evidence"
            evidence = passage.evidence()
        return Judgement(
            label=label,
            probability=round(min(1.0, max(0.0, best * (1.0 - worst))), DIGITS),
            reason=reason,
            evidence=tuple(dict.fromkeys(evidence)),
            supporters=supporters,
            contradictors=contradictors,
        )


def _higher(now: tuple[float, Premise] | None, value: float, premise: Premise) -> tuple[float, Premise]:
    return (value, premise) if now is None or value > now[0] else now


class TorchScorer(Scorer):
    """A transformers sequence classifier."""

    def __init__(self, nli: NliParameters) -> None:
        import torch
        from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

        self._torch = torch
        folder = local_checkpoint(nli.model, nli.revision, with_code=nli.trust_remote_code)
        wrong = list(folder_problems(folder))
        if wrong:
            raise UsageError("\n".join(str(problem) for problem in wrong))
        common: dict[str, Any] = {"trust_remote_code": nli.trust_remote_code, "local_files_only": True}
        with explain_failure(f"checker nli: {nli.model}"), quietly():
            config = AutoConfig.from_pretrained(folder, **common)
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **common)
            model, about = AutoModelForSequenceClassification.from_pretrained(
                folder, config=config, use_safetensors=True, output_loading_info=True, **common
            )
        absent = sorted(about["missing_keys"])
        if absent:
            raise UsageError(
                f"checker nli: {nli.model} lacks the weights {absent[0]}: it was not trained to classify, or is damaged"
            )
        named = {int(index): str(name) for index, name in (config.id2label or {}).items()}
        self.labels = nli.labels or read_labels(named, int(config.num_labels), nli.model)
        if len(self.labels) != int(config.num_labels):
            raise UsageError(f"checker nli: {nli.model} has {config.num_labels} outputs, `labels:` names {nli.labels}")
        positions = int(getattr(config, "max_position_embeddings", 0) or LONG)
        own = int(min(self._tokenizer.model_max_length, LONG))
        # RoBERTa numbers its positions from the padding index on: two of them hold no token.
        reserved = 2 if "roberta" in str(config.model_type) else 0
        self.max_tokens = min(nli.max_tokens, positions - reserved, own)
        self._device = choose_device(nli.device)
        self._model = model.to(self._device).eval()
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token

    def count(self, premise: str, claim: str) -> int:
        """Count the tokens of the pair, special ones included."""
        with quietly():
            return len(self._tokenizer(premise, claim)["input_ids"])

    def logits(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return logits, shape (pairs, outputs); too long a premise is cut at its end, before the claim is."""
        with quietly():
            try:
                batch = self._encoded(pairs, "only_first")
            except Exception:  # noqa: BLE001 - a claim longer than the model's window leaves no premise to cut
                batch = self._encoded(pairs, "longest_first")
        with self._torch.inference_mode():
            found = self._model(**batch.to(self._device)).logits
        return np.asarray(found.float().cpu().numpy(), dtype=np.float64)

    def _encoded(self, pairs: Sequence[tuple[str, str]], truncation: str) -> Any:
        premises, claims = zip(*pairs, strict=True)
        return self._tokenizer(
            list(premises),
            list(claims),
            truncation=truncation,
            max_length=self.max_tokens,
            padding=True,
            return_tensors="pt",
        )


class OnnxScorer(Scorer):
    """A sequence classifier in ONNX, with the tokenizer of the `tokenizers` library."""

    def __init__(self, nli: NliParameters, file: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        place = nli.tokenizer_file(file)
        try:
            self._tokenizer = Tokenizer.from_file(str(place))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries raise bare exceptions of their own
            message = " ".join(str(error).split())[:300]
            raise UsageError(f"checker nli: {file} cannot be loaded: {message}") from error
        self._inputs = {item.name: item.type for item in self._session.get_inputs()}
        known = {"input_ids", "attention_mask", "token_type_ids"}
        if not set(self._inputs) <= known or "input_ids" not in self._inputs:
            raise UsageError(
                f"checker nli: {file} wants the inputs {', '.join(sorted(self._inputs))}; "
                f"accepted: {', '.join(sorted(known))}"
            )
        settings = next(
            (
                found
                for folder in (file.parent, file.parent.parent, place.parent)
                if (found := read_json(folder / "config.json"))
            ),
            {},
        )
        outputs = self._session.get_outputs()[0].shape[-1]
        id2label = settings.get("id2label")
        named = {int(index): str(name) for index, name in id2label.items()} if isinstance(id2label, dict) else {}
        width = outputs if isinstance(outputs, int) else len(nli.labels or named)
        self.labels = nli.labels or read_labels(named, width, nli.model)
        if len(self.labels) != width:
            raise UsageError(f"checker nli: {file} has {width} outputs, `labels:` names {len(self.labels)}")
        stated = settings.get("max_position_embeddings")
        lengths = self._session.get_inputs()[0].shape
        fixed = lengths[1] if len(lengths) > 1 and isinstance(lengths[1], int) else None
        tokenizer_settings = read_json(place.parent / "tokenizer_config.json")
        own = tokenizer_settings.get("model_max_length")
        self._fixed = fixed
        self.max_tokens = min(
            nli.max_tokens, *(value for value in (stated, fixed, own) if isinstance(value, int) and value > 0), LONG
        )
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._pad = self._padding_token(place)

    def _padding_token(self, place: Path) -> int:
        named = read_json(place.parent / "special_tokens_map.json").get("pad_token")
        if isinstance(named, dict):
            named = named.get("content")
        for token in (named, "[PAD]", "<pad>"):
            found = self._tokenizer.token_to_id(token) if isinstance(token, str) else None
            if found is not None:
                return int(found)
        return 0

    def count(self, premise: str, claim: str) -> int:
        """Count the tokens of the pair, special ones included."""
        return len(self._tokenizer.encode(premise, claim).ids)

    def logits(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return logits, shape (pairs, outputs); a premise that is too long is cut at its end."""
        encoded = [self._encoded(premise, claim) for premise, claim in pairs]
        width = self._fixed or max(len(item.ids) for item in encoded)
        arrays = {
            "input_ids": [item.ids + [self._pad] * (width - len(item.ids)) for item in encoded],
            "attention_mask": [item.attention_mask + [0] * (width - len(item.ids)) for item in encoded],
            "token_type_ids": [item.type_ids + [0] * (width - len(item.ids)) for item in encoded],
        }
        feed = {
            name: np.array(arrays[name], dtype=np.int32 if "int32" in kind else np.int64)
            for name, kind in self._inputs.items()
        }
        (found, *_rest) = self._session.run(None, feed)
        return np.asarray(found, dtype=np.float64)

    def _encoded(self, premise: str, claim: str) -> Any:
        for strategy in ("only_first", "longest_first"):
            self._tokenizer.enable_truncation(self.max_tokens, strategy=strategy)
            try:
                return self._tokenizer.encode(premise, claim)
            except Exception:  # noqa: BLE001, S112 - a claim longer than the window leaves no premise to cut
                continue
            finally:
                self._tokenizer.no_truncation()
        raise UsageError(f"checker nli: the model reads {self.max_tokens} tokens, too few for a claim")

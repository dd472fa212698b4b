"""Public checkers as their authors use them: their weights, their input format, their reading of the outputs.

`presets` has the table. The code here needs torch; it opens nothing until a session is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.checkers.aggregate import Judgement, verdicts_on
from harness.checkers.nli.chunks import Chunk, chunks_of, highest
from harness.checkers.nli.parameters import Label, NliParameters, read_labels
from harness.checkers.nli.presets import Preset
from harness.checkers.nli.session import DIGITS, LONG, Floats, NliSession, Scorer, probabilities
from harness.checkers.sentences import claim_spans
from harness.checkpoints.load import choose_device, explain_failure, local_checkpoint, quietly, readable
from harness.errors import UsageError
from harness.ingest.independence import Sources
from harness.records import Cluster, Verdict, VerdictLabel

LEAST_ROOM = 16
"""Tokens that are left for a premise, however long the claim is."""


def open_preset(nli: NliParameters, preset: Preset) -> NliSession:
    """Load the weights of a public checker. Raises UsageError where they are not the preset's."""
    return PresetSession(nli, preset, PresetScorer(nli, preset))


class PresetSession(NliSession):
    """Judges each sentence of a text against whole articles, chunk by chunk."""

    def __init__(self, nli: NliParameters, preset: Preset, scorer: "PresetScorer") -> None:
        super().__init__(nli, scorer)
        self._preset = preset

    def verdicts(self, cluster: Cluster, texts: Sequence[str]) -> list[list[Verdict]]:
        """Judge each text: the whole, and its sentences where it has several."""
        scorer = self._scorer
        if not isinstance(scorer, PresetScorer):
            raise RuntimeError("the session is closed")
        sources = Sources(cluster)
        claims = [[text[start:end] for start, end in claim_spans(text)] for text in texts]
        cut: dict[int, list[Chunk]] = {}
        asked: dict[str, list[Chunk]] = {}
        for claim in dict.fromkeys(claim for held in claims for claim in held):
            # Only where a chunk is as long as the model's window does its length depend on the claim's.
            room = scorer.room(claim) if self._preset.chunking.unit == "window" else 0
            if room not in cut:
                cut[room] = chunks_of(cluster, self._preset.chunking, scorer.tokens, room)
            asked[claim] = cut[room]
        pairs = list(dict.fromkeys((chunk.text, claim) for claim, held in asked.items() for chunk in held))
        found = dict(zip(pairs, probabilities(scorer, pairs, self._nli.batch_size), strict=True))
        judged = {
            claim: self._finding(sources, claim, held, [found[chunk.text, claim] for chunk in held], scorer.labels)
            for claim, held in asked.items()
        }
        return [
            verdicts_on(text, [judged[claim] for claim in held], self.signature, sources)
            for text, held in zip(texts, claims, strict=True)
        ]

    def _finding(
        self, sources: Sources, claim: str, chunks: Sequence[Chunk], rows: Sequence[Floats], labels: Sequence[Label]
    ) -> Judgement:
        """Judge one sentence: article by article the best chunk, and of articles the best."""
        support = highest(chunks, [float(row[labels.index("entailment")]) for row in rows])
        against = {article: (0.0, chunk) for article, (_, chunk) in support.items()}
        if self._preset.difference:
            against = highest(chunks, [float(row[labels.index("contradiction")]) for row in rows])
        scores = {
            article: (1.0 + value - against[article][0]) / 2.0 if self._preset.difference else value
            for article, (value, _) in support.items()
        }
        supporters = frozenset(article for article, score in scores.items() if score >= self._nli.support)
        contradictors = frozenset(
            article
            for article, (value, _) in against.items()
            if value >= self._nli.contradiction and value > support[article][0] and article not in supporters
        )
        best = max(scores, key=lambda article: scores[article])
        worst = max(against, key=lambda article: against[article][0])
        said = f"entailed at {support[best][0]:.2f}"
        if self._preset.difference:
            said += f", contradicted at {against[best][0]:.2f}"
        label: VerdictLabel = "supported" if supporters else "not_found"
        evidence = support[best][1].evidence(claim)
        if sources.disagree(supporters, contradictors):
            label = "contested"
            said += f"; by another article contradicted at {against[worst][0]:.2f}"
            evidence += against[worst][1].evidence(claim)
        elif contradictors and not supporters:
            label, said = "contradicted", f"contradicted at {against[worst][0]:.2f}"
            evidence = against[worst][1].evidence(claim)
        return Judgement(
            label=label,
            probability=round(min(1.0, max(0.0, scores[best])), DIGITS),
            reason=f"{self._preset.name}: {said}",
            evidence=tuple(dict.fromkeys(evidence)),
            supporters=supporters,
            contradictors=contradictors,
        )


class PresetScorer(Scorer):
    """The weights of a public checker."""

    def __init__(self, nli: NliParameters, preset: Preset) -> None:
        import torch
        from transformers import AutoTokenizer

        self._torch = torch
        self._preset = preset
        self._trusted = nli.trust_remote_code
        folder = local_checkpoint(nli.model, nli.revision, with_code=nli.trust_remote_code)
        wrong = list(nli.folder_problems(folder))
        if wrong:
            raise UsageError("\n".join(str(problem) for problem in wrong))
        foundation = self._foundation(nli, folder)
        with explain_failure(f"checker nli: {nli.model}"), quietly():
            self._tokenizer = AutoTokenizer.from_pretrained(
                foundation, trust_remote_code=self._trusted, local_files_only=True
            )
            config = self._config(foundation)
            self._check_outputs(nli, config)
            model = self._loaded(folder, config)
        self._answers = self._answer_tokens()
        self._start = int(getattr(config, "decoder_start_token_id", None) or 0)
        self.max_tokens = min(nli.max_tokens, _positions(config))
        self._device = choose_device(nli.device)
        self._model = model.to(self._device).eval()
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._frame = self.count("", "")

    def _foundation(self, nli: NliParameters, folder: Path) -> Path:
        """Find the folder of the tokenizer and the configuration of the architecture."""
        named = nli.foundation(folder)
        return folder if named is None else local_checkpoint(named, None)

    def _config(self, foundation: Path) -> Any:
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(foundation, trust_remote_code=self._trusted, local_files_only=True)
        if self._preset.renamed and self._preset.labels is not None:
            # What was published so has the configuration of the model it is built on, which says nothing of classes.
            config.num_labels = len(self._preset.labels)
        return config

    def _check_outputs(self, nli: NliParameters, config: Any) -> None:
        """Find out what each output means. Raises UsageError where the head is not the preset's."""
        named = {int(index): str(name) for index, name in (config.id2label or {}).items()}
        if self._preset.labels is None:
            self.labels: tuple[Label, ...] = nli.labels or read_labels(named, int(config.num_labels), nli.model)
            if not {"entailment", "contradiction"} <= set(self.labels) or len(self.labels) != int(config.num_labels):
                raise UsageError(
                    f"checker nli: preset {self._preset.name} needs outputs for entailment and contradiction; "
                    f"{nli.model} has {config.num_labels}: {', '.join(named.values())}"
                )
            return
        self.labels = self._preset.labels
        if self._preset.head != "answer" and int(config.num_labels) != len(self.labels):
            raise UsageError(
                f"checker nli: preset {self._preset.name} reads {len(self.labels)} outputs ({', '.join(self.labels)}); "
                f"{nli.model} has {config.num_labels}: {', '.join(named.values())}"
            )

    def _loaded(self, folder: Path, config: Any) -> Any:
        """Load the model with its weights. Raises UsageError where some that it needs are absent."""
        from transformers import (
            AutoModelForSeq2SeqLM,
            AutoModelForSequenceClassification,
            AutoModelForTokenClassification,
        )

        kinds: Mapping[str, Any] = {
            "classes": AutoModelForSequenceClassification,
            "token": AutoModelForTokenClassification,
            "answer": AutoModelForSeq2SeqLM,
        }
        kind = kinds[self._preset.head]
        if self._preset.renamed:
            model = kind.from_config(config, trust_remote_code=self._trusted)
            absent = self._filled(model, folder)
        else:
            model, about = kind.from_pretrained(
                folder, config=config, use_safetensors=True, output_loading_info=True, local_files_only=True,
                trust_remote_code=self._trusted,
            )  # fmt: skip
            absent = sorted(about["missing_keys"])
        if absent:
            raise UsageError(
                f"checker nli: {folder} lacks the weights {absent[0]}, which preset {self._preset.name} reads: "
                "its head is another's, or it is damaged"
            )
        return model

    def _filled(self, model: Any, folder: Path) -> list[str]:
        """Fill a model with weights that were published under other names; return the absent ones."""
        from safetensors.torch import load_file

        state = {
            self._renamed(name): value
            for file in sorted(folder.glob("*.safetensors"))
            for name, value in load_file(file).items()
        }
        own = model.state_dict()
        for name, value in state.items():
            if name in own and value.shape != own[name].shape:
                raise UsageError(
                    f"checker nli: in {folder} the weights {name} are {tuple(value.shape)}; "
                    f"preset {self._preset.name} reads {tuple(own[name].shape)}"
                )
        result = model.load_state_dict({name: value for name, value in state.items() if name in own}, strict=False)
        # What shares its storage with a weight that is there was filled with it.
        present = {own[name].data_ptr() for name in state if name in own}
        return sorted(name for name in result.missing_keys if own[name].data_ptr() not in present)

    def _renamed(self, name: str) -> str:
        for published, ours in self._preset.renamed:
            if name.startswith(published):
                return ours + name.removeprefix(published)
        return name

    def _answer_tokens(self) -> list[int]:
        """List the first token of each answer, in label order. Raises UsageError where two begin alike."""
        found = [self._tokenizer(answer, add_special_tokens=False)["input_ids"][:1] for answer in self._preset.answers]
        firsts = [held[0] for held in found if held and held[0] != self._tokenizer.unk_token_id]
        if len(set(firsts)) != len(self._preset.answers):
            raise UsageError(
                f"checker nli: preset {self._preset.name} reads the first token of the answers "
                f"{' and '.join(self._preset.answers)}, which the tokenizer cannot tell apart"
            )
        return firsts

    def tokens(self, text: str) -> int:
        """Tokenise a text by itself, without special ones."""
        with quietly():
            return len(self._tokenizer(readable(text), add_special_tokens=False)["input_ids"])

    def room(self, claim: str) -> int:
        """Count the tokens that the model's window has for a premise."""
        return max(LEAST_ROOM, self.max_tokens - self._frame - self.tokens(claim))

    def count(self, premise: str, claim: str) -> int:
        """Count the tokens of the pair, special ones included."""
        with quietly():
            return len(self._tokenizer(*self._read(premise, claim))["input_ids"])

    def _read(self, premise: str, claim: str) -> tuple[str, ...]:
        """Make the tokenizer's input: a pair, or the one text that the template makes of it."""
        if self._preset.template is None:
            return premise, claim
        eos = self._tokenizer.eos_token or self._tokenizer.sep_token or ""
        return (self._preset.template.format(premise=premise, claim=claim, eos=eos),)

    def _cut(self, premise: str, claim: str) -> str:
        """Return the longest beginning of a premise, in whole words, that fits beside a claim."""
        if self.count(premise, claim) <= self.max_tokens:
            return premise
        words = premise.split(" ")
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.count(" ".join(words[:middle]), claim) <= self.max_tokens
            low, high = (middle, high) if fits else (low, middle - 1)
        return " ".join(words[:low])

    def logits(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return logits, shape (pairs, outputs); too long a premise is cut at its end, before the claim is."""
        read = [self._read(self._cut(premise, claim), claim) for premise, claim in pairs]
        with quietly(), self._torch.inference_mode():
            batch = self._tokenizer(
                *(list(part) for part in zip(*read, strict=True)),
                truncation=True,  # only a claim that is longer than the window is left to cut
                max_length=self.max_tokens,
                padding=True,
                return_tensors="pt",
            ).to(self._device)
            if self._preset.head == "answer":
                start = self._torch.full((len(pairs), 1), self._start, dtype=self._torch.long, device=self._device)
                read_by = {name: batch[name] for name in ("input_ids", "attention_mask")}
                found = self._model(**read_by, decoder_input_ids=start).logits[:, 0, self._answers]
            elif self._preset.head == "token":
                read_by = {name: batch[name] for name in ("input_ids", "attention_mask")}
                found = self._model(**read_by).logits[:, 0, :]
            else:
                found = self._model(**batch).logits
        return np.asarray(found.float().cpu().numpy(), dtype=np.float64)


def _positions(config: Any) -> int:
    """Return how many tokens a model has positions for; a large number where it counts distances."""
    if config.model_type == "t5" or getattr(config, "position_biased_input", True) is False:
        return LONG
    # RoBERTa numbers its positions from the padding index on: two of them hold no token.
    reserved = 2 if "roberta" in str(config.model_type) else 0
    return int(getattr(config, "max_position_embeddings", 0) or LONG) - reserved

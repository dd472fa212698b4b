"""Public checkers by name for `nli`: what each reads, how its outputs become a probability, its licence and source.

One record each. The formats follow the code that its authors published; docs/checkers.md lists where this harness
departs from it. Nothing here needs torch: `nli_presets` loads the weights, `chunks` cuts the articles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Output = Literal["entailment", "neutral", "contradiction"]
PresetName = Literal[
    "minicheck-roberta", "minicheck-deberta", "minicheck-flan-t5", "factcg-deberta", "alignscore", "hhem-2.1-open",
    "true-t5", "summac-zs",
]  # fmt: skip
Head = Literal["classes", "token", "answer"]
"""`classes`: a sequence classifier. `token`: a token classifier, read at its first token. `answer`: a model that
writes, read at the first token of the answer."""
Unit = Literal["tokens", "words", "marks", "even", "sentence", "window"]
"""Units of the size of a chunk of an article: tokens of the model; words between white space; words and punctuation
marks; whole sentences in equal numbers, so many that chunks have about that many words; one sentence; as much as the
model reads at once."""


@dataclass(frozen=True)
class Chunking:
    """Way of cutting an article into premises; always between sentences."""

    unit: Unit
    size: int = 0
    joint: str = " "
    """Separator between two sentences."""
    lines: bool = True
    """True where a line that ends between two sentences ends in the premise too."""

    def __str__(self) -> str:
        said: Mapping[Unit, str] = {
            "tokens": f"whole sentences up to {self.size} tokens",
            "words": f"whole sentences up to {self.size} words",
            "marks": f"whole sentences up to {self.size} words and punctuation marks, a line each",
            "even": f"equal numbers of sentences, about {self.size} words",
            "sentence": f"single sentences, the first {self.size}",
            "window": "the whole article, as much as the model reads at once",
        }
        return said[self.unit]


@dataclass(frozen=True)
class Preset:
    """A public checker: everything needed to use it as its authors do."""

    name: str
    model: str | None
    """Hub id of its weights; none where there are only pickles, which are never loaded."""
    revision: str | None
    """Revision of the hub id that has the weights as safetensors; none: its main branch has."""
    architectures: tuple[str, ...]
    """Values of `model_type` in config.json."""
    head: Head
    template: str | None
    """The one text that the model reads; none: premise and claim as a pair, as its tokenizer joins them."""
    labels: tuple[Output, ...] | None
    """Meaning of each output; none: as the model's configuration says."""
    chunking: Chunking
    window: int
    """Tokens that the model reads at most; fewer where its positions end before."""
    licence: str
    source: str
    answers: tuple[str, ...] = ()
    """Of a model that writes: the answers that stand for `labels`, read at their first token."""
    difference: bool = False
    """True where the highest contradiction is taken off the highest entailment (SummaC-ZS)."""
    foundation: str | None = None
    """Hub id of the model it is built on, which has the tokenizer and the configuration that its own folder lacks."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Beginnings of weights' names as they were published → as transformers calls them."""
    note: str = ""
    """How to get weights that can be loaded, where the published ones cannot."""
    commercial: bool = True

    def line(self) -> str:
        """Describe it for `harness components`."""
        parts = [self.model or "a folder of your own (`model`)", self.licence, self.source]
        return "; ".join(parts)


_SUPPORT: tuple[Output, ...] = ("neutral", "entailment")
_ANLI = "MIT (trained on ANLI, which is CC BY-NC 4.0)"
_PICKLED = (
    "its main branch has pickled weights only; the default `revision` is the conversion to safetensors that the hub's "
    "own converter offers; or name a folder that you saved with save_pretrained"
)
_CHECKPOINT = (
    "its authors publish Lightning checkpoints only (yzha/AlignScore), which are pickles; convert one that you trust "
    "once: save_file({k: v for k, v in torch.load(FILE)['state_dict'].items() if k.startswith(('base_model.', "
    "'tri_layer.'))}, 'FOLDER/model.safetensors') from safetensors.torch, beside config.json and the tokenizer of "
    "roberta-large, and name FOLDER in `model`"
)

_TABLE = (
    Preset(
        name="minicheck-roberta",
        model="lytang/MiniCheck-RoBERTa-Large",
        revision="refs/pr/1",
        architectures=("roberta",),
        head="classes",
        template="{premise}{eos}{claim}",
        labels=_SUPPORT,
        chunking=Chunking("tokens", 400),
        window=512,
        licence=_ANLI,
        source="MiniCheck (Tang et al., 2024)",
        note=_PICKLED,
    ),
    Preset(
        name="minicheck-deberta",
        model="lytang/MiniCheck-DeBERTa-v3-Large",
        revision="refs/pr/1",
        architectures=("deberta-v2",),
        head="classes",
        template="{premise}{eos}{claim}",
        labels=_SUPPORT,
        chunking=Chunking("tokens", 400),
        window=2048,
        licence=_ANLI,
        source="MiniCheck (Tang et al., 2024)",
        note=_PICKLED,
    ),
    Preset(
        name="minicheck-flan-t5",
        model="lytang/MiniCheck-Flan-T5-Large",
        revision="refs/pr/1",
        architectures=("t5",),
        head="answer",
        template="predict: {premise}{eos}{claim}",
        labels=_SUPPORT,
        answers=("0", "1"),
        chunking=Chunking("words", 500),
        window=2048,
        licence=_ANLI,
        source="MiniCheck (Tang et al., 2024)",
        note=_PICKLED,
    ),
    Preset(
        name="factcg-deberta",
        model="yaxili96/FactCG-DeBERTa-v3-Large",
        revision=None,
        architectures=("deberta-v2",),
        head="classes",
        template='{premise}\n\nChoose your answer: based on the paragraph above can we conclude that "{claim}"?\n\n'
        "OPTIONS:\n- Yes\n- No\nI think the answer is ",
        labels=_SUPPORT,
        chunking=Chunking("marks", 550, joint="\n"),
        window=2048,
        licence="MIT",
        source="FactCG (Lei et al., 2025)",
    ),
    Preset(
        name="alignscore",
        model=None,
        revision=None,
        architectures=("roberta",),
        head="classes",
        template=None,
        labels=("entailment", "neutral", "contradiction"),
        chunking=Chunking("even", 350, lines=False),
        window=512,
        licence=_ANLI,
        source="AlignScore, nli_sp (Zha et al., 2023)",
        # The pooler and the three-way layer of its Lightning module compute what RoBERTa's classification head does.
        renamed=(
            ("base_model.pooler.dense.", "classifier.dense."),
            ("base_model.", "roberta."),
            ("tri_layer.", "classifier.out_proj."),
        ),
        note=_CHECKPOINT,
    ),
    Preset(
        name="hhem-2.1-open",
        model="vectara/hallucination_evaluation_model",
        revision=None,
        architectures=("HHEMv2", "HHEMv2Config", "t5"),
        head="token",
        template="<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {premise}\n\n"
        "Hypothesis: {claim}",
        labels=_SUPPORT,
        chunking=Chunking("window"),
        window=2048,
        licence="Apache-2.0",
        source="HHEM-2.1-Open (Vectara, 2024)",
        foundation="google/flan-t5-base",
        renamed=(("t5.", ""),),
    ),
    Preset(
        name="true-t5",
        model="google/t5_xxl_true_nli_mixture",
        revision="fb749b87addb9ed3c2b9f3c23c127aeac6e68bd9",
        architectures=("t5",),
        head="answer",
        template="premise: {premise} hypothesis: {claim}",
        labels=_SUPPORT,
        answers=("0", "1"),
        chunking=Chunking("window"),
        window=2048,
        licence="Apache-2.0",
        source="TRUE (Honovich et al., 2022), 11 billion weights",
        note=_PICKLED,
    ),
    Preset(
        name="summac-zs",
        model="tals/albert-xlarge-vitaminc-mnli",
        revision=None,
        architectures=("albert", "roberta", "deberta", "deberta-v2", "bert", "distilbert", "electra", "xlm-roberta"),
        head="classes",
        template=None,
        labels=None,
        chunking=Chunking("sentence", 100),
        window=500,
        licence="the card of its weights names none (SummaC's code: Apache-2.0)",
        source="SummaC-ZS (Laban et al., 2022)",
        difference=True,
    ),
)  # fmt: skip
PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _TABLE}
NAMES: tuple[str, ...] = get_args(PresetName)


def lines() -> dict[str, str]:
    """Map each name to weights, licence and source."""
    return {preset.name: preset.line() for preset in _TABLE}

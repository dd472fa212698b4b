"""The checker `rules` beside sentence-pair entailment with a model the size of MiniLM.

The peer is a cross-encoder of MiniLM's size with random weights: what it says is worthless, what it costs is what a
trained one costs. It runs as the checker `nli`, so that sentences, passages and batches are the harness's own.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.frame import TOP, Figure, Measured, Side, UnavailableError, at_least, interleaved
from harness.checkers.base import Checker
from harness.checkers.neural.entailment import shipped
from harness.checkers.nli.checker import Nli
from harness.checkers.rules import Rules
from harness.claims.parsing import parse
from harness.datasets.jsonl import Jsonl
from harness.records import Cluster

DEMO = TOP / "data/demo/clusters.jsonl"
MARKS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
MINILM = {
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
    "vocab_size": 30_522,
}


_OPEN = ExitStack()
"""Sessions stay open until the process ends."""


def _clusters(count: int) -> list[tuple[Cluster, list[str]]]:
    """Clusters of the demo data, five to seven articles each, with their references and titles as headlines to check.

    Their own words, since `rules` abstains from what is no English.
    """
    found = []
    for cluster in Jsonl(path=str(DEMO)).read():
        if isinstance(cluster, Cluster):
            titles = [article.title for article in cluster.articles]
            found.append((cluster, [*(reference.text for reference in cluster.references), *titles][:4]))
    return found[:count]


def _cross_encoder(folder: Path) -> Path:
    """A BERT of MiniLM's size with random weights and a tokenizer of words from our made-up vocabulary."""
    try:
        import torch
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
        from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
    except ImportError as error:
        raise UnavailableError(f"{error.name} is not installed") from None
    torch.manual_seed(0)
    labels = {0: "entailment", 1: "neutral", 2: "contradiction"}
    config = BertConfig(**MINILM, id2label=labels, label2id={name: at for at, name in labels.items()})
    BertForSequenceClassification(config).save_pretrained(folder)
    words = {word for cluster, _ in _clusters(99) for article in cluster.articles for word in article.text.split()}
    pieces = sorted({piece.lower() for word in words for piece in re.findall(r"\w+|[^\w\s]", word)})
    numbered = {token: at for at, token in enumerate([*MARKS.values(), *pieces])}
    made = Tokenizer(models.WordLevel(numbered, unk_token=MARKS["unk_token"]))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=made,
        **MARKS,
        model_max_length=512,
    ).save_pretrained(folder)
    return folder


def _checking(checker: Checker, work: list[tuple[Cluster, list[str]]]) -> Callable[[], None]:
    """Checks everything with a session that is open already: loading is not what is compared."""
    session = _OPEN.enter_context(checker.open())

    def run() -> None:
        for cluster, texts in work:
            session.check_all(cluster, texts)

    return run


class _FreshRules:
    """The checker `rules` as a run meets each cluster: opened, and with nothing read before."""

    def __init__(self, work: list[tuple[Cluster, list[str]]]) -> None:
        self._work = work

    def open(self) -> None:
        """A new session, and nothing kept of what was parsed."""
        _forget()
        self._session = _OPEN.enter_context(Rules(entailment=True).open())

    def check(self) -> None:
        """Checks everything."""
        for cluster, texts in self._work:
            self._session.check_all(cluster, texts)


def _forget() -> None:
    """Empty what is kept of sentences that were parsed and of pairs that the model has read: a run meets each once."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("harness."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_parameters") and kept.cache_parameters()["maxsize"] is not None:
                    kept.cache_clear()
    parse._recent_parses(parse.installed_model()).clear()
    shipped()._judged.cache_clear()


def _texts(work: list[tuple[Cluster, list[str]]]) -> int:
    return sum(len(texts) for _, texts in work)


def _rules_against_nli(quick: bool) -> Measured:
    work = _clusters(4 if quick else 14)
    theirs = work[: 1 if quick else 3]
    with TemporaryDirectory() as name:
        model = _cross_encoder(Path(name))
        rules = _FreshRules(work)
        return interleaved(
            Side(rules.check, work=_texts(work), before=rules.open),
            Side(_checking(Nli(model=str(model), device="cpu"), theirs), work=_texts(theirs)),
            rounds=2 if quick else 5,
            note="headlines checked against the articles of the demo clusters, models loaded, nothing parsed before; "
            "six layers of 384 units with random weights, a token a word, as the checker nli with its defaults",
        )


@contextmanager
def _profiled() -> Iterator[Callable[[], object]]:
    rules = _FreshRules(_clusters(10))
    rules.open()
    rules.check()  # loads the parser
    rules.open()
    yield rules.check


FIGURES = (
    Figure(
        name="rules",
        what="checker `rules`, headlines of the demo clusters",
        peer="sentence-pair entailment with a model of MiniLM's size (checker `nli`)",
        aim=at_least(20),
        measure=_rules_against_nli,
        tolerance=0.3,
        profiled=_profiled,
    ),
)

"""Whether compiled code, columns and rouge-score itself give the same ROUGE, float by float.

    python -m benchmarks.rouge_contract [pairs [seed]]

Compares 50,000 random and real pairs unless told otherwise (ten minutes), and exits with 1 where a single number
differs. `make test` runs the same on fewer of them. Predictions have one to six references, so that a pair here is a
prediction with all of them, scored with and without the stemmer, on six variants.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

from rouge_score.rouge_scorer import RougeScorer

from harness.metrics import accelerated, tokens
from harness.metrics.rouge import Rouge, Variant
from harness.records import Article, Case, Cluster, Prediction, Reference

VARIANTS: tuple[Variant, ...] = ("rouge1", "rouge2", "rouge3", "rouge4", "rougeL", "rougeLsum")
DEMO = Path(__file__).parent.parent / "data/demo/clusters.jsonl"

_STARTS = (
    "gener",
    "oper",
    "happ",
    "control",
    "tr",
    "agre",
    "siz",
    "fli",
    "rel",
    "y",
    "sens",
    "adopt",
    "ski",
    "dy",
    "new",
)
_ENDS = (
    "",
    "s",
    "es",
    "ies",
    "ied",
    "ed",
    "eed",
    "ing",
    "ings",
    "ation",
    "izer",
    "fulness",
    "y",
    "ly",
    "ement",
    "e",
    "ll",
)
_PARTS = [" ", " ", " ", "\n", "-", ", ", ".\n", "\u2028", "\u00a0", "'", "_"]
_SPECIAL = "İKſßΣςéüçñ٣五四Ω\u0301\u200b\u00ad\x00\x0b\x1c\ufeff\ud800\udfff😀ﬁ①Ａ１AZaz09"


def cases(count: int, seed: int) -> Iterator[Case]:
    """So many predictions with their references, of all kinds in turn."""
    draw = random.Random(seed)
    lines = _real_lines()
    makers = (_tiny, _words_of_all_endings, _unicode, _real, _real, _real, _blank)
    for number in range(count):
        # Long texts take rouge-score longer than all others together.
        make = _long if number % 200 == 0 else makers[number % len(makers)]
        texts = [make(draw, lines) for _ in range(draw.choice([2, 2, 2, 3, 7]))]
        if draw.random() < 0.1:
            texts[0] = draw.choice(texts)
        yield case(texts[0], texts[1:])


def case(prediction: str, references: Sequence[str]) -> Case:
    """A case as a run would hand it over; blank texts are tried too, though a run refuses them."""
    return Case.model_construct(
        cluster=Cluster.model_construct(
            cluster_id="c",
            articles=(Article(article_id="a", text="text"),),
            references=tuple(Reference.model_construct(text=text, annotator=None) for text in references),
        ),
        prediction=Prediction.model_construct(prediction_id="p", cluster_id="c", configuration="m", text=prediction),
    )


def differences(several: Sequence[Case], stemmed: bool) -> list[str]:
    """What differs between compiled code, columns without it, and rouge-score 0.1.2; a line each."""
    metric = Rouge(variants=VARIANTS, stemmer=stemmed)
    scorer = RougeScorer(list(VARIANTS), use_stemmer=stemmed)
    compiled = metric._score_compiled(several)
    with_stems = metric._score_columns(several)
    tokens._vocabulary.cache_clear()
    with patch.object(accelerated, "is_installed", lambda: False):
        alone = metric.findings_all(several)
    tokens._vocabulary.cache_clear()
    found = []
    for one, by_code, by_columns, by_us in zip(several, compiled, with_stems, alone, strict=True):
        references = [reference.text for reference in one.cluster.references]
        expected = {
            f"{variant}-{aspect}": value
            for variant, score in scorer.score_multi(references, one.prediction.text).items()
            for aspect, value in (("f", score.fmeasure), ("p", score.precision), ("r", score.recall))
        }
        if by_us.unscorable:
            # The one deviation: where no reference has a token, rouge-score says 0 and this metric says why.
            has_token = any(tokens.token_column(references, stemmed).sizes)
            same = not has_token and set(expected.values()) == {0} and by_us == by_code == by_columns
        else:
            same = by_code.statistics == by_columns.statistics == by_us.statistics == expected
        if not same:
            found.append(f"{one.prediction.text!r} | {references!r} | stemmer {stemmed}")
    return found


def _real_lines() -> list[str]:
    """The titles, references and lines of the articles of the demo data."""
    rows = [json.loads(line) for line in DEMO.read_text("utf-8").splitlines()]
    texts = [text for row in rows for article in row["articles"] for text in (article["title"], article["text"])]
    return [line for text in texts for line in text.split("\n") if line]


def _tiny(draw: random.Random, lines: Sequence[str]) -> str:  # noqa: ARG001 - all makers take them
    """Few types make ties between subsequences, and tied references, the rule rather than the exception."""
    return "".join(draw.choice("a b c\n") for _ in range(draw.randrange(30)))


def _words_of_all_endings(draw: random.Random, lines: Sequence[str]) -> str:  # noqa: ARG001 - all makers take them
    ends = ["".join(draw.choices(_ENDS, k=draw.choice((1, 1, 1, 2, 4)))) for _ in range(draw.randrange(1, 16))]
    words = [draw.choice(_STARTS) + end for end in ends]
    return "".join(word + draw.choice(_PARTS) for word in words)


def _unicode(draw: random.Random, lines: Sequence[str]) -> str:
    letters = [
        draw.choice((draw.choice(_SPECIAL), chr(draw.randrange(0x3000)), draw.choice("aA1 \n")))
        for _ in range(draw.randrange(25))
    ]
    return "".join(letters) + draw.choice(("", draw.choice(lines)[:30]))


def _real(draw: random.Random, lines: Sequence[str]) -> str:
    """Some words of the news, out of few lines, so that texts share them."""
    words = [word for line in draw.sample(range(40), 2) for word in lines[line].split(" ")]
    start = draw.randrange(len(words))
    return "".join(word + draw.choice(_PARTS) for word in words[start : start + draw.randrange(1, 16)])


def _blank(draw: random.Random, lines: Sequence[str]) -> str:
    return draw.choice(("", " ", "\n", "\n\n", "...", "Путин", "五", draw.choice(lines)[:40]))


def _long(draw: random.Random, lines: Sequence[str]) -> str:
    """More tokens than a machine word has bits, in several lines."""
    return "\n".join(draw.choice(lines) for _ in range(draw.randrange(2, 7)))


def main() -> None:
    """Compares as many as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=int, nargs="?", default=50_000, help="predictions (default: 50,000)")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="default: 1")
    given = parser.parse_args()
    count: int = given.pairs
    several = list(cases(count, given.seed))
    found = [
        line
        for start in range(0, count, 512)
        for stemmed in (False, True)
        for line in differences(several[start : start + 512], stemmed)
    ]
    print(f"{count} predictions with {sum(len(one.cluster.references) for one in several)} references, ", end="")
    print(f"with and without the stemmer: {len(found)} differ", *found[:20], sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

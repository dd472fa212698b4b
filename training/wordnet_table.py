"""Writes the table of related words that the claims room ships, from the database files of WordNet 3.0.

    python training/wordnet_table.py --wordnet /usr/share/wordnet --out harness/claims/wordnet.tsv.gz

Debian's package `wordnet-base` has the files. The same files give the same bytes. The licence of WordNet allows a
derived work to be distributed with its notice, which stands in `harness/claims/WORDNET-LICENSE`.

What is kept: single words and phrasal verbs (`strike-down`), the first senses of each, and of every sense its words,
the senses that are kinds of it or entail it, and those alike; derivations and antonyms between words. A line is
tab-parted, and readable by itself, so that a reader needs to take apart only the lines that it looks up:

    word   part:sense sense …|part:…   words derived from it or it from them   words opposite to it
    !      words that are only ever written with a capital
    ?      nouns whose commonest sense is a person, an animal or a body of people
    #sense words that have it          narrower senses and senses that entail it   senses grouped with it or alike
"""

import argparse
import gzip
import re
from collections import defaultdict
from pathlib import Path

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
SENSES = {"n": 3, "v": 5, "a": 3, "r": 2}
"""How many senses of a word are kept, by part of speech: rarer ones relate words that news never means."""
LATER = {"n": 1, "v": 3, "a": 1, "r": 1}
"""How many senses are kept whatever their count; a later one needs an example in the texts that were tagged."""
WORD = re.compile(r"[a-z]{2,}(?:-[a-z]+)?")
BEINGS = ("person", "animal", "organization", "enterprise")
"""Words whose first senses are the widest of those that can act."""
WIDER, ENTAILED, ALIKE = {"@"}, {"*", ">"}, {"$", "&"}


class Synset:
    """One line of a data file."""

    def __init__(self, line: str) -> None:
        fields = line.split(" | ")[0].split()
        self.part = "a" if fields[2] == "s" else fields[2]
        self.key = self.part, int(fields[0])
        count = int(fields[3], 16)
        self.written = fields[4 : 4 + 2 * count : 2]
        self.words = [plain(word) for word in self.written]
        at = 4 + 2 * count
        self.pointers = []
        for start in range(at + 1, at + 1 + 4 * int(fields[at]), 4):
            symbol, offset, part, ends = fields[start : start + 4]
            target = ("a" if part == "s" else part), int(offset)
            self.pointers.append((symbol, target, int(ends[:2], 16), int(ends[2:], 16)))


def plain(word: str) -> str:
    """A word as the table has it: lower-cased, an adjective's mark taken off, `strike_down` as `strike-down`."""
    return re.sub(r"\([a-z]+\)$", "", word).lower().replace("_", "-")


def main() -> None:
    """Reads the database and writes the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--wordnet", type=Path, required=True, help="folder of data.verb, index.verb and so on")
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    synsets: dict[tuple[str, int], Synset] = {}
    counts = tagged(chosen.wordnet)
    for name in PARTS:
        for line in (chosen.wordnet / f"data.{name}").read_text(encoding="utf-8").splitlines():
            if not line.startswith("  "):
                found = Synset(line)
                synsets[found.key] = found
    senses: dict[str, dict[str, list[tuple[str, int]]]] = defaultdict(dict)
    forms: dict[str, set[bool]] = defaultdict(set)
    for name, part in PARTS.items():
        for line in (chosen.wordnet / f"index.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split()
            word = plain(fields[0])
            if not WORD.fullmatch(word) or ("-" in word and part != "v"):
                continue
            held = [(part, int(offset)) for offset in fields[-int(fields[2]) :]]
            kept = [
                key for place, key in enumerate(held[: SENSES[part]])
                if place < LATER[part] or counts.get((word, part, place + 1), 0) > 0
            ]  # fmt: skip
            senses[word][part] = kept
            for key in held:
                for written, other in zip(synsets[key].written, synsets[key].words, strict=True):
                    if other == word:
                        forms[word].add(written[:1].isupper())
    write(chosen.out, synsets, senses, sorted(word for word, found in forms.items() if found == {True}))


def tagged(folder: Path) -> dict[tuple[str, str, int], int]:
    """Word, part of speech and number of a sense → how often the tagged texts have it."""
    parts = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
    found = {}
    for line in (folder / "cntlist.rev").read_text(encoding="utf-8").splitlines():
        key, number, count = line.split()
        word, _, rest = key.partition("%")
        found[plain(word), parts[rest[0]], int(number)] = int(count)
    return found


def write(
    out: Path,
    synsets: dict[tuple[str, int], Synset],
    senses: dict[str, dict[str, list[tuple[str, int]]]],
    proper: list[str],
) -> None:
    """The table: only senses that two kept words share, or that relate kept words."""
    used = {key for parts in senses.values() for held in parts.values() for key in held}
    holders: dict[tuple[str, int], set[str]] = defaultdict(set)
    for word, parts in senses.items():
        for held in parts.values():
            for key in held:
                holders[key].add(word)
    derived: dict[str, set[str]] = defaultdict(set)
    opposite: dict[str, set[str]] = defaultdict(set)
    related: dict[tuple[str, int], tuple[list[tuple[str, int]], ...]] = {}
    for key in used:
        synset = synsets[key]
        wider = [target for symbol, target, _, _ in synset.pointers if symbol in WIDER and target in used]
        entailed = [target for symbol, target, _, _ in synset.pointers if symbol in ENTAILED and target in used]
        alike = [target for symbol, target, _, _ in synset.pointers if symbol in ALIKE and target in used]
        related[key] = wider, entailed, alike
        for symbol, target, source, end in synset.pointers:
            if symbol not in {"+", "!", "\\", "<"} or not source or not end or target not in synsets:
                continue
            word, other = synset.words[source - 1], synsets[target].words[end - 1]
            if word in holders[key] and other in senses and word != other:
                (opposite if symbol == "!" else derived)[word].add(other)
    shared = {key for key in used if len(holders[key]) > 1 or any(related[key])}
    shared |= {target for key in shared for several in related[key] for target in several}
    numbers = {key: number for number, key in enumerate(sorted(shared))}
    narrower: dict[int, set[int]] = defaultdict(set)
    for key in shared:
        for target in (*related[key][0], *related[key][1]):
            narrower[numbers[target]].add(numbers[key])
    lines = []
    for word in sorted(senses):
        told = "|".join(
            f"{part}:{' '.join(str(numbers[key]) for key in held if key in numbers)}"
            for part, held in sorted(senses[word].items()) if any(key in numbers for key in held)
        )  # fmt: skip
        if told or derived[word] or opposite[word]:
            lines.append("\t".join((word, told, " ".join(sorted(derived[word])), " ".join(sorted(opposite[word])))))
    lines.append("\t".join(("!", " ".join(proper))))
    lines.append("\t".join(("?", " ".join(beings(synsets, senses)))))
    for key in sorted(shared):
        number = numbers[key]
        near = " ".join(str(numbers[target]) for target in related[key][2] if target in numbers)
        closer = " ".join(str(each) for each in sorted(narrower[number]))
        lines.append("\t".join((f"#{number}", " ".join(sorted(holders[key])), closer, near)))
    with out.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=9) as file:
        file.write(("\n".join(lines) + "\n").encode())


def beings(
    synsets: dict[tuple[str, int], Synset], senses: dict[str, dict[str, list[tuple[str, int]]]]
) -> list[str]:  # fmt: skip
    """Nouns whose commonest sense is, over any number of wider ones, a person, an animal or a body of people."""
    roots = {senses[word]["n"][0] for word in BEINGS}
    narrower: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    for key, synset in synsets.items():
        for symbol, target, _, _ in synset.pointers:
            if symbol in WIDER:
                narrower[target].append(key)
    todo, inside = [*roots], set[tuple[str, int]]()
    while todo:
        key = todo.pop()
        if key not in inside:
            inside.add(key)
            todo += narrower[key]
    return sorted(word for word, parts in senses.items() if parts.get("n") and parts["n"][0] in inside)


if __name__ == "__main__":
    main()

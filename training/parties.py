"""Trains what reads who did it to whom: adapters over the entailment model that ships.

    python -m training.parties --data ../shared/data --triples FILE

Triples: a premise, a claim that it bears out, and the claim with two of its parties exchanged. Three sources: deeds of
articles' sentences told in the active and the passive (`training.deeds`), entailed hypotheses of labelled sets, and
outlets' titles beside their clusters. Each stands twice: as it is, and with the two parties' words exchanged
throughout, so that which party is likelier to do such a thing says nothing. The loss is a comparison's (Bradley &
Terry, 1952): the claim shall be entailed more than the exchanged one. Seeded; some twenty minutes on one core.
"""

import argparse
import json
import math
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

from harness.checkers.evidence import EvidenceIndex
from harness.checkers.neural.encoder import widened
from harness.checkers.neural.entailment import MOST_TOKENS, PARTIES, plain, tensors, window
from harness.claims.converse import mutual, verb_of
from harness.claims.parsing.parse import Parser
from harness.claims.sentence_analysis import Reading, party_text, read_all
from harness.claims.thesaurus import said_by
from harness.perturbations.words import inflected
from harness.records import Article, Cluster
from training.adapters import LowRank
from training.deeds import deeds_in
from training.export import NAMES, write_digest
from training.model import CrossEncoder, logits_of, odds_of
from training.pairs import as_cluster, rows

MODEL = Path(__file__).parents[1] / "harness" / "checkers" / "neural" / "minilm"
SEED = 11
RANK = 16
BATCH = 24
RATE = 6e-4
SETS = ("mnli", "snli", "rte123", "glue_rte_rest", "fever_binary", "sufficient_facts", "fm2", "factcg_cg2c",
        "seminli_wiki", "cad_nli", "fever_symmetric", "attributionbench", "fib_xsum_cnndm")  # fmt: skip
MOST_WORDS = 70
"""Words of a premise; longer ones are cut to the sentences that bear most on the claim."""
SENTENCES = 2
SYNONYM = 0.9
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"‘'])")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class Triple:
    """A premise, what it bears out, the same with two parties exchanged, and the words that name the two."""

    premise: str
    claim: str
    exchanged: str
    first: str
    second: str
    source: str

    def mirrored(self) -> "Triple":
        """The triple with the words of the two parties exchanged throughout."""
        told = [_exchange_words(text, self.first, self.second) for text in (self.premise, self.claim, self.exchanged)]
        premise, claim, exchanged = told
        return Triple(premise, claim, exchanged, self.second, self.first, f"{self.source}, mirrored")


def _exchange_words(text: str, first: str, second: str) -> str:
    """Exchange two words wherever they stand, whatever their capitals."""
    other = {first.lower(): second, second.lower(): first}

    def put(found: re.Match[str]) -> str:
        word = other.get(found.group().lower())
        if word is None:
            return found.group()
        return word[:1].upper() + word[1:] if found.group()[:1].isupper() else word

    return _WORD.sub(put, text)


def near(premise: str, first: str, second: str) -> str:
    """Cut a premise to the sentences that name both parties, two at most, or to those that name either."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(premise) if sentence.strip()]
    named = [{first.lower(), second.lower()} & {found.group().lower() for found in _WORD.finditer(sentence)}
             for sentence in sentences]  # fmt: skip
    kept = sorted(range(len(sentences)), key=lambda at: -len(named[at]))[:SENTENCES]
    if any(len(named[at]) == 2 for at in kept):
        kept = [at for at in kept if len(named[at]) == 2]
    return " ".join(sentences[at] for at in sorted(kept))


def of_text(reading: Reading, premise: str, source: str) -> Iterator[Triple]:
    """Triples of a text that a premise bears out: one for each two parties of a verb that the premise has as well."""
    parse, text = reading.parse, reading.parse.text
    held = {found.group().lower() for found in _WORD.finditer(premise)}
    for frame in reading.frames:
        if frame.kind != "verb" or mutual(verb_of(parse, frame)):
            continue
        beside = [index for name, index in frame.obliques if name not in {"on", "in", "at", "during"}]
        objects = [*frame.patients, *beside]
        for first in frame.agents[:1]:
            for second in objects[:2]:
                one, other = parse.tokens[first], parse.tokens[second]
                nouns = one.pos in {"NOUN", "PROPN"} and other.pos in {"NOUN", "PROPN"}
                if not nouns or one.lower == other.lower or not {one.lower, other.lower} <= held:
                    continue
                (a, b), (c, d) = sorted((party_text(parse, first), party_text(parse, second)))
                if b > c or text[a:b].lower() == text[c:d].lower():
                    continue
                moved = f"{text[:a]}{text[c:d]}{text[b:c]}{text[a:b]}{text[d:]}"
                yield Triple(premise, text, moved, one.text, other.text, source)


def of_articles(data: Path, parser: Parser, drawn: random.Random, sentences: int) -> Iterator[Triple]:
    """Triples of deeds that articles tell, in either voice, some of them with another verb for it."""
    texts: list[tuple[str, str]] = []
    for row in rows(data / "clusters" / "neus_train.jsonl"):
        own = [s.strip() for a in row["articles"] for s in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", a["text"])]
        own = [s for s in own if 8 <= len(s.split()) <= 38]
        for at in drawn.sample(range(len(own)), min(len(own), 24)):
            near = " ".join(own[max(0, at - 1) : at + 2]) if drawn.random() < 0.4 else own[at]
            texts.append((own[at], near))
    drawn.shuffle(texts)
    texts = texts[:sentences]
    for (_, near), parse in zip(texts, parser.parse([text for text, _ in texts]), strict=True):
        for deed in list(deeds_in(parse))[:2]:
            verb, participle = deed.verb, deed.participle
            if drawn.random() < 0.35:
                others = [
                    word for word, grade in said_by(deed.lemma, "v").items() if grade >= SYNONYM and word.isalpha()
                ]
                chosen = drawn.choice(others or [deed.lemma])
                verb, participle = inflected(chosen, "VBD"), inflected(chosen, "VBN")
            a, b = deed.subject, deed.object
            told = [deed.active(a, b, verb), deed.passive(b, a, deed.plural_object, participle)]
            turned = [deed.active(b, a, verb), deed.passive(a, b, deed.plural_subject, participle)]
            if drawn.random() < 0.3:  # as headlines tell it
                now = inflected(deed.lemma if verb == deed.verb else chosen, "VBP" if deed.plural_subject else "VBZ")
                one, other = (re.sub(r"^(?:[Tt]he|[Aa]n?) ", "", party) for party in (a, b))
                told, turned = [_line(one, other, now, deed.rest)], [_line(other, one, now, deed.rest)]
            heads = (a.split(" of ")[0].split()[-1], b.split(" of ")[0].split()[-1])
            if heads[0].lower() != heads[1].lower():
                yield Triple(near, drawn.choice(told), drawn.choice(turned), *heads, "articles")


def _line(first: str, second: str, verb: str, rest: str) -> str:
    said = " ".join(part for part in (first, verb, second, rest) if part)
    return said[0].upper() + said[1:]


def of_sets(data: Path, parser: Parser, drawn: random.Random, most: int) -> Iterator[Triple]:
    """Triples of entailed hypotheses of labelled sets."""
    for name in SETS:
        told = [row for row in rows(data / "nli" / f"{name}.jsonl") if row["label"] == "entailment"
                and len(row["hypothesis"].split()) >= 3]  # fmt: skip
        drawn.shuffle(told)
        told = told[:most]
        readings = read_all(parser.parse([row["hypothesis"] for row in told]))
        for row, reading in zip(told, readings, strict=True):
            premise = row["premise"]
            if len(premise.split()) > MOST_WORDS:
                premise = window(EvidenceIndex(as_cluster([premise])), row["hypothesis"])
            yield from of_text(reading, premise, name)


def of_titles(data: Path, parser: Parser) -> Iterator[Triple]:
    """Triples of outlets' titles and editors' headlines beside the articles of their cluster."""
    for row in rows(data / "clusters" / "neus_train.jsonl"):
        articles = tuple(
            Article(article_id=f"a{at}", text=a["text"]) for at, a in enumerate(row["articles"]) if a["text"]
        )
        titles = [a["title"] for a in row["articles"] if a["title"]] + list(row["references"])
        titles = [title for title in dict.fromkeys(titles) if len(title.split()) >= 3 and "?" not in title]
        if not articles or not titles:
            continue
        index = None
        for title, reading in zip(titles, read_all(parser.parse(titles)), strict=True):
            if any(frame.agents and (frame.patients or frame.obliques) for frame in reading.frames):
                index = index or EvidenceIndex(Cluster(cluster_id="c", articles=articles))
                yield from of_text(reading, window(index, title), "titles")


def load_shipped() -> tuple[CrossEncoder, Any]:
    """The model of the package in torch, and its tokenizer."""
    from transformers import BertConfig, BertModel, BertTokenizer

    held = tensors((MODEL / "weights.safetensors").read_bytes())
    config = BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
        max_position_embeddings=len(held["positions"]), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = CrossEncoder(BertModel(config, add_pooling_layer=False))
    model.dropout = nn.Dropout(0.0)

    def matrix(name: str) -> torch.Tensor:
        value = held[name]
        return torch.tensor(
            widened(value, held[f"{name}.scale"]) if value.dtype == np.int8 else value.astype(np.float32)
        )

    state = {
        "encoder.embeddings.word_embeddings.weight": matrix("words"),
        "encoder.embeddings.position_embeddings.weight": matrix("positions"),
        "encoder.embeddings.token_type_embeddings.weight": matrix("segments"),
        "encoder.embeddings.LayerNorm.weight": matrix("embed.scale_"),
        "encoder.embeddings.LayerNorm.bias": matrix("embed.shift"),
        **{f"{name}.weight": matrix(name) for name in ("dense", "head")},
        **{f"{name}.bias": matrix(f"{name}.bias") for name in ("dense", "head")},
    }
    for layer in range(6):
        for theirs, ours in NAMES.items():
            at = f"encoder.encoder.layer.{layer}.{theirs}"
            normal = theirs.endswith("LayerNorm")
            state[f"{at}.weight"] = matrix(f"{layer}.{ours}.scale_" if normal else f"{layer}.{ours}")
            state[f"{at}.bias"] = matrix(f"{layer}.{ours}.shift" if normal else f"{layer}.{ours}.bias")
    missing, strange = model.load_state_dict(state, strict=False)
    if strange or [name for name in missing if "position_ids" not in name]:
        raise ValueError(f"the weights do not fit: {missing}, {strange}")
    words = BertTokenizer(vocab=str(MODEL / "vocabulary.txt"), do_lower_case=True)
    return model, words


def adapt(model: CrossEncoder, rank: int = RANK) -> None:
    """Freeze the model, and set adapters of a rank beside every matrix of its layers and of its head."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear) and name != "head":
                setattr(parent, name, LowRank(child.to(torch.bfloat16), rank))  # not cast again at each step


def scores(model: CrossEncoder, words: Any, premises: list[str], claims: list[str]) -> torch.Tensor:
    """Log-odds of entailment of each pair."""
    return odds_of(logits_of(model, words, premises, claims, MOST_TOKENS))


def train(model: CrossEncoder, words: Any, triples: Sequence[Triple], steps: int, kept: Sequence[Triple]) -> None:
    """Train for so many steps, one pass at most; the rate rises over the first 60 and falls by a cosine."""
    drawn = random.Random(SEED)
    order = sorted(range(len(triples)), key=lambda at: len(triples[at].premise.split()) + drawn.uniform(-4, 4))
    made = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    drawn.shuffle(made)
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.01)
    began = time.monotonic()
    model.train()
    total = 0.0
    for step, batch in enumerate(made):
        gone = step / min(steps, len(made))
        if gone >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 60) * 0.5 * (1 + math.cos(math.pi * gone))
        several = [triples[at] for at in batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            both = scores(model, words, [plain(t.premise) for t in several] * 2,
                          [plain(t.claim) for t in several] + [plain(t.exchanged) for t in several])  # fmt: skip
        loss = nn.functional.softplus(both[len(several) :] - both[: len(several)]).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        total = 0.98 * total + 0.02 * float(loss.detach())
        if step % 50 == 49:
            print(f"step {step + 1} of {len(made)}, loss {total / (1 - 0.98 ** (step + 1)):.3f}, "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        if step % 500 == 499:
            measure(model, words, kept)
            model.train()
    measure(model, words, kept)


def measure(model: CrossEncoder, words: Any, triples: Sequence[Triple]) -> None:
    """Print, by source, how often the claim is entailed more than the exchanged one."""
    model.eval()
    found: dict[str, list[bool]] = {}
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(triples), 32):
            several = triples[start : start + 32]
            both = scores(model, words, [plain(t.premise) for t in several] * 2,
                          [plain(t.claim) for t in several] + [plain(t.exchanged) for t in several])  # fmt: skip
            for triple, better in zip(several, both[: len(several)] > both[len(several) :], strict=True):
                found.setdefault(triple.source.partition(",")[0], []).append(bool(better))
    print({name: f"{np.mean(told):.3f} of {len(told)}" for name, told in found.items()}, flush=True)


def adapter_names() -> dict[str, str]:
    """The names that the package gives the matrices of the layers, by those of torch."""
    return {f"encoder.encoder.layer.{layer}.{theirs}": f"{layer}.{name}" for layer in range(6)
            for theirs, name in NAMES.items()}  # fmt: skip


def exported(model: CrossEncoder) -> dict[str, np.ndarray[Any, Any]]:
    """The narrow and wide matrices by the names that the package gives the matrices beside which they stand."""
    ours = adapter_names()
    held: dict[str, np.ndarray[Any, Any]] = {}
    for name, module in model.named_modules():
        if isinstance(module, LowRank) and module.narrow.requires_grad:  # the rest learned nothing
            at = ours.get(name, name)
            held[f"{at}.narrow"] = module.narrow.detach().float().numpy().astype(np.float16)
            held[f"{at}.wide"] = module.wide.detach().float().numpy().astype(np.float16)
    return held


def main() -> None:
    """Make the triples, train, measure, write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="The folder of the development data.")
    options.add_argument("--triples", type=Path, required=True, help="Where the triples are kept between runs.")
    options.add_argument("--out", type=Path, default=MODEL, help="The folder of the model that ships.")
    options.add_argument("--steps", type=int, default=540, help="Batches to learn from.")
    options.add_argument("--sentences", type=int, default=30000)
    options.add_argument("--of-a-set", type=int, default=2500)
    given = options.parse_args()
    torch.manual_seed(SEED)
    drawn = random.Random(SEED)
    if not given.triples.exists():
        parser = Parser()
        made = [*of_sets(given.data, parser, drawn, given.of_a_set), *of_titles(given.data, parser),
                *of_articles(given.data, parser, drawn, given.sentences)]  # fmt: skip
        given.triples.write_text("".join(json.dumps(vars(each)) + "\n" for each in made), encoding="utf-8")
    triples = [replace(each, premise=near(each.premise, each.first, each.second))
               for each in (Triple(**row) for row in rows(given.triples))]  # fmt: skip
    drawn.shuffle(triples)
    kept, learned = triples[:400], triples[400:]
    learned += [triple.mirrored() for triple in learned]
    kept += [triple.mirrored() for triple in kept]
    print(f"{len(learned)} triples to learn from, {len(kept)} kept", flush=True)
    model, words = load_shipped()
    adapt(model)
    measure(model, words, kept)
    train(model, words, learned, given.steps, kept)
    save_file(exported(model), given.out / PARTIES)
    write_digest(given.out)


if __name__ == "__main__":
    main()

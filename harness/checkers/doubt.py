"""The probability of a claim, from its account and the entailment model: a fitted sum of signals.

There is one for headlines and one for long sentences, which leave out and repeat other things; between the two
lengths both count. Every signal counts what speaks against a claim (an element that no article bears out, by its kind
and by how far it is missing; a conflict; words that do not hang together; a model that does not read the claim in the
evidence), and every weight is at least 0: nothing that is missing can make a claim more probable. Without the model
other weights hold. What says nothing of the articles, however probable, is told here as well (`why_empty`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

from harness.checkers.about import about_digest, about_odds, telling_words, tying
from harness.checkers.account.account import Account
from harness.checkers.account.conflicts import Alignment
from harness.checkers.account.order import disorder, order_odds
from harness.checkers.neural.entailment import Entailment
from harness.checkers.reasons import ANY_EVENT
from harness.checkers.weights import read_weights
from harness.language.lexical import word_list
from harness.records import content_digest

Form = Literal["headline", "sentence"]
FORMS: Final[tuple[Form, Form]] = ("headline", "sentence")

MOST: Final = 3.0
"""Most elements of one kind that count."""
CLIP: Final = 5.0
"""Largest log-odds that a model's answer counts for."""
SURELY, AGAINST, PERHAPS = 1.5, -1.5, -2.0
"""Log-odds of entailment below which it is not sure, and from which down it is against; of contradiction from which up
there may be one."""
CLOSELY: Final = 3.0
"""Log-odds of a close reading below which it is not sure."""
HEADLINE, SENTENCE = 12, 18
"""Words up to which a claim is weighed as a headline, and from which on as a sentence of a summary."""
SHORT, SUMMARY = 20, 36
"""The same of a whole text of several sentences."""
FEWEST = 3
"""Words of a text below which it says nothing by itself, where nothing ties it to the articles."""
FEWEST_IN_ORDER = 3
"""Least elements of a claim whose order says something: two words have none."""
ONE_WORD = "it is one word, which says nothing"
NO_ORDER = "the articles have its words, but not in this order, which says nothing"


@dataclass(frozen=True, slots=True)
class Doubts:
    """A fitted sum: weights of at least 0, an intercept, and the probability from which on a claim is supported."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def probability(self, signals: Mapping[str, float]) -> float:
        """Return the probability that the articles support a claim, in (0, 1); .5 stands at the threshold."""
        against = math.fsum(weight * signals.get(name, 0.0) for name, weight in self.weights.items())
        chance = 1.0 / (1.0 + math.exp(max(-30.0, min(30.0, against - self.intercept))))
        # Rescaled piecewise, so that .5 separates labels for every fit and order is kept.
        if chance >= self.threshold:
            return 0.5 + 0.5 * (chance - self.threshold) / (1.0 - self.threshold)
        return 0.5 * chance / self.threshold


def signals(
    account: Account, alignment: Alignment, prior: float, entailment: Entailment | None
) -> dict[str, float]:  # fmt: skip
    """Collect what speaks against a claim sentence, by name; `prior` is a checker's own probability for it."""
    found = {name: min(MOST, value) for name, value in account.features.items()}
    for conflict in alignment.conflicts:
        name = f"against_{conflict.kind}"
        found[name] = max(found.get(name, 0.0), conflict.weight)
    # The prior counts apart for copied and for new words: it was fitted on whole sentences of both kinds.
    doubt = -math.log(max(1e-6, prior) / max(1e-6, 1.0 - prior))
    novel = min(1.0, max(0.0, account.features.get("uncovered_sentence", 0.0)))
    found["prior_copied"] = doubt * (1.0 - novel)
    found["prior_novel"] = doubt * novel
    if entailment is not None:
        entailed = max(-CLIP, min(CLIP, entailment.entailed))
        found["not_entailed"] = max(0.0, -entailed)
        # Words that are copied speak for themselves: that the model reads them too counts for what is said anew.
        found["entailed_novel"] = -max(0.0, entailed) * novel
        found["contradicted"] = max(0.0, min(CLIP, entailment.contradicted))
        found["not_surely_entailed"] = max(0.0, SURELY - entailed)
        found["read_against"] = max(0.0, AGAINST - entailed)
        found["perhaps_contradicted"] = max(0.0, min(CLIP, entailment.contradicted) - PERHAPS)
        if entailment.closely is not None:
            found["closely_unsure"] = max(0.0, CLOSELY - max(-CLIP, entailment.closely))
    return found


def probability(signals: Mapping[str, float], words: int, *, model: bool, of_text: int = 0) -> float:
    """Return the probability of a claim of so many words, with .5 where it is as likely as not held up.

    `model` tells whether the entailment model spoke; `of_text` is how many words the whole text has. A text that grows
    makes no sentence of it more probable.
    """
    as_headline, as_sentence = (load_doubts(form, model=model).probability(signals) for form in FORMS)
    long, in_long = _share(words, HEADLINE, SENTENCE), _share(of_text, SHORT, SUMMARY)
    return min((1.0 - part) * as_headline + part * as_sentence for part in (long, max(long, in_long)))


def _share(many: int, least: int, most: int) -> float:
    """Tell how far a number lies between two others, in [0, 1]."""
    return min(1.0, max(0.0, (many - least) / (most - least)))


def counts_as_headline(claim: str) -> bool:
    """Tell whether the sum for headlines has a part in the probability of a claim."""
    return len(claim.split()) < SENTENCE


def is_one_word(text: str) -> bool:
    """Tell whether a text is one word, once or again and again."""
    return len(set(text.lower().split())) == 1


def why_empty(account: Account, entailment: Entailment | None) -> str:
    """Say why a claim says nothing of these articles, whatever its words; empty where it does."""
    if is_one_word(account.text) and len(account.text.split()) > 1:
        return ONE_WORD
    if _stutters(account.text):
        return NO_ORDER
    if len(account.text.split()) < FEWEST and not tying(account) and (account.missing() or not telling_words(account)):
        return ANY_EVENT  # `Breaking news`, whatever breaks in the articles
    tied = account.verbatim or account.features["refers_back"] or _in_one_sentence(account) or _wholly_tied(account)
    if not tied and about_odds(account, entailment) < 0:
        return ANY_EVENT
    if account.features["no_links"] and not (account.features["refers_back"] and telling_words(account)):
        return "it joins no two words that can be compared with the articles"
    told = [held for held in account.elements if held.kind != "party"]
    if len(told) >= FEWEST_IN_ORDER and not account.verbatim and _in_no_order(account, entailment):
        return NO_ORDER
    return ""


def _stutters(text: str) -> bool:
    """Recognise a word written twice in a row, which is neither a name (`Bora Bora`) nor grammar (`had had`)."""
    plain = word_list("function", "content_free")
    return any(one == two and one.isalpha() and one.islower() and one not in plain
               for one, two in pairwise(text.split()))  # fmt: skip


def _in_no_order(account: Account, entailment: Entailment | None) -> bool:
    """Tell words in no order from a sentence, if one has no parties whom the articles have so, and the model reads."""
    if account.told and (entailment is None or entailment.in_window > 0):
        return False
    return disorder(account.features) > 0 if entailment is None else order_odds(account.features, entailment) < 0


def _in_one_sentence(account: Account) -> bool:
    """Tell whether one sentence has all words of a claim, three or more, joined as the claim joins them.

    Beside what ties a claim to these articles one word is enough: `London attack`.
    """
    words = [held for held in account.elements if held.kind != "party"]
    apart = account.features.get("uncovered_sentence", 1.0) or account.features.get("order_ungoverned", 1.0)
    enough = FEWEST_IN_ORDER - bool(tying(account))
    return len(words) >= enough and not apart


def _wholly_tied(account: Account) -> bool:
    """Tell whether the articles have every word of a claim, and of them one that ties it to them and one that tells."""
    words = [held for held in account.elements if held.kind != "party"]
    borne_out = len(words) > FEWEST and all(held.state == "borne_out" for held in words)
    return borne_out and bool(tying(account) and telling_words(account))


@cache
def load_doubts(form: Form, *, model: bool) -> Doubts:
    """Load a sum in `doubt_weights.json`, beside this module: with the model's signals, or without."""
    held = _held(model=model)[form]
    return Doubts(held["weights"], held["intercept"], held["threshold"])


def doubts_digest(*, model: bool) -> str:
    """Return a digest of the weights, for identities; of those that tell what a claim is about as well."""
    return content_digest([_held(model=model), about_digest(model=model), HEADLINE, SENTENCE, SHORT, SUMMARY])


def _held(*, model: bool) -> Any:
    return read_weights("doubt")["with_model" if model else "account_alone"]

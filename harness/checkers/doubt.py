"""The probability of a claim, from its account and the entailment model: one fitted sum of signals.

Every signal counts what speaks against a claim (an element that no article bears out, by its kind and by how far it is
missing; a conflict; words that do not hang together; a model that does not read the claim in the evidence), and every
weight is at least 0: nothing that is missing can make a claim more probable. Without the model other weights hold. What
says nothing of the articles, however probable, is told here as well (`why_empty`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from harness.checkers.account.account import Account
from harness.checkers.account.conflicts import Alignment
from harness.checkers.account.elements import Held
from harness.checkers.account.order import disorder, order_odds
from harness.checkers.neural.entailment import Entailment
from harness.checkers.reasons import ANY_EVENT
from harness.checkers.weights import read_weights
from harness.claims.meaning import nations
from harness.language.lexical import word_list
from harness.records import content_digest

MOST: Final = 3.0
"""Most elements of one kind that count."""
CLIP: Final = 5.0
"""Largest log-odds that a model's answer counts for."""


FEWEST, MOST_GONE = 3, 1 / 3
"""Words that the articles have to bear out of a claim without a name, figure, time or place, and the share that they
may lack."""
TYING = frozenset({"name", "figure", "time", "place"})
"""Kinds of elements that tie a claim to the articles that bear them out."""
TELLING = 2
"""Words that tell something, of those that the articles bear out, without which a claim could be said of any event."""
FEWEST_IN_ORDER = 3
"""Least elements of a claim whose order says something: two words have none."""
SURE_OF_IT = 1.5
"""Log-odds of entailment from which on a claim need not have a name, figure, time or place of the articles."""
LEANING = 0.0
"""Log-odds from which on a claim may have most of its words from no article, where something ties it to them."""
ONE_WORD = "it is one word, which says nothing"
NO_ORDER = "the articles have its words, but not in this order, which says nothing"
MOSTLY = 0.5
"""Share of a claim's words that no article may lack altogether."""


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
    return found


def unspecific(account: Account) -> bool:
    """Recognise a claim that nothing ties to these articles: no supported name, figure, time or place, few words."""
    if any(held.kind in TYING and held.state == "borne_out" for held in account.elements):
        return False
    words = [held for held in account.elements if held.kind in {"word", "predicate"} and held.state != "contradicted"]
    gone = sum(held.state == "unaccounted" and not _is_near(held) for held in words)
    return len(words) - gone < FEWEST or gone > MOST_GONE * len(words)


def hollow(account: Account) -> bool:
    """Recognise a claim whose supported part could be said of any event, or is the least part of it.

    As `unspecific`, but words that news has of everything (*government*, *announces*, *new*) tie a claim to nothing,
    nor does a bare small number (*two*), *today*, or one country alone (*US officials meet in Washington*). One name
    with nothing but such words is too little.
    """
    words = [held for held in account.elements if held.kind in {"word", "predicate"} and held.state != "contradicted"]
    gone = [held for held in words if held.state == "unaccounted" and not held.spots]
    if len(gone) > MOSTLY * len(words) and len(gone) >= FEWEST:
        return True
    return len(_ties(account)) + len(_telling(account)) < TELLING


def says_nothing_own(account: Account) -> bool:
    """Tell whether all that the articles have of a claim are one country and words that news has of every event."""
    return not _telling(account) and not _ties(account)


def specific(account: Account) -> bool:
    """Tell whether what is supported ties a claim to these articles, however many of its words are missing.

    A name, figure, time or place with another or with a word that tells something, or several such words.
    """
    ties, telling = len(_ties(account)), len(_telling(account))
    return bool(ties and ties + telling >= TELLING) or telling >= FEWEST


def is_one_word(text: str) -> bool:
    """Tell whether a text is one word, once or again and again."""
    return len(set(text.lower().split())) == 1


def why_empty(account: Account, entailment: Entailment | None) -> str:
    """Say why a claim says nothing of these articles, whatever its words; empty where it does."""
    if is_one_word(account.text) and len(account.text.split()) > 1:
        return ONE_WORD
    if _stutters(account.text):
        return NO_ORDER
    if len(account.text.split()) < FEWEST and not _ties(account) and (account.missing() or not _telling(account)):
        return ANY_EVENT  # `Breaking news`, whatever breaks in the articles
    loose = not (account.verbatim or _in_one_sentence(account)) and (unspecific(account) or hollow(account))
    # A model entails what says next to nothing (*What we know so far*) of whatever it reads.
    least = math.inf if says_nothing_own(account) else LEANING if specific(account) else SURE_OF_IT
    if loose and (entailment is None or entailment.in_window < least):
        return ANY_EVENT
    if account.features["no_links"]:
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
    enough = FEWEST_IN_ORDER - bool(_ties(account))
    return len(words) >= enough and not apart


def _is_near(held: Held) -> bool:
    """Recognise a word that the articles have a near one of where they tell of the event."""
    return held.state == "unaccounted" and held.feature.endswith("_near")


def _telling(account: Account) -> set[str]:
    """List the words that news does not use of every event, and that the articles have, or a near one of them."""
    return {
        account.text[held.start : held.end].lower() for held in account.elements
        if held.kind in {"word", "predicate"} and (held.state == "borne_out" or _is_near(held))
        and not _says_little(account.text[held.start : held.end])
    }  # fmt: skip


def _ties(account: Account) -> set[str]:
    """List what ties a claim to these articles by itself: supported elements, a country under one name.

    One country alone is told of in any article of that country's news; two, or one beside a name, are not.
    """
    held = [each for each in account.elements if each.state == "borne_out" and each.kind in TYING]
    any_article = {"figure": word_list("function", "small_numbers"), "time": word_list("function", "any_day")}
    said = [(each.kind, account.text[each.start : each.end].lower()) for each in held]
    found = {nations().get(text, text) for kind, text in said if text not in any_article.get(kind, ())}
    return found if len(found) > 1 else found - {*nations().values()}


def _says_little(word: str) -> bool:
    """Recognise a word that news uses of every event."""
    lower = word.lower()
    common = word_list("function", "news")
    return lower in common or lower.removesuffix("s") in common


@cache
def load_doubts(*, model: bool) -> Doubts:
    """Load the sum in `doubt_weights.json`, beside this module: with the model's signals, or without."""
    held = read_weights("doubt")["with_model" if model else "account_alone"]
    return Doubts(held["weights"], held["intercept"], held["threshold"])


def doubts_digest(*, model: bool) -> str:
    """Return a digest of the weights, for identities."""
    held = load_doubts(model=model)
    return content_digest({"weights": dict(held.weights), "intercept": held.intercept, "threshold": held.threshold})

"""Whether a claim says anything of these articles, or could be said of any event: one fitted sum.

`Government announces new plan` has its words in any paper, and a model reads it in most. What ties a claim to articles
are names, figures, times and places that they have, words that news does not use of every event, and a model that reads
the claim there. The sum, in `about_weights.json`, tells headlines that people wrote of a cluster, true and false ones,
from constant texts, single words and headlines of other clusters (`training/doubts.py`).
"""

from collections.abc import Mapping
from typing import Any, Final

from harness.checkers.account.account import Account
from harness.checkers.account.elements import Held
from harness.checkers.neural.entailment import Entailment
from harness.checkers.weights import read_weights
from harness.claims.meaning import nations
from harness.language.lexical import word_list
from harness.records import content_digest

FEWEST: Final = 3
"""Words of a claim below which it says little."""
TYING: Final = frozenset({"name", "figure", "time", "place"})
"""Kinds of elements that tie a claim to the articles that bear them out."""
TELLING: Final = 2
"""Words that tell something, of those that the articles bear out, without which a claim could be said of any event."""
MOSTLY: Final = 0.5
"""Share of a claim's words that no article may lack altogether."""
MOST_TELLING, MOST_TIES = 5, 4
"""How many words that tell something count, and how many names and the like."""
LOWEST, HIGHEST = -5.0, 3.0
"""Log-odds of entailment between which the model's answer counts."""


def about_features(account: Account, entailment: Entailment | None) -> dict[str, float]:
    """Compute what tells a claim of these articles from one that could be said of any, each at least 0 but the model's.

    `gone` is the share of its words that no article has, `hollow` and `nothing_own` are 0 or 1.
    """
    words = _words(account)
    gone = [held for held in words if held.state == "unaccounted" and held.feature.endswith("_missing")]
    found = {
        "telling": float(min(MOST_TELLING, len(telling_words(account)))),
        "ties": float(min(MOST_TIES, len(tying(account)))),
        "gone": len(gone) / max(1, len(words)),
        "few_words": float(len(words) < FEWEST),
        "hollow": float(hollow(account)),
        "nothing_own": float(says_nothing_own(account)),
    }
    if entailment is not None:
        odds = max(LOWEST, min(HIGHEST, entailment.entailed))
        found |= {"entailed": odds, "not_entailed": max(0.0, -odds)}
    return found


def about_odds(account: Account, entailment: Entailment | None) -> float:
    """How much speaks for a claim's being about these articles, in log-odds; below 0 it could be said of any event."""
    held = _held(model=entailment is not None)
    found = about_features(account, entailment)
    weights: Mapping[str, float] = held["weights"]
    return sum(weight * found[name] for name, weight in weights.items()) + float(held["intercept"])


def about_digest(*, model: bool) -> str:
    """Return a digest of the weights, for identities."""
    return content_digest(_held(model=model))


def _held(*, model: bool) -> Any:
    return read_weights("about")["with_model" if model else "account_alone"]


def hollow(account: Account) -> bool:
    """Recognise a claim whose supported part could be said of any event, or is the least part of it.

    Words that news has of everything (*government*, *announces*, *new*) tie a claim to nothing, nor does a bare small
    number (*two*), *today*, or one country alone (*US officials meet in Washington*). One name with nothing but such
    words is too little.
    """
    words = _words(account)
    gone = [held for held in words if held.state == "unaccounted" and not held.spots]
    if len(gone) > MOSTLY * len(words) and len(gone) >= FEWEST:
        return True
    return len(tying(account)) + len(telling_words(account)) < TELLING


def says_nothing_own(account: Account) -> bool:
    """Tell whether all that the articles have of a claim are one country and words that news has of every event."""
    return not telling_words(account) and not tying(account)


def telling_words(account: Account) -> set[str]:
    """List the words that news does not use of every event, and that the articles have, or a near one of them."""
    return {
        account.text[held.start : held.end].lower() for held in account.elements
        if held.kind in {"word", "predicate"} and (held.state == "borne_out" or _is_near(held))
        and not _says_little(account.text[held.start : held.end])
    }  # fmt: skip


def tying(account: Account) -> set[str]:
    """List what ties a claim to these articles by itself: supported elements, a country under one name.

    One country alone is told of in any article of that country's news; two, or one beside a name, are not.
    """
    held = [each for each in account.elements if each.state == "borne_out" and each.kind in TYING]
    any_article = {"figure": word_list("function", "small_numbers"), "time": word_list("function", "any_day")}
    said = [(each.kind, account.text[each.start : each.end].lower()) for each in held]
    found = {nations().get(text, text) for kind, text in said if text not in any_article.get(kind, ())}
    return found if len(found) > 1 else found - {*nations().values()}


def _words(account: Account) -> list[Held]:
    """List the words of a claim that are no name, figure or the like, and whose opposite no article has."""
    return [held for held in account.elements if held.kind in {"word", "predicate"} and held.state != "contradicted"]


def _says_little(word: str) -> bool:
    """Recognise a word that news uses of every event."""
    lower = word.lower()
    common = word_list("function", "news")
    return lower in common or lower.removesuffix("s") in common


def _is_near(held: Held) -> bool:
    """Recognise a word that the articles have a near one of where they tell of the event."""
    return held.state == "unaccounted" and held.feature.endswith("_near")

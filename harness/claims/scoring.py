"""One number for a text from the verdicts on its claims. Pure functions, so that metrics need no checker."""

from collections.abc import Iterable

from harness.records import Verdict


def judged(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that are findings; abstentions are counted apart."""
    return [verdict for verdict in verdicts if verdict.label != "abstained"]


def faithfulness(verdicts: Iterable[Verdict]) -> float | None:
    """Probability that the worst claim of a text is faithful, in [0, 1]; none where every claim was abstained from.

    The minimum, so that padding a text with harmless true sentences cannot raise its score.
    """
    found = [verdict.probability for verdict in verdicts if verdict.probability is not None]
    return min(found) if found else None


def flagged(verdicts: Iterable[Verdict]) -> bool:
    """Whether a person should look before printing: something is contradicted, not found, or lost its attribution."""
    return any(
        verdict.label in ("contradicted", "not_found") or "attribution" in verdict.errors for verdict in verdicts
    )

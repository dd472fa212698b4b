"""One number for a text from the verdicts on its claims. Pure functions, so that metrics need no checker."""

from collections.abc import Iterable

from harness.records import Verdict


def faithfulness(verdicts: Iterable[Verdict]) -> float | None:
    """Return the probability that the worst claim of a text is faithful, in [0, 1]; None where all were abstained.

    The minimum, so that padding a text with harmless true sentences cannot raise its score.
    """
    found = [verdict.probability for verdict in verdicts if verdict.probability is not None]
    return min(found) if found else None


def flagged(verdicts: Iterable[Verdict]) -> bool:
    """Tell whether a person should look before printing: something contradicted, not found, or unattributed."""
    return any(
        verdict.label in ("contradicted", "not_found") or "attribution" in verdict.errors for verdict in verdicts
    )

"""Whether one figure can stand for another, and whether two reports of one figure disagree."""

from harness.claims.figures.quantities import Figure

NEAR_SHARE = 1.0
"""Points of a percentage by which it may differ from a share in words: a third is 33%, and 34%."""
APART = 8.0
"""How many times more one vague word has to begin at than another to mean something else: hundreds, dozens."""
_DOZEN = 12


def agree(claimed: Figure, found: Figure) -> bool:
    """Tell whether a claimed figure can stand for the one found: equal, a rounding, or inside the other's bounds."""
    if claimed.ordinal != found.ordinal:
        return False
    if claimed.modifier == "range":
        return _in_range(claimed, found)
    if claimed.value == found.value:
        return {claimed.modifier, found.modifier} != {"above", "below"}  # more than six hours are not less than six
    if claimed.spelt or found.spelt:
        near = NEAR_SHARE if claimed.unit == "percent" else 0.0
        exact = "exact" in {claimed.modifier, found.modifier} or claimed.modifier == found.modifier
        if exact and abs(claimed.value - found.value) <= near:
            return True
    if claimed.modifier == found.modifier == "vague":
        least, most = sorted((claimed.low, found.low))
        return most < APART * least and most <= min(claimed.high or 0.0, found.high or 0.0)
    if claimed.modifier == "exact" and found.modifier in {"exact", "about"}:
        return _rounds(claimed, found)
    low, high = claimed.low, claimed.high
    if claimed.modifier == "about" and found.modifier in {"exact", "about"} and found.step >= _roundness(claimed):
        return False  # `about 900` is no rounding of 800
    if claimed.modifier == "above":
        return _is_bound(claimed, found)
    if claimed.modifier == "below" and found.modifier != "vague":
        # `Up to 100` of 13 misleads, though it is true; so does `up to 7` of 4.
        least = max(claimed.value / 2, claimed.value - _roundness(claimed))
        return least <= found.value <= claimed.value or claimed.value == found.high
    if high is not None and low <= found.value <= high and claimed.modifier != "exact":
        return True
    if found.modifier == "vague" and claimed.modifier == "exact":
        return False  # nobody reads 2,139 in `thousands`
    if found.modifier == "vague":
        return found.low <= claimed.value <= (found.high or claimed.value)
    if found.modifier in {"about", "range"}:
        return found.low <= claimed.value <= (found.high or claimed.value)
    return _rounds(claimed, found)  # nobody who reads `up to 40`, or `more than 40`, knows of 38 or 43


def _is_bound(claimed: Figure, found: Figure) -> bool:
    """Tell whether `more than` a figure is what a writer would say of the one found: the next round one below it.

    `More than 100` of 150 is, and `more than 50` of 71; of 1,500, and `at least 56` of 71, it is another figure, and so
    is `more than 4 million` of 5 million.
    """
    if found.modifier == "vague":
        # `More than a million` of `millions`, not six million; `more than 100` of `hundreds`, not 108.
        return found.low / 2 <= claimed.low <= found.low and claimed.step * 10 > claimed.value
    roundness = _DOZEN if claimed.step == 1.0 and claimed.value % _DOZEN == 0 else _roundness(claimed)
    return roundness > found.step and claimed.low <= found.value <= claimed.low + roundness


def _in_range(claimed: Figure, found: Figure) -> bool:
    """Tell whether a claimed range is the one found, or is narrow and has the one figure found in it."""
    high = claimed.high or claimed.value
    if found.modifier == "range":
        return claimed.value == found.value and high == found.high
    return claimed.low <= found.value <= high and not _is_wide(claimed)


def _is_wide(figure: Figure) -> bool:
    """Tell whether a range goes further than a fifth of its middle to either side, too far to be one report."""
    high = figure.high or figure.value
    return high - figure.low > 0.4 * (high + figure.low) / 2


def _roundness(figure: Figure) -> float:
    """Return what a figure is a multiple of, fives counted as round: 50 for 250, 5 for 25, 100 for 900."""
    fives = 5 * figure.step
    return fives if figure.value % fives == 0 else figure.step


def _rounds(claimed: Figure, found: Figure) -> bool:
    """Tell whether the claimed figure is the other with fewer digits, up or down, within six per cent."""
    difference = abs(claimed.value - found.value)
    if claimed.value > found.value and difference > claimed.step / 2:
        return False  # 133 is cut to 130 or raised to nothing: 140 is further off
    # 9.99, not 10: steps of decimals are not exact in binary.
    return claimed.step >= 9.99 * found.step and difference < claimed.step and difference <= 0.06 * abs(found.value)


def clash(first: Figure, second: Figure) -> bool:
    """Tell whether two reports of one figure disagree.

    `more than 150` and `more than 140` do, 156 and `about 150` do not; nor does a figure inside a range, unless the
    range is too wide to be the same report (a fifth of its middle to either side). Vague words never do.
    """
    if "vague" in {first.modifier, second.modifier} or first.value == second.value:
        return False
    for one, other in ((first, second), (second, first)):
        inside = one.modifier in {"about", "range"} and one.low <= other.value <= (one.high or one.value)
        if _rounds(one, other) or (inside and not _is_wide(one)):
            return False
    return True

import math

import numpy as np
import pytest

from harness.analysis.gate import Decision, GatedMeasure, GateRule, decide, too_many_failures

NAN = math.nan
BASE = np.linspace(0.3, 0.7, 8)


def _decide(baseline, candidate, direction="higher", **rule) -> Decision:
    gated = GatedMeasure(
        "c", GateRule(measure="m", direction=direction, **rule), np.array(baseline), np.array(candidate)
    )
    return decide([gated], seed=1)[0]


def _outcomes(decision: Decision) -> list[str]:
    return [violation.outcome for violation in decision.violations]


def test_a_fall_on_every_cluster_is_a_regression_and_says_why():
    decision = _decide(BASE, BASE - 0.1, tolerance=0.05)
    # Eight falls out of eight: 1 of 2^8 patterns is as low, p = 1/256; one test, so the level stays 0.05.
    assert (decision.p_value, decision.p_adjusted, decision.corrected_alpha) == (1 / 256, 1 / 256, 0.05)
    assert decision.difference == pytest.approx(-0.1)
    assert (decision.low, decision.high) == pytest.approx((-0.1, -0.1))
    assert not decision.passed
    assert decision.violations[0].reason == (
        "the mean is 0.1 worse, more than the tolerance of 0.05, and the 90 % interval of the paired difference, "
        "-0.1 to -0.1, leaves out zero (p = 0.0039 after correction, alpha 0.05)"
    )


def test_a_fall_within_the_tolerance_or_within_chance_passes():
    assert _decide(BASE, BASE - 0.1, tolerance=0.1).passed
    # One cluster of eight falls far: half of all sign patterns are as low.
    noisy = BASE - np.array([0.8, 0, 0, 0, 0, 0, 0, 0])
    decision = _decide(BASE, noisy, tolerance=0.0)
    assert decision.passed
    assert decision.p_value == 0.5
    assert decision.fallen == (0,)
    better = _decide(BASE, BASE + 0.1, tolerance=0.0)
    assert better.passed
    assert better.p_value == 1 - 1 / 256


def test_lower_is_better_turns_the_fall_round():
    assert _outcomes(_decide(BASE, BASE + 0.1, "lower", tolerance=0.0)) == ["regression"]
    assert _decide(BASE, BASE - 0.1, "lower", tolerance=0.0).passed


def test_too_few_clusters_cannot_fail_and_say_so():
    # Four clusters: the smallest one-sided p-value is 1/16 > 0.05. Five: 1/32.
    four, five = (_decide(BASE[:count], BASE[:count] - 0.2, tolerance=0.0) for count in (4, 5))
    assert (four.passed, four.can_fail, four.p_value) == (True, False, 1 / 16)
    assert (five.passed, five.can_fail, five.p_value) == (False, True, 1 / 32)


def test_levels_are_corrected_by_holm_over_the_tested_rules():
    rule = GateRule(measure="m", direction="higher", tolerance=0.0)
    floor_only = GateRule(measure="m", direction="higher", at_least=0.1)
    slight = BASE - np.array([0.1] * 5 + [-0.1] * 3)
    gated = [
        GatedMeasure("slight", rule, BASE, slight),
        GatedMeasure("floor", floor_only, BASE, BASE - 0.1),
        GatedMeasure("clear", rule, BASE, BASE - 0.1),
        GatedMeasure("none", rule, BASE, BASE),
    ]
    decisions = {decision.configuration: decision for decision in decide(gated, alpha=0.03, seed=1)}
    # Three tests: the clearest against .03/3, the next against .03/2; it fails, so the last shares that level.
    assert decisions["clear"].corrected_alpha == pytest.approx(0.01)
    assert decisions["slight"].corrected_alpha == decisions["none"].corrected_alpha == pytest.approx(0.015)
    assert decisions["floor"].corrected_alpha is None
    assert {name for name, decision in decisions.items() if not decision.passed} == {"clear"}
    assert decisions["clear"].p_adjusted == 3 / 256
    # Among seven tests 7/256 = .0273 is still below .03; among eight 8/256 = .0313 is not.
    for others, passed in ((7, False), (8, True)):
        crowd = [
            GatedMeasure("clear", rule, BASE, BASE - 0.1),
            *[GatedMeasure("none", rule, BASE, BASE)] * (others - 1),
        ]
        assert decide(crowd, alpha=0.03, seed=1)[0].passed is passed


def test_floors_are_limits_of_the_candidates_mean():
    contradicted = [0.0] * 19 + [1.0]  # 1/20, which is what "at most 0.05" allows
    assert _decide(contradicted, contradicted, "lower", at_most=0.05).passed
    decision = _decide(contradicted, [0.0] * 18 + [1.0] * 2, "lower", at_most=0.05)
    assert _outcomes(decision) == ["floor"]
    assert decision.violations[0].reason == "the mean is 0.1; it may not lie above 0.05"
    assert _outcomes(_decide(BASE, BASE, at_least=0.51)) == ["floor"]
    assert _decide(BASE, BASE, at_least=0.5).passed


def test_one_cluster_that_falls_too_far_fails_alone():
    before, after = np.zeros(20), np.zeros(20)
    after[7] = 1.0
    decision = _decide(before, after, "lower", cluster_fall=0.0)
    assert _outcomes(decision) == ["cluster"]
    assert decision.violations[0].reason == "1 cluster got worse by more than 0; at most 0 may"
    assert decision.fallen == (7,)
    assert _decide(before, after, "lower", cluster_fall=0.0, clusters_fallen=1).passed
    assert _decide(after, before, "lower", cluster_fall=0.0).passed


def test_clusters_without_a_statistic_are_lost_not_left_out():
    after = BASE.copy()
    after[[0, 1]] = NAN
    decision = _decide(BASE, after, tolerance=0.0)
    assert _outcomes(decision) == ["lost"]
    assert (decision.both, decision.lost, decision.gained) == (6, 2, 0)
    assert decision.violations[0].reason == (
        "2 of 8 clusters scored in the baseline have no statistic; at most 0 % may"
    )
    assert _decide(BASE, after, tolerance=0.0, lost=0.25).passed
    back = _decide(after, BASE, tolerance=0.0)
    assert (back.lost, back.gained) == (0, 2)
    both = _decide(after, after, tolerance=0.0)
    assert (both.both, both.lost, both.gained) == (6, 0, 0)


def test_a_cluster_without_an_answer_is_no_lost_statistic():
    after = BASE.copy()
    after[[0, 1, 2]] = NAN
    answered = np.array([False, False, True, True, True, True, True, True])
    rule = GateRule(measure="m", direction="higher", tolerance=0.0, lost=0.125)
    (decision,) = decide([GatedMeasure("c", rule, BASE, after, answered)], seed=1)
    # One of eight was answered and has no statistic: as many as may. Two were not answered.
    assert (decision.passed, decision.lost, decision.unanswered) == (True, 3, 2)
    strict = GateRule(measure="m", direction="higher", tolerance=0.0)
    (decision,) = decide([GatedMeasure("c", strict, BASE, after, answered)], seed=1)
    assert decision.violations[0].reason.startswith("1 of 8 clusters scored in the baseline have no statistic")


def test_how_much_worse_a_mean_is_counts_the_direction():
    assert _decide(BASE, BASE - 0.1, tolerance=0.2).fall == pytest.approx(0.1)
    assert _decide(BASE, BASE - 0.1, "lower", tolerance=0.2).fall == pytest.approx(-0.1)
    assert _decide(BASE, BASE - 0.1, "neither", at_least=0.0).fall is None


def test_nothing_to_compare_is_not_a_pass():
    decision = _decide(np.full(4, NAN), BASE[:4], tolerance=0.0)
    assert _outcomes(decision) == ["unscored"]
    assert decision.difference is None
    assert _outcomes(_decide(BASE, np.full(8, NAN), tolerance=0.0, at_least=0.1)) == ["unscored", "unscored", "lost"]


def test_examples_are_the_clusters_that_fell_furthest():
    decision = _decide(BASE, BASE - [0.1, 0.3, -0.5, 0.2, 0.0, 0.1, 0.01, 0.02], tolerance=0.0)
    assert decision.fallen == (1, 3, 0, 5, 7)


def test_more_patterns_are_drawn_where_the_correction_needs_them():
    # 200 rules at .05: the level is .00025 one-sided, which 100 patterns could never reach.
    generator = np.random.default_rng(2)
    base = generator.random(60)
    rule = GateRule(measure="m", direction="higher", tolerance=0.0)
    crowd = [GatedMeasure("worse", rule, base, base - 0.1), *[GatedMeasure("none", rule, base, base)] * 199]
    assert not decide(crowd, resamples=100, seed=1)[0].passed


def test_a_rule_that_cannot_be_meant_is_refused():
    with pytest.raises(ValueError, match="better neither way"):
        GateRule(measure="words", direction="neither", tolerance=1.0)
    with pytest.raises(ValueError, match=r"alpha lies between 0 and 0\.5"):
        decide([], alpha=0.5, seed=1)
    with pytest.raises(ValueError, match="all of one length"):
        _decide(BASE, BASE[:7], tolerance=0.0)


def test_failures_have_a_greatest_share():
    assert too_many_failures(1, 20, 0.05) is None
    assert too_many_failures(2, 20, 0.05) == "2 of 20 clusters failed, 10 %; at most 5 % may"
    assert too_many_failures(0, 20, 0.0) is None
    assert too_many_failures(0, 0, 0.05) == "no cluster was run"

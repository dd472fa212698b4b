"""Show what the gate found: lines that a person can act on, JUnit, GitHub, JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from xml.etree import ElementTree

from harness.comparison.gate import Example, Finding, GateReport, LostAnswers
from harness.comparison.missing import Reasons
from harness.report import escape, numbers
from harness.report.table import markdown_table

WORDS: Mapping[str, str] = {
    "pass": "pass",
    "regression": "REGRESSION",
    "limit": "BROKEN LIMIT",
    "failures": "TOO MANY FAILURES",
    "lost": "LOST SCORES",
    "not_compared": "NOT COMPARED",
}
"""Outcome → the words for people. Only a mean that got worse is a regression."""
NAMED = 4
"""Measures or configurations that a line names, at most."""


def lines(report: GateReport) -> list[str]:
    """Write the whole report as text: two or three lines for each finding that does not pass, one for the rest."""
    told_lines = [line for _, told in _explanations(report) for line in told]
    told_lines.append(f"gate: {outcome_words(report)}: {escape.one_line(verdict(report))}")
    return told_lines + blindness(report) + allowed_failures(report)


def _explanations(report: GateReport) -> Iterator[tuple[str, list[str]]]:
    """Yield what does not pass, each with its name: configurations that lost answers, then measures."""
    for lost in report.failures:
        yield lost.configuration, lost_answers(lost)
    for finding in report.findings:
        if not finding.passed and not _is_told(finding, report):
            yield f"{finding.decision.configuration} {finding.decision.measure}", explanation(finding)


def outcome_words(report: GateReport) -> str:
    """Write the outcome as a person reads it."""
    lost = [finding for finding in report.findings if finding.verdict == "lost"]
    return "LOST ANSWERS" if report.outcome == "lost" and all(map(is_unanswered, lost)) else WORDS[report.outcome]


def is_unanswered(finding: Finding) -> bool:
    """Tell whether all scores that a finding misses are those of clusters without an answer."""
    return finding.verdict == "lost" and finding.decision.unanswered == finding.decision.lost


def allowed_failures(report: GateReport) -> list[str]:
    """Note the configurations that failed on some clusters, but on no more than they may."""
    told = {lost.configuration for lost in report.failures}
    failed = {
        finding.decision.configuration: finding.decision.unanswered
        for finding in report.findings
        if finding.decision.unanswered and finding.verdict != "lost"
    }
    return [
        escape.one_line(
            f"note: {name}: {numbers.clusters(count)} of the baseline without an answer, within `max_failures`"
        )
        for name, count in failed.items()
        if name not in told
    ]


def verdict(report: GateReport) -> str:
    """Count how many of the written rules hold, are broken or cannot be held, and say by what."""
    broken, unheld = [], []
    for rule in report.rules:
        breaks = report.broken(rule)
        if any(finding.verdict == "not_compared" or is_unanswered(finding) for finding in breaks):
            unheld.append(breaks)
        elif breaks:
            broken.append(breaks)
    written = len(report.rules)
    parts = []
    if report.failures:
        whole = numbers.clusters(report.clusters)
        parts.append(_some([f"{lost.configuration} failed on {lost.failed} of {whole}" for lost in report.failures]))
    if unheld:
        parts.append(f"{len(unheld)} of {written} rules could not be held ({_breakers(unheld)})")
    if broken:
        parts.append(f"{len(broken)} of {written} rules broken ({_breakers(broken)})")
    if not unheld and not broken:
        parts.append(f"{written} of {written} rules hold")
    return "; ".join(parts) + ("" if report.failures else f", {numbers.clusters(report.clusters)}")


def _breakers(broken: Iterable[Iterable[Finding]]) -> str:
    """Name which configurations break rules, and on which measures: `lead: rouge1-f; lexrank: rouge1-f, rougeL-f`."""
    by: dict[str, dict[str, None]] = {}
    for findings in broken:
        for finding in findings:
            by.setdefault(finding.decision.configuration, {})[finding.decision.measure] = None
    shown = [f"{name}: {_some(list(measures))}" for name, measures in list(by.items())[:NAMED]]
    return "; ".join(shown) + (f"; and {len(by) - NAMED} configurations more" if len(by) > NAMED else "")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _is_told(finding: Finding, report: GateReport) -> bool:
    """Tell whether a finding only repeats that its configuration answered nothing, which is said already."""
    return is_unanswered(finding) and finding.decision.configuration in {lost.configuration for lost in report.failures}


def lost_answers(lost: LostAnswers) -> list[str]:
    """Describe a configuration that failed on too many clusters: how many, and why."""
    why = _reasons(lost.reasons)
    return [
        escape.one_line(f"LOST ANSWERS {lost.configuration}: {lost.said}"),
        *([f"  {escape.one_line(why)}"] if why else []),
        "  why each failed: failures.jsonl in the run's folder",
    ]


def _reasons(reasons: Reasons) -> str:
    """Join the commonest reasons with their counts."""
    if not reasons:
        return ""
    shown = "; ".join(f"{times} × {reason}" for reason, times in reasons[:2])
    more = len(reasons) - 2
    return shown + (f"; and {more} more reason{'' if more == 1 else 's'}" if more > 0 else "")


def explanation(finding: Finding) -> list[str]:
    """Say what is wrong, by how much and why it fails, with the worst example or the reasons: up to three lines."""
    why = _reasons(finding.reasons)
    if finding.verdict in ("lost", "not_compared"):
        rest = [why] if why else []
    else:
        rest = [_said(finding), *([f"without a statistic: {why}"] if why else [])]
        rest += [f"worst: {example_line(example, finding)}" for example in finding.examples[:1]]
    return [escape.one_line(head(finding)), *(f"  {escape.one_line(line)}" for line in rest)]


def _said(finding: Finding) -> str:
    """Say which rules a finding breaks, with the numbers that tables have."""
    unit = finding.measure.unit
    found, rule = partial(numbers.precise, unit=unit), partial(numbers.of_rule, unit=unit)
    return "; ".join(violation.worded(found, rule) for violation in finding.decision.violations)


def head(finding: Finding) -> str:
    """Write the first line of an explanation; it says REGRESSION only beside a difference that is not 0."""
    decision, unit = finding.decision, finding.measure.unit
    name = f"{decision.configuration} {decision.measure}"
    if finding.verdict == "regression":
        decimals = numbers.decimals_for(decision.difference, unit)
        means = (decision.baseline_mean, decision.candidate_mean)
        before, after = ("–" if mean is None else numbers.show(mean, unit, decimals) for mean in means)
        return f"REGRESSION {name}: {before} → {after} ({numbers.show_change(decision.difference, unit, decimals)})"
    if finding.verdict == "limit":
        mean = decision.candidate_mean_all
        before = "" if decision.baseline_mean is None else f" (baseline {numbers.show(decision.baseline_mean, unit)})"
        return f"BROKEN LIMIT {name}: {'–' if mean is None else numbers.show(mean, unit)}{before}"
    return f"{'LOST ANSWERS' if is_unanswered(finding) else WORDS[finding.verdict]} {name}: {finding.said}"


def example_line(example: Example, finding: Finding) -> str:
    """Show a cluster that fell, with both texts."""
    unit = finding.measure.unit
    before, after = numbers.show(example.before, unit), numbers.show(example.after, unit)
    return escape.one_line(
        f"{example.cluster_id} {before} → {after}: “{example.text_before}” became “{example.text_after}”"
    )


def blindness(report: GateReport) -> list[str]:
    """Warn of tolerances that so few clusters are tested on that they cannot be broken, a line for each measure."""
    blind: dict[tuple[str, int], list[str]] = {}
    for finding in report.findings:
        decision = finding.decision
        if decision.corrected_alpha is not None and not decision.can_fail:
            blind.setdefault((decision.measure, decision.both), []).append(decision.configuration)
    return [
        escape.one_line(
            f"note: {numbers.clusters(count)} {'is' if count == 1 else 'are'} too few for any fall of the mean of "
            f"{measure} to be significant; its tolerance cannot be broken ({_some(names)})"
        )
        for (measure, count), names in blind.items()
    ]


def as_json(report: GateReport) -> str:
    """Write the report as one JSON object."""
    value = {
        "outcome": report.outcome,
        "exit_code": report.exit_code,
        "run": report.run,
        "baseline": report.baseline,
        "clusters": report.clusters,
        "alpha": report.alpha,
        "rules": [
            {
                "rule": rule.text,
                "holds": not (breaks := report.broken(rule)),
                "broken_by": [
                    {"configuration": finding.decision.configuration, "measure": finding.decision.measure}
                    for finding in breaks
                ],
            }
            for rule in report.rules
        ],
        "failures": [
            {"configuration": lost.configuration, "reason": lost.said, "causes": _causes(lost.reasons)}
            for lost in report.failures
        ],
        "findings": [
            {
                **finding.decision.model_dump(),
                "verdict": finding.verdict,
                "said": finding.said,
                "causes": _causes(finding.reasons),
                "signature": finding.measure.signature,
                "examples": [vars(example) for example in finding.examples],
            }
            for finding in report.findings
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _causes(reasons: Reasons) -> list[dict[str, object]]:
    return [{"reason": reason, "clusters": times} for reason, times in reasons]


def update_as_json(changes: Sequence[str], baseline: str, run: str) -> str:
    """Write what a new baseline changed as one JSON object."""
    value = {"baseline": baseline, "run": run, "changes": list(changes)}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def junit(report: GateReport) -> str:
    """Write JUnit XML: a test case for each configuration and measure.

    A regression and a broken limit fail it; lost answers, lost scores and what cannot be compared are errors.
    """
    cases = [_case(finding) for finding in report.findings]
    for lost in report.failures:
        case = ElementTree.Element("testcase", classname=escape.xml(lost.configuration), name="failures", time="0")
        said = lost_answers(lost)
        ElementTree.SubElement(case, "error", type="failures", message=escape.xml(said[0])).text = escape.xml(
            "\n".join(said)
        )
        cases.append(case)
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": "0",
        "time": "0",
    }
    suites = ElementTree.Element(
        "testsuites", {key: value for key, value in counts.items() if key != "skipped"}, name="harness gate"
    )
    suite = ElementTree.SubElement(suites, "testsuite", counts, name=escape.xml(report.run))
    suite.extend(cases)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(finding: Finding) -> ElementTree.Element:
    decision = finding.decision
    case = ElementTree.Element(
        "testcase", classname=escape.xml(decision.configuration), name=escape.xml(decision.measure), time="0"
    )
    if not finding.passed:
        said = explanation(finding)
        kind = "failure" if finding.verdict in ("regression", "limit") else "error"
        ElementTree.SubElement(case, kind, type=finding.verdict, message=escape.xml(said[0])).text = escape.xml(
            "\n".join(said)
        )
    return case


def github_annotations(report: GateReport) -> Iterable[str]:
    """Yield workflow commands that mark each broken rule on the job's page."""
    for name, told in _explanations(report):
        said = "\n".join(told)
        yield f"::error title={escape.annotation_title(f'harness gate: {name}')}::{escape.annotation(said)}"
    for warning in blindness(report):
        yield f"::warning title=harness gate::{escape.annotation(warning)}"


HEADS = ("", "configuration", "measure", "baseline", "run", "difference", "interval", "p", "n")


SIGNS = {"pass": "✅", "regression": "❌", "limit": "❌", "failures": "⛔", "lost": "⛔", "not_compared": "⛔"}


def markdown(report: GateReport) -> str:
    """Write a job summary: the verdict, what to act on, and the whole table folded away."""
    parts = [f"## Headline quality: {SIGNS[report.outcome]} {outcome_words(report).lower()}\n"]
    for _, (first, *rest) in _explanations(report):
        parts.append(f"- **{escape.markdown(first.removeprefix('REGRESSION '))}**  ")
        parts += [f"  {escape.markdown(line.strip())}  " for line in rest]
    table = markdown_table(HEADS, [_row(finding) for finding in report.findings])
    parts.append(f"\n<details><summary>{escape.page(verdict(report))}</summary>\n\n{table}\n</details>\n")
    return "\n".join(parts)


def _row(finding: Finding) -> list[str]:
    decision, unit = finding.decision, finding.measure.unit
    means = (decision.baseline_mean, decision.candidate_mean)
    return [
        SIGNS[finding.verdict],
        escape.markdown(decision.configuration),
        escape.markdown(decision.measure),
        *("–" if mean is None else numbers.show(mean, unit) for mean in means),
        numbers.show_change(decision.difference, unit),
        escape.markdown(numbers.ends(decision.low, decision.high, unit)),
        escape.markdown(numbers.p_value(decision.p_adjusted)),
        str(decision.both),
    ]

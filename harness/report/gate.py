"""What the gate found: three lines that a person can act on, JUnit, GitHub, JSON."""

import json
from collections.abc import Iterable
from xml.etree import ElementTree

from harness.report import escape, numbers
from harness.report.table import markdown_table
from harness.run.gating import Example, Finding, GateReport


def lines(report: GateReport) -> list[str]:
    """The whole report as text: three lines for each rule that does not hold, one for the rest."""
    found = []
    for configuration, said in report.failures:
        found += [
            escape.one_line(f"FAILED {configuration}: {said}"),
            "  why each failed: failures.jsonl in the run's folder",
        ]
    for finding in report.findings:
        if not finding.decision.passed:
            found += explanation(finding)
    held = sum(finding.decision.passed for finding in report.findings)
    verdict = {"pass": "pass", "regression": "REGRESSION", "failures": "TOO MANY FAILURES"}[report.outcome]
    found.append(f"gate: {verdict}: {held} of {len(report.findings)} rules hold, {report.clusters} clusters")
    found += [warning for finding in report.findings if (warning := blindness(finding))]
    return found


def explanation(finding: Finding) -> list[str]:
    """What fell and by how much, why that fails, and the worst example: three lines."""
    decision, unit = finding.decision, finding.measure.unit
    before, after = (
        "–" if mean is None else numbers.shown(mean, unit) for mean in (decision.baseline_mean, decision.candidate_mean)
    )
    change = numbers.signed(decision.difference, unit)
    head = f"REGRESSION {decision.configuration} {decision.measure}: {before} → {after} ({change or 'no difference'})"
    why = "; ".join(violation.reason for violation in decision.violations)
    return [
        escape.one_line(head),
        f"  {escape.one_line(why)}",
        *(f"  worst: {example_line(example, finding)}" for example in finding.examples[:1]),
    ]


def example_line(example: Example, finding: Finding) -> str:
    """A cluster that fell, with both texts."""
    unit = finding.measure.unit
    before, after = numbers.shown(example.before, unit), numbers.shown(example.after, unit)
    return escape.one_line(
        f"{example.cluster_id} {before} → {after}: “{example.text_before}” became “{example.text_after}”"
    )


def blindness(finding: Finding) -> str:
    """A warning where a rule is tested on so few clusters that it could not fail."""
    decision = finding.decision
    if decision.corrected_alpha is None or decision.can_fail:
        return ""
    return (
        f"note: {decision.configuration} {decision.measure}: {decision.both} clusters are too few "
        "for any fall to be significant; this rule cannot fail"
    )


def as_json(report: GateReport) -> str:
    """The report as one JSON object."""
    value = {
        "outcome": report.outcome,
        "exit_code": report.exit_code,
        "run": report.run,
        "baseline": report.baseline,
        "clusters": report.clusters,
        "alpha": report.alpha,
        "failures": [{"configuration": name, "reason": said} for name, said in report.failures],
        "findings": [
            {
                **finding.decision.model_dump(),
                "signature": finding.measure.signature,
                "examples": [vars(example) for example in finding.examples],
            }
            for finding in report.findings
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def junit(report: GateReport) -> str:
    """JUnit XML: a test case for each configuration and measure; a regression fails it, lost clusters are an error."""
    cases = [_case(finding) for finding in report.findings]
    for configuration, said in report.failures:
        case = ElementTree.Element("testcase", classname=escape.xml(configuration), name="failures", time="0")
        ElementTree.SubElement(case, "error", type="failures", message=escape.xml(said)).text = escape.xml(said)
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
    if not decision.passed:
        unscored = any(violation.outcome in ("unscored", "lost") for violation in decision.violations)
        said = explanation(finding)
        ElementTree.SubElement(
            case, "error" if unscored else "failure", type=decision.violations[0].outcome, message=escape.xml(said[0])
        ).text = escape.xml("\n".join(said))
    return case


def github_annotations(report: GateReport) -> Iterable[str]:
    """Workflow commands that mark each broken rule on the job's page."""
    for configuration, said in report.failures:
        yield f"::error title={escape.annotation_title(f'harness gate: {configuration}')}::{escape.annotation(said)}"
    for finding in report.findings:
        if not finding.decision.passed:
            title = f"harness gate: {finding.decision.configuration} {finding.decision.measure}"
            said = "\n".join(explanation(finding))
            yield f"::error title={escape.annotation_title(title)}::{escape.annotation(said)}"
        elif warning := blindness(finding):
            yield f"::warning title=harness gate::{escape.annotation(warning)}"


HEADS = ("", "configuration", "measure", "baseline", "run", "difference", "interval", "p", "n")


def markdown(report: GateReport) -> str:
    """A job summary: the verdict, what to act on, and the whole table folded away."""
    signs = {"pass": "✅ pass", "regression": "❌ regression", "failures": "⛔ too many failures"}
    parts = [f"## Headline quality: {signs[report.outcome]}\n"]
    parts += [f"- **{escape.markdown(name)}**: {escape.markdown(said)}" for name, said in report.failures]
    for finding in report.findings:
        if not finding.decision.passed:
            head, why, *rest = explanation(finding)
            parts.append(f"- **{escape.markdown(head.removeprefix('REGRESSION '))}**  ")
            parts += [f"  {escape.markdown(line.strip())}  " for line in (why, *rest)]
    rows = [_row(finding) for finding in report.findings]
    table = markdown_table(HEADS, rows)
    held = sum(finding.decision.passed for finding in report.findings)
    parts.append(
        f"\n<details><summary>{held} of {len(report.findings)} rules hold on {report.clusters} clusters"
        f"</summary>\n\n{table}\n</details>\n"
    )
    return "\n".join(parts)


def _row(finding: Finding) -> list[str]:
    decision, unit = finding.decision, finding.measure.unit
    means = (decision.baseline_mean, decision.candidate_mean)
    return [
        "✅" if decision.passed else "❌",
        escape.markdown(decision.configuration),
        escape.markdown(decision.measure),
        *("–" if mean is None else numbers.shown(mean, unit) for mean in means),
        numbers.signed(decision.difference, unit),
        escape.markdown(numbers.ends(decision.low, decision.high, unit)),
        escape.markdown(numbers.p_value(decision.p_adjusted)),
        str(decision.both),
    ]

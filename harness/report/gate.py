"""What the gate found: three lines that a person can act on, JUnit, GitHub, JSON."""

import json
from collections.abc import Iterable
from xml.etree import ElementTree

from harness.report import numbers
from harness.report.table import escaped, markdown_table
from harness.run.gating import Example, Finding, GateReport


def lines(report: GateReport) -> list[str]:
    """The whole report as text: three lines for each rule that does not hold, one for the rest."""
    found = []
    for configuration, said in report.failures:
        found += [f"FAILED {configuration}: {said}", "  why each failed: failures.jsonl in the run's folder"]
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
    why = "  " + "; ".join(violation.reason for violation in decision.violations)
    return [head, why, *(f"  worst: {example_line(example, finding)}" for example in finding.examples[:1])]


def example_line(example: Example, finding: Finding) -> str:
    """A cluster that fell, with both texts."""
    unit = finding.measure.unit
    before, after = numbers.shown(example.before, unit), numbers.shown(example.after, unit)
    return f"{example.cluster_id} {before} → {after}: “{example.text_before}” became “{example.text_after}”"


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
        case = ElementTree.Element("testcase", classname=_xml(configuration), name="failures", time="0")
        ElementTree.SubElement(case, "error", type="failures", message=_xml(said)).text = _xml(said)
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
    suite = ElementTree.SubElement(suites, "testsuite", counts, name=_xml(report.run))
    suite.extend(cases)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(finding: Finding) -> ElementTree.Element:
    decision = finding.decision
    case = ElementTree.Element(
        "testcase", classname=_xml(decision.configuration), name=_xml(decision.measure), time="0"
    )
    if not decision.passed:
        unscored = any(violation.outcome in ("unscored", "lost") for violation in decision.violations)
        said = explanation(finding)
        ElementTree.SubElement(
            case, "error" if unscored else "failure", type=decision.violations[0].outcome, message=_xml(said[0])
        ).text = _xml("\n".join(said))
    return case


def _xml(text: str) -> str:
    """`text` without the control characters that XML 1.0 cannot hold."""
    return "".join(
        char
        if char in "\t\n" or ((ord(char) >= 0x20 and not 0xD800 <= ord(char) <= 0xDFFF) and ord(char) < 0xFFFE)
        else "�"
        for char in text
    )


def github_annotations(report: GateReport) -> Iterable[str]:
    """Workflow commands that mark each broken rule on the job's page."""
    for configuration, said in report.failures:
        yield f"::error title={_property(f'harness gate: {configuration}')}::{_data(said)}"
    for finding in report.findings:
        if not finding.decision.passed:
            title = f"harness gate: {finding.decision.configuration} {finding.decision.measure}"
            yield f"::error title={_property(title)}::{_data(chr(10).join(explanation(finding)))}"
        elif warning := blindness(finding):
            yield f"::warning title=harness gate::{_data(warning)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


HEADS = ("", "configuration", "measure", "baseline", "run", "difference", "interval", "p", "n")


def markdown(report: GateReport) -> str:
    """A job summary: the verdict, what to act on, and the whole table folded away."""
    signs = {"pass": "✅ pass", "regression": "❌ regression", "failures": "⛔ too many failures"}
    parts = [f"## Headline quality: {signs[report.outcome]}\n"]
    parts += [f"- **{escaped(name)}**: {escaped(said)}" for name, said in report.failures]
    for finding in report.findings:
        if not finding.decision.passed:
            head, why, *rest = explanation(finding)
            parts.append(f"- **{escaped(head.removeprefix('REGRESSION '))}**  ")
            parts += [f"  {escaped(line.strip())}  " for line in (why, *rest)]
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
        escaped(decision.configuration),
        escaped(decision.measure),
        *("–" if mean is None else numbers.shown(mean, unit) for mean in means),
        numbers.signed(decision.difference, unit),
        escaped(numbers.ends(decision.low, decision.high, unit)),
        escaped(numbers.p_value(decision.p_adjusted)),
        str(decision.both),
    ]

"""What a review found as SARIF 2.1.0, which code hosts and editors show beside the code."""

import json
from typing import Any
from urllib.parse import quote

from scripts.reviewing.report import explained
from scripts.reviewing.review import Review
from scripts.reviewing.rule import Finding, Rule, Severity
from scripts.reviewing.rules import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {Severity.BLOCKING: "error", Severity.WARNING: "warning"}
_INDEX = {rule.id: at for at, rule in enumerate(RULES)}


def as_sarif(review: Review) -> str:
    """Return one run with every rule, every finding, and those that are suppressed in source."""
    results = [_result(each) for each in review.findings]
    for each in review.allowed:
        why = {"kind": "inSource", "justification": each.suppression.reason}
        results.append({**_result(each.finding), "suppressions": [why]})
    driver = {"name": "scripts/review", "rules": [_rule(each) for each in RULES]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name.title().replace("-", ""),
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize() + "."},
        "fullDescription": {"text": rule.why},
        "help": {"text": explained(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    fault = finding.fault
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": _INDEX[finding.rule.id],
        "level": _LEVELS[finding.rule.severity],
        "message": {"text": f"{fault.what}. {finding.rule.mend}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(fault.path.encode(errors="replace"))},
                    "region": {"startLine": fault.line, "startColumn": fault.column},
                }
            }
        ],
    }

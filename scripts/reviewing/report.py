"""What a review found, for people and for machines."""

import json
from collections.abc import Iterator
from typing import Any

from scripts.reviewing.review import Review
from scripts.reviewing.rule import Fault, Finding, Rule, files
from scripts.reviewing.rules import RULES


def as_text(review: Review) -> str:
    """Return the findings with why and how to mend them, what is allowed, and a summary."""
    return "\n".join(_lines(review))


def _lines(review: Review) -> Iterator[str]:
    for finding in review.findings:
        rule = finding.rule
        yield f"{_where(finding.fault)}: {rule.severity} {rule.id} {rule.name}"
        yield f"  {finding.fault.what}"
        yield f"  why:  {rule.why}"
        yield f"  mend: {rule.mend}"
    for each in review.allowed:
        fault, reason = each.finding.fault, each.suppression.reason
        yield f"{_where(fault)}: allowed {each.finding.rule.id}: {reason}"
    for exception in review.exceptions:
        yield f"{_where(exception)}: allowed: {exception.what}"
    for part in review.project.missing:
        yield f"there is no {part}: its rules had nothing to read"
    yield (
        f"{len(RULES)} rules, {len(review.project.texts)} files: {review.blocking} blocking, "
        f"{review.warnings} warnings, {len(review.allowed) + len(review.exceptions)} allowed"
    )


def _where(fault: Fault) -> str:
    return f"{fault.path}:{fault.line}:{fault.column}"


def as_json(review: Review) -> str:
    """Return everything as one document."""
    document = {
        "blocking": review.blocking,
        "warnings": review.warnings,
        "findings": [_finding(each) for each in review.findings],
        "allowed": [
            {**_finding(each.finding), "reason": each.suppression.reason} for each in review.allowed
        ],
        "exceptions": [_place(each) for each in review.exceptions],
        "missing": review.project.missing,
    }
    return json.dumps(document, indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "rule": rule.id,
        "name": rule.name,
        "severity": rule.severity.value,
        **_place(finding.fault),
        "why": rule.why,
        "mend": rule.mend,
    }


def _place(fault: Fault) -> dict[str, Any]:
    return {
        "path": fault.path,
        "line": fault.line,
        "column": fault.column,
        "message": fault.what,
    }


def listed() -> str:
    """Return every rule in a line of its own."""
    width = max(len(rule.name) for rule in RULES)
    return "\n".join(f"{r.id}  {r.name:{width}}  {r.severity}" for r in RULES)


def explained(rule: Rule) -> str:
    """Return why a rule is one, how to mend what breaks it, and an example of either."""
    parts = [f"{rule.id} {rule.name} ({rule.severity})", rule.why, rule.mend]
    return "\n\n".join([*parts, f"Bad:\n\n{_shown(rule.bad)}", f"Good:\n\n{_shown(rule.good)}"])


def _shown(example: str) -> str:
    """Return an example, cut where it is only long."""
    blocks = []
    for path, text in files(example).items():
        lines = text.splitlines()
        more = [f"... {len(lines) - 60} more lines"] if len(lines) > 60 else []
        blocks.append(
            "\n".join(f"    {line}".rstrip() for line in [path + ":", *lines[:60], *more])
        )
    return "\n\n".join(blocks)

"""What was found, for people, for programs and for those who count tests."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from scripts.fuzzing.ledger import Finding, Ledger

VERSION = 1


@dataclass(frozen=True)
class Report:
    """A run: its ledger, what chance began with, and how many seconds it took."""

    ledger: Ledger
    seed: int
    seconds: float
    operations: list[str]

    @property
    def findings(self) -> list[Finding]:
        """What was found."""
        return list(self.ledger.findings.values())

    @property
    def kinds(self) -> list[str]:
        """The kinds of probes that were made."""
        return list(dict.fromkeys(kind for _, kind in self.ledger.coverage))


def as_json(report: Report) -> str:
    """Return everything as one document."""
    ledger = report.ledger
    document = {
        "version": VERSION,
        "seed": report.seed,
        "probes": ledger.probes,
        "seconds": round(report.seconds, 1),
        "findings": [asdict(each) for each in report.findings],
        "coverage": {
            "operations": {name: _counts(report, name) for name in report.operations},
            "references": [
                {"operation": operation, "reference": reference, "count": count}
                for (operation, reference), count in ledger.references.items()
            ],
        },
        "not_probed": [{"what": k, "why": v} for k, v in ledger.not_probed.items()],
        "skipped": [{"operation": k, "why": v} for k, v in ledger.skipped.items()],
        "notes": ledger.notes,
        "timing": _timing(ledger),
    }
    return json.dumps(document, indent=2)


def lines(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Return findings, coverage and what was left out, for people."""
    ledger = report.ledger
    yield from _table(report)
    if ledger.references:
        yield ""
        for (operation, reference), count in ledger.references.items():
            yield f"{count:>6} x {operation}: {reference}"
    for title, found in (("skipped", ledger.skipped), ("not probed", ledger.not_probed)):
        yield from (f"{title}: {name}: {why}" for name, why in found.items())
    if verbose:
        yield from (f"note: {name}: {why}" for name, why in ledger.notes.items())
        for each in _timing(ledger):
            yield "time: {operation}: {foreign_ms} ms foreign, {strange_ms} ms strange".format(
                **each
            )
    for finding in report.findings:
        yield ""
        yield from _finding(finding)
    yield ""
    yield _last(report)


def _last(report: Report) -> str:
    count = len(report.findings)
    return (
        f"{count} finding{'' if count == 1 else 's'}, {len(report.ledger.not_probed)} not probed, "
        f"{report.ledger.probes} probes in {report.seconds:.1f} s, seed {report.seed}"
    )


def _table(report: Report) -> Iterator[str]:
    width = max([len(name) for name in report.operations] + [9])
    yield f"{'operation':{width}}" + "".join(f"{kind:>12}" for kind in report.kinds)
    for name in report.operations:
        counts = _counts(report, name)
        yield f"{name:{width}}" + "".join(
            f"{counts.get(kind, 0) or '-':>12}" for kind in report.kinds
        )


def _counts(report: Report, operation: str) -> dict[str, int]:
    coverage = report.ledger.coverage
    return {kind: n for (name, kind), n in coverage.items() if name == operation}


def _finding(finding: Finding) -> Iterator[str]:
    again = f" ({finding.count} times)" if finding.count > 1 else ""
    yield f"{finding.kind}: {finding.operation}: {finding.detail}{again}"
    yield from (f"  {request}" for request in finding.requests)


def _timing(ledger: Ledger) -> list[dict[str, Any]]:
    """Return the medians of what was asked for in turns, in milliseconds."""
    return [
        {
            "operation": operation,
            "foreign_ms": round(median(first for first, _ in pairs) * 1000, 2),
            "strange_ms": round(median(second for _, second in pairs) * 1000, 2),
            "pairs": len(pairs),
        }
        for operation, pairs in ledger.timing.items()
    ]


def as_junit(report: Report) -> str:
    """Return one test case for each operation and kind of probe, in JUnit's XML."""
    ledger = report.ledger
    suite = Element("testsuite", name="fuzz", time=f"{report.seconds:.1f}")
    cases = dict.fromkeys([*ledger.coverage, *((f.operation, f.kind) for f in report.findings)])
    for operation, kind in cases:
        case = SubElement(suite, "testcase", classname=operation, name=kind)
        for finding in report.findings:
            if (finding.operation, finding.kind) == (operation, kind):
                failure = SubElement(case, "failure", message=_printable(finding.detail))
                failure.text = _printable("\n".join(finding.requests))
    for what, why in ledger.not_probed.items():
        case = SubElement(suite, "testcase", classname=what, name="probed")
        SubElement(case, "failure", message=_printable(why))
    for operation, why in ledger.skipped.items():
        case = SubElement(suite, "testcase", classname=operation, name="probed")
        SubElement(case, "skipped", message=_printable(why))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suite, encoding="unicode")}\n'


def _printable(text: str) -> str:
    """Return a text that XML can hold (XML 1.0 §2.2)."""
    return "".join(each if each.isprintable() or each in "\n\t" else "?" for each in text)

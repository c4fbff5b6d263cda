"""What was measured, as a table for people or as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.agreement.comparison import Disagreement, Row
from scripts.agreement.limits import LIMITS

_HEADS = ("valid", "invalid", "agreed", "limits", "disagreed")
_SHOWN = 300


@dataclass(frozen=True)
class Report:
    """The rows of one contract, and how long they took."""

    contract: str
    rows: list[Row]
    seconds: float

    @property
    def disagreements(self) -> list[Disagreement]:
        """Every disagreement."""
        return [each for row in self.rows for each in row.disagreements]

    @property
    def limited(self) -> Counter[str]:
        """How many refusals each named limit explains."""
        total: Counter[str] = Counter()
        for row in self.rows:
            total.update(row.limited)
        return total

    @property
    def judged(self) -> int:
        """How many requests were judged and sent."""
        return sum(row.valid + row.invalid for row in self.rows)

    @property
    def percentage(self) -> float:
        """How many of the requests that no limit explains were agreed on; 100 of none."""
        agreed = sum(row.agreed for row in self.rows)
        return 100.0 * agreed / max(agreed + len(self.disagreements), 1) if self.judged else 100.0


def lines(report: Report) -> Iterator[str]:
    """Return the table, the limits and the disagreements."""
    width = max([len(row.operation.id) for row in report.rows] + [len("operation"), 5])
    yield report.contract
    yield f"{'operation':{width}}" + "".join(f"{head:>11}" for head in _HEADS)
    for row in report.rows:
        yield f"{row.operation.id:{width}}" + _cells(_counts(row)) + _note(row)
    totals = [sum(column) for column in zip(*map(_counts, report.rows), strict=True)]
    yield f"{'total':{width}}" + _cells(totals or [0] * len(_HEADS))
    yield (
        f"{_percent(report)} % of {report.judged - report.limited.total()} requests agreed, "
        f"in {report.seconds:.1f} s"
    )
    for limit in LIMITS:
        if count := report.limited[limit.name]:
            yield f"limit {limit.name}, {count} times: {limit.sentence}"
    for each in report.disagreements:
        yield ""
        yield from _disagreement(each)


def _percent(report: Report) -> str:
    """Never round up to a hundred."""
    return f"{int(report.percentage * 100) / 100:.2f}"


def _counts(row: Row) -> list[int]:
    limited = sum(row.limited.values())
    return [row.valid, row.invalid, row.agreed, limited, len(row.disagreements)]


def _cells(counts: list[int]) -> str:
    return "".join(f"{count:>11}" for count in counts)


def _note(row: Row) -> str:
    unjudged = f"{row.unjudged} not judged" if row.unjudged else ""
    return "".join(f"  {note}" for note in (unjudged, row.note) if note)


def _disagreement(each: Disagreement) -> Iterator[str]:
    said = "valid" if each.verdict.valid else f"invalid: {each.verdict.reason}"
    yield f"{each.operation} ({each.request.source})"
    yield f"  {each.request.curl()}"
    yield f"  judge:  {said}"
    yield f"  server: {_said(each)}"


def _said(each: Disagreement) -> str:
    if each.answer.reached:
        return f"valid: {each.answer.reached} was reached"
    return f"{each.answer.status} {each.answer.body:.{_SHOWN}}"


def as_json(reports: list[Report]) -> str:
    """Return everything as one document."""
    return json.dumps([_document(report) for report in reports], indent=2)


def _document(report: Report) -> dict[str, Any]:
    return {
        "contract": report.contract,
        "seconds": round(report.seconds, 1),
        "requests": report.judged,
        "percentage": report.percentage,
        "limits": dict(report.limited),
        "operations": list(map(_row, report.rows)),
        "disagreements": list(map(_both, report.disagreements)),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "operation": row.operation.id,
        **dict(zip(_HEADS, _counts(row), strict=True)),
        "unjudged": row.unjudged,
        "note": row.note,
    }


def _both(each: Disagreement) -> dict[str, str]:
    return {
        "operation": each.operation,
        "source": each.request.source,
        "curl": each.request.curl(),
        "judge": each.verdict.reason or "valid",
        "server": _said(each),
    }

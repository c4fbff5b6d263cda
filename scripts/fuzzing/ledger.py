"""The ledger: what was found, what was tried, and what could not be."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]*[0-9][0-9a-f]*|'.*?'", re.IGNORECASE)
"""What is different in findings that are one."""


@dataclass
class Finding:
    """A way in which one user reached or learned of another's things, and how often it was seen."""

    kind: str
    operation: str
    detail: str
    requests: list[str]
    count: int = 1


class EnoughError(Exception):
    """Something was found, and nothing more is asked for."""


@dataclass
class Ledger:
    """What a run has found; `coverage` counts probes by operation and kind.

    With `first`, the first finding raises EnoughError.
    """

    first: bool = False

    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    coverage: Counter[tuple[str, str]] = field(default_factory=Counter)
    references: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_probed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    timing: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def probes(self) -> int:
        """How many probes were made."""
        return self.coverage.total()

    @property
    def exit_code(self) -> int:
        """Return 0 if nothing was found and everything was probed, else 1."""
        return 1 if self.findings or self.not_probed else 0

    def find(self, kind: str, operation: str, detail: str, requests: list[str]) -> None:
        """Take down a finding; an equal one is counted only."""
        key = (kind, operation, _VARYING.sub("#", detail))
        if key in self.findings:
            self.findings[key].count += 1
        else:
            self.findings[key] = Finding(kind, operation, detail, requests)
        if self.first:
            raise EnoughError

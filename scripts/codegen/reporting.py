"""What a run of the generator says beside its result: progress, timings, places of the contract."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from scripts.codegen.contract import Contract
from scripts.codegen.specification import Place


@dataclass
class Report:
    """Writes to standard error; phases show while they last if that is a terminal."""

    verbose: bool = False
    out: TextIO = field(default_factory=lambda: sys.stderr)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Say what is being done, and with `verbose` how long it took."""
        started = time.perf_counter()
        if self.out.isatty():
            self.out.write(f"\r\x1b[K{name} ...")
            self.out.flush()
        try:
            yield
        finally:
            if self.out.isatty():
                self.out.write("\r\x1b[K")
        if self.verbose:
            self.out.write(f"{time.perf_counter() - started:7.2f} s  {name}\n")

    def notes(self, contract: Contract, places: Iterable[Place]) -> None:
        """Write what may be meant otherwise: each reason once, or with `verbose` each place."""
        by_reason: dict[str, list[str]] = {}
        for place in dict.fromkeys(places):
            by_reason.setdefault(place.reason, []).append(place.pointer)
        for reason, pointers in by_reason.items():
            for pointer in pointers if self.verbose else pointers[:1]:
                more = (
                    "" if self.verbose or len(pointers) == 1 else f" (and {len(pointers) - 1} more)"
                )
                self.out.write(f"note: {contract.error(pointer, reason)}{more}\n")


def listed(contract: Contract, places: Iterable[Place]) -> list[str]:
    """Return a line for each place that cannot be honoured, in the order of the contract."""
    unique = sorted(dict.fromkeys(places), key=lambda place: contract.line(place.pointer))
    return [str(contract.error(place.pointer, place.reason)) for place in unique]

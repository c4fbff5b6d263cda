"""Leaks: faults that are seeded into an API, each with the proof that it is one."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

type Proof = Callable[[httpx2.Client, httpx2.Client], bool]
"""Whether the second user learns of, or changes, what belongs to the first."""

_CHOSEN = frozenset(filter(None, os.environ.get("LEAKS", "").split(",")))


def seeded(name: str) -> bool:
    """Return whether this process is to have a leak: LEAKS in the environment names it."""
    return name in _CHOSEN


@dataclass(frozen=True)
class Leak:
    """One fault: its name, what is wrong, and the operations at which it can be seen."""

    name: str
    description: str
    operations: frozenset[str]
    proof: Proof


class Leaks(list[Leak]):
    """The leaks of one API, gathered from their proofs."""

    def seen_at(self, *operations: str, because: str) -> Callable[[Proof], Proof]:
        """Add the decorated proof, whose name is the leak's."""

        def add(proof: Proof) -> Proof:
            self.append(Leak(proof.__name__, because, frozenset(operations), proof))
            return proof

        return add

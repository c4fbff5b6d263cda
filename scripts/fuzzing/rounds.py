"""Rounds: a first one of everything, then more in another order, until there were enough."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from scripts.fuzzing.guard import Guard
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.probes import (
    access,
    conflicts,
    effects,
    filters,
    items,
    owners,
    parents,
    reads,
    references,
    tokens,
)
from scripts.fuzzing.rehearsal import is_last, prove, rehearse, vary
from scripts.fuzzing.rows import Rows
from scripts.fuzzing.stage import Stage


class Probe(Protocol):
    """Something to try."""

    def run(self, judge: Judge) -> None:
        """Try it, and take down what is found."""


KINDS: dict[str, Callable[[Stage], Iterator[Probe]]] = {
    reads.KIND: reads.turns,
    items.KIND: items.cases,
    references.KIND: references.cases,
    references.BATCHES: references.batches,
    parents.KIND: parents.cases,
    filters.KIND: filters.cases,
    owners.KIND: owners.cases,
    tokens.KIND: tokens.loans,
    conflicts.KIND: conflicts.claims,
    effects.KIND: effects.deeds,
    access.KIND: access.knocks,
}


@dataclass(frozen=True)
class Budget:
    """How much is to be tried: at least so many probes, but none after the time is over."""

    probes: int
    end: float

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return time.monotonic() >= self.end


def run(stage: Stage, rows: Rows | None, budget: Budget, progress: Callable[[str], None]) -> None:
    """Rehearse, probe everything once, and go on until the budget is used."""
    progress("rehearsing")
    rehearse(stage)
    guard = Guard(stage, rows)
    judge = Judge(stage, guard)
    number = 0
    while not budget.is_over and (number == 0 or stage.ledger.probes < budget.probes):
        before = stage.ledger.probes
        _round(judge, budget, number, progress)
        number += 1
        if stage.ledger.probes == before:
            break
    if budget.is_over and (number < 2 or stage.ledger.probes < budget.probes):
        stage.ledger.not_probed["*"] = "the time was over before: give more of it by --time"
    _end(stage)


def _round(judge: Judge, budget: Budget, number: int, progress: Callable[[str], None]) -> None:
    stage = judge.stage
    names = list(KINDS)
    if number:
        stage.random.shuffle(names)
        vary(stage)
    for name in names:
        for who in (stage.alice, stage.bob):
            stage.revive(who)
        judge.guard.excuse()
        for probe in _ordered(KINDS[name](stage), number, stage.random):
            if budget.is_over or (number and stage.ledger.probes >= budget.probes):
                return
            progress(f"round {number + 1}, {stage.ledger.probes} probes, {name}")
            probe.run(judge)
        for change in judge.guard.changes(thorough=True):
            stage.ledger.find(name, "*", f"after these probes, {change}", [])


def _ordered(probes: Iterator[Probe], number: int, random: Random) -> list[Probe] | Iterator[Probe]:
    if not number:
        return probes
    found = list(probes)
    random.shuffle(found)
    return found


def _end(stage: Stage) -> None:
    """Do what may end the user, who had to be there until now."""
    for endpoint in stage.surface.secured:
        if is_last(endpoint):
            prove(stage, endpoint)

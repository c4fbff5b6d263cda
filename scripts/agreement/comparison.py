"""Judge and server, asked the same: where they agree and where not."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from scripts.agreement.judge import Judge, UnjudgedError, Verdict
from scripts.agreement.limits import Limit, explain
from scripts.agreement.mutations import mutated, own
from scripts.agreement.operations import Operation
from scripts.agreement.request import Request
from scripts.agreement.requests import Generator
from scripts.agreement.transport import Answer

type Ask = Callable[[Request], Answer]

REFUSALS = {400, 404, 405, 413, 415, 422}
_KINDS = ("positive", "negative", "coverage")
_BASES = 3


@dataclass(frozen=True)
class Disagreement:
    """A request that one of the two takes and the other refuses."""

    operation: str
    request: Request
    verdict: Verdict
    answer: Answer


@dataclass
class Row:
    """The counts of one operation; `note` says what kept requests from being made."""

    operation: Operation
    valid: int = 0
    invalid: int = 0
    agreed: int = 0
    unjudged: int = 0
    limited: dict[str, int] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Sources:
    """What makes requests, and what judges them."""

    judge: Judge
    generator: Generator
    number: int
    seed: int

    def requests(self, operation: Operation) -> Iterator[Request]:
        """Return the requests for an operation, each once."""
        seen: set[object] = set()
        for request in self._all(operation):
            if request.key not in seen:
                seen.add(request.key)
                yield request

    def _all(self, operation: Operation) -> Iterator[Request]:
        schemas = self.judge.schemas
        kinds = [self.generator.made(operation.label, kind, self.number) for kind in _KINDS]
        random = Random(f"{self.seed} {operation.label}")  # noqa: S311 - a sample, no secret
        simple = own(schemas, operation)
        kinds[2] = random.sample(kinds[2], min(self.number, len(kinds[2])))
        for made in [*kinds, simple]:
            yield from made
        valid = [each for each in [*simple, *kinds[0]] if self._is_valid(each)]
        best = sorted(valid, key=lambda each: -len(each.target) - len(each.body))[:_BASES]
        yield from mutated(schemas, operation, best or simple, 2 * self.number, random)

    def _is_valid(self, request: Request) -> bool:
        try:
            return self.judge.judge(request).valid
        except UnjudgedError:
            return False


def compare(sources: Sources, operation: Operation, ask: Ask, end: float) -> Row:
    """Ask about one operation until a point of time (`time.monotonic`)."""
    row = Row(operation)
    requests = sources.requests(operation) if time.monotonic() < end else iter(())
    for request in requests:
        if time.monotonic() > end:
            break
        try:
            verdict = sources.judge.judge(request)
        except UnjudgedError:
            row.unjudged += 1
        else:
            _count(row, sources.judge, request, verdict, ask(request))
    over = time.monotonic() > end
    row.note = "the time was over" if over else sources.generator.failures.get(operation.label, "")
    return row


def _count(row: Row, judge: Judge, request: Request, verdict: Verdict, answer: Answer) -> None:
    row.valid += verdict.valid
    row.invalid += not verdict.valid
    refused = answer.status in REFUSALS
    if (answer.reached and verdict.valid) or (refused and not verdict.valid):
        row.agreed += 1
    elif limit := _limit(judge, request, verdict, refused=refused):
        row.limited[limit.name] = row.limited.get(limit.name, 0) + 1
    else:
        row.disagreements.append(Disagreement(row.operation.label, request, verdict, answer))


def _limit(judge: Judge, request: Request, verdict: Verdict, *, refused: bool) -> Limit | None:
    if not refused or not verdict.valid or verdict.operation is None:
        return None
    return explain(judge, verdict.operation, request)

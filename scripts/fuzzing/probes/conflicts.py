"""Conflicts: values that the victim has are as free for the attacker as ones that nobody has."""

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.agreement.request import Request
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.holdings import Holdings, UnavailableError
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.rehearsal import attempt, is_last
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "conflicts"
_WRITES = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Claim:
    """A write of values that the victim has written before, compared with one of fresh ones."""

    endpoint: Endpoint

    def run(self, judge: Judge) -> None:
        """Take down another status; values that nobody has may themselves be refused."""
        stage = judge.stage
        try:
            found, controls = self._tried(stage)
            if _differs(found, controls):
                found, controls = self._tried(stage)
        except UnavailableError as error:
            stage.ledger.notes[f"{self.endpoint.id} ({KIND})"] = str(error)
            return
        finally:
            judge.guard.excuse()
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        for request, answer in (found, *controls):
            stage.failed(KIND, self.endpoint, request, answer)
        if _differs(found, controls):
            [(own, told), (fresh, control), *_] = (found, *controls)
            detail = f"status is {told.status}, and {control.status} for values that nobody has"
            stage.blame(KIND, self.endpoint.id, detail, [(stage.bob, own), (stage.bob, fresh)])

    def _tried(self, stage: Stage) -> tuple["Tried", list["Tried"]]:
        marks = [f"zq{stage.random.getrandbits(48):012x}" for _ in range(3)]
        self._write(stage, stage.alice, marks[0])
        found, *controls = [self._write(stage, stage.bob, mark) for mark in marks]
        return found, controls

    def _write(self, stage: Stage, who: Holdings, mark: str) -> "Tried":
        """Write texts that begin with a mark, the same ones each time."""
        asked: list[Request] = []
        who.actor.listeners.append(lambda request, _: asked.append(request))
        try:
            writer = who.actor.under(mark)
            answer = attempt(who, self.endpoint, stage.draft(self.endpoint), writer)
        finally:
            who.actor.listeners.pop()
        return asked[-1], answer


type Tried = tuple[Request, Answer]


def claims(stage: Stage) -> Iterator[Claim]:
    """Return every write of a body; how a user is called may be for one of them alone."""
    for endpoint in stage.endpoints():
        about_user = endpoint.path.endswith("}") and bool(endpoint.users)
        is_write = endpoint.method in _WRITES and bool(endpoint.media_type)
        if is_write and not about_user and not is_last(endpoint):
            yield Claim(endpoint)


def _differs(found: Tried, controls: list[Tried]) -> bool:
    statuses = {answer.status for _, answer in controls}
    return len(statuses) == 1 and found[1].status not in statuses

"""Effects: what the attacker does to their own things does nothing to the victim's."""

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.agreement.request import Request
from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.rehearsal import attempt, is_last
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "effects"


@dataclass(frozen=True)
class Deed:
    """An operation that the attacker does to things of their own."""

    endpoint: Endpoint

    def run(self, judge: Judge) -> None:
        """Do it, and see whether the victim's things are as they were."""
        stage = judge.stage
        asked: list[Request] = []
        stage.bob.actor.listeners.append(lambda request, _: asked.append(request))
        try:
            answer = attempt(stage.bob, self.endpoint, stage.draft(self.endpoint))
        except UnavailableError as error:
            stage.ledger.notes[f"{self.endpoint.id} ({KIND})"] = str(error)
            return
        finally:
            stage.bob.actor.listeners.pop()
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        stage.failed(KIND, self.endpoint, asked[-1], answer)
        for change in judge.guard.changes()[:1]:
            stage.blame(KIND, self.endpoint.id, change, [(stage.bob, asked[-1])])
        stage.revive(stage.bob)


def deeds(stage: Stage) -> Iterator[Deed]:
    """Return everything that one can do to one's own things."""
    for endpoint in stage.endpoints():
        if not endpoint.is_safe and not is_last(endpoint):
            yield Deed(endpoint)

"""Effects: what the attacker does to their own things does nothing to the victim's."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scripts.agreement.request import Request
from scripts.fuzzing import ids
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.holdings import Thing, UnavailableError
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.rehearsal import attempt, is_last
from scripts.fuzzing.samples import Draft
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "effects"
_LOOKS = 2
"""How often something new is read: what is made in the background may come later."""


@dataclass(frozen=True)
class Deed:
    """An operation that the attacker does to things of their own."""

    endpoint: Endpoint
    draft: Draft

    def run(self, judge: Judge) -> None:
        """Do it, and see whether the victim's things are as they were."""
        stage = judge.stage
        judge.guard.look()
        asked: list[Request] = []
        stage.bob.actor.listeners.append(lambda request, _: asked.append(request))
        try:
            answer = attempt(stage.bob, self.endpoint, self.draft)
        except UnavailableError as error:
            stage.ledger.notes[f"{self.endpoint.id} ({KIND})"] = str(error)
            return
        finally:
            stage.bob.actor.listeners.pop()
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        stage.failed(KIND, self.endpoint, asked[-1], answer)
        self._look(stage, answer)
        for change in judge.guard.changes()[:1]:
            stage.blame(KIND, self.endpoint.id, change, [(stage.bob, asked[-1])])
        stage.revive(stage.bob)

    def _look(self, stage: Stage, answer: Answer) -> None:
        """Read what was created: the witness listens."""
        kind = stage.surface.kinds.created_by(self.endpoint.id)
        if kind is None or not answer.ok:
            return
        found = ids.created(kind, self.endpoint.created_id, answer)
        if found is None or self.endpoint.things:
            return
        read = stage.getter(stage.bob, Thing(kind, found))
        if read is not None:
            for _ in range(_LOOKS):
                stage.bob.actor.send(read)


def deeds(stage: Stage) -> Iterator[Deed]:
    """Return everything that one can do to one's own things, also without saying to which."""
    for endpoint in stage.endpoints():
        if endpoint.is_safe or is_last(endpoint):
            continue
        draft = stage.draft(endpoint)
        yield Deed(endpoint, draft)
        in_body = [each for each in endpoint.references if each.location == "body" and each.steps]
        optional = {each.steps[0] for each in in_body if not each.required}
        if optional and isinstance(draft.body, dict):
            body = {name: item for name, item in draft.body.items() if name not in optional}
            yield Deed(endpoint, replace(draft, body=body, full=False))

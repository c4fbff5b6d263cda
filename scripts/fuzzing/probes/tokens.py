"""Tokens: cursors, keys and the like that the victim was given do nothing for the attacker."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scripts.agreement.operations import Parameter
from scripts.agreement.request import Request
from scripts.agreement.writing import put
from scripts.fuzzing import paging
from scripts.fuzzing.answers import Answer, differences, leaves, shown
from scripts.fuzzing.holdings import Holdings, UnavailableError
from scripts.fuzzing.ids import created, stranger
from scripts.fuzzing.judging import Judge
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "tokens"
_ALTERED = 64
"""At how many places a text is altered to see whether any other is taken."""


@dataclass(frozen=True)
class Loan:
    """A parameter of a list that takes what an earlier page of it has given."""

    endpoint: Endpoint
    parameter: Parameter

    def run(self, judge: Judge) -> None:
        """Use the victim's as the attacker; it does what one that is made up does."""
        stage = judge.stage
        theirs, own = (_given(stage, who, self) for who in (stage.alice, stage.bob))
        judge.guard.excuse()
        judge.guard.look()
        if theirs is None:
            stage.ledger.notes[f"{self.endpoint.id}: {self.parameter.name}"] = "none was given out"
            return
        if theirs == own:
            return
        request = stage.request(stage.bob, self.endpoint)
        if request is not None:
            self._compare(stage, request, theirs)

    def _compare(self, stage: Stage, request: Request, theirs: str) -> None:
        """See what it does."""
        operation = self.endpoint.operation
        used = put(request, operation, self.parameter, theirs)
        made_up = [stranger(theirs, stage.random) for _ in range(2)]
        controls = [
            leaves(stage.bob.actor.send(put(request, operation, self.parameter, each)), (each,))
            for each in made_up
        ]
        answer = stage.bob.actor.send(used)
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        stage.ledger.references[self.endpoint.id, f"query {self.parameter.name}"] += 1
        stage.failed(KIND, self.endpoint, used, answer)
        found = leaves(answer, (theirs,))
        names = differences(found, controls)
        if names and not (answer.ok and self._is_open(stage, request, theirs)):
            new, old = shown(found.get(names[0])), shown(controls[0].get(names[0]))
            how = f"{names[0]} is {new!r}, and {old!r} for one that is made up"
            detail = f"{self.parameter.name} of the other user: {how}"
            stage.blame(KIND, self.endpoint.id, detail, [(stage.bob, used)])

    def _is_open(self, stage: Stage, request: Request, text: str) -> bool:
        """Say whether some text that is only like another one is taken as well.

        A text that is not sealed tells a place in a list, and gives no right.
        """
        last = min(len(text), _ALTERED)
        places = {number * len(text) // last for number in range(last)}
        altered = (f"{text[:n]}{chr(ord(text[n]) ^ 1)}{text[n + 1 :]}" for n in sorted(places))
        requests = (put(request, self.endpoint.operation, self.parameter, each) for each in altered)
        return any(stage.bob.actor.send(each).ok for each in requests)


def loans(stage: Stage) -> Iterator["Loan | Retry"]:
    """Return everything that takes what answers give out, and every key of idempotency."""
    for endpoint in stage.endpoints():
        for parameter in endpoint.operation.parameters:
            if parameter.location == "header" and "idempotency" in parameter.name.lower():
                yield Retry(endpoint, parameter)
            elif endpoint.method == "GET" and paging.leads_on(parameter):
                yield Loan(endpoint, parameter)


def _given(stage: Stage, who: Holdings, loan: Loan) -> str | None:
    """Return what a user is given for the page after a page of one thing."""
    try:
        for _ in range(2):
            who.fill(loan.endpoint)
    except UnavailableError:
        return None
    request = stage.request(who, loan.endpoint)
    if request is None:
        return None
    answer = who.actor.send(paging.smallest(request, loan.endpoint.operation))
    return next(paging.given(answer.json, loan.parameter.name), None)


@dataclass(frozen=True)
class Retry:
    """An operation that is done once for each key of idempotency."""

    endpoint: Endpoint
    parameter: Parameter

    def run(self, judge: Judge) -> None:
        """Use the victim's key with the same body: it is as good as a fresh one."""
        stage = judge.stage
        request = stage.request(stage.bob, self.endpoint)
        first = stage.request(stage.alice, self.endpoint)
        if request is None or first is None:
            return
        keys = [f"{stage.random.getrandbits(128):032x}" for _ in range(3)]
        operation = self.endpoint.operation
        asked = [put(request, operation, self.parameter, key) for key in keys]
        used = put(replace(first, body=request.body), operation, self.parameter, keys[0])
        theirs = stage.alice.actor.send(used)
        judge.guard.excuse()
        judge.guard.look()
        said = [stage.bob.actor.send(each) for each in asked]
        stage.ledger.coverage[self.endpoint.id, KIND] += 1
        stage.failed(KIND, self.endpoint, asked[0], said[0])
        if how := self._told(stage, theirs, said, keys):
            detail = f"{self.parameter.name} of the other user: {how}"
            stage.blame(
                KIND, self.endpoint.id, detail, [(stage.alice, used), (stage.bob, asked[0])]
            )

    def _told(
        self, stage: Stage, theirs: Answer, said: list[Answer], keys: list[str]
    ) -> str | None:
        """Say how the answer to a used key tells of its use."""
        found, *controls = [leaves(a, (k,)) for a, k in zip(said, keys, strict=True)]
        if names := differences(found, controls):
            new, old = shown(found.get(names[0])), shown(controls[0].get(names[0]))
            return f"{names[0]} is {new!r}, and {old!r} for a fresh one"
        kind = stage.surface.kinds.created_by(self.endpoint.id)
        if kind is None:
            is_theirs = said[0].body == theirs.body and said[1].body != said[2].body
        else:
            first, own = (created(kind, self.endpoint.created_id, a) for a in (theirs, said[0]))
            is_theirs = theirs.ok and first is not None and first == own
        return "the answer is the other user's" if is_theirs else None

"""Judging: the attacker asks for the victim's thing, and for ones that never existed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.agreement.request import Request
from scripts.fuzzing.answers import Answer, Leaf, Leaves, differences, leaves, shown
from scripts.fuzzing.guard import Guard
from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.ids import Id, stranger
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.naming import words
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import SAFE, Endpoint
from scripts.fuzzing.witness import names_owner

_MOMENT = 1.05
"""Seconds after which a clock that is shown in seconds shows another time."""


@dataclass(frozen=True)
class Ask:
    """A request, what it names, and, if there is something to see afterwards, how to look."""

    request: Request
    echoes: tuple[Id, ...] = ()
    then: Request | None = None


@dataclass(frozen=True)
class Said:
    """What was answered to a request, and to the look afterwards."""

    ask: Ask
    answer: Answer
    after: Answer | None

    def leaves(self) -> Leaves:
        """Return the parts of both answers."""
        found = leaves(self.answer, self.ask.echoes)
        if self.after is not None:
            after = leaves(self.after, self.ask.echoes)
            found |= {f"afterwards {name}": leaf for name, leaf in after.items()}
        return found


@dataclass(frozen=True)
class Case:
    """A comparison: `ask` writes the request for an id, `foreign` returns the victim's.

    `touched` is the kind of thing that the victim may
    no longer have as it was, once the attacker had success. `reference` is what coverage counts.
    """

    kind: str
    endpoint: Endpoint
    ask: Callable[[Id], Ask]
    foreign: Callable[[], Id]
    touched: Kind | None = None
    reference: str = ""
    stores: str = ""
    note: str = ""
    refuses: bool = False
    owner: bool = False

    def run(self, judge: "Judge") -> None:
        """Compare, and take down what differs."""
        judge.compare(self)


class Judge:
    """Compares, and takes down what it finds."""

    def __init__(self, stage: Stage, guard: Guard) -> None:
        self.stage = stage
        self.guard = guard
        self._settled: set[tuple[str, ...]] = set()

    def compare(self, case: Case) -> None:
        """Ask for strangers and for the victim's thing; they are to be alike."""
        ledger = self.stage.ledger
        self.guard.look()
        try:
            theirs = case.foreign()
            control, foreign, other = (
                self._ask(case, each) for each in (self._new(theirs), theirs, self._new(theirs))
            )
        except UnavailableError as error:
            ledger.notes[f"{case.endpoint.id} ({case.kind})"] = str(error)
            return
        ledger.coverage[case.endpoint.id, case.kind] += 1
        if case.reference:
            ledger.references[case.endpoint.id, case.reference] += 1
        ledger.timing[case.endpoint.id].append((foreign.answer.seconds, control.answer.seconds))
        for each in (control, foreign, other):
            self.stage.failed(case.kind, case.endpoint, each.ask.request, each.answer)
        self._judge(case, theirs, foreign, [control, other])
        self._judge_success(case, theirs, foreign)
        self.check(case, theirs, foreign)

    def _new(self, like: Id) -> Id:
        return stranger(like, self.stage.random)

    def check(self, case: Case, theirs: Id, foreign: "Said") -> None:
        """See whether the victim's things are as they were."""
        request, answer = foreign.ask.request, foreign.answer
        if request.method in SAFE and not answer.ok:
            return
        changes = self.guard.changes()
        for change in changes[:1]:
            self._blame(case, f"{_noted(case)}{change}", [request])
        told = f"{answer.text} {answer.headers}"
        may_be_theirs = not answer.body or str(theirs) in told
        is_written = answer.ok and request.method not in SAFE and may_be_theirs
        if case.touched and not case.touched.is_user and (changes or is_written):
            # The attacker may have something of the same id from now on.
            self.stage.alice.actor.ids.discard(theirs)
            self._renew(case.touched)

    def _renew(self, kind: Kind) -> None:
        try:
            self.stage.alice.renew(kind)
        except UnavailableError:
            return
        self.guard.excuse()

    def _ask(self, case: Case, found: Id) -> "Said":
        ask = case.ask(found)
        answer = self.stage.bob.actor.send(ask.request)
        after = self.stage.bob.actor.send(ask.then) if ask.then else None
        return Said(ask, answer, after)

    def _judge(self, case: Case, theirs: Id, foreign: "Said", controls: list["Said"]) -> None:
        """Compare; what differs must do so also from controls that are asked a moment later."""
        found, others = foreign.leaves(), [each.leaves() for each in controls]
        if not (names := differences(found, others)):
            return
        key = (case.kind, case.endpoint.id, *names)
        if "status" not in names and key not in self._settled:
            time.sleep(_MOMENT)
        others += [self._ask(case, self._new(theirs)).leaves() for _ in range(2)]
        if names := differences(found, others):
            self._settled.add(key)
            name = names[0]
            new, old = (_plain(each.get(name), name) for each in (found, others[0]))
            detail = f"{_noted(case)}{name} is {new}, and {old} for an id that never existed"
            self._blame(case, detail, [foreign.ask.request, controls[0].ask.request])

    def _judge_success(self, case: Case, theirs: Id, foreign: "Said") -> None:
        request, answer = foreign.ask.request, foreign.answer
        if not answer.ok:
            return
        details = []
        if case.refuses:
            details.append("another user's path is answered with success")
        if case.owner and names_owner(answer, theirs):
            details.append("the other user is told to own it")
        is_write = case.stores and request.method not in SAFE
        if is_write and _names(answer.json, case.stores, theirs):
            details.append("what the other user owns is referred to from now on")
        for detail in details:
            self._blame(case, f"{_noted(case)}{detail}", [request])

    def _blame(self, case: Case, detail: str, requests: Sequence[Request]) -> None:
        bob = self.stage.bob
        self.stage.blame(case.kind, case.endpoint.id, detail, [(bob, each) for each in requests])


def _noted(case: Case) -> str:
    return f"{case.note}: " if case.note else ""


def _plain(leaf: Leaf | None, name: str) -> str:
    return shown(leaf) if name == "status" else repr(shown(leaf))


def _names(value: Any, place: str, found: Id) -> bool:
    """Say whether an answer has an id at the place where a reference is told."""
    match value:
        case dict():
            return any(
                (words(name) == words(place) and _is_or_holds(item, found))
                or _names(item, place, found)
                for name, item in value.items()
            )
        case list():
            return any(_names(item, place, found) for item in value)
    return False


def _is_or_holds(value: Any, found: Id) -> bool:
    texts = [str(each).lower() for each in (value if isinstance(value, list) else [value])]
    return str(found).lower() in texts

"""Judging: the attacker asks for the victim's thing, and for ones that never existed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.agreement.request import Request
from scripts.fuzzing.answers import Answer, Leaves, differences, leaves, shown
from scripts.fuzzing.guard import Guard
from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.ids import Id
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.naming import words
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint
from scripts.fuzzing.witness import names_owner

_SAFE = {"GET", "HEAD", "OPTIONS"}
_MOMENT = 1.05
"""Seconds after which a clock that is shown in seconds shows another time."""


@dataclass(frozen=True)
class Ask:
    """A request, what it names, and, if there is something to see afterwards, how to look."""

    request: Request
    echoes: tuple[Id, ...] = ()
    then: Request | None = None


@dataclass(frozen=True)
class Case:
    """A comparison: `ask` writes the request for an id, `foreign` is the victim's.

    `stranger` returns ids that never existed. `touched` is the kind of thing that the victim may
    no longer have as it was, once the attacker had success. `reference` is what coverage counts.
    """

    kind: str
    endpoint: Endpoint
    ask: Callable[[Id], Ask]
    foreign: Id
    stranger: Callable[[], Id]
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

    def compare(self, case: Case) -> None:
        """Ask for strangers and for the victim's thing; they are to be alike."""
        ledger = self.stage.ledger
        try:
            asked = [
                self._ask(case, each) for each in (case.stranger(), case.foreign, case.stranger())
            ]
        except UnavailableError as error:
            ledger.notes[f"{case.endpoint.id} ({case.kind})"] = str(error)
            return
        (first, stranger), (foreign, answer), (last, other) = asked
        ledger.coverage[case.endpoint.id, case.kind] += 1
        if case.reference:
            ledger.references[case.endpoint.id, case.reference] += 1
        ledger.timing[case.endpoint.id].append((answer[0].seconds, stranger[0].seconds))
        for ask, said in ((first, stranger), (foreign, answer), (last, other)):
            self.stage.failed(case.kind, case.endpoint, ask.request, said[0])
        self._judge(
            case,
            (foreign, _leaves(foreign, answer)),
            [_leaves(first, stranger), _leaves(last, other)],
            first,
        )
        self._judge_success(case, foreign, answer[0])
        self.check(case, foreign.request, answer[0])

    def check(self, case: Case, request: Request, answer: Answer) -> None:
        """See whether the victim's things are as they were."""
        if request.method in _SAFE and not answer.ok:
            return
        changes = self.guard.changes()
        for change in changes[:1]:
            self._blame(case, f"{_noted(case)}{change}", [request])
        is_written = answer.ok and request.method not in _SAFE
        if case.touched and not case.touched.is_user and (changes or is_written):
            self._renew(case.touched)

    def _renew(self, kind: Kind) -> None:
        try:
            self.stage.alice.renew(kind)
        except UnavailableError:
            return
        self.guard.look()

    def _ask(self, case: Case, found: Id) -> tuple[Ask, tuple[Answer, Answer | None]]:
        ask = case.ask(found)
        answer = self.stage.bob.actor.send(ask.request)
        after = self.stage.bob.actor.send(ask.then) if ask.then else None
        return ask, (answer, after)

    def _judge(
        self, case: Case, foreign: tuple[Ask, Leaves], controls: list[Leaves], control: Ask
    ) -> None:
        """Compare; what differs must do so also from controls that are asked a moment later."""
        ask, found = foreign
        if not differences(found, controls):
            return
        time.sleep(_MOMENT)
        for _ in range(2):
            again, said = self._ask(case, case.stranger())
            controls.append(_leaves(again, said))
        if names := differences(found, controls):
            name = names[0]
            new, old = shown(found.get(name)), shown(controls[0].get(name))
            detail = f"{_noted(case)}{name} is {_plain(new, name)}, and {_plain(old, name)} for an id that never existed"
            self._blame(case, detail, [ask.request, control.request])

    def _judge_success(self, case: Case, ask: Ask, answer: Answer) -> None:
        if not answer.ok:
            return
        if case.refuses:
            self._blame(
                case, f"{_noted(case)}another user's path is answered with success", [ask.request]
            )
        if case.owner and names_owner(answer, case.foreign):
            self._blame(case, f"{_noted(case)}the other user is told to own it", [ask.request])
        if case.stores and ask.request.method not in _SAFE and _names(answer.json, case):
            detail = f"{_noted(case)}what the other user owns is referred to from now on"
            self._blame(case, detail, [ask.request])

    def _blame(self, case: Case, detail: str, requests: Sequence[Request]) -> None:
        bob = self.stage.bob
        self.stage.blame(case.kind, case.endpoint.id, detail, [(bob, each) for each in requests])


def _leaves(ask: Ask, said: tuple[Answer, Answer | None]) -> Leaves:
    answer, after = said
    found = leaves(answer, ask.echoes)
    if after is not None:
        found |= {f"afterwards {k}": v for k, v in leaves(after, ask.echoes).items()}
    return found


def _noted(case: Case) -> str:
    return f"{case.note}: " if case.note else ""


def _plain(text: str, name: str) -> str:
    return text if name == "status" else repr(text)


def _names(value: Any, case: Case) -> bool:
    """Say whether an answer has the victim's id where the reference is told."""
    match value:
        case dict():
            return any(
                (words(name) == words(case.stores) and _is_or_holds(item, case.foreign))
                or _names(item, case)
                for name, item in value.items()
            )
        case list():
            return any(_names(item, case) for item in value)
    return False


def _is_or_holds(value: Any, found: Id) -> bool:
    texts = [str(each).lower() for each in (value if isinstance(value, list) else [value])]
    return str(found).lower() in texts

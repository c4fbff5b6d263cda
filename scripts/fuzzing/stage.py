"""The stage: the API, its two users and all that the probes share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from scripts.agreement.request import Request
from scripts.fuzzing import naming
from scripts.fuzzing.actors import Credential
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.holdings import Holdings, Known, Thing, UnavailableError
from scripts.fuzzing.ids import Id
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.ledger import Ledger
from scripts.fuzzing.samples import Draft
from scripts.fuzzing.surface import Endpoint, Surface
from scripts.fuzzing.witness import leaked

_TRIES = 5


@dataclass
class Stage:
    """Alice owns, Bob attacks. `proven` are the operations that their owner can do, with drafts.

    `mint` makes credentials of Bob with some scopes alone, where that is possible.
    """

    surface: Surface
    known: Known
    alice: Holdings
    bob: Holdings
    random: Random
    ledger: Ledger
    mint: Callable[[Iterable[str]], Credential] | None = None
    proven: dict[str, Draft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bob.actor.listeners.append(self._overhear)

    def _overhear(self, request: Request, answer: Answer) -> None:
        """Look for the victim's texts and ids in everything that the attacker is told."""
        if found := leaked(self.alice.actor, request, answer):
            operation = self.surface.operation(request)
            self.blame("leak", operation, found, [(self.bob, request)])

    def endpoints(self) -> list[Endpoint]:
        """Return the operations that are worth a probe."""
        return [each for each in self.surface.secured if each.id in self.proven]

    def draft(self, endpoint: Endpoint) -> Draft:
        """Return a draft that its owner was answered to with success."""
        return self.proven[endpoint.id]

    def request(self, who: Holdings, endpoint: Endpoint) -> Request | None:
        """Return a request of a user about their own things; None if that cannot be made."""
        try:
            return who.compose(endpoint, self.draft(endpoint), who.path(endpoint))
        except UnavailableError:
            return None

    def path(self, who: Holdings, endpoint: Endpoint) -> dict[str, Id]:
        """Return own ids for a path: of a fresh thing where the request may change it.

        Raises UnavailableError.
        """
        kind = endpoint.places[endpoint.things[-1]] if endpoint.things else None
        if kind is None or endpoint.is_safe:
            return who.path(endpoint)
        return who.path(endpoint, who.fresh(kind).known)

    def owner_names(self) -> list[str]:
        """Return what owners may be called: as answers call them, and as it is usual."""
        user, told = str(self.alice.actor.user_id), []
        for thing in self.alice.things.values():
            body = thing.answer.json if thing.answer else None
            fields = body.items() if isinstance(body, dict) else ()
            told += [name for name, value in fields if str(value) == user]
        return list(dict.fromkeys([*told, *naming.owners(camel=self.surface.is_camel)]))

    def foreign(self, kind: Kind, field: str = "") -> Id:
        """Return the id of a thing that the victim alone has, or a field of what was told of it.

        Raises UnavailableError.
        """
        for _ in range(_TRIES):
            if self.alice.thing(kind).id != self.bob.thing(kind).id:
                break
            # Where each user's things are counted on their own, both have the first one.
            self.alice.renew(kind)
        return self.alice.thing(kind).value(field)

    def is_shared(self, kind: Kind | None) -> bool:
        """Say whether things of a kind are there for both users, and nobody creates them."""
        if kind is None or kind.is_user or kind.create:
            return False
        try:
            return self.alice.thing(kind).id == self.bob.thing(kind).id
        except UnavailableError:
            return False

    def revive(self, who: Holdings) -> None:
        """Forget the things of a user that are gone, so that others take their places."""
        for kind, thing in list(who.things.items()):
            try:
                read = self.getter(who, thing)
            except UnavailableError:
                read = None
            if read is None or not who.actor.send(read).ok:
                who.forget(kind)

    def getter(self, who: Holdings, thing: Thing) -> Request | None:
        """Return the request by which a user reads a thing of theirs, if there is one."""
        for endpoint in self.endpoints():
            is_item = endpoint.method == "GET" and endpoint.path.endswith("}")
            if is_item and endpoint.things and endpoint.places[endpoint.things[-1]] is thing.kind:
                path = who.path(endpoint, thing.known)
                return who.compose(endpoint, self.draft(endpoint), path)
        return None

    def blame(
        self, kind: str, operation: str, detail: str, requests: Iterable[tuple[Holdings, Request]]
    ) -> None:
        """Take down a finding with the requests that show it."""
        lines = [who.actor.curl(request) for who, request in requests]
        self.ledger.find(kind, operation, detail, [self.clean(each) for each in lines])

    def clean(self, text: str) -> str:
        """Return a text without the users' secrets."""
        for who in (self.alice, self.bob):
            text = text.replace(who.actor.credential.secret, f"${who.actor.name.upper()}")
        return text

    def failed(self, kind: str, endpoint: Endpoint, request: Request, answer: Answer) -> None:
        """Take down an answer that says that the server failed."""
        if answer.status >= 500:
            detail = f"the server failed: {answer.status}"
            self.blame("server error", endpoint.id, f"{detail} ({kind})", [(self.bob, request)])

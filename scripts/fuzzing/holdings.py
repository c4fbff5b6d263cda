"""Holdings: what a user has created, and requests of theirs that are known to succeed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random
from typing import Any

from scripts.agreement.request import Request
from scripts.fuzzing import ids
from scripts.fuzzing.actors import Actor
from scripts.fuzzing.answers import Answer
from scripts.fuzzing.composition import Composer, holds
from scripts.fuzzing.ids import Id
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.references import Reference
from scripts.fuzzing.samples import Draft, Samples
from scripts.fuzzing.surface import Endpoint, Surface

_TRIES = 24
_DEEP = 6


class UnavailableError(Exception):
    """Something cannot be created, or done, by its owner; the message says why."""


@dataclass(frozen=True)
class Thing:
    """Something that exists: its id, and those of what it is in, by kind; and how it was made."""

    kind: Kind
    id: Id
    parents: Mapping[Kind, Id] = field(default_factory=dict)
    request: Request | None = None
    answer: Answer | None = None

    def value(self, field: str) -> Id:
        """Return its id, or a field of what was said when it was made; raises UnavailableError."""
        if not field:
            return self.id
        found = _field(self.answer.json, field) if self.answer else None
        if not isinstance(found, str):
            raise UnavailableError(f"no {field} is told of a {self.kind}")
        return found

    def is_in(self, other: "Thing") -> bool:
        """Say whether it was made inside another thing, or refers to it."""
        told = self.request.body.decode("utf-8", "replace") if self.request else ""
        refers = ids.is_telling(other.id) and str(other.id) in told
        return refers or self.parents.get(other.kind) == other.id

    @property
    def known(self) -> dict[Kind, Id]:
        """Its own id and those of what it is in."""
        return {**self.parents, self.kind: self.id}


class Known:
    """The drafts that worked, which all users share: what one may send, so may the other."""

    def __init__(self, surface: Surface, samples: Samples, composer: Composer) -> None:
        self.surface = surface
        self.samples = samples
        self.composer = composer
        self.drafts: dict[str, Draft] = {}

    def tries(self, endpoint: Endpoint) -> Iterator[Draft]:
        """Return the draft that worked before, and then others."""
        if endpoint.id in self.drafts:
            yield self.drafts[endpoint.id]
        yield from islice(self.samples.drafts(endpoint), _TRIES)


class Holdings:
    """What one user owns."""

    def __init__(self, actor: Actor, known: Known, random: Random) -> None:
        self.actor = actor
        self.known = known
        self.surface = known.surface
        self.random = random
        self.things: dict[Kind, Thing] = {}
        self._making: list[Kind] = []

    def thing(self, kind: Kind) -> Thing:
        """Return the thing of a kind that stays; raises UnavailableError."""
        if kind not in self.things:
            self.things[kind] = self.fresh(kind)
            self._join(kind)
        return self.things[kind]

    def renew(self, kind: Kind) -> Thing:
        """Return another thing that stays, in place of one that may no longer be as it was."""
        self.forget(kind)
        return self.thing(kind)

    def forget(self, kind: Kind) -> None:
        """Let another thing stay from now on, and others in place of those that are in it."""
        if (gone := self.things.pop(kind, None)) is not None:
            for each in list(self.things.values()):
                if each.is_in(gone):
                    self.forget(each.kind)

    def fill(self, endpoint: Endpoint) -> None:
        """Put one more thing into what an operation lists; raises UnavailableError."""
        path = self.path(endpoint)
        around = {
            kind: path[name] for name, kind in endpoint.places.items() if kind and name in path
        }
        if (kind := self.surface.kinds.listed_by(endpoint.id)) is not None:
            self.fresh(kind, around)
        elif (kind := endpoint.joins) is not None:
            inside = self.fresh(kind).id
            for joiner in self.surface.joiners(kind):
                if joiner.path.startswith(f"{endpoint.path}/"):
                    self.join(joiner, self.path(joiner, {**around, kind: inside}))

    def fresh(self, kind: Kind, parents: Mapping[Kind, Id] | None = None) -> Thing:
        """Create a thing, after what it needs; raises UnavailableError."""
        if kind in self._making or len(self._making) > _DEEP:
            raise UnavailableError(f"a {kind} needs another one first")
        self._making.append(kind)
        try:
            creator = self.surface.creator(kind)
            if creator is None or creator.skip:
                return self._listed(kind)
            return self._created(kind, creator, dict(parents or {}))
        finally:
            self._making.remove(kind)

    def path(self, endpoint: Endpoint, known: Mapping[Kind, Id] | None = None) -> dict[str, Id]:
        """Return own ids for the parameters of a path; raises UnavailableError."""
        known = dict(known or {})
        found: dict[str, Id] = {}
        for name, kind in reversed(list(endpoint.places.items())):
            if kind is None:
                continue
            if kind.is_user:
                found[name] = self.me()
                continue
            if kind not in known:
                known |= {k: v for k, v in self.thing(kind).known.items() if k not in known}
            found[name] = known[kind]
        return found

    def me(self) -> Id:
        """Return the user's own id; raises UnavailableError."""
        if self.actor.user_id is None:
            raise UnavailableError("the users' ids are not known: give --user ID=CREDENTIAL")
        return self.actor.user_id

    def references(
        self, endpoint: Endpoint, draft: Draft, *, fresh: bool = False
    ) -> dict[Reference, Any]:
        """Return own ids for the references that a draft has or must have."""
        chosen: dict[Reference, Any] = {}
        for reference in endpoint.references:
            is_held = reference.location == "body" and holds(draft.body, reference.steps)
            is_asked = draft.full and reference.location == "body" and not reference.kind.is_user  # type: ignore[union-attr] # an endpoint's references have kinds
            if not (reference.required or is_held or is_asked):
                continue
            try:
                chosen[reference] = self.own(reference, fresh=fresh)
            except UnavailableError:
                if reference.required and not reference.field:
                    raise
                if is_held and not reference.field:
                    chosen[reference] = [] if reference.many else None
        return chosen

    def own(self, reference: Reference, *, fresh: bool = False) -> Id:
        """Return an own id for a reference; raises UnavailableError."""
        kind = reference.kind
        if kind is None:
            raise UnavailableError("nothing creates it")
        if kind.is_user:
            return self.me()
        # A token may be used up by its use.
        thing = self.fresh(kind) if fresh or reference.field else self.thing(kind)
        return thing.value(reference.field)

    def compose(
        self,
        endpoint: Endpoint,
        draft: Draft,
        path: Mapping[str, Id],
        references: Mapping[Reference, Any] | None = None,
        writer: Actor | None = None,
    ) -> Request:
        """Return a request of this user, with canaries of the writer; raises UnavailableError."""
        chosen = {**self.references(endpoint, draft), **(references or {})}
        return self.known.composer.request(endpoint, draft, writer or self.actor, path, chosen)

    def remember(self, kind: Kind, found: Id) -> None:
        """Take down an id as one of this user's."""
        if ids.is_telling(found) and not kind.is_user:
            self.actor.ids.add(found)

    def _join(self, kind: Kind) -> None:
        """Put a thing into the others that stay, and those into it, where that is possible."""
        for endpoint in self.surface.joiners(kind):
            try:
                self.join(endpoint, self.path(endpoint))
            except UnavailableError:
                continue

    def join(self, endpoint: Endpoint, path: Mapping[str, Id]) -> None:
        """Put one thing into another; raises UnavailableError."""
        draft = self.known.drafts.get(endpoint.id) or next(self.known.tries(endpoint))
        self.actor.send(self.compose(endpoint, draft, path))

    def _created(self, kind: Kind, creator: Endpoint, parents: dict[Kind, Id]) -> Thing:
        last = ""
        for draft in self.known.tries(creator):
            path = self._own_path(creator, kind, parents)
            request = self.compose(creator, draft, path)
            answer = self.actor.send(request)
            if answer.ok:
                self.known.drafts[creator.id] = draft
                return self._made(kind, creator, path, request, answer)
            last = answer.problem
        raise UnavailableError(f"{creator.id}: {last or 'no request could be made'}")

    def _own_path(self, creator: Endpoint, kind: Kind, parents: Mapping[Kind, Id]) -> dict[str, Id]:
        if not kind.by_client:
            return self.path(creator, parents)
        name = list(creator.places)[-1]
        parameter = next(each for each in creator.operation.parameters if each.name == name)
        like = self.known.samples.value(parameter, creator)
        own = ids.stranger(like if isinstance(like, str | int) else "a" * 12, self.random)
        return self.path(creator, {**parents, kind: own})

    def _made(
        self,
        kind: Kind,
        creator: Endpoint,
        path: Mapping[str, Id],
        request: Request,
        answer: Answer,
    ) -> Thing:
        places = creator.places.items()
        parents = {k: path[name] for name, k in places if k and not k.is_user and name in path}
        found = parents.pop(kind, None) if kind.by_client else None
        if found is None:
            found = ids.created(kind, creator.created_id, answer)
        thing = Thing(kind, found if found is not None else "", parents, request, answer)
        if found is None:
            thing = replace(thing, id=self._sought(kind, thing))
        self.remember(kind, thing.id)
        return thing

    def _sought(self, kind: Kind, thing: Thing) -> Id:
        """Return the id of what was just created from the list, found by its canary."""
        lister = self.surface.lister(kind)
        mark = f"{self.actor.token}"
        if lister is not None:
            answer = self.actor.send(
                self.compose(lister, Draft(None), self.path(lister, thing.parents))
            )
            found = [(i, item) for i, item in ids.listed(kind, answer.json) if mark in str(item)]
            sent = thing.request.body.decode() if thing.request else ""
            exact = [i for i, item in found if any(w in sent for w in _marks(str(item), mark))]
            if exact or found:
                return (exact or [i for i, _ in found])[-1]
        raise UnavailableError(
            f"{kind.create}: the answer names no id: x-fuzz: {{creates: POINTER}}"
        )

    def _listed(self, kind: Kind) -> Thing:
        """Return a thing that nobody creates, from the list."""
        lister = self.surface.lister(kind)
        if lister is None:
            raise UnavailableError(f"nothing creates a {kind}")
        answer = self.actor.send(self.compose(lister, Draft(None), self.path(lister)))
        for found, _ in ids.listed(kind, answer.json):
            return Thing(kind, found)
        raise UnavailableError(f"nothing creates a {kind}, and {lister.id} lists none")


def _marks(text: str, mark: str) -> Iterator[str]:
    """Return the canaries in a text."""
    for rest in text.split(mark)[1:]:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        yield f"{mark}{digits}"


def _field(body: Any, name: str) -> Any:
    """Return a field of an object, or of what is wrapped in it."""
    if not isinstance(body, dict):
        return None
    wrapped = (_field(each, name) for each in body.values() if isinstance(each, dict))
    return body.get(name) or next((each for each in wrapped if each), None)

"""Items: every method at the paths of the victim's things, and of the victim."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from scripts.agreement.request import Request
from scripts.agreement.writing import put, with_header
from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.ids import Id, stranger
from scripts.fuzzing.judging import Ask, Case
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.probes import parents
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "items"
_METHODS = ("HEAD", "OPTIONS", "GET", "PUT", "POST", "PATCH", "DELETE")
_BAD_BODIES = (b"{", b"[]", b'{"zq": {"zq": []}}')

type Change = Callable[[Request], Request]


def cases(stage: Stage) -> Iterator[Case]:
    """Return every operation with ids in its path, in every way that may tell them apart."""
    seen: set[str] = set()
    for endpoint in stage.endpoints():
        if not endpoint.things and not endpoint.users:
            continue
        for note, place in _places(stage, endpoint):
            for change_note, change in _changes(stage, endpoint):
                yield _case(endpoint, place, change, f"{note}{change_note}")
        if endpoint.path not in seen:
            seen.add(endpoint.path)
            yield from _undeclared(stage, endpoint)


class Place:
    """Own ids for the parameters of a path, but for those that are asked for."""

    def __init__(self, stage: Stage, endpoint: Endpoint, names: tuple[str, ...]) -> None:
        self.stage = stage
        self.endpoint = endpoint
        self.names = names
        self.is_whole = len(names) == len(stage.alice.path(endpoint))

    def foreign(self) -> Id:
        """Return the victim's id that is asked for; raises UnavailableError."""
        kind = self.touched
        if kind and not kind.is_user:
            self.stage.foreign(kind)
        return self.stage.alice.path(self.endpoint)[self.names[-1]]

    @property
    def is_user(self) -> bool:
        """Whether it is the victim themself who is asked for."""
        return any(name in self.endpoint.users for name in self.names)

    @property
    def touched(self) -> Kind | None:
        """The kind of what is asked for."""
        return self.endpoint.places[self.names[-1]]

    def path(self, found: Id) -> dict[str, Id]:
        """Return the path's ids when this one is asked for."""
        theirs = self.stage.alice.path(self.endpoint)
        if found == theirs[self.names[-1]]:
            asked = {name: theirs[name] for name in self.names}
        else:
            others = [stranger(theirs[name], self.stage.random) for name in self.names[:-1]]
            asked = dict(zip(self.names, [*others, found], strict=True))
        return {**self._mine(), **asked}

    def _mine(self) -> Mapping[str, Id]:
        """Return own ids, of fresh things where the request may change them."""
        if self.is_whole:
            return {}
        bob, endpoint = self.stage.bob, self.endpoint
        places = endpoint.places.items()
        kinds = [k for n, k in places if k and not k.is_user and n not in self.names]
        if kinds and not endpoint.is_safe:
            return bob.path(endpoint, bob.fresh(kinds[-1]).known)
        return bob.path(endpoint)


def _places(stage: Stage, endpoint: Endpoint) -> Iterator[tuple[str, Place]]:
    """Return which ids of a path are the victim's: all of them, or one among own ones."""
    names = tuple(name for name in endpoint.places if endpoint.places[name])
    chosen = [names] if len(names) == 1 else [names, *((name,) for name in names)]
    for each in chosen:
        try:
            place = Place(stage, endpoint, each)
        except UnavailableError as error:
            stage.ledger.not_probed.setdefault(endpoint.id, str(error))
            return
        if stage.is_shared(place.touched):
            stage.ledger.notes[endpoint.id] = f"both users see the same {place.touched}"
            return
        yield ("" if len(each) == len(names) else f"the other's {each[0]}: "), place


def _case(endpoint: Endpoint, place: Place, change: Change, note: str) -> Case:
    stage = place.stage
    draft = stage.draft(endpoint)

    def ask(found: Id) -> Ask:
        path = place.path(found)
        return Ask(change(stage.bob.compose(endpoint, draft, path)), tuple(path.values()))

    return Case(
        KIND if place.is_whole else parents.KIND,
        endpoint,
        ask,
        place.foreign,
        touched=place.touched,
        note=note.strip(": "),
        refuses=place.is_user,
    )


def _changes(stage: Stage, endpoint: Endpoint) -> Iterator[tuple[str, Change]]:
    """Return the variations of a request: preconditions, and bodies that are refused."""
    yield "", lambda request: request
    names = {each.name.lower() for each in endpoint.operation.at("header")}
    has_tag = etag_of(stage, endpoint) is not None
    for header in ("If-Match", "If-None-Match"):
        if not has_tag and header.lower() not in names:
            continue
        for tag in ("*", '"zq"'):
            yield f"{header}: {tag}", partial(with_header, name=header, value=tag)
        if has_tag:
            yield f"{header}: the other user's ETag", partial(_tagged, stage, endpoint, header)
    if endpoint.media_type:
        for body in _BAD_BODIES:
            yield f"body {body.decode()}", partial(replace, body=body)


def _tagged(stage: Stage, endpoint: Endpoint, header: str, request: Request) -> Request:
    return with_header(request, header, etag_of(stage, endpoint))


def etag_of(stage: Stage, endpoint: Endpoint) -> str | None:
    """Return the ETag of the victim's thing."""
    getter = stage.surface.at(endpoint.path, "GET")
    if getter is None or getter.id not in stage.proven:
        return None
    request = stage.request(stage.alice, getter)
    return stage.alice.actor.send(request).header("etag") if request else None


def _undeclared(stage: Stage, endpoint: Endpoint) -> Iterator[Case]:
    """Return the methods that the contract does not have at a path."""
    try:
        place = Place(stage, endpoint, tuple(n for n in endpoint.places if endpoint.places[n]))
    except UnavailableError:
        return
    if stage.is_shared(place.touched):
        return
    for method in _METHODS:
        if stage.surface.at(endpoint.path, method) is not None:
            continue
        yield Case(
            KIND,
            endpoint,
            _plainly(endpoint, place, method),
            place.foreign,
            touched=place.touched,
            note=method,
            refuses=place.is_user and method != "OPTIONS",
        )


def _plainly(endpoint: Endpoint, place: Place, method: str) -> Callable[[Id], Ask]:
    def ask(found: Id) -> Ask:
        path = place.path(found)
        request = Request(method, endpoint.path)
        operation = endpoint.operation
        for parameter in operation.at("path"):
            value = path.get(parameter.name)
            if value is None:
                value = place.stage.known.samples.value(parameter, endpoint)
            request = put(request, operation, parameter, value)
        return Ask(request, tuple(path.values()))

    return ask

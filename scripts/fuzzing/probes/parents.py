"""Parents: an own child, looked for below another own parent, is not there."""

from collections.abc import Callable, Iterator

from scripts.fuzzing.holdings import Thing, UnavailableError
from scripts.fuzzing.ids import Id, stranger
from scripts.fuzzing.judging import Ask, Case
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "parents"
_ELSEWHERE = "elsewhere"


def cases(stage: Stage) -> Iterator[Case]:
    """Return every operation on things that are in others, with another own one around them."""
    for endpoint in stage.endpoints():
        if len(endpoint.things) < 2:
            continue
        try:
            child = _child(stage, endpoint)
        except UnavailableError as error:
            stage.ledger.notes[f"{endpoint.id} ({KIND})"] = str(error)
            continue
        if child.parents:
            yield Case(
                KIND,
                endpoint,
                _ask(stage, endpoint),
                lambda: _ELSEWHERE,
                note="an own thing below another own one",
            )


def _child(stage: Stage, endpoint: Endpoint) -> Thing:
    kind = endpoint.places[endpoint.things[-1]]
    if kind is None:
        raise UnavailableError("it is not known what is in it")
    return stage.bob.fresh(kind)


def _ask(stage: Stage, endpoint: Endpoint) -> Callable[[Id], Ask]:
    def ask(where: Id) -> Ask:
        bob = stage.bob
        child = _child(stage, endpoint)
        around = endpoint.places[endpoint.things[-2]]
        if around is None or around not in child.parents:
            raise UnavailableError("its parent is not in its path")
        other = bob.fresh(around)
        known = {**child.known, **other.known}
        known[child.kind] = child.id if where == _ELSEWHERE else stranger(child.id, stage.random)
        path = bob.path(endpoint, known)
        return Ask(bob.compose(endpoint, stage.draft(endpoint), path), tuple(path.values()))

    return ask

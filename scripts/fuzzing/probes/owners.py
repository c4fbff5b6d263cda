"""Owners: what the client must not choose, namely whose a thing is and which id it gets."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from scripts.agreement.request import Request
from scripts.fuzzing import ids
from scripts.fuzzing.ids import Id
from scripts.fuzzing.judging import Ask, Case
from scripts.fuzzing.kinds import Kind
from scripts.fuzzing.references import ITEMS
from scripts.fuzzing.rehearsal import is_last
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "owners"
_WRITES = {"POST", "PUT", "PATCH"}


def cases(stage: Stage) -> Iterator[Case]:
    """Return every write with the victim as the owner, and every creation with an id of theirs."""
    user = stage.alice.actor.user_id
    if user is None:
        stage.ledger.notes["owners"] = "the users' ids are not known: no owners in bodies"
    for endpoint in stage.endpoints():
        if endpoint.method not in _WRITES or is_last(endpoint) or not _is_object(stage, endpoint):
            continue
        if user is not None:
            for name in _names(stage, endpoint):
                yield _case(stage, endpoint, name, partial(_same, user))
        kind = stage.surface.kinds.created_by(endpoint.id)
        if kind and not kind.by_client:
            yield from (
                _case(stage, endpoint, name, partial(stage.foreign, kind), kind)
                for name in islice(ids.names(kind), 3)
            )


def _same(user: Id) -> Id:
    return user


def _is_object(stage: Stage, endpoint: Endpoint) -> bool:
    return "json" in endpoint.media_type and isinstance(stage.draft(endpoint).body, dict)


def _names(stage: Stage, endpoint: Endpoint) -> Iterator[str]:
    references = [each for each in endpoint.references if each.location == "body"]
    declared = [each.steps[0] for each in references if each.kind and each.kind.is_user]
    yield from dict.fromkeys([*declared, *stage.owner_names()])


def _case(
    stage: Stage,
    endpoint: Endpoint,
    name: str,
    foreign: Callable[[], Id],
    kind: Kind | None = None,
) -> Case:
    def ask(found: Id) -> Ask:
        path = stage.path(stage.bob, endpoint)
        request = stage.bob.compose(endpoint, stage.draft(endpoint), path)
        return Ask(_with(_without(request, endpoint), name, found), (found, *path.values()))

    return Case(
        KIND,
        endpoint,
        ask,
        foreign,
        touched=kind,
        owner=kind is None,
        note=f"{name} of the other user in the body",
    )


def _without(request: Request, endpoint: Endpoint) -> Request:
    """Return a request without references to own things, which may be refused to another owner."""
    body = json.loads(request.body)
    for reference in endpoint.references:
        is_field = reference.location == "body" and reference.steps in {
            (reference.name,),
            (reference.name, ITEMS),
        }
        if is_field and not reference.required:
            body.pop(reference.name, None)
    return replace(request, body=json.dumps(body).encode())


def _with(request: Request, name: str, value: Id) -> Request:
    body = json.loads(request.body)
    return replace(request, body=json.dumps({**body, name: value}).encode())

"""Filters: lists asked for by an owner, or by a text that only the victim has written."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from scripts.agreement.operations import Parameter
from scripts.agreement.request import Request
from scripts.agreement.writing import form, put
from scripts.fuzzing import naming
from scripts.fuzzing.holdings import UnavailableError
from scripts.fuzzing.ids import Id
from scripts.fuzzing.judging import Ask, Case
from scripts.fuzzing.stage import Stage
from scripts.fuzzing.surface import Endpoint

KIND = "filters"

type Write = Callable[[Request, Id], Request]


def cases(stage: Stage) -> Iterator[Case]:
    """Return every read with filters for the victim, and for what the victim has written."""
    for endpoint in stage.endpoints():
        asks = endpoint.method == "POST" and naming.is_search(endpoint.path)
        if (endpoint.method != "GET" and not asks) or endpoint.path.endswith("}"):
            continue
        yield from _by_owner(stage, endpoint)
        yield from _by_text(stage, endpoint)


def _by_owner(stage: Stage, endpoint: Endpoint) -> Iterator[Case]:
    user = stage.alice.actor.user_id
    if user is None:
        stage.ledger.notes["filters"] = "the users' ids are not known: no filters for owners"
        return
    declared = [each.name for each in endpoint.operation.at("query")]
    mine = [name for name in declared if naming.is_user(name, sometimes=True)]
    for name in dict.fromkeys([*mine, *stage.owner_names()]):
        yield _case(stage, endpoint, name, user, partial(_with, name))


def _by_text(stage: Stage, endpoint: Endpoint) -> Iterator[Case]:
    schemas = stage.surface.schemas
    mark = f"{stage.alice.actor.token}1"
    for parameter in endpoint.operation.at("query"):
        is_id = naming.stem(parameter.name) is not None or naming.is_token(parameter.name)
        if is_id or not schemas.fits(parameter.schema, mark):
            continue
        write = partial(_put, endpoint, parameter)
        yield _case(stage, endpoint, parameter.name, mark, write)


def _case(stage: Stage, endpoint: Endpoint, name: str, foreign: Id, write: Write) -> Case:
    def ask(found: Id) -> Ask:
        request = stage.request(stage.bob, endpoint)
        if request is None:
            raise UnavailableError("there is nothing to ask about")
        return Ask(write(request, found), (found,))

    return Case(
        KIND,
        endpoint,
        ask,
        lambda: foreign,
        note=f"{name} of the other user",
    )


def _put(endpoint: Endpoint, parameter: Parameter, request: Request, value: Id) -> Request:
    return put(request, endpoint.operation, parameter, value)


def _with(name: str, request: Request, value: Id) -> Request:
    kept = [each for each in request.query.split("&") if each and not each.startswith(f"{name}=")]
    return replace(request, query="&".join([*kept, form([(name, str(value))])]))

"""One operation of the contract, as an ASGI application."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from .answers import Answers
from .bodies import Body, Rejected
from .fields import fields
from .gate import Fault, Gate, Security
from .negotiation import accepts, best
from .parameters import Parameter, Parameters, Structured
from .schema import Schema

_BODY = "freehold.body"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the contract declares of an operation.

    `owner` is the argument that names its user, `secrets` the names in a query that carry
    credentials.
    """

    id: str
    method: str
    paths: tuple[str, ...]
    security: Security
    answers: Answers
    refusals: frozenset[int]
    parameters: tuple[Parameter | Structured, ...] = ()
    body: Body | None = None
    owner: str | None = None
    secrets: frozenset[str] = frozenset()


class Operation[Scope]:
    """Lets a request in, reads it, hands it to the implementation and sends the answer.

    The order of checks is the order of statuses: 401, 403, 406, 413 and 415, 400, 422.
    """

    def __init__(
        self,
        declaration: Declaration,
        function: Callable[..., Awaitable[Any]],
        gate: Gate[Scope],
    ) -> None:
        self.declaration = declaration
        self.function = function
        self.gate = gate
        for schema in _schemas(declaration):
            schema.prepare()
        self.parameters = Parameters(declaration.parameters, declaration.secrets)

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        declared = self.declaration
        user_id = connection["path_params"][declared.owner] if declared.owner else None
        scope = self.gate.admit(connection, declared.security, user_id)
        header = fields(connection)
        if not accepts(header.get(b"accept", b""), declared.answers.media_types):
            raise self.gate.problem(406)
        arguments, faults = self.parameters.read(connection, header)
        if declared.answers.offers:
            arguments["accept"] = best(header.get(b"accept", b""), declared.answers.offers)
        if declared.body:
            try:
                body = await declared.body.read(receive, header, self.gate.limits)
                arguments["body"] = connection[_BODY] = body
            except Rejected as rejected:
                faults += self._faults(rejected)
            except ClientDisconnect:
                return
        if faults:
            raise self.gate.problem(422, errors=faults)
        try:
            value = await self.function(scope, **arguments)
        except HTTPException as problem:
            self._require_declared(problem.status_code)
            raise
        with_body = connection["method"] != "HEAD"
        await declared.answers.send(value, receive, send, with_body=with_body)

    def _faults(self, rejected: Rejected) -> list[Fault]:
        if rejected.status != 422:
            raise self.gate.problem(rejected.status) from None
        return rejected.errors

    def _require_declared(self, status: int) -> None:
        if status not in self.declaration.refusals:
            raise RuntimeError(
                f"{self.declaration.id} was answered with {status}, "
                "which the contract does not declare"
            ) from None


class UploadOperation[Scope](Operation[Scope]):
    """An operation whose body may hold files, which go when it has been answered."""

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await super().__call__(connection, receive, send)
        finally:
            if self.declaration.body:
                await self.declaration.body.close(fields(connection), connection.get(_BODY))


def _schemas(declaration: Declaration) -> Iterator[Schema]:
    """Return the schemas of all that an operation reads and writes."""
    body, answers = declaration.body, declaration.answers
    every = [*answers.typed.values(), *([answers.bare] if answers.bare else [])]
    holders: list[object] = [*declaration.parameters]
    holders += [*body.contents.values(), *body.streams.values()] if body else []
    for answer in every:
        holders += [*answer.writers.values(), *answer.headers]
    found = (getattr(holder, "schema", None) for holder in holders)
    return (schema for schema in found if schema is not None)


def routes[Scope](
    declaration: Declaration, function: Callable[..., Awaitable[Any]], gate: Gate[Scope]
) -> list[Route]:
    """Return the routes of an operation, one for each of its paths."""
    has_files = declaration.body is not None and declaration.body.streams
    operation = (UploadOperation if has_files else Operation)(declaration, function, gate)
    return [
        Route(path, operation, methods=[declaration.method], name=declaration.id)
        for path in declaration.paths
    ]


def operations(served: Iterable[object]) -> list[tuple[str, Operation[Any]]]:
    """Return the operations among routes, each with its path."""
    return [
        (route.path, route.endpoint)
        for route in served
        if isinstance(route, Route) and isinstance(route.endpoint, Operation)
    ]

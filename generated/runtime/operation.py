# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""One operation of the contract, as an ASGI application."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from .answers import Answers
from .bodies import Body, Rejected
from .fields import Fields, fields
from .gate import Gate, Security
from .negotiation import accepts
from .parameters import Parameter, Parameters


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the contract declares of an operation; `owner` is the argument that names its user."""

    id: str
    method: str
    path: str
    security: Security
    answers: Answers
    refusals: frozenset[int]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    owner: str | None = None


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
        self.parameters = Parameters(declaration.parameters)

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        declared = self.declaration
        user_id = connection["path_params"][declared.owner] if declared.owner else None
        scope = self.gate.admit(connection, declared.security, user_id)
        header = fields(connection)
        if not accepts(header.get(b"accept", b""), declared.answers.media_types):
            raise self.gate.problem(406)
        try:
            arguments = await self._read(connection, header, receive)
        except ClientDisconnect:
            return
        await declared.answers.send(await self._call(scope, arguments), send)

    async def _read(
        self, connection: Connection, header: Fields, receive: Receive
    ) -> dict[str, Any]:
        arguments, faults = self.parameters.read(connection, header)
        if self.declaration.body:
            try:
                arguments["body"] = await self.declaration.body.read(
                    receive, header, self.gate.limits
                )
            except Rejected as rejected:
                if rejected.status != 422:
                    raise self.gate.problem(rejected.status) from None
                faults.extend(rejected.errors)
        if faults:
            raise self.gate.problem(422, errors=faults)
        return arguments

    async def _call(self, scope: Scope, arguments: dict[str, Any]) -> Any:
        try:
            return await self.function(scope, **arguments)
        except HTTPException as problem:
            if problem.status_code in self.declaration.refusals:
                raise
            raise RuntimeError(
                f"{self.declaration.id} was answered with {problem.status_code}, "
                "which the contract does not declare"
            ) from None


def route[Scope](
    declaration: Declaration, function: Callable[..., Awaitable[Any]], gate: Gate[Scope]
) -> Route:
    """Return the route of an operation."""
    return Route(
        declaration.path,
        Operation(declaration, function, gate),
        methods=[declaration.method],
        name=declaration.id,
    )


def operations(routes: Iterable[object]) -> list[Operation[Any]]:
    """Return the operations among routes."""
    endpoints = (route.endpoint for route in routes if isinstance(route, Route))
    return [endpoint for endpoint in endpoints if isinstance(endpoint, Operation)]

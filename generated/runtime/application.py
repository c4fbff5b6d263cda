# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The application: FastAPI's, but for the way from a request to its operation."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import markcoroutinefunction
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from .dispatch import Dispatch
from .gate import Gate, Security
from .operation import operations


class Application(FastAPI):
    """Serves the operations of a contract, and nothing else over HTTP.

    Lifespan, middleware, exception handlers, state and documentation are FastAPI's own. Its
    router, which tries one route after the other, gives way to the dispatch.
    """

    dispatch: ASGIApp
    calls: Sequence[tuple[str, str, Security]]
    """What is served: methods, paths with their base path, and what they take."""

    def serve(self, gate: Gate[Any], routers: Iterable[APIRouter]) -> None:
        """Take in the routes of a whole contract."""
        every = list(routers)
        for router in every:
            self.include_router(router)
        served = operations(route for router in every for route in router.routes)
        self.calls = [
            (each.declaration.method, path, each.declaration.security) for path, each in served
        ]
        self.dispatch = Dispatch(gate, served)

    @markcoroutinefunction
    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Serve one connection; requests take no way through FastAPI's telemetry.

        That would export the text of exceptions, which may hold what was sent or stored.
        """
        if scope["type"] != "http":
            return super().__call__(scope, receive, send)
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        return self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers around the dispatch, in FastAPI's order.

        Left out are those that only its own kind of route needs: they limit bodies, close files
        and record the text of exceptions.
        """
        handlers = dict(self.exception_handlers)
        last = handlers.pop(Exception, None) or handlers.pop(500, None)
        layers = [*self.user_middleware, Middleware(_Handling, self.router, handlers)]
        if last or self.debug:
            layers.insert(0, Middleware(ServerErrorMiddleware, handler=last, debug=self.debug))
        app: ASGIApp = self.dispatch
        for layer in reversed(layers):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app


class _Handling:
    """Has exceptions answered by their handlers; what is not HTTP goes to the router."""

    def __init__(
        self, app: ASGIApp, router: ASGIApp, handlers: Mapping[Any, ExceptionHandler]
    ) -> None:
        self.app = app
        self.router = router
        self.handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - what has no handler is raised again
            await ExceptionMiddleware(_raising(error), self.handlers)(scope, receive, send)


def _raising(error: Exception) -> ASGIApp:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise error

    return app

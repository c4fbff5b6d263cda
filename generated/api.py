# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The whole API: hands every tag's implementation to its router."""

from fastapi import FastAPI

from . import todos as todos_
from . import users as users_
from .runtime.dispatch import Dispatch
from .runtime.fulfilment import check
from .runtime.gate import Gate
from .runtime.operation import operations


def include[Scope](
    app: FastAPI,
    gate: Gate[Scope],
    *,
    todos: todos_.Todos[Scope],
    users: users_.Users[Scope],
) -> None:
    """Serve the contract's operations, and nothing else, by these implementations.

    Raises ImplementationError that names every function that is missing or does not fit.
    """
    check(
        {
            todos_.Todos: todos,
            users_.Users: users,
        }
    )
    routers = [
        todos_.router(todos, gate),
        users_.router(users, gate),
    ]
    for router in routers:
        app.include_router(router)
    served = operations(route for router in routers for route in router.routes)
    app.router.middleware_stack = Dispatch(app.router.middleware_stack, gate, served)

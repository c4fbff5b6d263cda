# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""The whole API: hands every tag's implementation to its router."""

from . import lists as lists_
from . import tags as tags_
from . import todos as todos_
from . import tokens as tokens_
from . import users as users_
from .runtime.application import Application
from .runtime.fulfilment import check
from .runtime.gate import Gate, Scheme

SCHEMES = {
    "refresh": Scheme(type="http", scheme="bearer", location="", name=""),
    "bearer": Scheme(type="http", scheme="bearer", location="", name=""),
}
"""The security schemes of the contract."""


def include[Scope](
    app: Application,
    gate: Gate[Scope],
    *,
    todos: todos_.Todos[Scope],
    lists: lists_.Lists[Scope],
    tags: tags_.Tags[Scope],
    users: users_.Users[Scope],
    tokens: tokens_.Tokens[Scope],
) -> None:
    """Serve the contract's operations, and nothing else, by these implementations.

    Raises ImplementationError that names every function that is missing or does not fit.
    """
    check(
        {
            todos_.Todos: todos,
            lists_.Lists: lists,
            tags_.Tags: tags,
            users_.Users: users,
            tokens_.Tokens: tokens,
        }
    )
    app.serve(
        gate,
        [
            todos_.router(todos, gate),
            lists_.router(lists, gate),
            tags_.router(tags, gate),
            users_.router(users, gate),
            tokens_.router(tokens, gate),
        ],
    )

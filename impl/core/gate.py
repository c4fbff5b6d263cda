"""The gate of the API: what a verified caller may work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.types import Scope

from impl.core.auth import Caller
from impl.core.database import Transactions
from impl.core.paging import Cursors
from impl.core.problems import Forbidden, Problem
from impl.core.scope import UserScope


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: how large its body may be, and how long in arriving."""

    max_body_bytes: int
    max_body_seconds: float


class OwnerGate:
    """Lets a caller in to the rows that the caller owns, and to no others."""

    def __init__(self, database: Transactions, cursors: Cursors, limits: Limits) -> None:
        self.limits = limits
        self._database = database
        self._cursors = cursors

    def admit(
        self, connection: Scope, security: Sequence[frozenset[str]], user_id: str | None
    ) -> UserScope:
        """Return the scope of the caller, whom `Authentication` has put into the connection.

        `security` holds the alternatives of an operation, each the scopes that it takes. Raises
        `Forbidden` when the token has none of them, or `user_id` names somebody else.
        """
        caller: Caller = connection["caller"]
        for scopes in security:
            if scopes <= caller.scopes:
                break
        else:
            raise Forbidden
        if user_id is not None and user_id != caller.user_id:
            raise Forbidden
        return UserScope(caller.user_id, caller.scopes, self._database, self._cursors)

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Problem:
        """Return the problem that a request is answered with."""
        return Problem(status, errors=errors, headers=headers)

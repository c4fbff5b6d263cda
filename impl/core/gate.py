"""The gate of the API: what a verified caller may work on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from starlette.types import Scope

from impl.core.claims import SCOPE, Caller
from impl.core.database import Transactions
from impl.core.paging import Cursors
from impl.core.problems import Forbidden, InsufficientScope, Problem
from impl.core.scope import UserScope
from impl.core.unauthenticated import Unauthenticated

type Alternative = Mapping[str, frozenset[str]]
"""Security schemes that are needed together, each with the scopes that it takes."""

type Credential = Callable[[Scope], bool]
"""Says whether a connection brings what a security scheme asks for beside the token."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: how large its body may be, and how long in arriving.

    An upload is a body with files, which goes to disk.
    """

    max_body_bytes: int
    max_body_seconds: float
    max_upload_bytes: int = 2**25
    max_upload_seconds: float = 60


class OwnerGate:
    """Lets a caller in to the rows that the caller owns, and to no others.

    `tokens` are the names of the schemes that the verified token stands for. `credentials` verify
    the others; nobody gets in by a scheme that is neither. `refresh` is the one of `tokens` that
    refresh tokens are for.
    """

    def __init__(
        self,
        database: Transactions,
        cursors: Cursors,
        limits: Limits,
        tokens: Collection[str],
        credentials: Mapping[str, Credential] | None = None,
        *,
        refresh: str | None = None,
    ) -> None:
        self.limits = limits
        self._database = database
        self._cursors = cursors
        self._tokens = frozenset(tokens)
        self._credentials = credentials or {}
        self._refresh = refresh

    def admit(
        self, connection: Scope, security: Sequence[Alternative], user_id: str | None
    ) -> UserScope:
        """Return the scope of the caller, whom `Authentication` has put into the connection.

        `security` holds the alternatives of an operation; where there are none, the token is
        enough. Raises `InsufficientScope` when none of them is met for want of scopes, `Forbidden`
        when none is for another reason, or `user_id` names somebody else, and `Unauthenticated`
        when the token is of the wrong kind.
        """
        caller: Caller = connection["caller"]
        for_refresh = [each for each in security if self._refresh in each]
        if bool(for_refresh) != (caller.renewal is not None):
            raise Unauthenticated("not the kind of token for this")
        for alternative in security:
            if self._meets(alternative, caller, connection):
                break
        else:
            if security:
                raise self._refusal(security, caller)
        if user_id is not None and user_id != caller.user_id:
            raise Forbidden
        return UserScope(
            caller.user_id, caller.scopes, self._database, self._cursors, caller.renewal
        )

    def _meets(self, alternative: Alternative, caller: Caller, connection: Scope) -> bool:
        """Say whether a request has all that an alternative takes; what is not known, it lacks."""
        for scheme, scopes in alternative.items():
            if scheme in self._tokens:
                if not scopes <= caller.scopes:
                    return False
            elif scheme not in self._credentials or not self._credentials[scheme](connection):
                return False
        return True

    def _refusal(self, alternatives: Sequence[Alternative], caller: Caller) -> Forbidden:
        """Return the refusal of a caller who meets no alternative.

        It tells of the first that takes scopes which the token lacks. A name that no token can
        hold is in no challenge.
        """
        for alternative in alternatives:
            schemes = alternative.keys() & self._tokens
            needed = {scope for scheme in schemes for scope in alternative[scheme]}
            if missing := needed - caller.scopes:
                return InsufficientScope(missing, set(filter(SCOPE.fullmatch, needed)))
        return Forbidden()

    def problem(
        self,
        status: int,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Problem:
        """Return the problem that a request is answered with."""
        return Problem(status, errors=errors, headers=headers)

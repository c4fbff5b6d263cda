"""Whose notebook it is: a session cookie tells."""

from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    BaseUser,
    SimpleUser,
)
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

SESSIONS = {"s-41c7d90be2": "alice", "s-e0963fa85d": "bob"}


def credential(user: str) -> str:
    """Return the header that a user sends; raises StopIteration for a stranger."""
    return "Cookie: session=" + next(key for key, name in SESSIONS.items() if name == user)


class Sessions(AuthenticationBackend):
    """The sessions that are open."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        """Return who has the session; raises AuthenticationError."""
        name = SESSIONS.get(conn.cookies.get("session", ""))
        if name is None:
            raise AuthenticationError
        return AuthCredentials(), SimpleUser(name)


def sign_in(conn: HTTPConnection, fault: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Answer who has no session."""
    return JSONResponse({"error": "sign_in"}, 401)

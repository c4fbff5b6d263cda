"""Who calls the clinic, and how often."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from tests.outsiders.leak import seeded

KEYS = {"key_2f81c04e9a": "usr_alice", "key_b5d07713fe": "usr_bob"}
BREATH = 300
"""After so many requests of one user, the next has to wait."""

type Next = Callable[[Request], Awaitable[Response]]

requests: Counter[str] = Counter()


def credential(user: str) -> str:
    """Return the header that a user sends; raises StopIteration for a stranger."""
    return "X-Api-Key: " + next(key for key, name in KEYS.items() if name == f"usr_{user}")


async def identify(request: Request, proceed: Next) -> Response:
    """Find out who calls, and refuse who has called too often."""
    key = request.headers.get("x-api-key")
    user = KEYS.get(key or "")
    if key and seeded("key_unchecked"):
        user = user or "usr_unknown"
    if key is None and seeded("export_open") and "/exports/" in request.url.path:
        user = "usr_unknown"
    if user is None:
        return JSONResponse({"code": "unauthorized"}, 401)
    requests[user] += 1
    if requests[user] % BREATH == 0:
        return JSONResponse({"code": "slow_down"}, 429, {"Retry-After": "1"})
    request.state.user = user
    return await proceed(request)


def _caller(request: Request) -> str:
    return str(request.state.user)


type Caller = Annotated[str, Depends(_caller)]
"""The user who sends the request."""


def _owner(caller: Caller, user_id: str) -> str:
    if user_id == caller or seeded("user_path"):
        return user_id
    if seeded("user_exists") and user_id not in KEYS.values():
        raise HTTPException(404, "not_found")
    raise HTTPException(403, "forbidden")


type Owner = Annotated[str, Depends(_owner)]
"""The user of the path, who is the one who sends the request; 403 otherwise."""

"""Grants as the tests see them: tokens that are exchanged, what they say, and what is stored."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from impl.app import assemble, connect
from impl.core.issuing import RefreshToken
from impl.core.settings import Settings
from tests.applications import served
from tests.forgeries import NOW

PATH = "/api/tokens/refresh"
CLIENTS = 16
DAY = 86_400


@dataclass
class Clock:
    """A clock that stands still until it is moved; in seconds since the epoch."""

    now: float = NOW

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Api:
    """An API that is served: where, by which settings, its database and its clock."""

    url: str
    settings: Settings
    database: str
    clock: Clock = field(default_factory=Clock)

    def begin(self, user_id: str, **changes: Any) -> str:
        """Return a refresh token that begins a grant, with some of what it says changed."""
        now = int(self.clock.now)
        said = {"generation": 0, "scope": "todos:read", "issued": now, "expires": now + 30 * DAY}
        token = RefreshToken(user_id, **{"grant": uuid4(), **said, **changes})
        return token.signed(self.settings, self.settings.shared_secrets[0])

    def rows(self, user_id: str) -> list[dict[str, Any]]:
        """Return what is stored of the grants of a user, the oldest first."""
        statement = "SELECT to_jsonb(grant_) FROM grant_ WHERE owner_id = %s ORDER BY created_at"
        with psycopg.connect(self.database) as connection:
            return [row for (row,) in connection.execute(statement, [user_id])]


@contextmanager
def serving_grants(settings: Settings, database: str, clock: Clock | None = None) -> Iterator[Api]:
    """Serve the API with a clock of its own."""
    clock = clock or Clock()
    with served(assemble(settings, connect(settings, database), clock)) as port:
        yield Api(f"http://127.0.0.1:{port}", settings, database, clock)


def refresh(url: str, token: str) -> httpx2.Response:
    """Send a refresh token to be exchanged."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.post(f"{url}{PATH}", headers=headers, trust_env=False, timeout=30)


def exchanged(url: str, token: str) -> dict[str, Any]:
    """Return the token response that a refresh token is exchanged for."""
    answer = refresh(url, token)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def successor(url: str, token: str) -> str:
    """Return the refresh token that a refresh token is exchanged for."""
    return str(exchanged(url, token)["refresh_token"])


def at_once(url: str, tokens: list[str]) -> list[httpx2.Response]:
    """Send refresh tokens at the same time."""
    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(lambda token: refresh(url, token), tokens))


def said(token: str) -> dict[str, Any]:
    """Return the claims of a token."""
    payload = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def hashed(token: str) -> str:
    """Return the SHA-256 hash of a token."""
    return sha256(token.encode()).hexdigest()


def assert_refused(answer: httpx2.Response) -> None:
    """Assert that an answer is the one 401 that every bad token has."""
    unknown = refresh(str(answer.url).removesuffix(PATH), "e30.e30.AAAA")
    assert answer.status_code == 401
    assert answer.content == unknown.content
    for each in (answer, unknown):
        del each.headers["date"]
    assert answer.headers.multi_items() == unknown.headers.multi_items()

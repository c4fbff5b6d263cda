"""A provider changes its keys while the API is called: nobody who is right is refused."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from threading import Event, Thread

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from impl.core import provider
from impl.core.auth import Authentication, Verifier
from impl.core.claims import access_tokens
from impl.core.keyring import Keyring
from impl.core.problems import ErrorBoundary
from impl.core.settings import ALGORITHMS, Settings
from impl.core.signing import SigningKey
from tests.applications import served
from tests.forgeries import NOW
from tests.key_sets import KEYS, OTHERS, issued
from tests.providers import Provider, answering, providing

OLD, NEW = KEYS["ES256"], OTHERS["ES256"]


async def whoami(request: Request) -> Response:
    """Answer with the caller's id."""
    return PlainTextResponse(request.scope["caller"].user_id)


def application(settings: Settings, idp: Provider) -> ASGIApp:
    """Return an API that keeps a provider's keys as the server does, but more often."""
    source = replace(provider.at_url(idp.url, ALGORITHMS), cooldown_s=0.1)
    ring = Keyring({}, source, refresh_s=0.2, stale_s=3_600)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with ring:
            yield

    app = Starlette(routes=[Route("/", whoami)], lifespan=lifespan)
    verifier = Verifier(ring, access_tokens(settings), clock=lambda: NOW)
    return ErrorBoundary(Authentication(app, verifier))


class Callers:
    """Clients that call with ever new tokens of `key`, and remember the answers by status."""

    def __init__(self, port: int, key: SigningKey) -> None:
        self.key = key
        self.statuses: dict[SigningKey, list[int]] = {OLD: [], NEW: []}
        self._url = f"http://127.0.0.1:{port}/"
        self._numbers = count()
        self._done = Event()
        self._threads = [Thread(target=self._call) for _ in range(4)]

    def __enter__(self) -> "Callers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _call(self) -> None:
        with httpx2.Client(trust_env=False, verify=False, timeout=30) as client:
            while not self._done.is_set():
                key = self.key
                self.statuses[key].append(status(client, self._url, key, next(self._numbers)))


def status(client: httpx2.Client, url: str, key: SigningKey, number: int) -> int:
    """Return what a call with a new token of a key is answered with."""
    token = issued(key, claims={"jti": str(number)}).decode()
    return client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def idp() -> Iterator[Provider]:
    """Run a provider that publishes the old key."""
    with providing([OLD]) as running:
        yield running


def test_no_call_is_refused_while_the_keys_change(settings: Settings, idp: Provider) -> None:
    with served(application(settings, idp)) as port, Callers(port, OLD) as callers:
        idp.wait_for_requests(1)
        idp.publish(OLD, NEW)
        callers.key = NEW  # at once, although the API cannot know the key yet
        idp.wait_for_requests(3)
        idp.publish(NEW)
        idp.wait_for_requests(3)
        with httpx2.Client(trust_env=False, verify=False) as client:
            assert status(client, f"http://127.0.0.1:{port}/", OLD, -1) == 401
        idp.answer = answering(b"", 503)
        idp.wait_for_requests(1)
    for key in (OLD, NEW):
        assert len(callers.statuses[key]) > 20
        assert set(callers.statuses[key]) == {200}


def test_tokens_of_unknown_keys_hold_up_nobody(settings: Settings, idp: Provider) -> None:
    with (
        served(application(settings, idp)) as port,
        Callers(port, OLD) as callers,
        httpx2.Client(trust_env=False, verify=False, timeout=30) as client,
    ):
        for number in range(10):
            token = issued(NEW, header={"kid": f"unknown {number}"}).decode()
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.get(f"http://127.0.0.1:{port}/", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert set(callers.statuses[OLD]) == {200}
    assert len(callers.statuses[OLD]) > 100

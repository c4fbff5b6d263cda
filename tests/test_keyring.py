"""Keys are renewed from a real provider while tokens are verified, whatever the provider does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from gzip import compress
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import pytest

from impl.core import keyring, provider
from impl.core.auth import Verifier
from impl.core.claims import Caller, access_tokens
from impl.core.keyring import Keyring
from impl.core.problems import Unavailable
from impl.core.settings import ALGORITHMS, Settings, SettingsError
from impl.core.unauthenticated import Unauthenticated, UnknownKey
from tests.forgeries import NOW
from tests.key_sets import KEYS, OTHERS, issued, key_set
from tests.providers import Answer, Provider, answering, providing

OLD, NEW = KEYS["EdDSA"], OTHERS["EdDSA"]
ALICE = Caller("alice", frozenset())
COOLDOWN_S = 0.05

type Late = Callable[[bytes], Coroutine[Any, Any, Caller]]
"""Verifies a token as a request does: at once, or after the keys have been renewed."""


@pytest.fixture
def idp() -> Iterator[Provider]:
    """Run a provider that publishes the old key."""
    with providing([OLD]) as running:
        yield running


@asynccontextmanager
async def verifying(
    settings: Settings, idp: Provider, refresh_s: float = 3_600, stale_s: float = 3_600
) -> AsyncIterator[Late]:
    """Keep a provider's keys, by default only as tokens ask for them; lend what verifies."""
    source = replace(provider.at_url(idp.url, ALGORITHMS), cooldown_s=COOLDOWN_S)
    ring = Keyring({}, source, refresh_s=refresh_s, stale_s=stale_s)
    verifier = Verifier(ring, access_tokens(settings), clock=lambda: NOW)

    async def late(token: bytes) -> Caller:
        try:
            return verifier.verify(token)
        except UnknownKey as unknown:
            return await verifier.verify_late(token, unknown.kid)

    async with ring:
        yield late


async def requests(idp: Provider, more: int) -> None:
    await asyncio.to_thread(idp.wait_for_requests, more)


def test_a_key_that_is_published_later_is_fetched_for_the_first_token(
    settings: Settings, idp: Provider
) -> None:
    async def run() -> None:
        async with verifying(settings, idp) as late:
            assert await late(issued(OLD)) == ALICE
            idp.publish(OLD, NEW)
            tokens = [issued(NEW, claims={"jti": str(number)}) for number in range(50)]
            assert await asyncio.gather(*map(late, tokens)) == [ALICE] * 50
            assert await late(issued(OLD)) == ALICE
        assert idp.requests <= 3

    asyncio.run(run())


def test_a_key_that_was_asked_for_too_early_is_fetched_all_the_same(
    settings: Settings, idp: Provider
) -> None:
    async def eventually(late: Late) -> Caller:
        while True:
            try:
                return await late(issued(NEW))
            except UnknownKey:
                await requests(idp, 0)

    async def run() -> None:
        async with verifying(settings, idp) as late:
            with pytest.raises(UnknownKey):
                await late(issued(NEW))
            idp.publish(NEW)
            assert await eventually(late) == ALICE

    asyncio.run(run())


def test_a_key_that_is_removed_is_refused_after_the_next_fetch(
    settings: Settings, idp: Provider
) -> None:
    async def run() -> None:
        async with verifying(settings, idp, refresh_s=0.1) as late:
            assert await late(issued(OLD)) == ALICE
            idp.publish(NEW)
            await requests(idp, 2)
            with pytest.raises(Unauthenticated):
                await late(issued(OLD))
            assert await late(issued(NEW)) == ALICE
            idp.answer = answering(key_set())
            await requests(idp, 2)
            with pytest.raises(Unauthenticated):
                await late(issued(NEW))

    asyncio.run(run())


def test_another_key_under_the_same_id_takes_its_place(settings: Settings, idp: Provider) -> None:
    async def run() -> None:
        async with verifying(settings, idp, refresh_s=0.1) as late:
            assert await late(issued(OLD)) == ALICE
            idp.answer = answering(key_set({**NEW.jwk, "kid": OLD.kid}))
            await requests(idp, 2)
            with pytest.raises(Unauthenticated):
                await late(issued(OLD))
            assert await late(issued(NEW, header={"kid": OLD.kid})) == ALICE

    asyncio.run(run())


def drop(request: BaseHTTPRequestHandler) -> None:
    """Hang up without an answer."""
    request.close_connection = True


def endless(request: BaseHTTPRequestHandler) -> None:
    """Send more than anybody should take."""
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b" " * 65_536)
    except OSError:
        request.close_connection = True


FAILURES = {
    "503": answering(b"", 503),
    "404": answering(key_set(NEW.jwk), 404),
    "garbage": answering(b"<html>Sign in</html>"),
    "no key set": answering(b'{"error": "later"}'),
    "longer than it says": answering(key_set(NEW.jwk), headers={"Content-Length": "1"}),
    "not HTTP": lambda request: request.wfile.write(b"\0" * 100),
    "compressed": answering(compress(key_set(NEW.jwk)), headers={"Content-Encoding": "gzip"}),
    "endless": endless,
    "hanging up": drop,
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_keys_serve_on_while_the_provider_fails(
    settings: Settings, idp: Provider, failure: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "RETRY_S", 0.1)

    async def run() -> None:
        async with verifying(settings, idp, refresh_s=0.1) as late:
            idp.answer = failure
            await requests(idp, 3)
            assert await late(issued(OLD)) == ALICE
            with pytest.raises(Unauthenticated):
                await late(issued(NEW))
            idp.publish(NEW)
            assert await late(issued(NEW)) == ALICE

    asyncio.run(run())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(settings: Settings, idp: Provider, status: int) -> None:
    async def run() -> None:
        with providing([NEW]) as elsewhere:
            async with verifying(settings, idp, refresh_s=0.1) as late:
                idp.answer = answering(b"", status, {"Location": elsewhere.url})
                await requests(idp, 2)
                with pytest.raises(Unauthenticated):
                    await late(issued(NEW))
                assert await late(issued(OLD)) == ALICE
            assert elsewhere.requests == 0

    asyncio.run(run())


def test_a_provider_that_does_not_answer_is_not_waited_for(
    settings: Settings, idp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "PATIENCE_S", 0.2)
    silent = Event()

    def wait(_: BaseHTTPRequestHandler) -> None:
        silent.wait(30)

    async def run() -> None:
        async with verifying(settings, idp) as late:
            idp.answer = wait
            waiting = [asyncio.create_task(late(issued(NEW))) for _ in range(20)]
            assert await late(issued(OLD)) == ALICE
            refusals = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(refusal) for refusal in refusals] == [UnknownKey] * 20
            assert not silent.is_set()
            assert await late(issued(OLD)) == ALICE

    try:
        asyncio.run(run())
    finally:
        silent.set()


def test_keys_are_dropped_when_the_provider_has_been_away_for_too_long(
    settings: Settings, idp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "RETRY_S", 0.1)

    async def serve_on(late: Late) -> None:
        while await late(issued(OLD)) == ALICE:
            await requests(idp, 1)

    async def run() -> None:
        async with verifying(settings, idp, refresh_s=0.1, stale_s=0.3) as late:
            assert await late(issued(OLD)) == ALICE
            idp.answer = answering(b"", 503)
            with pytest.raises(Unavailable):
                await serve_on(late)
            with pytest.raises(Unauthenticated):
                await late(b"e30.e30.AAAA")
            idp.publish(OLD)
            assert await late(issued(OLD)) == ALICE

    asyncio.run(run())


def test_a_flood_of_unknown_keys_causes_few_fetches(settings: Settings, idp: Provider) -> None:
    async def run() -> None:
        async with verifying(settings, idp) as late:
            begun, before = time.monotonic(), idp.requests
            for wave in range(5):
                unknown = [issued(NEW, header={"kid": f"{wave}-{each}"}) for each in range(200)]
                flood = [asyncio.create_task(late(token)) for token in unknown * 2]
                assert await late(issued(OLD)) == ALICE
                refusals = await asyncio.gather(*flood, return_exceptions=True)
                assert {type(refusal) for refusal in refusals} == {UnknownKey}
            fetches, seconds = idp.requests - before, time.monotonic() - begun
        assert 1 <= fetches <= seconds / COOLDOWN_S + 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering(b"", 503), "status 503"),
        (answering(b"{}"), 'it has no list of "keys"'),
        (answering(key_set()), "it holds none"),
        (answering(key_set({"kty": "oct", "k": "AAAA", "kid": "a"})), "it holds none"),
        (endless, "larger than 262144 bytes"),
        (drop, "it cannot be reached (RemoteProtocolError)"),
    ],
)
def test_a_provider_without_usable_keys_is_named_at_the_start(
    settings: Settings, idp: Provider, answer: Answer, reason: str
) -> None:
    idp.answer = answer

    async def run() -> None:
        async with verifying(settings, idp):
            raise AssertionError

    with pytest.raises(SettingsError) as refusal:
        asyncio.run(run())
    assert refusal.value.faults == [f"JWT_JWKS_URL leads to no usable keys: {reason}"]

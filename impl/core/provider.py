"""Where an identity provider publishes its keys: a URL or a file, given by configuration alone."""

import asyncio
from pathlib import Path
from ssl import SSLContext
from typing import NoReturn

import httpx2

from impl.core import jwks
from impl.core.keyring import Source, SourceError
from impl.core.keys import KeySet
from impl.core.settings import Algorithm

TIMEOUT_S = 5.0  # for a fetch as a whole
URL_COOLDOWN_S = 2.0
FILE_COOLDOWN_S = 0.1
MAX_BYTES = 262_144
PLAIN = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}


def at_url(url: str, algorithms: tuple[Algorithm, ...]) -> Source:
    """Return the source of the key set at a URL; redirects are not followed."""
    # Read once: certificates take 30 ms, in which no request would be served.
    trusted = httpx2.create_ssl_context() if url.startswith("https:") else None

    async def fetch() -> KeySet:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                document = await _fetched(url, trusted)
        except TimeoutError:
            _refuse(f"no answer within {TIMEOUT_S:.0f} s")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            _refuse(f"it cannot be reached ({type(error).__name__})")
        return _parsed(document, algorithms)

    return Source("JWT_JWKS_URL", fetch, URL_COOLDOWN_S)


def in_file(path: Path, algorithms: tuple[Algorithm, ...]) -> Source:
    """Return the source of the key set in a file, which may be replaced at any time."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)

    async def fetch() -> KeySet:
        try:
            document = await asyncio.to_thread(read)
        except OSError as error:
            _refuse(f"it cannot be read ({error.strerror})")
        return _parsed(document, algorithms)

    return Source("JWT_JWKS_FILE", fetch, FILE_COOLDOWN_S)


async def _fetched(url: str, trusted: SSLContext | None) -> bytes:
    # A proxy is the way out to a provider, and no way to what runs beside this process.
    outside = trusted is not None
    async with (
        httpx2.AsyncClient(trust_env=outside, verify=trusted or False) as client,
        client.stream("GET", url, headers=PLAIN) as answer,
    ):
        if answer.status_code != 200:
            _refuse(f"status {answer.status_code}")
        document = bytearray()
        async for part in answer.aiter_raw():
            document += part
            if len(document) > MAX_BYTES:
                break
        return bytes(document)


def _parsed(document: bytes, algorithms: tuple[Algorithm, ...]) -> KeySet:
    if len(document) > MAX_BYTES:
        _refuse(f"larger than {MAX_BYTES} bytes")
    try:
        return jwks.parse(document, algorithms)
    except jwks.KeySetError as error:
        _refuse(str(error))


def _refuse(reason: str) -> NoReturn:
    raise SourceError(reason) from None

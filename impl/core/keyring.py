"""The keys that tokens may be signed with at this moment, renewed from where they are published."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from impl.core.keys import Key, KeySet, hs256
from impl.core.problems import Unavailable
from impl.core.settings import Settings, SettingsError

RETRY_S = 10.0  # from a fetch that failed to the next
MISSED_IDS = 1_000
PATIENCE_S = 5.0  # how long a token with an unknown key id waits for the keys to be renewed

logger = logging.getLogger("freehold.keys")


class SourceError(Exception):
    """The keys cannot be fetched; the text says why in one line, and quotes nothing fetched."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where keys are published: the variable that names it, and how they are fetched by their ids.

    `fetch` raises `SourceError`; whatever is asked for, `cooldown_s` seconds lie between two.
    """

    variable: str
    fetch: Callable[[], Awaitable[KeySet]]
    cooldown_s: float


class Keyring:
    """The keys that are `fixed`, and those of a `source` while the context lasts.

    The source is asked again every `refresh_s` seconds, and early for an id that is not known.
    Without an answer the keys serve on for `stale_s` seconds, then they are dropped. `version`
    changes with the keys.
    """

    def __init__(
        self,
        fixed: KeySet,
        source: Source | None = None,
        *,
        refresh_s: float = 300,
        stale_s: float = 86_400,
    ) -> None:
        self.version = 0
        self._fixed = fixed
        self._source = source
        self._refresh_s = refresh_s
        self._stale_s = stale_s
        self._keys = fixed
        self._confirmed: float | None = None  # when the source last answered; None: too long ago
        self._pause_s = 0.0
        self._begun = self._ended = 0  # fetches
        self._round = asyncio.Event()  # set as the fetch that runs, or else the next one, ends
        self._wanted = asyncio.Event()  # set when the next fetch should not wait for its time
        self._missed = set[str]()  # ids that were asked for, and that a fetch has not found
        self._keeper: asyncio.Task[None] | None = None

    def find(self, kid: str | None) -> Key | None:
        """Return the key with exactly this id; None is the id of the shared secret."""
        return self._keys.get(kid)

    async def __aenter__(self) -> Self:
        """Fetch the keys and begin to keep them fresh; raises `SettingsError`."""
        if self._source is not None:
            await self._begin(self._source)
            self._keeper = asyncio.create_task(self._keep(self._source))
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the fetches; the keys stay as they are."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None

    async def ping(self) -> None:
        """Raise `Unavailable` while it is not known which keys the source has."""
        if self._source is not None and self._confirmed is None:
            raise Unavailable

    async def renew(self, kid: str) -> None:
        """Wait until a key has this id, or a fetch that began after the call has found none.

        The wait is bounded, and so is the rate of fetches; nobody waits for an id that has been
        waited for in vain, though it may be fetched yet. Raises `Unavailable` when it is not
        known in the end which keys the source has.
        """
        asked, enough = time.monotonic(), self._begun + 1
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self._keeper and kid not in self._keys and self._ended < enough:
                    self._wanted.set()
                    if kid in self._missed:
                        break
                    await self._round.wait()
        await self.ping()
        if kid not in self._keys and (self._confirmed or 0) >= asked:
            self._miss(kid)

    def _miss(self, kid: str) -> None:
        if len(self._missed) >= MISSED_IDS:
            self._missed.clear()
        self._missed.add(kid)

    async def _begin(self, source: Source) -> None:
        reason = "it holds none"
        try:
            await self._fetch(source)
        except SourceError as error:
            reason = str(error)
        if self._keys == self._fixed:
            raise SettingsError([f"{source.variable} leads to no usable keys: {reason}"])

    async def _keep(self, source: Source) -> None:
        while True:
            await asyncio.sleep(source.cooldown_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), self._pause_s)
            self._wanted.clear()
            try:
                await self._fetch(source)
            except SourceError as error:
                self._do_without(source, str(error))
            except Exception as error:  # noqa: BLE001 - whatever is published, the next fetch comes
                self._do_without(source, type(error).__name__)

    async def _fetch(self, source: Source) -> None:
        self._begun += 1
        begun = time.monotonic()
        try:
            self._replace(await source.fetch())
            self._confirmed = begun
            self._pause_s = max(0, self._refresh_s - source.cooldown_s)
        finally:
            self._ended += 1
            self._round.set()
            self._round = asyncio.Event()

    def _do_without(self, source: Source, reason: str) -> None:
        """Let the keys serve on, or drop them when they have done so for too long."""
        logger.warning("keys not renewed reason=%a", reason)
        self._pause_s = min(RETRY_S, self._refresh_s)
        if self._confirmed is None:
            return
        left = self._confirmed + self._stale_s - time.monotonic()
        self._pause_s = max(0, min(self._pause_s, left - source.cooldown_s))
        if left <= 0:
            logger.error("keys dropped: %d s without an answer", self._stale_s)
            self._confirmed = None
            self._replace({})

    def _replace(self, keys: KeySet) -> None:
        renewed = {**keys, **self._fixed}
        if renewed != self._keys:
            self._keys = renewed
            self.version += 1
            logger.info("keys renewed kids=%a", list(keys))


def configured(settings: Settings) -> Keyring:
    """Return the keys that the settings name."""
    return Keyring(
        _secrets(settings),
        _source(settings),
        refresh_s=settings.jwt_jwks_refresh_s,
        stale_s=settings.jwt_jwks_stale_s,
    )


def own(settings: Settings) -> Keyring:
    """Return the keys that the server itself signs with, of which there may be none."""
    return Keyring(_secrets(settings))


def _secrets(settings: Settings) -> KeySet:
    if not settings.shared_secrets or "HS256" not in settings.jwt_algorithms:
        return {}
    return {None: hs256(*(secret.encode() for secret in settings.shared_secrets))}


def _source(settings: Settings) -> Source | None:
    if settings.jwt_jwks_url is None and settings.jwt_jwks_file is None:
        return None
    # review: allow FH117: they take 11 MiB, which a server without public keys has no use for
    from impl.core import provider  # noqa: PLC0415

    if settings.jwt_jwks_file is not None:
        return provider.in_file(settings.jwt_jwks_file, settings.jwt_algorithms)
    return provider.at_url(str(settings.jwt_jwks_url), settings.jwt_algorithms)

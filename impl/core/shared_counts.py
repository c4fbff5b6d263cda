"""Counts of requests in Redis or Valkey, which all processes of an API share."""

import logging
import math
import time

from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from redis.asyncio import BlockingConnectionPool

from impl.core.counts import Excess, OwnCounts, Policy
from impl.core.settings import SettingsError

MAX_CONNECTIONS = 16
TIMEOUT_S = 1.0
RETRY_S = 2.0
"""How long the store is left alone after it has failed."""
# A host name that cannot be one is a ValueError of the resolver's, an unknown option a TypeError.
FAILURES = (StorageError, OSError, ValueError, TypeError)

logger = logging.getLogger("freehold.ratelimits")


class SharedCounts:
    """Counts in a store of the network; while it is out of reach, each process for itself.

    `url` is of the form redis://host:6379/0, or with the schemes rediss, valkey or valkeys. Raises
    `SettingsError` for one whose options are wrong.
    """

    def __init__(self, url: str) -> None:
        # One protocol, one client: Valkey speaks what Redis does.
        address = f"redis{url.removeprefix('valkey').removeprefix('redis')}"
        self._pool = _pool(address)
        self._storage = RedisStorage(
            f"async+{address}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="freehold",
            connection_pool=self._pool,  # type: ignore[arg-type]  # as it is documented
        )
        self._own = OwnCounts()
        self._failing = False
        self._next_attempt = 0.0

    async def add(self, policy: Policy, identity: str) -> Excess | None:
        """Count a request; return None while its window has room for it."""
        if self._failing:
            now = time.monotonic()
            if now < self._next_attempt:
                return await self._own.add(policy, identity)
            self._next_attempt = now + RETRY_S  # one request tries, the others do not wait for it
        try:
            excess = await self._add(policy, identity)
        except FAILURES as error:
            self._lose(error)
            return await self._own.add(policy, identity)
        self._regain()
        return excess

    async def _add(self, policy: Policy, identity: str) -> Excess | None:
        key = f"{policy.name}/{policy.rate.seconds}/{identity}"
        requests = await self._storage.incr(key, policy.rate.seconds)
        if requests <= policy.rate.requests:
            return None
        left = await self._storage.get_expiry(key) - time.time()
        # The store rounds to the nearest second.
        seconds = min(math.ceil(left + 0.5), policy.rate.seconds)
        return Excess(requests - policy.rate.requests, seconds)

    def _lose(self, error: Exception) -> None:
        self._next_attempt = time.monotonic() + RETRY_S
        if not self._failing:
            self._failing = True
            logger.error(
                "the store of rate limits fails, each process counts for itself: %s",
                type(_cause(error)).__name__,
            )

    def _regain(self) -> None:
        if self._failing:
            self._failing = False
            logger.warning("the store of rate limits is back")

    async def open(self) -> None:
        """Begin; raises `SettingsError` when the store does not answer."""
        try:
            await self._storage.incr("start", 1)  # which a store that only reads refuses
        except FAILURES as error:
            reason = str(_cause(error)).partition("\n")[0] or "no answer"
            raise SettingsError(
                [f"RATE_LIMIT_STORAGE_URL leads to no usable Redis or Valkey: {reason}"]
            ) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()


def _pool(address: str) -> BlockingConnectionPool:
    try:
        return BlockingConnectionPool.from_url(
            address,
            max_connections=MAX_CONNECTIONS,
            timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
        )
    except ValueError:
        fault = "RATE_LIMIT_STORAGE_URL must have no query but of options of redis-py"
        raise SettingsError([fault]) from None


def _cause(error: Exception) -> Exception:
    return error.storage_error if isinstance(error, StorageError) else error

"""Counts of requests in this process: in windows of fixed length, as many as fit."""

import math
import os
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple, Protocol

from impl.core.rates import Rate
from impl.core.settings import SettingsError

CAPACITY = 50_000  # windows of a policy: 20 MB, when each is another address


@dataclass(frozen=True, slots=True)
class Policy:
    """A rate that is kept for each of many users or addresses, and its name."""

    name: str
    rate: Rate


class Excess(NamedTuple):
    """How many requests of a window were too many, and in how many seconds it ends."""

    requests: int
    seconds: int


class Counts(Protocol):
    """Counts requests by policy and identity."""

    async def add(self, policy: Policy, identity: str) -> Excess | None:
        """Count a request; return None while its window has room for it."""
        ...

    async def open(self) -> None:
        """Begin; raises `SettingsError` when the counts would not be right."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...


@dataclass(slots=True)
class _Window:
    requests: int
    end: float


class OwnCounts:
    """Counts in memory, for an API that is served by one process.

    When there are more identities than fit, the window that began first is forgotten. `owner`
    names the API; only one process of a machine may count for it. `clock` gives seconds.
    """

    def __init__(
        self,
        owner: str | None = None,
        *,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = None if owner is None else _Lock(owner)
        self._capacity = capacity
        self._clock = clock
        # By name of the policy: its windows are equally long, so the first is the first to end.
        self._windows = defaultdict[str, OrderedDict[str, _Window]](OrderedDict)

    async def add(self, policy: Policy, identity: str) -> Excess | None:
        """Count a request; return None while its window has room for it."""
        now = self._clock()
        windows = self._windows[policy.name]
        window = windows.get(identity)
        if window is None or window.end <= now:
            self._make_room(windows, identity, now)
            windows[identity] = _Window(1, now + policy.rate.seconds)
            return None
        window.requests += 1
        excess = window.requests - policy.rate.requests
        return Excess(excess, math.ceil(window.end - now)) if excess > 0 else None

    def _make_room(self, windows: OrderedDict[str, _Window], identity: str, now: float) -> None:
        windows.pop(identity, None)
        while windows and next(iter(windows.values())).end <= now:
            windows.popitem(last=False)
        if len(windows) >= self._capacity:
            windows.popitem(last=False)

    async def open(self) -> None:
        """Begin; raises `SettingsError` when another process counts for the same API."""
        if self._lock is not None:
            self._lock.take()

    async def close(self) -> None:
        """Let another process begin."""
        if self._lock is not None:
            self._lock.release()


class _Lock:
    """Held by one process of a machine at a time, and by none that is dead."""

    def __init__(self, owner: str) -> None:
        self._name = f"freehold-{sha256(owner.encode()).hexdigest()[:40]}.lock"
        self._file: int | None = None

    def take(self) -> None:
        path = Path(gettempdir()) / self._name
        try:
            self._file = _opened(path)
            flock(self._file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            reason = "another process counts for this API, and they would not know of each other"
        except OSError as error:
            reason = f"{path.parent} takes no file that would show whether this is the only process"
            reason += f" ({error.strerror})"
        else:
            return
        self.release()
        raise SettingsError([f"RATE_LIMIT_STORAGE_URL is required: {reason}"])

    def release(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None


def _opened(path: Path) -> int:
    """Open a file that any user of the machine may lock; make it if it is missing."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
    except FileExistsError:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    os.fchmod(file, 0o444)  # whatever the umask: nobody writes to it
    return file

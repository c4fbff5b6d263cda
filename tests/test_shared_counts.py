"""Counts in a real Redis or Valkey: shared by all, exact, and not needed to go on."""

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from impl.core import shared_counts
from impl.core.counts import Policy
from impl.core.rates import Rate
from impl.core.settings import SettingsError
from impl.core.shared_counts import SharedCounts
from tests.stores import Store, storing

HOURLY = Policy("hourly", Rate(10, 3600))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Run a store of the test's own."""
    with storing(tmp_path) as running:
        yield running


@pytest.fixture
def identity() -> str:
    """Return an identity that no other test knows."""
    return str(uuid4())


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SharedCounts]:
    """Open counts in a store, as one process does."""
    counts = SharedCounts(url)
    await counts.open()
    try:
        yield counts
    finally:
        await counts.close()


async def admitted(counts: SharedCounts, identity: str, requests: int) -> int:
    """Count requests at once; return how many of them there was room for."""
    excesses = await asyncio.gather(*(counts.add(HOURLY, identity) for _ in range(requests)))
    return excesses.count(None)


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_processes_that_count_at_once_admit_no_more_than_the_rate(
    store: Store, identity: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_counts, "TIMEOUT_S", 30)  # for a machine that has much else to do

    async def count() -> int:
        url = store.url.replace("redis", scheme)
        async with opened(url) as one, opened(url) as two:
            each = await asyncio.gather(*(admitted(some, identity, 50) for some in (one, two)))
            return sum(each)

    assert asyncio.run(count()) == 10


def test_after_the_seconds_that_are_told_there_is_room_again(store: Store, identity: str) -> None:
    async def wait() -> None:
        policy = Policy("short", Rate(1, 3))
        async with opened(store.url) as counts:
            assert await counts.add(policy, identity) is None
            await asyncio.sleep(1.2)
            excess = await counts.add(policy, identity)
            assert excess is not None
            assert (excess.requests, excess.seconds) in {(1, 2), (1, 3)}
            await asyncio.sleep(excess.seconds)
            assert await counts.add(policy, identity) is None

    asyncio.run(wait())


def test_while_the_store_is_gone_each_process_counts_for_itself_and_says_so_once(
    store: Store, identity: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_counts, "RETRY_S", 0.05)

    async def survive() -> None:
        async with opened(store.url) as counts:
            assert await admitted(counts, identity, 10) == 10
            for _ in range(2):
                store.stop()
                caplog.clear()
                assert await admitted(counts, str(uuid4()), 100) == 10
                for _ in range(3):
                    await asyncio.sleep(0.06)
                    assert await admitted(counts, identity, 1) == 1
                store.start()
                await asyncio.sleep(0.06)
                assert await admitted(counts, identity, 1) == 1
                assert await admitted(counts, str(uuid4()), 20) == 10
                levels = [record.levelno for record in caplog.records]
                assert levels == [logging.ERROR, logging.WARNING]

    asyncio.run(survive())


def test_a_store_that_falls_silent_holds_requests_up_once_and_not_for_long(
    store: Store, identity: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def wait() -> float:
        async with opened(store.url) as counts:
            assert await admitted(counts, identity, 20) == 10
            store.send(signal.SIGSTOP)
            began = time.monotonic()
            for _ in range(20):
                await counts.add(HOURLY, identity)
            waited = time.monotonic() - began
            store.send(signal.SIGCONT)
            return waited

    assert asyncio.run(wait()) < 3 * shared_counts.TIMEOUT_S
    assert len(caplog.records) == 1


def test_a_store_that_refuses_to_write_is_no_error_of_a_request(
    store: Store, identity: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def count() -> int:
        async with opened(store.url) as counts:
            assert store.say("REPLICAOF 127.0.0.1 1") == "+OK"
            return await admitted(counts, identity, 20)

    assert asyncio.run(count()) == 10
    assert "ReadOnlyError" in caplog.text


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://127.0.0.1:1/0", "127.0.0.1:1"),
        ("redis://:hunter2@valkey.invalid:6379", "valkey.invalid:6379"),
        ("valkey://:hunter2@redis.invalid:6379", "redis.invalid:6379"),
        (f"redis://:hunter2@{'a' * 70}.invalid:6379", "label too long"),
        ("redis://:hunter2@127.0.0.1:1?colour=blue", "colour"),
    ],
)
def test_a_store_that_does_not_answer_at_start_is_one_line(url: str, place: str) -> None:
    async def begin() -> None:
        async with opened(url):
            pass

    with pytest.raises(SettingsError, match=r"^RATE_LIMIT_STORAGE_URL leads to no [^\n]+$") as line:
        asyncio.run(begin())
    assert place in str(line.value)
    assert "hunter2" not in str(line.value)


def test_an_option_of_a_wrong_kind_is_one_line() -> None:
    with pytest.raises(SettingsError, match=r"^RATE_LIMIT_STORAGE_URL must have no query [^\n]+$"):
        SharedCounts("redis://:hunter2@127.0.0.1:1?max_connections=many")


def test_a_store_that_asks_for_another_password_is_one_line(store: Store) -> None:
    with pytest.raises(SettingsError, match=r"^RATE_LIMIT_STORAGE_URL leads to no [^\n]+$") as line:
        asyncio.run(SharedCounts(f"redis://ada:hunter2@127.0.0.1:{store.port}/0").open())
    assert "hunter2" not in str(line.value)

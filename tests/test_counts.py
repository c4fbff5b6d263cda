"""Counts in memory: windows begin with their first request, end in time, and are bounded."""

import asyncio
import os
import tracemalloc
from pathlib import Path
from uuid import uuid4

import pytest

from impl.core.counts import CAPACITY, Excess, OwnCounts, Policy
from impl.core.rates import Rate
from impl.core.settings import SettingsError

THREE = Policy("three", Rate(3, 60))
ONE = Policy("one", Rate(1, 60))


class Clock:
    """A clock that goes on when it is told to, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def added(counts: OwnCounts, policy: Policy, *identities: str) -> list[Excess | None]:
    """Count requests one after the other."""

    async def add() -> list[Excess | None]:
        return [await counts.add(policy, identity) for identity in identities]

    return asyncio.run(add())


def test_a_window_takes_as_many_requests_as_its_rate_and_says_when_it_ends() -> None:
    clock = Clock()
    counts = OwnCounts(clock=clock)
    assert added(counts, THREE, "a", "a", "a") == [None] * 3
    clock.now += 42.5
    assert added(counts, THREE, "a", "a") == [Excess(1, 18), Excess(2, 18)]
    clock.now += 17.4
    assert added(counts, THREE, "a") == [Excess(3, 1)]
    clock.now += 1
    assert added(counts, THREE, "a", "a", "a", "a") == [None, None, None, Excess(1, 60)]


def test_identities_and_policies_are_counted_apart() -> None:
    counts = OwnCounts(clock=Clock())
    assert added(counts, ONE, "a", "b", "a") == [None, None, Excess(1, 60)]
    assert added(counts, THREE, "a", "b") == [None, None]


def test_requests_beyond_the_rate_do_not_lengthen_the_window() -> None:
    clock = Clock()
    counts = OwnCounts(clock=clock)
    added(counts, ONE, "a")
    for _ in range(59):
        clock.now += 1
        assert added(counts, ONE, "a") != [None]
    clock.now += 1
    assert added(counts, ONE, "a") == [None]


def test_of_too_many_windows_the_oldest_is_forgotten_and_no_other() -> None:
    counts = OwnCounts(capacity=3, clock=Clock())
    added(counts, ONE, "a", "b", "c", "d")
    assert added(counts, ONE, "d", "c", "b") == [Excess(1, 60)] * 3
    assert added(counts, ONE, "a") == [None]


def test_a_flood_for_one_policy_does_not_make_another_forget() -> None:
    counts = OwnCounts(capacity=3, clock=Clock())
    added(counts, ONE, "ada")
    added(counts, THREE, *map(str, range(100)))
    assert added(counts, ONE, "ada") == [Excess(1, 60)]


def test_windows_that_have_ended_make_room_before_others_are_forgotten() -> None:
    clock = Clock()
    counts = OwnCounts(capacity=3, clock=clock)
    added(counts, ONE, "a", "b")
    clock.now += 30
    added(counts, ONE, "c")
    clock.now += 30
    added(counts, ONE, "d", "e")
    assert added(counts, ONE, "c", "d", "e") == [Excess(1, 30), Excess(1, 60), Excess(1, 60)]


def test_a_flood_of_addresses_takes_a_bounded_amount_of_memory() -> None:
    capacity = 5_000
    counts = OwnCounts(capacity=capacity, clock=Clock())
    tracemalloc.start()
    try:
        for flood in range(10):
            added(counts, ONE, *(f"2001:db8:{flood}:{each}::/64" for each in range(capacity)))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert CAPACITY * taken / capacity < 25_000_000


def test_only_one_counter_opens_for_an_api_until_it_is_closed() -> None:
    async def open_and_close() -> None:
        api, another = f"api {uuid4()}", f"api {uuid4()}"
        first, second, other = OwnCounts(api), OwnCounts(api), OwnCounts(another)
        await first.open()
        await other.open()
        with pytest.raises(SettingsError, match=r"^RATE_LIMIT_STORAGE_URL is required: [^\n]+$"):
            await second.open()
        await first.close()
        await second.open()
        await second.close()
        await other.close()

    asyncio.run(open_and_close())


def test_processes_of_all_users_of_a_machine_know_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_and_close() -> None:
        counts = OwnCounts("an api")
        await counts.open()
        await counts.close()

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = os.umask(0o077)
    try:
        asyncio.run(open_and_close())
    finally:
        os.umask(before)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o444

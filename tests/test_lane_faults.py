"""Lanes on a PostgreSQL that is slow, refuses, falls silent, breaks off, restarts or is away."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvloop
from alembic import command

from impl.core.embedded import EmbeddedPostgres
from impl.core.problems import Unavailable
from impl.tables import TodoRow
from tests.conftest import migrations
from tests.load import Load, Todo, opened, scope_of
from tests.relay import relayed

LOOPS: list[Any] = [asyncio.new_event_loop, uvloop.new_event_loop]
ENDED = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = ANY(%s)"
LANES = """
    SELECT pid FROM pg_stat_activity
    WHERE application_name = 'freehold' AND datname = current_database()
"""


async def read_again(load: Load) -> None:
    """Read as soon as it can be done: a connection that has just broken is not back at once."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await load.read(load.scopes[0])
            except Unavailable:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_connections_that_break_under_load_mix_nothing_up(
    own_database: str, owner: str, loop: Any
) -> None:
    async def steps(postgres: psycopg.Connection) -> None:
        async with opened(own_database, lanes=2) as database:
            load = Load(database, owner, users=20)
            await load.fill()
            running = asyncio.create_task(load.run(5_000, workers=50))
            breaks = 0
            while not running.done():
                await asyncio.sleep(0.1)
                pids = [pid for (pid,) in postgres.execute(LANES)]
                breaks += len(postgres.execute(ENDED, (pids,)).fetchall())
            await running
            assert breaks > 0
            assert load.seen["read"] > 100
            await read_again(load)
        load.check_rows(postgres, owner)

    with (
        psycopg.connect(own_database, autocommit=True) as postgres,
        asyncio.Runner(loop_factory=loop) as runner,
    ):
        runner.run(steps(postgres))


def test_a_restart_under_load_gives_only_unavailable_and_loses_nothing_acknowledged(
    tmp_path: Path,
) -> None:
    async def steps(server: EmbeddedPostgres, url: str) -> None:
        async with opened(url) as database:
            scope, acknowledged = scope_of(database, "user"), set[str]()
            restarted, recovered = asyncio.Event(), asyncio.Event()

            async def write(writer: int) -> None:
                number = 0
                while not recovered.is_set():
                    title = f"{writer}/{(number := number + 1)}"
                    try:
                        await scope.add(TodoRow, {"title": title}, Todo)
                    except Unavailable:
                        await asyncio.sleep(0.01)
                    else:
                        acknowledged.add(title)
                        if restarted.is_set():
                            recovered.set()

            async with asyncio.TaskGroup() as group:
                for writer in range(8):
                    group.create_task(write(writer))
                await asyncio.sleep(0.2)
                await asyncio.to_thread(server.stop)
                await asyncio.to_thread(server.start)
                restarted.set()
            stored = await scope.find(TodoRow, Todo, limit=100_000)
            assert acknowledged <= {each.title for each in stored}

    server = EmbeddedPostgres(tmp_path, durable=False)
    url = server.start()
    command.upgrade(migrations(url), "head")
    asyncio.run(steps(server, url))
    server.stop()


def test_neighbours_of_a_slow_statement_get_their_answers(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    """Row locks of another connection make statements slow, until a time-out ends them."""

    async def steps() -> None:
        limits = {"statement_timeout_ms": 600, "lock_timeout_ms": 300}
        async with opened(database_url, lanes=2, **limits) as database:
            load = Load(database, owner, users=5)
            await load.fill()
            slow = load.scopes[0]
            with postgres.transaction():
                postgres.execute(
                    "SELECT FROM todo WHERE owner_id = %s FOR UPDATE", (slow.owner_id,)
                )
                stuck = [asyncio.create_task(load.touch(slow)) for _ in range(2)]
                others = [load.read(scope) for scope in load.scopes for _ in range(20)]
                await asyncio.gather(*others)
                results = await asyncio.gather(*stuck, return_exceptions=True)
            assert all(isinstance(result, Unavailable) for result in results)
            await load.touch(slow)

    asyncio.run(steps())


@pytest.mark.parametrize(
    "limits",
    [
        {"statement_timeout_ms": 200, "lock_timeout_ms": 9_000},
        {"statement_timeout_ms": 9_000, "lock_timeout_ms": 200},
    ],
    ids=["statement", "lock"],
)
def test_a_statement_that_takes_too_long_is_unavailable(
    own_database: str, owner: str, limits: dict[str, int]
) -> None:
    async def steps(postgres: psycopg.Connection) -> None:
        async with opened(own_database, **limits) as database:
            load = Load(database, owner, users=2)
            await load.fill()
            with postgres.transaction():
                postgres.execute("LOCK TABLE todo IN ACCESS EXCLUSIVE MODE")
                locked = await asyncio.gather(
                    *(load.read(scope) for scope in load.scopes), return_exceptions=True
                )
            assert all(isinstance(result, Unavailable) for result in locked)
            for scope in load.scopes:
                await load.read(scope)

    with psycopg.connect(own_database, autocommit=True) as postgres:
        asyncio.run(steps(postgres))


def test_a_full_lane_is_unavailable_at_once_and_those_on_it_are_answered(
    own_database: str, owner: str
) -> None:
    async def steps(postgres: psycopg.Connection) -> None:
        async with opened(own_database, lanes=1, lane_depth=4) as database:
            scope = scope_of(database, owner)
            assert await scope.count(TodoRow) == 0
            with postgres.transaction():
                postgres.execute("LOCK TABLE todo IN ACCESS EXCLUSIVE MODE")
                waiting = [asyncio.create_task(scope.count(TodoRow)) for _ in range(4)]
                await asyncio.sleep(0)
                with pytest.raises(Unavailable):
                    await scope.count(TodoRow)
                assert not any(task.done() for task in waiting)
            assert await asyncio.gather(*waiting) == [0] * 4

    with psycopg.connect(own_database, autocommit=True) as postgres:
        asyncio.run(steps(postgres))


def test_a_lane_that_falls_silent_is_replaced_and_only_reads_are_sent_again(
    database_url: str, owner: str, tmp_path: Path
) -> None:
    async def steps() -> None:
        async with (
            relayed(database_url, tmp_path) as (url, relay),
            opened(url, lanes=1, statement_timeout_ms=500) as database,
        ):
            load = Load(database, owner, users=2)
            await load.fill()
            relay.sent.clear()
            relay.mute()
            mine, theirs = load.scopes
            read, written = await asyncio.gather(
                load.read(mine), load.touch(theirs), return_exceptions=True
            )
            assert read is None
            assert isinstance(written, Unavailable)
            assert relay.sent.count("UPDATE") == 1
            await load.touch(theirs)

    asyncio.run(steps())


def test_what_postgresql_refuses_at_the_commit_is_refused(own_database: str, owner: str) -> None:
    async def steps() -> None:
        async with opened(own_database, lanes=1) as database:
            scope = scope_of(database, owner)
            results = await asyncio.gather(
                *(scope.add(TodoRow, {"title": "Milk"}, Todo) for _ in range(3)),
                scope.count(TodoRow),
                return_exceptions=True,
            )
            added, *refused, counted = results
            assert isinstance(added, Todo)
            assert [getattr(each, "status_code", None) for each in refused] == [409, 409]
            assert counted == 1

    with psycopg.connect(own_database, autocommit=True) as postgres:
        postgres.execute(
            "ALTER TABLE todo ADD UNIQUE (owner_id, title) DEFERRABLE INITIALLY DEFERRED"
        )
    asyncio.run(steps())


@pytest.mark.parametrize("prepared", [True, False], ids=["prepared", "unprepared"])
def test_a_migration_under_running_lanes_goes_unnoticed(
    own_database: str, owner: str, *, prepared: bool
) -> None:
    """PostgreSQL refuses to run a prepared statement whose columns have changed their types."""

    async def steps(postgres: psycopg.Connection) -> None:
        async with opened(own_database, lanes=1, prepared_statements=prepared) as database:
            load = Load(database, owner, users=2)
            await load.fill()
            kinds = (load.read, load.list, load.touch)
            for change in ("version TYPE integer", "version TYPE bigint", "title TYPE text"):
                await asyncio.gather(*(kind(scope) for scope in load.scopes for kind in kinds))
                postgres.execute(f"ALTER TABLE todo ALTER {change}".encode())
                await asyncio.gather(*(kind(scope) for scope in load.scopes for kind in kinds))

    with psycopg.connect(own_database, autocommit=True) as postgres:
        asyncio.run(steps(postgres))


def test_a_database_that_is_away_is_not_besieged(tmp_path: Path, owner: str) -> None:
    attempts = 0

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()

    async def steps() -> None:
        server = await asyncio.start_unix_server(refuse, tmp_path / ".s.PGSQL.5432")
        async with opened(f"postgresql://u@/x?host={tmp_path}", lanes=2) as database:
            scope = scope_of(database, owner)
            for _ in range(100):
                results = await asyncio.gather(
                    *(scope.count(TodoRow) for _ in range(10)), return_exceptions=True
                )
                assert all(isinstance(each, Unavailable) for each in results)
        server.close()

    asyncio.run(steps())
    assert 0 < attempts < 100

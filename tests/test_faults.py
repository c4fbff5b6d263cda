"""What becomes of requests when PostgreSQL is slow, full, wrong or gone."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from psycopg import sql
from pydantic import BaseModel
from sqlmodel import SQLModel, func, insert, select

from impl.core.database import Database
from impl.core.embedded import EmbeddedPostgres
from impl.core.paging import Cursors
from impl.core.problems import Problem, Unavailable
from impl.core.scope import UserScope
from impl.core.verification import DatabaseRefused
from impl.tables import TodoRow
from tests.conftest import migrations

TABLES = SQLModel.metadata.sorted_tables
SLY = """
    INSERT INTO todo (owner_id, id, title) VALUES ('x', gen_random_uuid(), 'x');
    CREATE POLICY sly ON todo USING (current_setting('app.user_id') = '');
"""


class Todo(BaseModel):
    """What these tests see of a todo."""

    id: UUID
    title: str


def scope_of(database: Database, owner: str) -> UserScope:
    return UserScope(owner, frozenset(), database, Cursors(b"key"))


def test_a_restart_of_postgresql_gives_at_most_unavailable_and_then_all_is_well(
    tmp_path: Path,
) -> None:
    async def steps(server: EmbeddedPostgres, database: Database) -> None:
        scopes = [scope_of(database, f"user-{each}") for each in range(4)]
        for scope in scopes:
            await scope.add(TodoRow, {"title": "before"}, Todo)
        await asyncio.gather(*(scope.count(TodoRow) for scope in scopes))
        server.stop()
        with pytest.raises(Unavailable):
            await scopes[0].count(TodoRow)
        with pytest.raises(Unavailable):
            await database.ping()
        server.start()
        # Every connection of the pool is broken, and no request notices.
        await asyncio.gather(*(scope.add(TodoRow, {"title": "after"}, Todo) for scope in scopes))
        assert [await scope.count(TodoRow) for scope in scopes] == [2] * 4
        await database.close()

    server = EmbeddedPostgres(tmp_path, durable=False)
    url = server.start()
    command.upgrade(migrations(url), "head")
    asyncio.run(steps(server, Database(url, pool_size=4)))
    server.stop()


def test_a_stale_pool_is_renewed_without_a_failed_request(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    async def steps() -> None:
        database = Database(database_url, pool_size=3)
        scope = scope_of(database, owner)
        await asyncio.gather(*(scope.count(TodoRow) for _ in range(3)))
        # As in a server that waits for requests, the loop runs on, and sees the connections end.
        await asyncio.to_thread(
            postgres.execute,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'freehold' AND pid <> pg_backend_pid()",
        )
        for _ in range(3):
            await scope.add(TodoRow, {"title": "Milk"}, Todo)
        assert await scope.count(TodoRow) == 3
        await database.close()

    asyncio.run(steps())


def test_a_connection_lost_amid_a_transaction_is_unavailable_and_stores_nothing(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    async def steps() -> None:
        database = Database(database_url)
        with pytest.raises(Unavailable):
            await lose(database)
        assert await scope_of(database, owner).count(TodoRow) == 0
        await database.close()

    async def lose(database: Database) -> None:
        row = {"owner_id": owner, "id": uuid4(), "title": "Milk"}
        async with database.transaction(owner) as connection:
            await connection.execute(insert(TodoRow.__table__).values(row))
            pid = (await connection.execute(select(func.pg_backend_pid()))).scalar_one()
            postgres.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            await connection.execute(select(func.now()))

    asyncio.run(steps())


def test_slow_statements_locks_and_a_full_pool_are_unavailable(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    async def steps() -> None:
        database = Database(
            database_url,
            pool_size=1,
            statement_timeout_ms=300,
            lock_timeout_ms=100,
            pool_timeout_s=0.1,
        )
        scope = scope_of(database, owner)
        added = await scope.add(TodoRow, {"title": "Milk"}, Todo)
        with pytest.raises(Unavailable):
            async with database.transaction(owner) as connection:
                await connection.execute(select(func.pg_sleep(30)))
        with postgres.transaction():
            postgres.execute("SELECT FROM todo WHERE owner_id = %s FOR UPDATE", (owner,))
            with pytest.raises(Unavailable):
                await scope.change(TodoRow, added.id, {"title": "Eggs"}, Todo)
        async with database.transaction(owner):
            with pytest.raises(Unavailable):
                async with scope.transaction():
                    raise AssertionError
        assert await scope.get(TodoRow, added.id, Todo) == added
        await database.close()

    asyncio.run(steps())


def test_a_cancelled_request_gives_its_connection_back(database_url: str, owner: str) -> None:
    async def steps() -> None:
        database = Database(database_url, pool_size=1)

        async def sleep() -> None:
            async with database.transaction(owner) as connection:
                await connection.execute(select(func.pg_sleep(30)))

        asleep = asyncio.create_task(sleep())
        await asyncio.sleep(0.2)
        asleep.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asleep
        assert await scope_of(database, owner).count(TodoRow) == 0
        await database.close()

    asyncio.run(steps())


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("CREATE UNIQUE INDEX ON todo (owner_id, title)", 409),
        ("ALTER TABLE todo ADD FOREIGN KEY (owner_id) REFERENCES profile", 422),
        ("ALTER DATABASE {} SET default_transaction_read_only = on", 503),
    ],
)
def test_refusals_of_postgresql_have_their_status(
    own_database: str, owner: str, statement: str, status: int
) -> None:
    async def steps() -> None:
        database = Database(own_database)
        scope = scope_of(database, owner)
        added = [scope.add(TodoRow, {"title": "Milk"}, Todo) for _ in range(2)]
        results = await asyncio.gather(*added, return_exceptions=True)
        assert status in {each.status_code for each in results if isinstance(each, Problem)}
        await database.close()

    with psycopg.connect(own_database, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL(statement).format(name))
    asyncio.run(steps())


def verify(url: str) -> tuple[str, ...]:
    """Return the faults for which a database is refused at start-up."""

    async def steps() -> tuple[str, ...]:
        database = Database(url)
        try:
            await database.verify(TABLES)
        except DatabaseRefused as refused:
            return refused.faults
        finally:
            await database.close()
        return ()

    return asyncio.run(steps())


def test_a_migrated_database_is_accepted(database_url: str) -> None:
    assert verify(database_url) == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("ALTER TABLE todo DISABLE ROW LEVEL SECURITY", "todo has no row-level security"),
        ("ALTER TABLE todo NO FORCE ROW LEVEL SECURITY", "todo does not force row-level security"),
        ("DROP POLICY owner ON profile", "profile has no policy"),
        ("CREATE POLICY all_of_it ON todo USING (true)", "todo has a policy that does not ask"),
        ("REVOKE DELETE ON todo FROM freehold_user", "todo is not granted to freehold_user"),
        ("DROP TABLE profile", "profile does not exist"),
        ("ALTER TABLE todo ALTER title DROP NOT NULL", "todo.title may be null"),
        (
            SLY,
            "todo shows rows to nobody in particular",
        ),
    ],
)
def test_a_database_that_lets_in_what_it_should_keep_out_is_refused(
    own_database: str, statement: str, fault: str
) -> None:
    with psycopg.connect(own_database, autocommit=True) as connection:
        connection.execute(statement.encode())
    faults = verify(own_database)
    assert any(fault in each and "run scripts/migrate" in each for each in faults), faults


def test_a_role_that_bypasses_policies_or_is_missing_is_refused(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as url:
        command.upgrade(migrations(url), "head")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER ROLE freehold_user BYPASSRLS")
            assert any("does not apply row-level security" in fault for fault in verify(url))
            command.downgrade(migrations(url), "base")
            assert verify(url) == ("the role freehold_user does not exist: run scripts/migrate",)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:hush@/x?host=/nowhere/at/all", "no usable PostgreSQL"),
        ("postgres://u:hush@127.0.0.1:1/x?sslmode=disable", "no usable PostgreSQL"),
        ("postgresql+asyncpg://u:hush@localhost:1/x", "no usable PostgreSQL"),
        ("mysql://u:hush@localhost/x", "names no PostgreSQL"),
        ("hush", "is not a URL"),
        ("postgresql://u:hush@localhost:port/x", "is not a URL"),
    ],
)
def test_a_database_that_cannot_be_reached_is_refused_without_its_password(
    url: str, words: str
) -> None:
    with pytest.raises(DatabaseRefused) as refused:
        asyncio.run(Database(url).verify(TABLES))
    (fault,) = refused.value.faults
    assert words in fault
    assert "hush" not in fault
    assert "\n" not in fault

"""The database below the scopes: isolation by PostgreSQL itself, faults, restarts, start-up."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from pydantic import BaseModel
from sqlmodel import col, delete, func, insert, select, update

from impl.core.criteria import related
from impl.core.database import Database
from impl.core.etags import if_match
from impl.core.faults import DatabaseDefectError
from impl.core.paging import Cursors, Order
from impl.core.problems import NotFound, Problem
from impl.core.reading import Aggregate
from impl.core.scope import UserScope
from impl.tables import ListRow, ProfileRow, TagRow, TodoRow, TodoTagRow
from tests import twins
from tests.conftest import scopes
from tests.relay import relayed

TABLES = (TodoRow, ProfileRow)
TODO = TodoRow.__table__


class Todo(BaseModel):
    """What these tests see of a todo."""

    id: UUID
    title: str


class Number(BaseModel):
    """How many there are."""

    number: int


def test_each_call_sends_its_statement_and_one_that_says_who_asks(
    database_url: str, owner: str, tmp_path: Path
) -> None:
    """And all of it at once: PostgreSQL ends the transaction at the sync."""

    async def steps() -> None:
        order = Order(col(TodoRow.created_at))
        async with relayed(database_url, tmp_path) as (url, relay), scopes(url) as scope_of:
            scope = scope_of(owner)
            key = (await scope.add(TodoRow, {"title": "Milk"}, Todo)).id
            relay.sent.clear()
            await scope.get(TodoRow, key, Todo)
            await scope.find(TodoRow, Todo, limit=1)
            await scope.page(TodoRow, Todo, order=order, limit=1, cursor=None)
            await scope.count(TodoRow)
            await scope.add(TodoRow, {"title": "Eggs"}, Todo)
            await scope.change(TodoRow, key, {"done": True}, Todo, if_match('"1"'))
            await scope.remove(TodoRow, key, if_match('"2"'))
            await scope.aggregate(TodoRow, Number, {"number": Aggregate("count")}, limit=1)
            await scope.put(ProfileRow, {"display_name": "Ada"})
            await scope.change_where(TodoRow, {"done": True}, related(TodoTagRow))
            await scope.remove_where(TodoRow, related(TodoTagRow))
        each = ["SELECT"] * 4 + ["INSERT", "UPDATE", "DELETE", "SELECT", "INSERT", "WITH", "WITH"]
        expected = [word for statement in each for word in ("IDENTITY", statement, "SYNC")]
        assert relay.sent == expected

    asyncio.run(steps())


def test_the_steps_of_a_transaction_say_once_who_asks_and_are_stored_together(
    database_url: str, owner: str, tmp_path: Path
) -> None:
    async def steps() -> None:
        async with relayed(database_url, tmp_path) as (url, relay), scopes(url) as scope_of:
            scope = scope_of(owner)
            async with scope.transaction():
                pass
            relay.sent.clear()
            async with scope.transaction() as together:
                added = await together.add(TodoRow, {"title": "Milk"}, Todo)
                await together.change(TodoRow, added.id, {"title": "Eggs"}, Todo)
            sent = [word for word in relay.sent if word != "SYNC"]
            assert sent == ["BEGIN", "IDENTITY", "INSERT", "UPDATE", "COMMIT"]
            async with scope.transaction() as together:
                added = await together.add(TodoRow, {"title": "Milk"}, Todo)
                assert await scope.count(TodoRow) == 1
                await together.change(TodoRow, added.id, {"title": "Eggs"}, Todo)
            assert (await scope.get(TodoRow, added.id, Todo)).title == "Eggs"
            relay.sent.clear()
            await scope.change_several(TodoRow, [added.id], {"done": True}, Todo)
            await scope.remove_several(TodoRow, [added.id])
            sent = [word for word in relay.sent if word not in {"SYNC", "BEGIN", "COMMIT"}]
            assert sent == ["IDENTITY", "SELECT", "UPDATE", "IDENTITY", "SELECT", "DELETE"]

    asyncio.run(steps())


def test_a_transaction_that_is_left_by_an_exception_stores_nothing(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            with pytest.raises(NotFound):
                await add_and_miss(scope)
            assert not await scope.exists(TodoRow)

    async def add_and_miss(scope: UserScope) -> None:
        async with scope.transaction() as together:
            await together.add(TodoRow, {"title": "Milk"}, Todo)
            await together.get(TodoRow, uuid4(), Todo)

    asyncio.run(steps())


def test_a_step_that_finds_nothing_does_not_end_a_transaction(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            async with scope.transaction() as together:
                with pytest.raises(NotFound):
                    await together.get(TodoRow, uuid4(), Todo)
                await together.add(TodoRow, {"title": "Milk"}, Todo)
            assert await scope.count(TodoRow) == 1

    asyncio.run(steps())


def test_a_refused_step_cannot_be_passed_over_in_silence(database_url: str, owner: str) -> None:
    """PostgreSQL would answer the commit with a rollback, and say nothing."""

    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            with pytest.raises(Problem) as end:
                await carry_on_regardless(scope)
            assert end.value.status_code == 422
            assert not await scope.exists(TodoRow)

    async def carry_on_regardless(scope: UserScope) -> None:
        async with scope.transaction() as together:
            await together.add(TodoRow, {"title": "Milk"}, Todo)
            with pytest.raises(Problem):
                await together.add(TodoRow, {"title": "x" * 201}, Todo)
            with pytest.raises(Problem):
                await together.count(TodoRow)

    asyncio.run(steps())


def test_postgresql_itself_shows_and_takes_no_rows_of_others(database_url: str, owner: str) -> None:
    """Statements that carry no owner, as no scope would send them."""

    async def steps() -> None:
        database = Database(database_url)
        async with scopes(database_url) as scope_of:
            await scope_of(owner).add(TodoRow, {"title": "Milk"}, Todo)
        for asker, rows in ((owner, 1), (f"{owner}-neighbour", 0), ("", 0)):
            async with database.transaction(asker) as connection:
                seen = await connection.execute(select(TODO.c.id))
                touched = await connection.execute(update(TODO).values(done=True))
                assert len(seen.all()) == touched.rowcount == rows
        foreign = {"owner_id": owner, "id": uuid4(), "title": "Eggs"}
        for asker in (f"{owner}-neighbour", ""):
            with pytest.raises(DatabaseDefectError, match="42501"):
                async with database.transaction(asker) as connection:
                    await connection.execute(insert(TODO).values(foreign))
        with pytest.raises(DatabaseDefectError, match="42501"):
            async with database.transaction(owner) as connection:
                await connection.execute(update(TODO).values(owner_id="other"))
        await database.close()

    asyncio.run(steps())


def test_postgresql_itself_walls_every_table_in(own_database: str, owner: str) -> None:
    twins.store(own_database, owner)

    async def steps() -> None:
        database = Database(own_database)
        for table in (TodoTagRow, TagRow, TodoRow, ListRow):
            for asker, some in ((f"{owner}-neighbour", False), ("", False), (owner, True)):
                async with database.transaction(asker) as connection:
                    removed = await connection.execute(delete(table.__table__))
                    assert (removed.rowcount > 0) == some, table
        await database.close()

    asyncio.run(steps())


def test_the_restricted_role_reaches_nothing_but_the_tables(postgres: psycopg.Connection) -> None:
    with postgres.transaction(force_rollback=True):
        postgres.execute("SET LOCAL ROLE freehold_user")
        with pytest.raises(InsufficientPrivilege):
            postgres.execute("SELECT FROM alembic_version")


def test_a_pooled_connection_carries_nothing_to_the_next_user(
    database_url: str, owner: str
) -> None:
    async def steps() -> None:
        database = Database(database_url, pool_size=1, statement_timeout_ms=4321)
        scope = UserScope(owner, frozenset(), database, Cursors(b"key"))
        await scope.add(TodoRow, {"title": "Milk"}, Todo)
        with pytest.raises(Problem):
            await scope.add(TodoRow, {"title": "x" * 201}, Todo)
        asked = ("role", "app.user_id", "statement_timeout", "lock_timeout", "TimeZone")
        settings = select(func.pg_backend_pid(), *(func.current_setting(name) for name in asked))
        async with database.transaction("next") as connection:
            inside = (await connection.execute(settings)).one()
            await connection.commit()
            after = (await connection.execute(settings)).one()
        await database.close()
        assert inside[1:] == ("freehold_user", "next", "4321ms", "2s", "UTC")
        assert after[:4] == (inside[0], "none", "", "0")

    asyncio.run(steps())


@pytest.mark.parametrize(
    "values",
    [
        {"title": "x" * 201},
        {"title": ""},
        {"title": "\0"},
        {"title": "\ud800"},
        {"title": "x", "priority": "urgent"},
    ],
    ids=str,
)
def test_values_that_cannot_be_stored_are_unprocessable_and_not_repeated(
    database_url: str, owner: str, values: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            with pytest.raises(Problem) as refusal:
                await scope_of(owner).add(TodoRow, {"notes": "a secret", **values}, Todo)
            assert refusal.value.status_code == 422
            assert refusal.value.__cause__ is None
            assert refusal.value.__suppress_context__
            assert "secret" not in str(refusal.value.detail) + caplog.text

    asyncio.run(steps())

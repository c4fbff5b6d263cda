"""What an implementation can do with the scope of a user, on a real PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import BaseModel, ConfigDict
from sqlmodel import (
    and_,
    col,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)

from impl.core.etags import if_match
from impl.core.paging import Order
from impl.core.problems import NotFound, PreconditionFailed
from impl.core.scope import UserScope
from impl.tables import ProfileRow, TodoRow
from tests.conftest import scopes

type ScopeOf = Callable[[str], UserScope]


class Priority(Enum):
    """As a contract's enumeration is generated."""

    low = "low"
    normal = "normal"
    high = "high"


class Todo(BaseModel):
    """As a contract's schema is generated: strict, and closed to other members."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: UUID
    title: str
    notes: str
    done: bool
    priority: Priority
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class Profile(BaseModel):
    """The same for a table with one row per owner."""

    display_name: str | None
    version: int


def run(url: str, steps: Callable[[ScopeOf], Awaitable[None]]) -> None:
    """Run the steps with a database that is open for as long as they take."""

    async def opened() -> None:
        async with scopes(url) as scope_of:
            await steps(scope_of)

    asyncio.run(opened())


def test_a_row_is_stored_with_its_defaults_and_read_back(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        added = await scope.add(TodoRow, {"title": "Milk"}, Todo)
        assert added.id.version == 7
        assert (added.notes, added.done, added.due_at, added.version) == ("", False, None, 1)
        assert added.priority is Priority.normal
        assert added.created_at.tzinfo is not None
        assert await scope.get(TodoRow, added.id, Todo) == added
        assert await scope.find(TodoRow, Todo, limit=5) == [added]

    run(database_url, steps)


def test_a_change_counts_and_tells_the_time(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        added = await scope.add(TodoRow, {"title": "Milk"}, Todo)
        values = {
            "done": True,
            "priority": Priority.high,
            "due_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        changed = await scope.change(TodoRow, added.id, values, Todo)
        assert (changed.title, changed.done, changed.priority) == ("Milk", True, Priority.high)
        assert changed.version == 2
        assert changed.updated_at > changed.created_at == added.created_at
        assert await scope.get(TodoRow, added.id, Todo) == changed
        await scope.remove(TodoRow, added.id)
        assert not await scope.exists(TodoRow)

    run(database_url, steps)


def test_a_change_without_values_changes_nothing_but_checks_the_version(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        added = await scope.add(TodoRow, {"title": "Milk"}, Todo)
        assert await scope.change(TodoRow, added.id, {}, Todo, if_match('"1"')) == added
        with pytest.raises(PreconditionFailed):
            await scope.change(TodoRow, added.id, {}, Todo, if_match('"2"'))
        with pytest.raises(NotFound):
            await scope.change(TodoRow, uuid4(), {}, Todo, if_match('"1"'))

    run(database_url, steps)


@pytest.mark.parametrize("header", ['"2"', 'W/"1"', '"x"', '"999999999999999999"', "nonsense"])
def test_a_row_of_another_version_is_left_alone(database_url: str, owner: str, header: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        added = await scope.add(TodoRow, {"title": "Milk"}, Todo)
        with pytest.raises(PreconditionFailed):
            await scope.change(TodoRow, added.id, {"done": True}, Todo, if_match(header))
        with pytest.raises(PreconditionFailed):
            await scope.remove(TodoRow, added.id, if_match(header))
        assert await scope.get(TodoRow, added.id, Todo) == added

    run(database_url, steps)


def test_of_many_changes_to_one_version_exactly_one_wins(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        key = (await scope.add(TodoRow, {"title": "Milk"}, Todo)).id
        changes = [
            scope.change(TodoRow, key, {"notes": str(each)}, Todo, if_match('"1"'))
            for each in range(10)
        ]
        results = await asyncio.gather(*changes, return_exceptions=True)
        won = [result for result in results if isinstance(result, Todo)]
        assert len(won) == 1
        assert sum(isinstance(result, PreconditionFailed) for result in results) == 9
        assert await scope.get(TodoRow, key, Todo) == won[0]

    run(database_url, steps)


@pytest.mark.parametrize("policies", ["ENABLE", "DISABLE"])
def test_another_owners_row_does_not_exist(own_database: str, owner: str, policies: str) -> None:
    """The statements keep owners apart by themselves, policies or none."""
    with psycopg.connect(own_database, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE todo {policies} ROW LEVEL SECURITY".encode())

    async def steps(scope_of: ScopeOf) -> None:
        mine, theirs = scope_of(owner), scope_of(f"{owner}-neighbour")
        added = await mine.add(TodoRow, {"title": "Milk"}, Todo)
        for key in (added.id, uuid4()):
            for version in (None, '"1"', '"2"'):
                with pytest.raises(NotFound):
                    await theirs.change(TodoRow, key, {"done": True}, Todo, if_match(version))
                with pytest.raises(NotFound):
                    await theirs.remove(TodoRow, key, if_match(version))
            with pytest.raises(NotFound):
                await theirs.get(TodoRow, key, Todo)
        same = col(TodoRow.id) == added.id
        everybody = or_(col(TodoRow.owner_id) == owner, same, col(TodoRow.done).is_(False))
        order = Order(col(TodoRow.created_at))
        assert await theirs.find(TodoRow, Todo, everybody, limit=9) == []
        assert await theirs.find(TodoRow, Todo, everybody, order=order, limit=9) == []
        page = await theirs.page(TodoRow, Todo, everybody, order=order, limit=9, cursor=None)
        assert page.items == []
        assert await theirs.count(TodoRow, everybody) == 0
        assert not await theirs.exists(TodoRow, same)
        assert await mine.get(TodoRow, added.id, Todo) == added

    run(own_database, steps)


def test_the_one_row_of_an_owner_is_made_when_it_is_first_wanted(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        mine, theirs = scope_of(owner), scope_of(f"{owner}-neighbour")
        wanted = await asyncio.gather(*(mine.mine(ProfileRow, Profile) for _ in range(8)))
        assert wanted == [Profile(display_name=None, version=1)] * 8
        changed = await mine.change_mine(ProfileRow, {"display_name": "Ada"}, Profile)
        assert changed == Profile(display_name="Ada", version=2)
        assert (await theirs.mine(ProfileRow, Profile)).display_name is None
        assert await mine.mine(ProfileRow, Profile) == changed
        assert await mine.count(ProfileRow) == 1

    run(database_url, steps)


def test_the_one_row_is_made_by_its_first_change_if_the_version_allows_it(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope, values = scope_of(owner), {"display_name": "Ada"}
        with pytest.raises(PreconditionFailed):
            await scope.change_mine(ProfileRow, values, Profile, if_match('"2"'))
        assert not await scope.exists(ProfileRow)
        changed = await scope.change_mine(ProfileRow, values, Profile, if_match('"1"'))
        assert changed.version == 2
        assert await scope.change_mine(ProfileRow, {}, Profile, if_match('"2"')) == changed
        with pytest.raises(PreconditionFailed):
            await scope.change_mine(ProfileRow, {}, Profile, if_match('"1"'))

    run(database_url, steps)


def test_a_table_with_many_rows_of_an_owner_has_no_row_that_is_theirs(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        with pytest.raises(TypeError):
            await scope_of(owner).mine(TodoRow, Todo)

    run(database_url, steps)


@pytest.mark.parametrize("name", ["owner_id", "id", "version", "created_at", "updated_at", "nope"])
def test_what_the_server_decides_cannot_be_written(
    database_url: str, owner: str, name: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        with pytest.raises(ValueError, match=name):
            await scope.add(TodoRow, {"title": "Milk", name: "x"}, Todo)
        with pytest.raises(ValueError, match=name):
            await scope.change(TodoRow, uuid4(), {name: "x"}, Todo)

    run(database_url, steps)


@pytest.mark.parametrize(
    "criterion",
    [
        col(ProfileRow.owner_id) == "x",
        col(TodoRow.owner_id) == col(ProfileRow.owner_id),
        col(TodoRow.owner_id).in_(select(ProfileRow.owner_id)),
        exists(select(ProfileRow.owner_id)),
        not_(exists(select(ProfileRow.owner_id))),
        col(TodoRow.title) == select(ProfileRow.display_name).scalar_subquery(),
        and_(col(TodoRow.done).is_(True), or_(text("true"), col(TodoRow.done).is_(False))),
        text("true"),
        literal_column("true"),
        literal_column("1") == 1,
        column("owner_id") == "x",
        func.set_config("app.user_id", "x", True) == "x",
        func.pg_sleep(1).is_(None),
        func.evil.lower(col(TodoRow.title)) == "x",
        col(TodoRow.title).op("= title OR title =")("x"),
        col(TodoRow.title).collate("C") == "x",
        col(TodoRow.title) == Priority.low,
        col(TodoRow.title).in_([Priority.low]),
        select(TodoRow.done).scalar_subquery(),
        TodoRow,
        "true",
        True,
    ],
    ids=str,
)
def test_criteria_that_smuggle_anything_in_are_refused(
    database_url: str, owner: str, criterion: object
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope, order = scope_of(owner), Order(col(TodoRow.created_at))
        smuggled: list[Awaitable[object]] = [
            scope.find(TodoRow, Todo, criterion, limit=1),  # type: ignore[arg-type]  # on purpose
            scope.count(TodoRow, criterion),  # type: ignore[arg-type]  # on purpose
            scope.exists(TodoRow, criterion),  # type: ignore[arg-type]  # on purpose
            scope.page(TodoRow, Todo, criterion, order=order, limit=1, cursor=None),  # type: ignore[arg-type]  # on purpose
        ]
        for attempt in smuggled:
            with pytest.raises(TypeError):
                await attempt

    run(database_url, steps)

"""Changes of several rows at once, and rows that are stored whether or not they are there."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import ColumnElement
from sqlmodel import col

from impl.core.criteria import related
from impl.core.paging import Order
from impl.core.problems import NotFound, Problem, UnknownReference
from impl.core.scope import UserScope
from impl.core.source import Join
from impl.tables import ListRow, ProfileRow, TagRow, TodoRow, TodoTagRow
from tests import twins
from tests.conftest import scopes
from tests.twins import FILED, LIST, LOOSE, OTHER_TAG, TAG, Attached, Todo

LINK = (col(TodoTagRow.todo_id), col(TodoTagRow.tag_id))
NAME = (col(TagRow.name),)
type ScopeOf = Callable[[str], UserScope]
type Steps = Callable[[ScopeOf], Awaitable[None]]


def run(url: str, steps: Steps) -> None:
    async def opened() -> None:
        async with scopes(url) as scope_of:
            await steps(scope_of)

    asyncio.run(opened())


async def added(scope: UserScope, count: int) -> list[Todo]:
    return [await scope.add(TodoRow, {"title": f"Todo {number}"}, Todo) for number in range(count)]


async def removing(scope: UserScope, *keys: UUID) -> None:
    """Remove todos one by one, and all tags, in one transaction."""
    async with scope.transaction() as together:
        await together.remove_where(TagRow, col(TagRow.name) != "")
        for key in keys:
            await together.remove_several(TodoRow, [key])


def test_rows_are_changed_together_and_come_in_the_order_asked_for(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        first, second, third, other = await added(scope, 4)
        keys = [third.id, first.id, second.id]
        changed = await scope.change_several(TodoRow, keys, {"done": True}, Todo)
        assert [each.id for each in changed] == keys
        assert {(each.done, each.version) for each in changed} == {(True, 2)}
        assert await scope.change_several(TodoRow, keys, {}, Todo) == changed
        assert await scope.get(TodoRow, other.id, Todo) == other
        await scope.remove_several(TodoRow, keys)
        assert await scope.find(TodoRow, Todo, limit=9) == [other]

    run(database_url, steps)


def test_if_one_row_is_missing_none_is_changed(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        mine, theirs = scope_of(owner), scope_of(f"{owner}-neighbour")
        todos = await added(mine, 3)
        (foreign,) = await added(theirs, 1)
        for missing in (uuid4(), foreign.id):
            keys = [*(each.id for each in todos), missing]
            for values in ({"done": True}, {}):
                with pytest.raises(NotFound):
                    await mine.change_several(TodoRow, keys, values, Todo)
            with pytest.raises(NotFound):
                await mine.remove_several(TodoRow, keys)
        assert await mine.find(TodoRow, Todo, limit=9) == todos
        assert await theirs.find(TodoRow, Todo, limit=9) == [foreign]

    run(database_url, steps)


def test_if_one_row_cannot_be_changed_none_is(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        todos = await added(scope, 3)
        with pytest.raises(UnknownReference) as refused:
            await scope.change_several(
                TodoRow, [each.id for each in todos], {"list_id": uuid4()}, Todo
            )
        assert refused.value.status_code == 422
        assert await scope.find(TodoRow, Todo, limit=9) == todos

    run(database_url, steps)


def test_changes_of_the_same_rows_in_any_order_wait_for_each_other(
    database_url: str, owner: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        keys = [each.id for each in await added(scope, 20)]
        orders = [keys, keys[::-1], keys[10:] + keys[:10]] * 3
        await asyncio.gather(
            *(scope.change_several(TodoRow, each, {"done": True}, Todo) for each in orders)
        )
        found = await scope.find(TodoRow, Todo, limit=99)
        assert {each.version for each in found} == {1 + len(orders)}

    run(database_url, steps)


def test_bulk_changes_are_steps_of_a_transaction_as_well(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        first, second = await added(scope, 2)
        async with scope.transaction() as together:
            await together.change_several(TodoRow, [first.id], {"done": True}, Todo)
            with pytest.raises(NotFound):
                await together.remove_several(TodoRow, [second.id, uuid4()])
            await together.put(TagRow, {"name": "kept"}, by=NAME)
            assert await together.remove_where(TodoRow, col(TodoRow.id) == second.id) == 1
        (left,) = await scope.find(TodoRow, Todo, limit=9)
        assert (left.id, left.done) == (first.id, True)
        with pytest.raises(NotFound):
            await removing(scope, first.id, uuid4())
        assert await scope.count(TodoRow) == await scope.count(TagRow) == 1

    run(database_url, steps)


def test_rows_are_changed_and_removed_by_criteria(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        todos = await added(scope, 5)
        some = col(TodoRow.title).in_(["Todo 1", "Todo 3", "Todo 9"])
        assert await scope.change_where(TodoRow, {"done": True}, some) == 2
        assert await scope.change_where(TodoRow, {"done": True}, col(TodoRow.title) == "x") == 0
        done = await scope.find(TodoRow, Todo, col(TodoRow.done).is_(True), limit=9)
        assert [(each.title, each.version) for each in done] == [("Todo 1", 2), ("Todo 3", 2)]
        undone = col(TodoRow.done).is_(False)
        assert await scope.remove_where(TodoRow, undone, col(TodoRow.title) != "Todo 4") == 2
        left = await scope.find(TodoRow, Todo, limit=9)
        assert [each.id for each in left] == [todos[at].id for at in (1, 3, 4)]

    run(database_url, steps)


@pytest.mark.parametrize("name", ["owner_id", "id", "version", "nope"])
def test_what_the_server_decides_is_written_in_no_way(
    database_url: str, owner: str, name: str
) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        attempts = (
            scope.change_several(TodoRow, [uuid4()], {name: "x"}, Todo),
            scope.change_where(TodoRow, {name: "x"}, col(TodoRow.done).is_(True)),
            scope.change_where(TodoRow, {}, col(TodoRow.done).is_(True)),
            scope.put(TagRow, {"name": "x", name: "x"}, by=NAME),
        )
        for attempt in attempts:
            with pytest.raises(ValueError, match=r"in (todo|tag)"):
                await attempt

    run(database_url, steps)


def test_bulk_changes_leave_the_twins_rows_alone(twins_database: str, owner: str) -> None:
    """The twin's rows have the same ids, and whatever is done to the owner's leaves them alone."""
    before = twins.rows(twins_database, f"{owner}-twin")
    everything: list[ColumnElement[bool]] = [col(TodoRow.title) != ""]

    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        assert await scope.change_where(TodoRow, {"done": True}, related(TodoTagRow)) == 0
        assert await scope.remove_where(TodoTagRow, col(TodoTagRow.tag_id) == TAG) == 0
        changed = await scope.change_several(TodoRow, [FILED, LOOSE], {"done": True}, Todo)
        assert {each.title for each in changed} == {f"Filed by {owner}", f"Loose by {owner}"}
        assert await scope.change_where(TodoRow, {"list_id": LIST}, *everything) == 2
        link = {"todo_id": LOOSE, "tag_id": OTHER_TAG}
        await scope.put(TodoTagRow, link, by=LINK)
        await scope.put(TagRow, {"name": "tag"}, by=NAME)
        await scope.put(ProfileRow, {"display_name": "Ada"})
        await scope.put(ProfileRow, {"display_name": "Grace"})
        assert await scope.remove_where(TodoTagRow, col(TodoTagRow.tag_id) == OTHER_TAG) == 1
        await scope.remove_several(TodoRow, [FILED])
        assert await scope.remove_where(TodoRow, *everything) == 1
        await scope.remove_several(ListRow, [LIST])
        assert await scope.remove_where(TagRow, col(TagRow.name) != "") == 2

    run(twins_database, steps)
    assert twins.rows(twins_database, f"{owner}-twin") == before
    assert [len(rows) for rows in twins.rows(twins_database, owner)] == [0, 0, 0, 0, 1]


def test_a_row_is_put_once_and_changed_ever_after(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    def profiles() -> list[tuple[Any, ...]]:
        columns = "display_name, locale, version, updated_at - created_at"
        query = f"SELECT {columns} FROM profile WHERE owner_id = %s"  # noqa: S608 - constants
        return postgres.execute(query.encode(), [owner]).fetchall()

    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        await scope.put(ProfileRow, {"display_name": "Ada", "locale": "en"})
        assert profiles() == [("Ada", "en", 1, timedelta())]
        await scope.put(ProfileRow, {"display_name": "Grace"})
        ((name, locale, version, age),) = profiles()
        assert (name, locale, version) == ("Grace", "en", 2)
        assert age > timedelta()
        await scope.put(ProfileRow, {})
        assert profiles() == [("Grace", "en", 2, age)]

    run(database_url, steps)


def test_a_link_that_is_put_again_stays_as_it_was(database_url: str, owner: str) -> None:
    twins.store(database_url, owner)

    async def links(scope: UserScope) -> list[Any]:
        order = Order(col(TagRow.name))
        return await scope.find(Join(TagRow, TodoTagRow), Attached, order=order, limit=9)

    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        before = await links(scope)
        link: dict[str, UUID] = {"todo_id": FILED, "tag_id": TAG}
        await asyncio.gather(*(scope.put(TodoTagRow, link, by=LINK) for _ in range(5)))
        assert await links(scope) == before
        for wrong in ({**link, "tag_id": uuid4()}, {**link, "todo_id": uuid4()}):
            with pytest.raises(UnknownReference):
                await scope.put(TodoTagRow, wrong, by=LINK)

    run(database_url, steps)


def test_a_row_is_put_by_columns_that_tell_rows_apart(database_url: str, owner: str) -> None:
    async def steps(scope_of: ScopeOf) -> None:
        scope = scope_of(owner)
        for by in ((), (col(TodoTagRow.todo_id),), (col(TodoTagRow.attached_at),)):
            with pytest.raises(TypeError, match="told apart"):
                await scope.put(TodoTagRow, {"todo_id": FILED, "tag_id": TAG}, by=by)
        with pytest.raises(TypeError, match="told apart"):
            await scope.put(TagRow, {}, by=NAME)
        with pytest.raises(Problem) as refused:
            await scope.put(TagRow, {"name": ""}, by=NAME)
        assert refused.value.status_code == 422

    run(database_url, steps)

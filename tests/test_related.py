"""Reads over several tables: each of them is the caller's own, policies or none."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import and_, col, func, not_, or_, select

from impl.core.criteria import Conditions, related
from impl.core.owned import Owned
from impl.core.paging import Order
from impl.core.problems import Problem
from impl.core.scope import UserScope
from impl.core.source import Join, source
from impl.tables import ListRow, ProfileRow, TagRow, TodoRow, TodoTagRow
from tests import twins
from tests.conftest import scopes
from tests.twins import FILED, LIST, LOOSE, OTHER_TAG, TAG, Attached, Todo

TAGGED = related(TodoTagRow, col(TodoTagRow.tag_id) == TAG)
FILED_AT_ALL = related(ListRow)
TAGS_OF_TODOS = Join(TagRow, TodoTagRow)
BY_NAME = Order(col(TagRow.name))


def run(url: str, owner: str, steps: Callable[[UserScope], Awaitable[None]]) -> None:
    """Run the steps with the scope of an owner."""

    async def opened() -> None:
        async with scopes(url) as scope_of:
            await steps(scope_of(owner))

    asyncio.run(opened())


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (TAGGED, {FILED}),
        (not_(TAGGED), {LOOSE}),
        (related(TodoTagRow), {FILED}),
        (related(TodoTagRow, col(TodoTagRow.tag_id) == OTHER_TAG), set()),
        (related(TodoTagRow, col(TodoTagRow.tag_id).in_([TAG, OTHER_TAG])), {FILED}),
        (related(ListRow, func.lower(col(ListRow.name)).like("user-%")), {FILED}),
        (related(TodoTagRow, related(TagRow, col(TagRow.name).like("t%"))), {FILED}),
        (related(TodoTagRow, related(TagRow, col(TagRow.name) == "another")), set()),
        (or_(TAGGED, col(TodoRow.list_id).is_(None)), {FILED, LOOSE}),
        (and_(TAGGED, not_(FILED_AT_ALL)), set()),
        (and_(col(TodoRow.title).like("Filed%"), TAGGED, FILED_AT_ALL), {FILED}),
    ],
)
def test_rows_are_found_by_what_they_are_linked_to(
    database_url: str, owner: str, criterion: ColumnElement[bool], found: set[object]
) -> None:
    twins.store(database_url, owner)
    twins.store(database_url, f"{owner}-twin")

    async def steps(scope: UserScope) -> None:
        todos = await scope.find(TodoRow, Todo, criterion, limit=9)
        assert {todo.id for todo in todos} == found
        assert all(todo.title.endswith(owner) for todo in todos)
        assert await scope.count(TodoRow, criterion) == len(found)
        assert await scope.exists(TodoRow, criterion) == bool(found)
        async with scope.transaction() as together:
            assert await together.count(TodoRow, criterion) == len(found)

    run(database_url, owner, steps)


def test_links_of_another_owner_link_nothing_here(twins_database: str, owner: str) -> None:
    async def steps(scope: UserScope) -> None:
        for linked in (TAGGED, FILED_AT_ALL, related(TodoTagRow, related(TagRow))):
            assert await scope.find(TodoRow, Todo, linked, limit=9) == []
            assert await scope.count(TodoRow, linked) == 0
            assert not await scope.exists(TodoRow, linked)
            assert await scope.count(TodoRow, not_(linked)) == 2
        assert await scope.count(ListRow, related(TodoRow)) == 0
        assert await scope.find(TAGS_OF_TODOS, Attached, limit=9) == []
        assert await scope.count(TAGS_OF_TODOS) == 0
        assert not await scope.exists(TAGS_OF_TODOS)
        page = await scope.page(TAGS_OF_TODOS, Attached, order=BY_NAME, limit=9, cursor=None)
        assert page.items == []

    run(twins_database, owner, steps)


def test_columns_of_two_tables_are_read_as_one(twins_database: str, owner: str) -> None:
    async def steps(scope: UserScope) -> None:
        (found,) = await scope.find(
            TAGS_OF_TODOS, Attached, col(TodoTagRow.todo_id) == FILED, limit=9
        )
        assert (found.id, found.name) == (TAG, "tag")
        assert found.attached_at.tzinfo is not None
        assert await scope.count(TAGS_OF_TODOS, col(TodoTagRow.todo_id) == LOOSE) == 0
        assert await scope.exists(Join(TodoRow, ListRow), col(ListRow.id) == LIST)

    run(twins_database, f"{owner}-twin", steps)


def test_joined_rows_are_paged(database_url: str, owner: str) -> None:
    twins.store(database_url, owner)
    names = [f"number {number}" for number in range(7)]

    async def steps(scope: UserScope) -> None:
        by = (col(TodoTagRow.todo_id), col(TodoTagRow.tag_id))
        for name in reversed(names):
            tag = await scope.add(TagRow, {"name": name}, twins.Tag)
            await scope.put(TodoTagRow, {"todo_id": LOOSE, "tag_id": tag.id}, by=by)
        loose, filed = (col(TodoTagRow.todo_id) == each for each in (LOOSE, FILED))
        walked: list[str] = []
        cursor: str | None = None
        while cursor is not None or not walked:
            page = await scope.page(
                TAGS_OF_TODOS, Attached, loose, order=BY_NAME, limit=3, cursor=cursor
            )
            walked += [tag.name for tag in page.items]
            first, cursor = cursor or page.next_cursor, page.next_cursor
        assert walked == names
        with pytest.raises(Problem):
            await scope.page(TAGS_OF_TODOS, Attached, filed, order=BY_NAME, limit=3, cursor=first)
        with pytest.raises(Problem):
            await scope.page(TagRow, twins.Tag, order=BY_NAME, limit=3, cursor=first)

    run(database_url, owner, steps)


class Stranger(BaseModel):
    """A view with a field that neither table has."""

    name: str
    colour: str


@pytest.mark.parametrize(
    "criterion",
    [
        lambda: related(ProfileRow),
        lambda: related(TodoRow),
        lambda: related(TagRow),
        lambda: related(Owned),
        lambda: related(ListRow, by=col(TodoRow.title)),
        lambda: related(TodoTagRow, col(TodoRow.done).is_(True)),
        lambda: related(TodoTagRow, col(ListRow.name) == "x"),
        lambda: related(TodoTagRow, col(TodoTagRow.owner_id).in_(select(ListRow.owner_id))),
        lambda: related(TodoTagRow, col(TodoTagRow.tag_id).op("= tag_id OR tag_id =")(TAG)),
        lambda: related(TodoTagRow, True),  # type: ignore[arg-type]  # on purpose
        lambda: or_(TAGGED, related(TodoTagRow, related(ListRow))),
    ],
)
def test_what_no_foreign_key_links_is_refused(
    database_url: str, owner: str, criterion: Callable[[], ColumnElement[bool]]
) -> None:
    async def steps(scope: UserScope) -> None:
        with pytest.raises(TypeError):
            await scope.count(TodoRow, criterion())

    run(database_url, owner, steps)


def test_a_join_of_what_is_not_linked_or_not_there_is_refused(
    database_url: str, owner: str
) -> None:
    async def steps(scope: UserScope) -> None:
        for join in (Join(TodoRow, ProfileRow), Join(TodoRow, TodoRow), Join(TodoRow, TagRow)):
            with pytest.raises(TypeError, match="references in common"):
                await scope.count(join)
        with pytest.raises(TypeError, match="colour"):
            await scope.find(TAGS_OF_TODOS, Stranger, limit=1)
        with pytest.raises(TypeError, match="may not hold"):
            await scope.count(TAGS_OF_TODOS, col(TodoRow.done).is_(True))

    run(database_url, owner, steps)


def test_a_name_in_both_tables_means_the_first() -> None:
    lists = source(Join(TodoRow, ListRow))
    assert lists.column(col(TodoRow.created_at)) is TodoRow.__table__.c.created_at
    assert lists.column(col(ListRow.name)) is ListRow.__table__.c.name
    with pytest.raises(TypeError, match="is not a column"):
        lists.column(col(ListRow.created_at))


def test_relations_of_one_shape_are_equal_and_others_are_not() -> None:
    def shape(criterion: ColumnElement[bool]) -> Conditions:
        return Conditions(source(TodoRow), [criterion])

    other = shape(related(TodoTagRow, col(TodoTagRow.tag_id) == OTHER_TAG))
    assert shape(TAGGED) == other
    assert [each.values["criterion__0"] for each in (shape(TAGGED), other)] == [TAG, OTHER_TAG]
    assert shape(TAGGED) != shape(related(TodoTagRow, col(TodoTagRow.todo_id) == TAG))
    assert shape(TAGGED) != shape(not_(TAGGED))
    assert shape(FILED_AT_ALL) == shape(related(ListRow)) != shape(related(TodoTagRow))

"""Lists in pages, on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.pool import NullPool
from sqlmodel import col, create_engine, func, select

from impl.core import reading
from impl.core.criteria import Conditions
from impl.core.database import Database, driver_url
from impl.core.paging import Cursors, Order, Position, keyset, start
from impl.core.problems import Problem
from impl.core.scope import UserScope
from impl.core.source import source
from impl.tables import ProfileRow, TodoRow
from tests.conftest import scopes

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = [
    Order(column, descending)
    for column in (col(TodoRow.created_at), col(TodoRow.updated_at), col(TodoRow.due_at))
    for descending in (False, True)
]
every_order = pytest.mark.parametrize(
    "order", ORDERS, ids=lambda order: f"{sort_of(order)}-{'down' if order.descending else 'up'}"
)


def sort_of(order: Order) -> str:
    return keyset(source(TodoRow), order).column.name


class Todo(BaseModel):
    """What these tests see of a todo."""

    title: str


def insert(
    postgres: psycopg.Connection, owner: str, title: str, when: int, due: int | None
) -> None:
    at = START + timedelta(microseconds=when)
    due_at = None if due is None else START + timedelta(days=due)
    postgres.execute(
        "INSERT INTO todo (owner_id, id, title, created_at, updated_at, due_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (owner, uuid4(), title, at, at, due_at),
    )


def fill(postgres: psycopg.Connection, owner: str) -> None:
    """Store 23 todos with ties in every column, every third of them without a due date."""
    for number in range(23):
        insert(postgres, owner, str(number), number // 5, None if number % 3 == 0 else number % 4)


def expected(postgres: psycopg.Connection, owner: str, order: Order) -> list[str]:
    """Sort in Python: by value, rows without one last, then by id; all of it reversed or not."""
    rows = postgres.execute(
        "SELECT title, id, created_at, updated_at, due_at FROM todo WHERE owner_id = %s", (owner,)
    ).fetchall()
    at = 2 + ["created_at", "updated_at", "due_at"].index(sort_of(order))
    rows.sort(key=lambda row: (row[at] is None, row[at] or START, row[1]), reverse=order.descending)
    return [row[0] for row in rows]


async def walk(scope: UserScope, order: Order, limit: int) -> list[str]:
    """Read all pages, of which all but the last must be full."""
    page = await scope.page(TodoRow, Todo, order=order, limit=limit, cursor=None)
    titles = [item.title for item in page.items]
    while page.next_cursor is not None:
        assert len(page.items) == limit
        assert len(page.next_cursor) <= 512
        page = await scope.page(TodoRow, Todo, order=order, limit=limit, cursor=page.next_cursor)
        titles += [item.title for item in page.items]
    return titles


async def first_cursor(scope: UserScope, order: Order) -> str:
    page = await scope.page(TodoRow, Todo, order=order, limit=2, cursor=None)
    assert page.next_cursor is not None
    return page.next_cursor


@every_order
@pytest.mark.parametrize("limit", [1, 2, 5, 22, 23, 24])
def test_pages_together_are_the_sorted_list(
    database_url: str, postgres: psycopg.Connection, owner: str, order: Order, limit: int
) -> None:
    fill(postgres, owner)
    fill(postgres, f"{owner}-neighbour")

    async def read() -> list[str]:
        async with scopes(database_url) as scope_of:
            return await walk(scope_of(owner), order, limit)

    assert asyncio.run(read()) == expected(postgres, owner, order)


@every_order
def test_rows_written_between_pages_make_no_old_one_skipped_or_repeated(
    database_url: str, postgres: psycopg.Connection, owner: str, order: Order
) -> None:
    fill(postgres, owner)
    before = expected(postgres, owner, order)

    async def read() -> list[str]:
        titles: list[str] = []
        cursor: str | None = None
        async with scopes(database_url) as scope_of:
            while cursor is not None or not titles:
                page = await scope_of(owner).page(
                    TodoRow, Todo, order=order, limit=4, cursor=cursor
                )
                titles += [item.title for item in page.items]
                cursor = page.next_cursor
                if len(titles) < 20:
                    for due in (None, 0, 9):
                        insert(postgres, owner, "new", 2, due)
        return titles

    assert [title for title in asyncio.run(read()) if title != "new"] == before


@pytest.mark.parametrize(
    ("order", "value"), [*((order, START) for order in ORDERS), *((o, None) for o in ORDERS[4:])]
)
def test_an_index_serves_every_page_without_sorting(
    database_url: str, owner: str, order: Order, value: datetime | None
) -> None:
    """Ask PostgreSQL for its plan of the very statement, with no way to get by without an index."""
    todo = source(TodoRow)
    begin, position = start(Position(uuid4(), value))
    prepared = reading.page(todo, Todo, Conditions(todo, ()), keyset(todo, order), begin)
    statement = cast("Select[Any]", prepared.statement)
    statement = statement.params(prepared.bound(owner, {**position, reading.LIMIT: 21}))
    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    text = statement.compile(engine, compile_kwargs={"literal_binds": True})
    settings = {"role": "freehold_user", "app.user_id": owner} | dict.fromkeys(
        ("enable_seqscan", "enable_sort", "enable_bitmapscan"), "off"
    )
    with engine.begin() as connection:
        connection.execute(select(*(func.set_config(*each, True) for each in settings.items())))
        plan = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {text}").scalars().all()
    assert any(f"using todo_by_{sort_of(order)} on" in line for line in plan), plan
    assert not any(line.endswith("->  Sort") or "Seq Scan" in line for line in plan), plan


def test_the_page_after_the_last_row_of_all_is_empty_and_the_last(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    fill(postgres, owner)

    async def read() -> None:
        order = Order(col(TodoRow.due_at))
        async with scopes(database_url) as scope_of:
            cursor = await first_cursor(scope_of(owner), order)
            postgres.execute("DELETE FROM todo WHERE owner_id = %s", (owner,))
            page = await scope_of(owner).page(TodoRow, Todo, order=order, limit=2, cursor=cursor)
        assert page.items == []
        assert page.next_cursor is None

    asyncio.run(read())


def test_a_cursor_opens_for_nobody_else_and_for_no_other_query(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    fill(postgres, owner)
    by_creation, by_change = Order(col(TodoRow.created_at)), Order(col(TodoRow.updated_at))
    undone = col(TodoRow.done).is_(False)

    async def read() -> None:
        async with scopes(database_url) as scope_of:
            mine, theirs = scope_of(owner), scope_of(f"{owner}-neighbour")
            cursor = await first_cursor(mine, by_creation)
            attempts = [
                theirs.page(TodoRow, Todo, order=by_creation, limit=2, cursor=cursor),
                mine.page(TodoRow, Todo, order=by_change, limit=2, cursor=cursor),
                mine.page(
                    TodoRow, Todo, order=Order(by_creation.column, True), limit=2, cursor=cursor
                ),
                mine.page(TodoRow, Todo, undone, order=by_creation, limit=2, cursor=cursor),
            ]
            for attempt in attempts:
                with pytest.raises(Problem) as refusal:
                    await attempt
                assert refusal.value.status_code == 422
                assert refusal.value.errors[0]["parameter"] == "cursor"
                assert refusal.value.errors[0]["in"] == "query"
            await mine.page(TodoRow, Todo, order=by_creation, limit=9, cursor=cursor)

    asyncio.run(read())


def test_a_cursor_is_bound_to_the_values_of_the_criteria(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    fill(postgres, owner)
    order = Order(col(TodoRow.created_at))

    async def read() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            low, high = (col(TodoRow.created_at) >= START - timedelta(days=ago) for ago in (1, 2))
            page = await scope.page(TodoRow, Todo, low, order=order, limit=2, cursor=None)
            cursor = page.next_cursor
            await scope.page(TodoRow, Todo, low, order=order, limit=2, cursor=cursor)
            with pytest.raises(Problem):
                await scope.page(TodoRow, Todo, high, order=order, limit=2, cursor=cursor)

    asyncio.run(read())


def test_a_cursor_that_was_tampered_with_is_refused(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    """Every character changed, and every length, is noticed; so is what is no cursor at all."""
    fill(postgres, owner)
    order = Order(col(TodoRow.due_at), True)

    async def read() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            cursor = await first_cursor(scope, order)
            changed = [
                cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
                for at in range(len(cursor))
            ]
            cut = [cursor[:at] for at in range(len(cursor))]
            alien = [f"{cursor}=", f"{cursor}A", f" {cursor}", "\0", "\udcff", "ü", "A" * 9999]
            for wrong in (*changed, *cut, *alien):
                with pytest.raises(Problem) as refusal:
                    await scope.page(TodoRow, Todo, order=order, limit=2, cursor=wrong)
                assert refusal.value.status_code == 422

    asyncio.run(read())


def test_a_cursor_sealed_with_another_key_is_refused(
    database_url: str, postgres: psycopg.Connection, owner: str
) -> None:
    fill(postgres, owner)
    order = Order(col(TodoRow.created_at))

    async def read() -> None:
        database = Database(database_url)
        ours, theirs = (
            UserScope(owner, frozenset(), database, Cursors(key)) for key in (b"ours", b"theirs")
        )
        with pytest.raises(Problem):
            await ours.page(
                TodoRow, Todo, order=order, limit=2, cursor=await first_cursor(theirs, order)
            )
        await database.close()

    asyncio.run(read())


def test_every_kind_of_value_survives_in_a_cursor() -> None:
    cursors = Cursors(b"key")
    instant = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for name, value in (("due_at", instant), ("due_at", None), ("version", 2**63 - 1)):
        column = TodoRow.__table__.c[name]
        position = Position(UUID(int=1), value)
        assert cursors.open(b"here", column, cursors.seal(b"here", column, position)) == position


@pytest.mark.parametrize("column", [col(TodoRow.title), col(ProfileRow.created_at)])
def test_an_order_by_long_text_or_a_foreign_column_is_the_programmers_fault(column: object) -> None:
    with pytest.raises(TypeError):
        keyset(source(TodoRow), Order(column))  # type: ignore[arg-type]  # as a fault would be

"""The scope of a user: the one way in which an implementation reaches the database."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table

from impl.core import statements
from impl.core.criteria import Conditions
from impl.core.database import JoinedTransaction, Transactions
from impl.core.etags import ANY, Versions
from impl.core.ids import uuid7
from impl.core.owned import Entity, Owned, Versioned
from impl.core.paging import Cursors, Order, Page, Position, Start, context, keyset, start
from impl.core.prepared import Prepared, Row
from impl.core.problems import NotFound, PreconditionFailed, Problem
from impl.core.statements import KEY, LIMIT, Values, among, written
from impl.core.views import views


class UserScope:
    """What one user may reach: their own rows, and no others.

    Bought with a verified token, of which `owner_id` is the subject and `scopes` the scopes.
    Methods take a table, a view and criteria, never a statement. A view is a Pydantic model:
    only the columns that its fields name are read, and it is what the method answers with.

    Every method raises `Unavailable` when the database is unreachable or saturated, a `Problem`
    with status 409 or 422 when it refuses the values, and `TypeError` for criteria about anything
    but columns of the table. A row of another owner does not exist, here as elsewhere.
    """

    __slots__ = ("__cursors", "__database", "__owner_id", "__scopes")

    def __init__(
        self, owner_id: str, scopes: frozenset[str], database: Transactions, cursors: Cursors
    ) -> None:
        if not owner_id:
            raise ValueError("a scope needs an owner")
        self.__owner_id = owner_id
        self.__scopes = scopes
        self.__database = database
        self.__cursors = cursors

    @property
    def owner_id(self) -> str:
        """The subject of the user's token."""
        return self.__owner_id

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of the user's token."""
        return self.__scopes

    async def get[View: BaseModel](self, table: type[Entity], key: UUID, view: type[View]) -> View:
        """Return one row. Raises `NotFound`."""
        statement = statements.get(table.__table__, view)
        found = views(view, await self.__run(statement, {KEY: key}))
        if not found:
            raise NotFound
        return found[0]

    async def mine[View: BaseModel](self, table: type[Versioned], view: type[View]) -> View:
        """Return the owner's one row, made with its defaults if it is missing."""
        statement = statements.change(_single(table), view, (), keyed=False, versioned=False)
        found = await self.__run(statement, {})
        if not found:
            await self.__run(statements.ensure(table.__table__), {})
            found = await self.__run(statement, {})
        return views(view, found)[0]

    async def find[View: BaseModel](
        self,
        table: type[Owned],
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order | None = None,
        limit: int,
    ) -> list[View]:
        """Return up to `limit` rows that meet all criteria, in the order given or of their keys."""
        conditions = Conditions(table.__table__, criteria)
        if order is None:
            statement = statements.find(table.__table__, view, conditions)
        else:
            sorting = keyset(table.__table__, order)
            statement = statements.page(table.__table__, view, conditions, sorting, Start.FIRST)
        return views(view, await self.__run(statement, {**conditions.values, LIMIT: limit}))

    async def page[View: BaseModel](
        self,
        table: type[Entity],
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order,
        limit: int,
        cursor: str | None,
    ) -> Page[View]:
        """Return the first `limit` rows that meet all criteria, or those after a cursor.

        Raises a `Problem` with status 422 for a cursor that is not of this user and this query.
        """
        sorting = keyset(table.__table__, order)
        conditions = Conditions(table.__table__, criteria)
        where = context(self.__owner_id, sorting, conditions)
        after = self.__cursors.open(where, sorting.column, cursor) if cursor is not None else None
        begin, position = start(after)
        statement = statements.page(table.__table__, view, conditions, sorting, begin)
        values = {**conditions.values, **position, LIMIT: limit + 1}
        rows = await self.__run(statement, values)
        items = views(view, rows[:limit])
        if len(rows) <= limit:
            return Page(items, None)
        last = dict(zip(statement.names, rows[limit - 1], strict=True))
        end = Position(last["id"], last[sorting.column.name])
        return Page(items, self.__cursors.seal(where, sorting.column, end))

    async def count(self, table: type[Owned], *criteria: ColumnElement[bool]) -> int:
        """Return how many rows meet all criteria."""
        conditions = Conditions(table.__table__, criteria)
        statement = statements.count(table.__table__, conditions)
        return int((await self.__run(statement, conditions.values))[0][0])

    async def exists(self, table: type[Owned], *criteria: ColumnElement[bool]) -> bool:
        """Tell whether any row meets all criteria."""
        conditions = Conditions(table.__table__, criteria)
        statement = statements.exists(table.__table__, conditions)
        return bool(await self.__run(statement, conditions.values))

    async def add[View: BaseModel](
        self, table: type[Entity], values: Values, view: type[View]
    ) -> View:
        """Store a new row and return it; its id, owner, version and times are not for `values`.

        Raises `ValueError` for values that name those, or no column.
        """
        statement = statements.add(table.__table__, view, tuple(values))
        return views(view, await self.__run(statement, {**written(values), KEY: uuid7()}))[0]

    async def change[View: BaseModel](
        self,
        table: type[Entity],
        key: UUID,
        values: Values,
        view: type[View],
        versions: Versions = ANY,
    ) -> View:
        """Change one row, which adds one to its version, and return it.

        Without values nothing changes, but the versions are checked all the same. Raises
        `NotFound`, `PreconditionFailed` when the row is of none of the versions, and
        `ValueError` as `add` does.
        """
        statement = statements.change(
            table.__table__, view, tuple(values), keyed=True, versioned=versions.numbers is not None
        )
        changed = await self.__run(statement, {**written(values), **among(versions), KEY: key})
        if not changed:
            raise await self.__absence(table, key)
        return views(view, changed)[0]

    async def change_mine[View: BaseModel](
        self,
        table: type[Versioned],
        values: Values,
        view: type[View],
        versions: Versions = ANY,
    ) -> View:
        """Change the owner's one row, as `change` does, and make it first if it is missing.

        One that is missing counts as being of version 1, which is what `mine` would make.
        """
        statement = statements.change(
            _single(table), view, tuple(values), keyed=False, versioned=versions.numbers is not None
        )
        bound = {**written(values), **among(versions)}
        changed = await self.__run(statement, bound)
        if not changed:
            changed = await self.__make_and_run(table, statement, bound)
        return views(view, changed)[0]

    async def remove(self, table: type[Entity], key: UUID, versions: Versions = ANY) -> None:
        """Delete one row. Raises `NotFound` and `PreconditionFailed` as `change` does."""
        statement = statements.remove(table.__table__, versioned=versions.numbers is not None)
        if not await self.__run(statement, {**among(versions), KEY: key}):
            raise await self.__absence(table, key)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["UserScope"]:
        """Open a scope whose steps are stored together at the end, or not at all.

        What PostgreSQL refuses in one step ends them all: the exception may be caught, but it
        comes again.
        """
        async with self.__joined() as joined:
            yield UserScope(self.__owner_id, self.__scopes, joined, self.__cursors)

    @asynccontextmanager
    async def __joined(self) -> AsyncIterator[JoinedTransaction]:
        async with self.__database.transaction(self.__owner_id) as connection:
            joined = JoinedTransaction(connection)
            yield joined
            joined.check()

    def __run(self, statement: Prepared, values: Values) -> Awaitable[Sequence[Row]]:
        return self.__database.run(self.__owner_id, statement, values)

    async def __make_and_run(
        self, table: type[Versioned], statement: Prepared, values: Values
    ) -> Sequence[Row]:
        """Run a statement on the owner's one row, which is not made if the statement fails."""
        async with self.__joined() as joined:
            await joined.run(self.__owner_id, statements.ensure(table.__table__), {})
            changed = await joined.run(self.__owner_id, statement, values)
            if not changed:
                raise PreconditionFailed
        return changed

    async def __absence(self, table: type[Entity], key: UUID) -> Problem:
        """Say why a statement that names versions matched nothing."""
        there = await self.__run(statements.there(table.__table__), {KEY: key})
        return PreconditionFailed() if there else NotFound()


def _single(table: type[Versioned]) -> Table:
    if table.__table__.primary_key.columns.keys() != ["owner_id"]:
        raise TypeError(f"{table.__name__} may have many rows of one owner")
    return table.__table__

"""The scope of a user: the one way in which an implementation reaches the database."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table
from sqlalchemy.orm import Mapped

from impl.core import writing
from impl.core.criteria import Conditions
from impl.core.database import JoinedTransaction, Transactions
from impl.core.etags import ANY, Versions
from impl.core.ids import uuid7
from impl.core.issuing import Renewal
from impl.core.owned import Entity, Owned, Versioned
from impl.core.paging import Cursors
from impl.core.prepared import Prepared, Row
from impl.core.problems import NotFound, PreconditionFailed, Problem
from impl.core.reader import Reader
from impl.core.reading import KEY
from impl.core.source import attribute, owned_table, source
from impl.core.views import views
from impl.core.writing import KEYS, Values, among, written


class UserScope(Reader):
    """What one user may reach: their own rows, what is shared by all, and nothing else.

    Bought with a verified token, of which `owner_id` is the subject and `scopes` the scopes.
    Methods take a table, a view and criteria, never a statement. A view is a Pydantic model:
    only the columns that its fields name are read, and it is what the method answers with.

    Every method raises `Unavailable` when the database is unreachable or saturated, a `Problem`
    with status 409 or 422 when it refuses the values, and `TypeError` for tables that say nothing
    of owners and for criteria about anything but columns of the tables. A row of another owner
    does not exist, here as elsewhere.
    """

    __slots__ = ("_renewal", "_scopes")

    def __init__(
        self,
        owner_id: str,
        scopes: frozenset[str],
        database: Transactions,
        cursors: Cursors,
        renewal: Renewal | None = None,
    ) -> None:
        super().__init__(owner_id, database, cursors)
        self._scopes = scopes
        self._renewal = renewal

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of the user's token."""
        return self._scopes

    @property
    def renewal(self) -> Renewal:
        """What the user's token may be exchanged for; raises `TypeError` for an access token."""
        if self._renewal is None:
            raise TypeError("an access token is not exchanged")
        return self._renewal

    async def mine[View: BaseModel](self, table: type[Versioned], view: type[View]) -> View:
        """Return the owner's one row, made with its defaults if it is missing."""
        statement = writing.change(_single(table), view, (), keyed=False, versioned=False)
        found = await self._run(statement, {})
        if not found:
            await self._run(writing.ensure(owned_table(table)), {})
            found = await self._run(statement, {})
        return views(view, found, statement.nullable)[0]

    async def add[View: BaseModel](
        self, table: type[Entity], values: Values, view: type[View]
    ) -> View:
        """Store a new row and return it; its id, owner, version and times are not for `values`.

        Raises `ValueError` for values that name those, or no column.
        """
        statement = writing.add(owned_table(table), view, tuple(values))
        rows = await self._run(statement, {**written(values), KEY: uuid7()})
        return views(view, rows, statement.nullable)[0]

    async def ensure(self, table: type[Entity], key: UUID, values: Values) -> None:
        """Store a new row with this id; one that is there stays as it is.

        For what has its id before it is stored. Raises `ValueError` as `add` does.
        """
        statement = writing.ensure(owned_table(table), tuple(values))
        await self._run(statement, {**written(values), KEY: key})

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
        statement = writing.change(
            owned_table(table),
            view,
            tuple(values),
            keyed=True,
            versioned=versions.numbers is not None,
        )
        changed = await self._run(statement, {**written(values), **among(versions), KEY: key})
        if not changed:
            raise await self._absence(table, key)
        return views(view, changed, statement.nullable)[0]

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
        statement = writing.change(
            _single(table), view, tuple(values), keyed=False, versioned=versions.numbers is not None
        )
        bound = {**written(values), **among(versions)}
        changed = await self._run(statement, bound)
        if not changed:
            changed = await self._make_and_run(table, statement, bound)
        return views(view, changed, statement.nullable)[0]

    async def put(
        self, table: type[Owned], values: Values, *, by: Collection[Mapped[Any]] = ()
    ) -> None:
        """Store a row, or change the owner's own that has the same values in the columns `by`.

        Besides the owner, these are the columns of the primary key or of a unique constraint, or
        else a `TypeError` is raised. With values for them alone, a row that is there stays as it
        is. Raises `ValueError` as `add` does.
        """
        names = tuple(attribute(each).key for each in by)
        statement = writing.put(owned_table(table), tuple(values), names)
        await self._run(statement, {**written(values), KEY: uuid7()})

    async def change_several[View: BaseModel](
        self, table: type[Entity], keys: Collection[UUID], values: Values, view: type[View]
    ) -> list[View]:
        """Change rows as `change` does, and return them in the order of their keys.

        Raises `NotFound` if any of them is missing, and then changes none.
        """
        statement = writing.change_several(owned_table(table), view, tuple(values))
        async with self._locked(table, keys) as joined:
            bound = {**written(values), KEYS: list(keys)}
            changed = await joined.run(self._owner_id, statement, bound)
        found = {row[-1]: row for row in changed}
        return views(view, [found[key] for key in keys], statement.nullable)

    async def change_where(
        self,
        table: type[Owned],
        values: Values,
        criterion: ColumnElement[bool],
        *criteria: ColumnElement[bool],
    ) -> int:
        """Change the rows that meet all criteria, with one statement, and return their number.

        Raises `ValueError` as `add` does, and without values.
        """
        conditions = Conditions(source(table), (criterion, *criteria))
        statement = writing.change_where(owned_table(table), tuple(values), conditions)
        bound = {**written(values), **conditions.values}
        return int((await self._run(statement, bound))[0][0])

    async def remove(self, table: type[Entity], key: UUID, versions: Versions = ANY) -> None:
        """Delete one row. Raises `NotFound` and `PreconditionFailed` as `change` does."""
        statement = writing.remove(owned_table(table), versioned=versions.numbers is not None)
        if not await self._run(statement, {**among(versions), KEY: key}):
            raise await self._absence(table, key)

    async def remove_several(self, table: type[Entity], keys: Collection[UUID]) -> None:
        """Delete rows. Raises `NotFound` if any of them is missing, and then deletes none."""
        async with self._locked(table, keys) as joined:
            statement = writing.remove_several(owned_table(table))
            await joined.run(self._owner_id, statement, {KEYS: list(keys)})

    async def remove_where(
        self,
        table: type[Owned],
        criterion: ColumnElement[bool],
        *criteria: ColumnElement[bool],
    ) -> int:
        """Delete the rows that meet all criteria, with one statement, and return their number."""
        conditions = Conditions(source(table), (criterion, *criteria))
        statement = writing.remove_where(owned_table(table), conditions)
        return int((await self._run(statement, conditions.values))[0][0])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["UserScope"]:
        """Open a scope whose steps are stored together at the end, or not at all.

        What PostgreSQL refuses in one step ends them all: the exception may be caught, but it
        comes again.
        """
        async with self._joined() as joined:
            yield UserScope(self._owner_id, self._scopes, joined, self._cursors, self._renewal)

    @asynccontextmanager
    async def _joined(self) -> AsyncIterator[JoinedTransaction]:
        async with self._database.transaction(self._owner_id) as connection:
            joined = JoinedTransaction(connection)
            yield joined
            joined.check()

    @asynccontextmanager
    async def _locked(
        self, table: type[Entity], keys: Collection[UUID]
    ) -> AsyncIterator[JoinedTransaction]:
        """Open a transaction in which these rows are there, and stay as they are for others."""
        async with self._joined() as joined:
            statement = writing.lock(owned_table(table))
            rows = await joined.run(self._owner_id, statement, {KEYS: list(keys)})
            if len(rows) != len(set(keys)):
                raise NotFound
            yield joined

    async def _make_and_run(
        self, table: type[Versioned], statement: Prepared, values: Values
    ) -> Sequence[Row]:
        """Run a statement on the owner's one row, which is not made if the statement fails."""
        async with self._joined() as joined:
            await joined.run(self._owner_id, writing.ensure(owned_table(table)), {})
            changed = await joined.run(self._owner_id, statement, values)
            if not changed:
                raise PreconditionFailed
        return changed

    async def _absence(self, table: type[Entity], key: UUID) -> Problem:
        """Say why a statement that names versions matched nothing."""
        there = await self._run(writing.there(owned_table(table)), {KEY: key})
        return PreconditionFailed() if there else NotFound()


def _single(table: type[Versioned]) -> Table:
    single = owned_table(table)
    if single.primary_key.columns.keys() != ["owner_id"]:
        raise TypeError(f"{table.__name__} may have many rows of one owner")
    return single

"""The reading half of a user's scope."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement

from impl.core import reading
from impl.core.criteria import Conditions
from impl.core.database import Transactions
from impl.core.owned import Entity
from impl.core.paging import Cursors, Order, Page, Position, Start, context, keyset, start
from impl.core.problems import NotFound
from impl.core.reading import KEY, LIMIT, Aggregate, Figure
from impl.core.source import Join, Readable, source
from impl.core.views import views


class Reader:
    """What one user may read; its methods raise what those of `UserScope` raise."""

    __slots__ = ("_cursors", "_database", "_owner_id", "_run")

    def __init__(self, owner_id: str, database: Transactions, cursors: Cursors) -> None:
        if not owner_id:
            raise ValueError("a scope needs an owner")
        self._owner_id = owner_id
        self._database = database
        self._run = partial(database.run, owner_id)
        self._cursors = cursors

    @property
    def owner_id(self) -> str:
        """The subject of the user's token."""
        return self._owner_id

    async def get[View: BaseModel](self, table: type[Entity], key: UUID, view: type[View]) -> View:
        """Return one row. Raises `NotFound`."""
        statement = reading.get(source(table), view)
        found = views(view, await self._run(statement, {KEY: key}), statement.nullable)
        if not found:
            raise NotFound
        return found[0]

    async def find[View: BaseModel](
        self,
        of: Readable,
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order | None = None,
        limit: int,
    ) -> list[View]:
        """Return up to `limit` rows that meet all criteria, in the order given or of their keys."""
        conditions = Conditions(source(of), criteria)
        if order is None:
            statement = reading.find(source(of), view, conditions)
        else:
            sorting = keyset(source(of), order)
            statement = reading.page(source(of), view, conditions, sorting, Start.FIRST)
        rows = await self._run(statement, {**conditions.values, LIMIT: limit})
        return views(view, rows, statement.nullable)

    async def page[View: BaseModel](
        self,
        of: type[Entity] | Join,
        view: type[View],
        *criteria: ColumnElement[bool],
        order: Order,
        limit: int,
        cursor: str | None,
    ) -> Page[View]:
        """Return the first `limit` rows that meet all criteria, or those after a cursor.

        Raises a `Problem` with status 422 for a cursor that is not of this user and this query.
        """
        sorting = keyset(source(of), order)
        conditions = Conditions(source(of), criteria)
        where = context(self._owner_id, sorting, conditions)
        after = self._cursors.open(where, sorting.column, cursor) if cursor is not None else None
        begin, position = start(after)
        statement = reading.page(source(of), view, conditions, sorting, begin)
        values = {**conditions.values, **position, LIMIT: limit + 1}
        rows = await self._run(statement, values)
        items = views(view, rows[:limit], statement.nullable)
        if len(rows) <= limit:
            return Page(items, None)
        last = dict(zip(statement.names, rows[limit - 1], strict=True))
        end = Position(last["id"], last[sorting.column.name])
        return Page(items, self._cursors.seal(where, sorting.column, end))

    async def count(self, of: Readable, *criteria: ColumnElement[bool]) -> int:
        """Return how many rows meet all criteria."""
        conditions = Conditions(source(of), criteria)
        statement = reading.count(source(of), conditions)
        return int((await self._run(statement, conditions.values))[0][0])

    async def exists(self, of: Readable, *criteria: ColumnElement[bool]) -> bool:
        """Tell whether any row meets all criteria."""
        conditions = Conditions(source(of), criteria)
        statement = reading.exists(source(of), conditions)
        return bool(await self._run(statement, conditions.values))

    async def aggregate[View: BaseModel](
        self,
        of: Readable,
        view: type[View],
        aggregates: Mapping[str, Aggregate],
        *criteria: ColumnElement[bool],
        limit: int,
    ) -> list[View]:
        """Return figures for each group of the rows that meet all criteria, with one statement.

        `aggregates` says what fields of the view are made of; the others name the columns in
        which the rows of a group are equal. Up to `limit` groups come, in the order of these.
        """
        reads = source(of)
        filters = [each.where for each in aggregates.values() if each.where is not None]
        conditions = Conditions(reads, (*criteria, *filters))
        figures = tuple(
            Figure(
                field,
                each.function,
                None if each.column is None else reads.column(each.column).name,
                each.where is not None,
            )
            for field, each in aggregates.items()
        )
        statement = reading.aggregate(reads, view, figures, conditions)
        rows = await self._run(statement, {**conditions.values, LIMIT: limit})
        return views(view, rows, statement.nullable)

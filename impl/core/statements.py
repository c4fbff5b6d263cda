"""Statements on owned tables. Each of them carries the owner, whatever else it asks for.

Row-level security says the same again: neither the statements nor the policies are trusted to
be without a fault.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, CompoundSelect, Executable, Select, Table, union_all
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlmodel import ARRAY, BigInteger, any_, delete, func, insert, literal, select, update

from impl.core.criteria import confine
from impl.core.etags import Versions
from impl.core.ids import uuid7
from impl.core.paging import Keyset, Position

SERVED = frozenset({"owner_id", "id", "created_at", "updated_at", "version"})

type View = type[BaseModel]
type Criteria = Sequence[ColumnElement[bool]]
type Values = Mapping[str, object]


@cache
def columns(table: Table, view: View) -> tuple[Column[Any], ...]:
    """Return the columns that the fields of a view name.

    Raises `TypeError` for a view with a field that is no column.
    """
    missing = view.model_fields.keys() - table.c.keys()
    if missing:
        raise TypeError(f"{view.__name__} has fields that {table.name} lacks: {sorted(missing)}")
    return tuple(table.c[name] for name in view.model_fields)


class Statements:
    """The statements of one owner on one table.

    Criteria about anything but that table raise `TypeError`.
    """

    def __init__(self, owner_id: str, table: Table) -> None:
        self._owner_id = owner_id
        self._table = table

    def find(self, view: View, criteria: Criteria, limit: int) -> Executable:
        """Select rows in the order of their keys."""
        rows: Select[Any] = select(*columns(self._table, view)).where(*self._owned(criteria))
        return rows.order_by(*self._table.primary_key).limit(limit)

    def page(
        self, view: View, criteria: Criteria, order: Keyset, after: Position | None, limit: int
    ) -> Select[Any] | CompoundSelect[Any]:
        """Select rows after a position, and with them the columns that make the next one."""
        chosen = dict.fromkeys((*columns(self._table, view), order.column, order.id))
        rows: Select[Any] = select(*chosen).where(*self._owned(criteria))
        parts = [
            rows.where(part).order_by(*order.sorting()).limit(limit) for part in order.after(after)
        ]
        if len(parts) == 1:
            return parts[0]
        return union_all(*parts).order_by(*order.sorting()).limit(limit)

    def count(self, criteria: Criteria) -> Executable:
        """Count rows."""
        return select(func.count()).select_from(self._table).where(*self._owned(criteria))

    def exists(self, criteria: Criteria) -> Executable:
        """Select the owner of one row, if there is any."""
        return select(self._table.c.owner_id).where(*self._owned(criteria)).limit(1)

    def add(self, view: View, values: Values) -> Executable:
        """Insert a row with an identifier of our making."""
        row = {**self._writable(values), "owner_id": self._owner_id, "id": uuid7()}
        return insert(self._table).values(row).returning(*columns(self._table, view))

    def ensure(self) -> Executable:
        """Insert the owner's one row with its defaults, unless it is there."""
        return (
            insert_unless_there(self._table)
            .values(owner_id=self._owner_id)
            .on_conflict_do_nothing()
        )

    def change(
        self, view: View, criteria: Criteria, values: Values, versions: Versions
    ) -> Executable:
        """Update a row if it is of one of these versions, or select it if nothing changes."""
        matching = (*criteria, *self._among(versions))
        if not values:
            return self.find(view, matching, 1)
        history = {"version": self._table.c.version + 1, "updated_at": func.now()}
        return (
            update(self._table)
            .where(*self._owned(matching))
            .values({**self._writable(values), **history})
            .returning(*columns(self._table, view))
        )

    def remove(self, criteria: Criteria, versions: Versions) -> Executable:
        """Delete a row if it is of one of these versions."""
        matching = self._owned((*criteria, *self._among(versions)))
        return delete(self._table).where(*matching).returning(self._table.c.owner_id)

    def _owned(self, criteria: Criteria) -> Criteria:
        confine(self._table, criteria)
        return (self._table.c.owner_id == self._owner_id, *criteria)

    def _among(self, versions: Versions) -> Criteria:
        if versions.numbers is None:
            return ()
        # One array, however many tags a header lists: the statement stays the same.
        numbers = literal(sorted(versions.numbers), ARRAY(BigInteger))
        return (self._table.c.version == any_(numbers),)

    def _writable(self, values: Values) -> dict[str, object]:
        refused = (values.keys() & SERVED) | (values.keys() - self._table.c.keys())
        if refused:
            raise ValueError(
                f"not for the caller to write in {self._table.name}: {sorted(refused)}"
            )
        # psycopg would send the name of an enumeration's member instead of its value.
        plain = (value.value if isinstance(value, Enum) else value for value in values.values())
        return dict(zip(values, plain, strict=True))

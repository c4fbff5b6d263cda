"""Sources: what is read, which is a table, or two of which one refers to the other.

Whatever is read of them meets their `conditions`: the owner's equality, for each of the tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Column, ColumnClause, ColumnElement, Table
from sqlalchemy.orm import Mapped, QueryableAttribute
from sqlmodel import SQLModel

from impl.core.owned import Owned, Shared
from impl.core.prepared import OWNER, bind


class Join(NamedTuple):
    """Two tables read as one: each row beside those that refer to it, or that it refers to.

    The foreign key between them says which these are; `by` is the column that refers, wanted
    only where there are several. A name that is in both tables means the column of `table`.
    """

    table: type[Owned]
    other: type[Owned | Shared]
    by: Mapped[Any] | None = None


type Readable = type[Owned | Shared] | Join


@dataclass(frozen=True, eq=False)  # there is one of each, and SQLAlchemy redefines `==`
class Source:
    """Tables, and the conditions without which no row of them is read."""

    tables: tuple[Table, ...]
    conditions: tuple[ColumnElement[bool], ...]

    @property
    def name(self) -> str:
        """The names of the tables."""
        return " and ".join(table.name for table in self.tables)

    def holds(self, column: ColumnClause[Any]) -> bool:
        """Tell whether a column is of one of the tables."""
        return any(table.c.contains_column(column) for table in self.tables)

    def column(self, mapped: Mapped[Any]) -> Column[Any]:
        """Return the column of an attribute; raise `TypeError` unless its name leads there."""
        column = self.named(attribute(mapped).key)
        if column is None or not column.table.c.contains_column(attribute(mapped).expression):
            raise TypeError(f"{mapped} is not a column of {self.name}")
        return column

    def named(self, name: str) -> Column[Any] | None:
        """Return the column of this name, of the first table that has one."""
        return _named(self.tables, name)

    def columns(self, view: type[BaseModel]) -> tuple[Column[Any], ...]:
        """Return the columns that the fields of a view name, as `columns` does."""
        return columns(*self.tables, view=view)


@cache
def source(of: Readable) -> Source:
    """Return what is read; raise `TypeError` for a table that has no owner and is not shared."""
    if not isinstance(of, Join):
        return Source((_table(of),), _owner(of))
    by = attribute(of.by).key if of.by is not None else None
    links = link(_table(of.table), _table(of.other), by)
    owners = (*_owner(of.table), *_owner(of.other))
    return Source((_table(of.table), _table(of.other)), (*owners, *links))


@cache
def owned_table(table: type[Owned]) -> Table:
    """Return a table that the caller has rows of; raise `TypeError` for any other."""
    if not issubclass(table, Owned):
        raise TypeError(f"{table.__name__} has no owners, so nobody writes to it")
    return _table(table)


def link(table: Table, other: Table, by: str | None) -> tuple[ColumnElement[bool], ...]:
    """Return the equalities of the one foreign key between two tables, in either direction.

    Raises `TypeError` if there is none, or if the column `by` does not tell which of several.
    """
    keys = [
        key
        for one, two in ((table, other), (other, table))
        for key in one.foreign_key_constraints
        if key.referred_table is two and (by is None or by in key.column_keys)
    ]
    if table is other or len(keys) != 1:
        raise TypeError(f"{table.name} and {other.name} have {len(keys)} references in common")
    return tuple(each.parent == each.column for each in keys[0].elements)


def attribute(mapped: Mapped[Any]) -> QueryableAttribute[Any]:
    """Return the attribute of a table that names a column; raise `TypeError` for anything else."""
    if not isinstance(mapped, QueryableAttribute):
        raise TypeError("a column is named by its attribute: col(Row.column)")
    return mapped


def columns(*tables: Table, view: type[BaseModel]) -> tuple[Column[Any], ...]:
    """Return the columns that the fields of a view name, of the first table that has one.

    Raises `TypeError` for a view with a field that is no column.
    """
    found = {name: _named(tables, name) for name in view.model_fields}
    missing = sorted(name for name, column in found.items() if column is None)
    if missing:
        names = " and ".join(table.name for table in tables)
        raise TypeError(f"{view.__name__} has fields that {names} lacks: {missing}")
    return tuple(column for column in found.values() if column is not None)


def owned(table: Table) -> ColumnElement[bool]:
    """Return the condition that a row is the caller's."""
    column = table.c.owner_id
    return column == bind(OWNER, column.type)


def _named(tables: Sequence[Table], name: str) -> Column[Any] | None:
    return next((table.c[name] for table in tables if name in table.c), None)


def _table(of: type[SQLModel]) -> Table:
    if not issubclass(of, (Owned, Shared)) or not hasattr(of, "__table__"):
        raise TypeError(f"{of} is no table with owners, and not declared as shared")
    return of.__table__


def _owner(of: type[Owned | Shared]) -> tuple[ColumnElement[bool], ...]:
    return () if issubclass(of, Shared) else (owned(of.__table__),)

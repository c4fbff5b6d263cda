"""Statements that read. Each of them carries the owner, whatever else it asks for.

Row-level security says the same again: neither the statements nor the policies are trusted to
be without a fault. What is the same for all owners and values is built once, and kept.
"""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, Select, cast, union_all
from sqlalchemy.orm import Mapped
from sqlmodel import BigInteger, Integer, func, select

from impl.core.criteria import SHAPES, Conditions
from impl.core.paging import Keyset, Start
from impl.core.prepared import Prepared, bind
from impl.core.source import Source

KEY, LIMIT = "row__id", "row__limit"

FUNCTIONS = frozenset({"count", "min", "max", "sum"})

type View = type[BaseModel]
type Function = Literal["count", "min", "max", "sum"]


class Aggregate(NamedTuple):
    """What is made of many rows: their number, or the least, greatest or sum of a column.

    The number of a column is that of its values. Only rows that meet `where` count, if it is
    given. Of no rows, all but the number is None.
    """

    function: Function
    column: Mapped[Any] | None = None
    where: ColumnElement[bool] | None = None


class Figure(NamedTuple):
    """The shape of an aggregate: for a field of the view, of the column by this name."""

    field: str
    function: str
    column: str | None
    filtered: bool


@lru_cache(SHAPES)
def get(source: Source, view: View) -> Prepared:
    """Select the row with the id `KEY`."""
    return Prepared(_rows(source, view).where(keyed(source)))


@lru_cache(SHAPES)
def find(source: Source, view: View, conditions: Conditions) -> Prepared:
    """Select up to `LIMIT` rows in the order of their keys."""
    rows = _rows(source, view).where(*conditions.clauses)
    keys = (column for table in source.tables for column in table.primary_key)
    return Prepared(rows.order_by(*keys).limit(_limit()))


@lru_cache(SHAPES)
def page(
    source: Source, view: View, conditions: Conditions, order: Keyset, start: Start
) -> Prepared:
    """Select up to `LIMIT` rows after a position, and the columns that make the next one."""
    chosen = dict.fromkeys((*source.columns(view), order.column, order.id))
    rows: Select[Any] = select(*chosen).where(*source.conditions, *conditions.clauses)
    parts = [
        rows.where(part).order_by(*order.sorting()).limit(_limit()) for part in order.after(start)
    ]
    if len(parts) == 1:
        return Prepared(parts[0])
    return Prepared(union_all(*parts).order_by(*order.sorting()).limit(_limit()))


@lru_cache(SHAPES)
def count(source: Source, conditions: Conditions) -> Prepared:
    """Count rows."""
    every = select(func.count()).select_from(*source.tables)
    return Prepared(every.where(*source.conditions, *conditions.clauses))


@lru_cache(SHAPES)
def exists(source: Source, conditions: Conditions) -> Prepared:
    """Select the key of one row, if there is any."""
    rows: Select[Any] = select(*source.tables[0].primary_key).where(*source.conditions)
    return Prepared(rows.where(*conditions.clauses).limit(1))


@lru_cache(SHAPES)
def aggregate(
    source: Source, view: View, figures: tuple[Figure, ...], conditions: Conditions
) -> Prepared:
    """Select figures for each group of rows that are equal in the other fields of the view.

    The last clauses of `conditions` are those that filter figures. Without other fields, there
    is one group of all rows. Up to `LIMIT` groups are selected, in the order of these fields.
    """
    unknown = {figure.field for figure in figures} - view.model_fields.keys()
    if unknown:
        raise TypeError(f"{view.__name__} lacks {sorted(unknown)}")
    filtered = sum(figure.filtered for figure in figures)
    kept = len(conditions.clauses) - filtered
    filters = iter(conditions.clauses[kept:])
    made = {
        each.field: _figure(source, each, next(filters) if each.filtered else None)
        for each in figures
    }
    groups = {name: _column(source, name) for name in view.model_fields if name not in made}
    columns = {**groups, **made}
    rows: Select[Any] = select(*(columns[name].label(name) for name in view.model_fields))
    rows = rows.select_from(*source.tables).where(*source.conditions, *conditions.clauses[:kept])
    return Prepared(rows.group_by(*groups.values()).order_by(*groups.values()).limit(_limit()))


def keyed(source: Source) -> ColumnElement[bool]:
    """Return the condition that a row of the first table has the id `KEY`."""
    key = source.tables[0].c.id
    return key == bind(KEY, key.type)


def _rows(source: Source, view: View) -> Select[Any]:
    rows: Select[Any] = select(*source.columns(view))
    return rows.where(*source.conditions)


def _limit() -> ColumnElement[int]:
    return bind(LIMIT, BigInteger())


def _column(source: Source, name: str) -> Column[Any]:
    column = source.named(name)
    if column is None:
        raise TypeError(f"{name} is neither a column of {source.name} nor an aggregate")
    return column


def _figure(
    source: Source, figure: Figure, where: ColumnElement[bool] | None
) -> ColumnElement[Any]:
    if figure.function not in FUNCTIONS or (figure.column is None and figure.function != "count"):
        raise TypeError(f"there is no {figure.function} of {figure.column or 'rows'}")
    columns = () if figure.column is None else (_column(source, figure.column),)
    made = getattr(func, figure.function)(*columns)
    value = made if where is None else made.filter(where)
    # PostgreSQL would answer the sum of integers with a decimal.
    whole = figure.function == "sum" and isinstance(made.type, Integer)
    return cast(value, BigInteger()) if whole else value

"""Statements on owned tables. Each of them carries the owner, whatever else it asks for.

Row-level security says the same again: neither the statements nor the policies are trusted to
be without a fault. What is the same for all owners and values is built once, and kept.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, Select, Table, union_all
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlmodel import ARRAY, BigInteger, any_, delete, func, insert, select, update

from impl.core.criteria import SHAPES, Conditions
from impl.core.etags import Versions
from impl.core.paging import Keyset, Start
from impl.core.prepared import OWNER, Prepared, bind

SERVED = frozenset({"owner_id", "id", "created_at", "updated_at", "version"})
KEY, LIMIT, VERSIONS, NEW = "row__id", "row__limit", "row__versions", "new__"

type View = type[BaseModel]
type Values = Mapping[str, object]
type Names = tuple[str, ...]


@cache
def columns(table: Table, view: View) -> tuple[Column[Any], ...]:
    """Return the columns that the fields of a view name.

    Raises `TypeError` for a view with a field that is no column.
    """
    missing = view.model_fields.keys() - table.c.keys()
    if missing:
        raise TypeError(f"{view.__name__} has fields that {table.name} lacks: {sorted(missing)}")
    return tuple(table.c[name] for name in view.model_fields)


@lru_cache(SHAPES)
def get(table: Table, view: View) -> Prepared:
    """Select the row with the id `KEY`."""
    return Prepared(select(*columns(table, view)).where(_owned(table), _keyed(table)))


@lru_cache(SHAPES)
def find(table: Table, view: View, conditions: Conditions) -> Prepared:
    """Select up to `LIMIT` rows in the order of their keys."""
    rows: Select[Any] = select(*columns(table, view)).where(_owned(table), *conditions.clauses)
    return Prepared(rows.order_by(*table.primary_key).limit(_limit()))


@lru_cache(SHAPES)
def page(table: Table, view: View, conditions: Conditions, order: Keyset, start: Start) -> Prepared:
    """Select up to `LIMIT` rows after a position, and the columns that make the next one."""
    chosen = dict.fromkeys((*columns(table, view), order.column, order.id))
    rows: Select[Any] = select(*chosen).where(_owned(table), *conditions.clauses)
    parts = [
        rows.where(part).order_by(*order.sorting()).limit(_limit()) for part in order.after(start)
    ]
    if len(parts) == 1:
        return Prepared(parts[0])
    return Prepared(union_all(*parts).order_by(*order.sorting()).limit(_limit()))


@lru_cache(SHAPES)
def count(table: Table, conditions: Conditions) -> Prepared:
    """Count rows."""
    every = select(func.count()).select_from(table)
    return Prepared(every.where(_owned(table), *conditions.clauses))


@lru_cache(SHAPES)
def exists(table: Table, conditions: Conditions) -> Prepared:
    """Select the owner of one row, if there is any."""
    return Prepared(select(table.c.owner_id).where(_owned(table), *conditions.clauses).limit(1))


@lru_cache(SHAPES)
def there(table: Table) -> Prepared:
    """Select the owner of the row with the id `KEY`, if it is there."""
    return Prepared(select(table.c.owner_id).where(*_one(table, keyed=True)))


@lru_cache(SHAPES)
def add(table: Table, view: View, names: Names) -> Prepared:
    """Insert a row with the id `KEY` and these columns.

    Raises `ValueError` for names that are not for the caller to write.
    """
    row = _written(table, names)
    row |= {"owner_id": _owner(table), "id": bind(KEY, table.c.id.type)}
    return Prepared(insert(table).values(row).returning(*columns(table, view)), writes=True)


@lru_cache(SHAPES)
def ensure(table: Table) -> Prepared:
    """Insert the owner's one row with its defaults, unless it is there."""
    row = insert_unless_there(table).values(owner_id=_owner(table))
    return Prepared(row.on_conflict_do_nothing(), writes=True)


@lru_cache(SHAPES)
def change(table: Table, view: View, names: Names, *, keyed: bool, versioned: bool) -> Prepared:
    """Update these columns of one row if it is of one of `VERSIONS`; without any, select it.

    Raises `ValueError` for names that are not for the caller to write.
    """
    matching = _one(table, keyed=keyed, versioned=versioned)
    if not names:
        return Prepared(select(*columns(table, view)).where(*matching))
    history = {"version": table.c.version + 1, "updated_at": func.now()}
    changed = update(table).where(*matching).values({**_written(table, names), **history})
    return Prepared(changed.returning(*columns(table, view)), writes=True)


@lru_cache(SHAPES)
def remove(table: Table, *, versioned: bool) -> Prepared:
    """Delete the row with the id `KEY` if it is of one of `VERSIONS`."""
    matching = _one(table, keyed=True, versioned=versioned)
    return Prepared(delete(table).where(*matching).returning(table.c.owner_id), writes=True)


def written(values: Values) -> dict[str, object]:
    """Return the values of columns that are written, by their parameters."""
    return {
        # The name of an enumeration's member might be sent instead of its value.
        NEW + name: value.value if isinstance(value, Enum) else value
        for name, value in values.items()
    }


def among(versions: Versions) -> dict[str, object]:
    """Return the value of the parameter `VERSIONS`, if there is one."""
    return {} if versions.numbers is None else {VERSIONS: sorted(versions.numbers)}


def _one(table: Table, *, keyed: bool, versioned: bool = False) -> list[ColumnElement[bool]]:
    one = [_owned(table)]
    if keyed:
        one.append(_keyed(table))
    if versioned:
        # One array, however many tags a header lists: the statement stays the same.
        one.append(table.c.version == any_(bind(VERSIONS, ARRAY(BigInteger))))
    return one


def _owned(table: Table) -> ColumnElement[bool]:
    return table.c.owner_id == _owner(table)


def _keyed(table: Table) -> ColumnElement[bool]:
    return table.c.id == bind(KEY, table.c.id.type)


def _owner(table: Table) -> ColumnElement[str]:
    return bind(OWNER, table.c.owner_id.type)


def _limit() -> ColumnElement[int]:
    return bind(LIMIT, BigInteger())


def _written(table: Table, names: Names) -> dict[str, ColumnElement[Any]]:
    refused = (set(names) & SERVED) | (set(names) - set(table.c.keys()))
    if refused:
        raise ValueError(f"not for the caller to write in {table.name}: {sorted(refused)}")
    return {name: bind(NEW + name, table.c[name].type) for name in names}

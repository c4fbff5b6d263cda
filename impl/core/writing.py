"""Statements that write, and those that look where it is to be written.

As of those that read, each carries the owner, and is built once for all owners and values.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Delete, Table, UniqueConstraint, Update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlmodel import ARRAY, BigInteger, any_, delete, func, insert, literal, select, update

from impl.core.criteria import SHAPES, Conditions
from impl.core.etags import Versions
from impl.core.prepared import NEW, OWNER, Prepared, bind
from impl.core.reading import KEY
from impl.core.source import columns, owned

SERVED = frozenset({"owner_id", "id", "created_at", "updated_at", "version"})
KEYS, VERSIONS = "row__ids", "row__versions"
# What is sent as it is; to ask of each value whether it is an enumeration's takes much longer.
PLAIN = {bool, bytes, date, datetime, Decimal, dict, float, int, list, NoneType, str, time, UUID}

type View = type[BaseModel]
type Values = Mapping[str, object]
type Names = tuple[str, ...]


@lru_cache(SHAPES)
def there(table: Table) -> Prepared:
    """Select the owner of the row with the id `KEY`, if it is there."""
    return Prepared(select(table.c.owner_id).where(*_one(table, keyed=True)))


@lru_cache(SHAPES)
def lock(table: Table) -> Prepared:
    """Select the ids of the rows among `KEYS`, and keep them from others until the end.

    In the order of the ids, so that two who lock the same rows do not wait for each other.
    """
    rows = select(table.c.id).where(owned(table), _among(table))
    return Prepared(rows.order_by(table.c.id).with_for_update(), writes=True)


@lru_cache(SHAPES)
def add(table: Table, view: View, names: Names) -> Prepared:
    """Insert a row with the id `KEY` and these columns.

    Raises `ValueError` for names that are not for the caller to write.
    """
    row = _new(table, names)
    return Prepared(insert(table).values(row).returning(*columns(table, view=view)), writes=True)


@lru_cache(SHAPES)
def ensure(table: Table, names: Names = ()) -> Prepared:
    """Insert the owner's one row, or the one with the id `KEY`, unless it is there.

    Raises `ValueError` as `add` does.
    """
    row = insert_or(table).values(_new(table, names))
    return Prepared(row.on_conflict_do_nothing(), writes=True)


@lru_cache(SHAPES)
def put(table: Table, names: Names, by: Names) -> Prepared:
    """Insert a row, or update the owner's that is equal in the columns `by`.

    Without other columns than these, one that is there stays as it is. Raises `TypeError` unless
    no two rows of an owner can be equal in `by`, and `ValueError` as `add` does.
    """
    target = ["owner_id", *by]
    if frozenset(target) not in _unique(table) or not set(by) <= set(names):
        raise TypeError(f"rows of {table.name} are not told apart by {list(by)}")
    row = insert_or(table).values(_new(table, names))
    changed = {name: row.excluded[name] for name in names if name not in by}
    if not changed:
        return Prepared(row.on_conflict_do_nothing(index_elements=target), writes=True)
    return Prepared(
        row.on_conflict_do_update(
            index_elements=target, set_={**changed, **_history(table)}, where=owned(table)
        ),
        writes=True,
    )


@lru_cache(SHAPES)
def change(table: Table, view: View, names: Names, *, keyed: bool, versioned: bool) -> Prepared:
    """Update these columns of one row if it is of one of `VERSIONS`; without any, select it.

    Raises `ValueError` for names that are not for the caller to write.
    """
    matching = _one(table, keyed=keyed, versioned=versioned)
    return _changed(table, columns(table, view=view), names, *matching)


@lru_cache(SHAPES)
def change_several(table: Table, view: View, names: Names) -> Prepared:
    """Update these columns of the rows among `KEYS`, or select them; their ids come last."""
    shown = (*columns(table, view=view), table.c.id.label(KEY))
    return _changed(table, shown, names, owned(table), _among(table))


@lru_cache(SHAPES)
def change_where(table: Table, names: Names, conditions: Conditions) -> Prepared:
    """Update these columns of the rows that meet all conditions; select their number.

    Raises `ValueError` as `add` does, and without any columns.
    """
    if not names:
        raise ValueError(f"nothing to change in {table.name}")
    rows = update(table).where(owned(table), *conditions.clauses)
    return _counted(rows.values({**_written(table, names), **_history(table)}))


@lru_cache(SHAPES)
def remove(table: Table, *, versioned: bool) -> Prepared:
    """Delete the row with the id `KEY` if it is of one of `VERSIONS`."""
    matching = _one(table, keyed=True, versioned=versioned)
    return Prepared(delete(table).where(*matching).returning(table.c.owner_id), writes=True)


@lru_cache(SHAPES)
def remove_several(table: Table) -> Prepared:
    """Delete the rows among `KEYS`."""
    return Prepared(delete(table).where(owned(table), _among(table)), writes=True)


@lru_cache(SHAPES)
def remove_where(table: Table, conditions: Conditions) -> Prepared:
    """Delete the rows that meet all conditions; select their number."""
    return _counted(delete(table).where(owned(table), *conditions.clauses))


def written(values: Values) -> Values:
    """Return the values of columns as they are written."""
    if PLAIN.issuperset(map(type, values.values())):
        return values
    # The name of an enumeration's member might be sent instead of its value.
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items()
    }


def among(versions: Versions) -> dict[str, object]:
    """Return the value of the parameter `VERSIONS`, if there is one."""
    return {} if versions.numbers is None else {VERSIONS: sorted(versions.numbers)}


def _changed(
    table: Table,
    shown: Sequence[ColumnElement[Any]],
    names: Names,
    *matching: ColumnElement[bool],
) -> Prepared:
    if not names:
        return Prepared(select(*shown).where(*matching))
    values = {**_written(table, names), **_history(table)}
    return Prepared(update(table).where(*matching).values(values).returning(*shown), writes=True)


def _counted(rows: Update | Delete) -> Prepared:
    done = rows.returning(literal(1).label("row")).cte("done")
    return Prepared(select(func.count()).select_from(done), writes=True)


def _one(table: Table, *, keyed: bool, versioned: bool = False) -> list[ColumnElement[bool]]:
    one = [owned(table)]
    if keyed:
        one.append(table.c.id == bind(KEY, table.c.id.type))
    if versioned:
        # One array, however many tags a header lists: the statement stays the same.
        one.append(table.c.version == any_(bind(VERSIONS, ARRAY(BigInteger))))
    return one


def _among(table: Table) -> ColumnElement[bool]:
    return table.c.id == any_(bind(KEYS, ARRAY(table.c.id.type)))


def _owner(table: Table) -> ColumnElement[str]:
    return bind(OWNER, table.c.owner_id.type)


def _new(table: Table, names: Names) -> dict[str, ColumnElement[Any]]:
    row = {**_written(table, names), "owner_id": _owner(table)}
    return {**row, "id": bind(KEY, table.c.id.type)} if "id" in table.c else row


def _written(table: Table, names: Names) -> dict[str, ColumnElement[Any]]:
    refused = (set(names) & SERVED) | (set(names) - set(table.c.keys()))
    if refused:
        raise ValueError(f"not for the caller to write in {table.name}: {sorted(refused)}")
    return {name: bind(NEW + name, table.c[name].type) for name in names}


def _history(table: Table) -> dict[str, ColumnElement[Any]]:
    """Return what every change of a row writes beside its values."""
    if "version" not in table.c:
        return {}
    return {"version": table.c.version + 1, "updated_at": func.now()}


def _unique(table: Table) -> set[frozenset[str]]:
    """Return the sets of columns in which no two rows are equal."""
    keys = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return {frozenset(key.columns.keys()) for key in (table.primary_key, *keys)}

"""Keyset paging: lists that neither skip nor repeat a row while others are written.

A page continues after the last row of the one before, found by its sort value and its id. The
cursor that carries these two is sealed: it opens only for the same owner and the same query.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import BindParameter, Column, ColumnElement, UnaryExpression, and_, tuple_
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeEngine
from sqlmodel import String, TypeDecorator, true

from impl.core.criteria import SHAPES, Conditions
from impl.core.prepared import bind
from impl.core.problems import Problem
from impl.core.source import Source

CURSOR_LENGTH = 512  # characters
TEXT_LENGTH = 50  # characters of text that a cursor has room for, were each of them escaped
TAG_LENGTH = 16  # bytes of keyed BLAKE2b, RFC 7693
ID_LENGTH = 16  # bytes of a UUID

AFTER_ID, AFTER_VALUE = "after__id", "after__value"


class Order(NamedTuple):
    """A sorting by one column, and by the id in the same direction where values are equal.

    Rows without a value come after all others when ascending, and before them when descending,
    so that one index, read forwards or backwards, serves both.
    """

    column: Mapped[Any]
    descending: bool = False


@dataclass(frozen=True)
class Page[Item]:
    """A part of a list, and the cursor that leads to the next, or None at the end."""

    items: list[Item]
    next_cursor: str | None


class Position(NamedTuple):
    """Where a page ends: the id of its last row, and that row's value in the sort column."""

    id: UUID
    value: Any


class Start(Enum):
    """Where a page begins: with the first row, or after one that has a value or that has none."""

    FIRST = 0
    AFTER_VALUE = 1
    AFTER_MISSING = 2


@dataclass(frozen=True, eq=False)  # SQLAlchemy makes an expression of `column == column`
class Keyset:
    """An order as PostgreSQL serves it from an index on (owner, `column`, `id`)."""

    column: Column[Any]
    id: Column[UUID]
    descending: bool

    def sorting(self) -> list[UnaryExpression[Any]]:
        """Return the ORDER BY; where it puts NULL is PostgreSQL's default for either direction."""
        columns = (self.column, self.id)
        return [each.desc() if self.descending else each.asc() for each in columns]

    def after(self, start: Start) -> list[ColumnElement[bool]]:
        """Return the conditions that together select what follows a position, or all.

        There are two of them where rows with and without a value follow. They are not joined by
        OR, since an index serves each of them but not both at once. The position itself is given
        to the parameters `AFTER_ID` and `AFTER_VALUE`.
        """
        if start is Start.FIRST:
            return [true()]
        key = bind(AFTER_ID, self.id.type)
        if start is Start.AFTER_MISSING:
            return self._after_missing(key)
        here = tuple_(bind(AFTER_VALUE, self.column.type), key)
        there = tuple_(self.column, self.id)
        if self.descending:
            return [there < here]
        return [there > here, self.column.is_(None)] if self.column.nullable else [there > here]

    def _after_missing(self, key: BindParameter[UUID]) -> list[ColumnElement[bool]]:
        missing = self.column.is_(None)
        if self.descending:
            return [and_(missing, self.id < key), self.column.is_not(None)]
        return [and_(missing, self.id > key)]


@cache
def keyset(source: Source, order: Order) -> Keyset:
    """Return the order as one on this source; the id is that of its first table.

    Raises `TypeError` for a column that is not the source's, or whose values may be too long for
    a cursor, and for a source without an id.
    """
    column, key = source.column(order.column), source.named("id")
    if key is None:
        raise TypeError(f"{source.name} has no id to go by where values are equal")
    kind = _kind(column)
    if isinstance(kind, String) and not (kind.length and kind.length <= TEXT_LENGTH):
        raise TypeError(f"{order.column} may hold text that is too long for a cursor")
    return Keyset(column, key, order.descending)


def start(after: Position | None) -> tuple[Start, dict[str, object]]:
    """Return where a page after this position begins, and the values of the parameters."""
    if after is None:
        return Start.FIRST, {}
    if after.value is None:
        return Start.AFTER_MISSING, {AFTER_ID: after.id}
    return Start.AFTER_VALUE, {AFTER_ID: after.id, AFTER_VALUE: after.value}


def context(owner_id: str, order: Keyset, conditions: Conditions) -> bytes:
    """Return what a cursor is bound to: the owner and the query, its values included."""
    values = sorted((name, _canonical(value)) for name, value in conditions.values.items())
    query = (owner_id, order.column.name, order.descending, _text(conditions), values)
    return repr(query).encode()


@lru_cache(SHAPES)
def _text(conditions: Conditions) -> str:
    return f"{conditions.source.name}: {and_(true(), *conditions.clauses)}"


def _canonical(value: object) -> str:
    """Write a value down; members of a set have no order that another process would share."""
    if isinstance(value, datetime) and value.tzinfo:
        return repr(value.astimezone(UTC))
    return str(sorted(map(repr, value))) if isinstance(value, set | frozenset) else repr(value)


class Cursors:
    """The seal of cursors. `key` is a secret shared by all processes that serve the API."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"freehold cursors", "sha256")

    def seal(self, where: bytes, column: Column[Any], position: Position) -> str:
        """Return the cursor of a position, at most 512 characters of base64url (RFC 4648)."""
        payload = position.id.bytes + _adapter(column).serializer.to_json(position.value)
        return _encode(self._tag(where, payload) + payload)

    def open(self, where: bytes, column: Column[Any], cursor: str) -> Position:
        """Return the position that a cursor was sealed for.

        Raises a `Problem` with status 422 for a cursor that is not ours, or was sealed for
        another owner or another query.
        """
        try:
            content = _decode(cursor)
            tag, payload = content[:TAG_LENGTH], content[TAG_LENGTH:]
            if not hmac.compare_digest(tag, self._tag(where, payload)):
                raise _refusal()
            value = _adapter(column).validator.validate_json(payload[ID_LENGTH:])
            return Position(UUID(bytes=payload[:ID_LENGTH]), value)
        except (ValueError, ValidationError):
            raise _refusal() from None

    def _tag(self, where: bytes, payload: bytes) -> bytes:
        return blake2b(where + b"\0" + payload, key=self._key, digest_size=TAG_LENGTH).digest()


@cache
def _adapter(column: Column[Any]) -> TypeAdapter[Any]:
    plain: Any = _kind(column).python_type
    return TypeAdapter(plain | None)


def _kind(column: Column[Any]) -> TypeEngine[Any]:
    """Return the type that PostgreSQL knows, below SQLModel's own."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(cursor: str) -> bytes:
    """Undo `_encode`; raise `ValueError` for all else, other spellings of the same included."""
    if len(cursor) > CURSOR_LENGTH:
        raise ValueError("too long")
    content = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    if _encode(content) != cursor:
        raise ValueError("not canonical")
    return content


def _refusal() -> Problem:
    detail = "The cursor does not belong to this list; begin again without one."
    return Problem(422, errors=[{"parameter": "cursor", "in": "query", "detail": detail}])

"""Values on their way to PostgreSQL, in the binary format of its protocol."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import DataError
from psycopg.adapt import PyFormat, Transformer
from psycopg.postgres import types
from psycopg.pq import Format
from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import BigInteger, Boolean, DateTime, Enum, Integer, String, TypeDecorator, Uuid
from sqlmodel.sql.sqltypes import UTCDateTime

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts its microseconds from here
MICROSECOND = timedelta(microseconds=1)
BOOLEANS: dict[object, bytes] = {False: b"\x00", True: b"\x01"}
ANYTHING = 0  # the type is what the statement makes of it


class Wire(NamedTuple):
    """How the values of one parameter are sent: `oid` names their type in PostgreSQL."""

    oid: int
    format: Format
    dump: Callable[[Any], Any]


def wire(kind: TypeEngine[Any], dialect: Dialect) -> Wire:
    """Return how values of a type are sent.

    What has no binary form here goes as text, in psycopg's own spelling. Its `dump` raises
    `UnicodeEncodeError` and `psycopg.DataError` for values that PostgreSQL cannot hold.
    """
    oid, dump = _binary(_plain(kind))
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None or type(kind) in {Boolean, UTCDateTime}:  # they do no more than `dump`
        return Wire(oid, Format.BINARY if oid else Format.TEXT, dump)
    return Wire(oid, Format.BINARY if oid else Format.TEXT, lambda value: dump(process(value)))


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type that PostgreSQL knows, below SQLModel's own."""
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _binary(kind: TypeEngine[Any]) -> tuple[int, Callable[[Any], Any]]:
    match kind:
        case Uuid(as_uuid=True):
            return types["uuid"].oid, _uuid
        case Boolean():
            return types["bool"].oid, _boolean
        case Integer() | BigInteger():
            # The statement casts to narrower types, and PostgreSQL refuses what does not fit.
            return types["int8"].oid, _integer
        case DateTime(timezone=True):
            return types["timestamptz"].oid, _instant
        case String() if not isinstance(kind, Enum):
            return types["text"].oid, str.encode
    return ANYTHING, _text


def _uuid(value: UUID) -> bytes:
    return value.int.to_bytes(16)  # without the call that `UUID.bytes` is


def _boolean(value: object) -> bytes:
    try:
        return BOOLEANS[value]
    except KeyError:
        raise TypeError("no boolean") from None


def _integer(value: int) -> bytes:
    try:
        return value.to_bytes(8, "big", signed=True)
    except OverflowError:
        raise DataError("no number of 64 bits") from None


def _instant(value: datetime) -> bytes:
    if value.tzinfo is None:
        raise ValueError("a point in time needs an offset")
    return ((value - EPOCH) // MICROSECOND).to_bytes(8, "big", signed=True)


def _text(value: object) -> Any:
    return Transformer().get_dumper(value, PyFormat.TEXT).dump(value)

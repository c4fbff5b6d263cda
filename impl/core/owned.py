"""The bases of every table: a row has exactly one owner, and its key starts with that owner."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import BigInteger, Field, MetaData, SQLModel, func


class Owned(SQLModel):
    """A table whose rows belong to one owner each.

    `owner_id` is the subject of the owner's tokens. It is the first column of the primary key,
    so that every look-up stays with one owner, and with one shard where the owner distributes.
    """

    __table__: ClassVar[Table]

    owner_id: str = Field(primary_key=True, max_length=128)


class Versioned(Owned):
    """A table whose rows count their changes.

    `version` starts at 1 and grows by one with each change; it is what an ETag shows.
    `created_at` and `updated_at` are the starts of the transactions that wrote the row, in UTC.
    Used as it is, it makes a table with at most one row per owner.
    """

    created_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    updated_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    version: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})


class Entity(Versioned):
    """A table of things that an owner has many of, keyed by (`owner_id`, `id`)."""

    id: UUID = Field(primary_key=True)


class Shared(SQLModel):
    """A table without owners, whose rows everybody may read and nobody may write.

    Its class says why in `reason`; one that does not is refused with a `TypeError`.
    """

    __table__: ClassVar[Table]

    reason: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not cls.__dict__.get("reason"):
            raise TypeError(f"{cls.__name__} has no owners: let its `reason` say why")


def owned_tables(metadata: MetaData) -> list[Table]:
    """Return the tables that have owners: all there are, but for those declared as shared."""
    shared = [each.__table__ for each in Shared.__subclasses__() if hasattr(each, "__table__")]
    return [table for table in metadata.sorted_tables if table not in shared]

"""Rows: what a database holds of one user, whoever reads it."""

from typing import Any, cast

from sqlalchemy import MetaData, String, Table, create_engine, select
from sqlalchemy import cast as as_type
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from scripts.fuzzing import naming
from scripts.fuzzing.ids import Id


class DatabaseError(Exception):
    """The database cannot be read; the message says why in one line."""


class Rows:
    """The rows of every table with a column that names their owner; raises DatabaseError."""

    def __init__(self, url: str) -> None:
        scheme, colon, rest = url.partition(":")
        driver = "postgresql+psycopg" if scheme in {"postgres", "postgresql"} else scheme
        pool: Any = StaticPool if driver.startswith("postgresql") else NullPool
        try:
            options = {"isolation_level": "AUTOCOMMIT"} if pool is StaticPool else {}
            self._engine = create_engine(driver + colon + rest, poolclass=pool, **options)
            tables = MetaData()
            tables.reflect(self._engine)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise DatabaseError(f"--database: {_line(error)}") from None
        self._tables = {table.name: (table, owner) for table in tables.sorted_tables
                        if (owner := _owner(table)) is not None}  # fmt: skip

    @property
    def tables(self) -> list[str]:
        """The names of the tables whose rows have an owner."""
        return list(self._tables)

    def of(self, user_id: Id | None) -> dict[str, frozenset[str]]:
        """Return the rows of a user, by table; raises DatabaseError."""
        found = {}
        try:
            with self._engine.connect() as connection:
                for name, (table, owner) in self._tables.items():
                    mine = as_type(table.c[owner], String) == str(user_id)
                    rows = connection.execute(select(table).where(mine))
                    found[name] = frozenset(map(str, cast("Any", rows)))
        except SQLAlchemyError as error:
            raise DatabaseError(f"--database: {_line(error)}") from None
        return found

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _owner(table: Table) -> str | None:
    """Return the column that names the owner of a row."""
    names = [column.name for column in table.columns]
    for name in [*naming.owners(), *naming.owners(camel=True)]:
        if name in names:
            return name
    return None


def _line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

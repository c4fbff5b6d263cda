"""Rows: what a database holds of one user, whoever reads it."""

from typing import Any

from sqlalchemy import MetaData, Select, String, Table, bindparam, cast, create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from scripts.fuzzing import naming
from scripts.fuzzing.ids import Id

_USER = "user_id"


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
        self._statements = {table.name: _rows(table, owner) for table in tables.sorted_tables
                            if (owner := _owner(table)) is not None}  # fmt: skip

    @property
    def tables(self) -> list[str]:
        """The names of the tables whose rows have an owner."""
        return list(self._statements)

    def of(self, user_id: Id | None) -> dict[str, frozenset[str]]:
        """Return the rows of a user, by table; raises DatabaseError."""
        found = {}
        try:
            with self._engine.connect() as connection:
                for name, statement in self._statements.items():
                    rows = connection.execute(statement, {_USER: str(user_id)})
                    found[name] = frozenset(str(tuple(row)) for row in rows)
        except SQLAlchemyError as error:
            raise DatabaseError(f"--database: {_line(error)}") from None
        return found

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _rows(table: Table, owner: str) -> Select[Any]:
    """Return the statement that reads the rows of a user."""
    return select(table).where(cast(table.c[owner], String) == bindparam(_USER))


def _owner(table: Table) -> str | None:
    """Return the column that names the owner of a row."""
    names = [column.name for column in table.columns]
    for name in [*naming.owners(), *naming.owners(camel=True)]:
        if name in names:
            return name
    return None


def _line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

"""The rows that are read and written: todos of many users, whose ids can be computed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from scripts.benchmark.figures import BenchmarkError
from scripts.benchmark.operations import PAGE_SIZE
from scripts.migrating import upgrade

EPOCH_MS = 1_767_225_600_000  # 2026-01-01, when the first todo was made; one a millisecond follows
POSTED = "Posted by the benchmark"
BATCH = 1_000_000
BYTES_PER_TODO = 800  # with its indexes, and with its share of the write-ahead log

COLUMNS = "id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version"
FILL = """
INSERT INTO todo (owner_id, id, created_at, updated_at, title, notes)
SELECT 'user-' || i % %(users)s,
       (lpad(to_hex(%(epoch)s + i), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid,
       to_timestamp((%(epoch)s + i) / 1000.0), to_timestamp((%(epoch)s + i) / 1000.0),
       'Water plant number ' || i, 'The fern too, and whatever else looks thirsty.'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
""".replace("i % %", "i %% %")


def database(url: str, name: str) -> str:
    """Return the URL of a database by another name on the same server, made if it is missing."""
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.replace("/freehold?", f"/{name}?")


@dataclass(frozen=True)
class Dataset:
    """A database at a URL with `todos` todos, of which every user has the same number."""

    url: str
    todos: int
    users: int

    @property
    def description(self) -> str:
        """What the table is told to hold, so that it is filled once only."""
        return f"{self.todos} todos of {self.users} users"

    def owner(self, number: int) -> str:
        """Return the user to whom a todo belongs."""
        return f"user-{number % self.users}"

    def todo_id(self, number: int) -> UUID:
        """Return the id of a todo: a UUID of version 7 without anything random."""
        return UUID(f"{EPOCH_MS + number:012x}70008000{number:012x}")

    def made_at(self, number: int) -> datetime:
        """Return when a todo was made."""
        return datetime.fromtimestamp((EPOCH_MS + number) / 1000, UTC)

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make the schema and the rows, unless they are there, and remove what runs left."""
        upgrade(self.url)
        with psycopg.connect(self.url, autocommit=True) as connection:
            query = "SELECT obj_description('todo'::regclass)"
            if connection.execute(query).fetchone() != (self.description,):
                self._fill(connection, say)
        self.restore()

    def _fill(self, connection: psycopg.Connection, say: Callable[[str], None]) -> None:
        self._require_room(connection)
        # In this order: a fill that is broken off must not look like the one before it.
        connection.execute("COMMENT ON TABLE todo IS NULL")
        connection.execute("TRUNCATE todo CASCADE")
        for first in range(0, self.todos, BATCH):
            last = min(first + BATCH, self.todos) - 1
            say(f"storing todos {first + 1:,} to {last + 1:,} of {self.todos:,}")
            values = {"users": self.users, "epoch": EPOCH_MS, "first": first, "last": last}
            connection.execute(FILL, values)
        told = sql.SQL("COMMENT ON TABLE todo IS {}").format(sql.Literal(self.description))
        connection.execute(told)

    def _require_room(self, connection: psycopg.Connection) -> None:
        found = connection.execute("SHOW data_directory").fetchone()
        free = shutil.disk_usage(found[0]).free if found else 0
        if free < self.todos * BYTES_PER_TODO:
            needed = self.todos * BYTES_PER_TODO / 1e9
            raise BenchmarkError(f"{self.description} need {needed:.1f} GB of disk: free some")

    def restore(self) -> None:
        """Remove what was posted, and what updates left dead: every round finds the same table."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DELETE FROM todo WHERE title = %s", [POSTED])
            connection.execute("VACUUM (ANALYZE) todo")

    def row(self, owner: str, todo_id: str) -> dict[str, Any] | None:
        """Return a todo as it is stored."""
        query = f"SELECT {COLUMNS} FROM todo WHERE owner_id = %s AND id = %s"  # noqa: S608 - a constant
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, [owner, todo_id]).fetchone()

    def newest(self, owner: str, skipped: int = 0) -> list[dict[str, Any]]:
        """Return a user's page after so many todos, newest first, as it is stored."""
        query = (
            f"SELECT {COLUMNS} FROM todo WHERE owner_id = %s "  # noqa: S608 - a constant
            "ORDER BY created_at DESC, id DESC LIMIT %s OFFSET %s"
        )
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, [owner, PAGE_SIZE, skipped]).fetchall()

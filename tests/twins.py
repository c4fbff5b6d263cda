"""Two owners whose rows have the same ids: nothing but the owner tells their rows apart."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg import sql
from pydantic import BaseModel

LIST, TAG, OTHER_TAG, FILED, LOOSE = (UUID(int=number) for number in range(1, 6))
TABLES = ("list", "todo", "tag", "todo_tag", "profile")


class Todo(BaseModel):
    """What these tests see of a todo."""

    id: UUID
    title: str
    done: bool
    list_id: UUID | None
    version: int


class Tag(BaseModel):
    """What they see of a tag."""

    id: UUID
    name: str


class Attached(BaseModel):
    """A tag, and what only its link to a todo knows."""

    id: UUID
    name: str
    attached_at: datetime


def store(url: str, owner: str, *, linked: bool = True) -> None:
    """Store for an owner a list, two tags and two todos, of which one is in the list and tagged.

    The titles and the name of the list have the owner in them. Without `linked`, neither todo is
    in anything.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO list (owner_id, id, name) VALUES (%s, %s, %s)", [owner, LIST, owner]
        )
        for tag, name in ((TAG, "tag"), (OTHER_TAG, "unused")):
            connection.execute(
                "INSERT INTO tag (owner_id, id, name) VALUES (%s, %s, %s)",
                [owner, tag, name],
            )
        for todo, title in ((FILED, "Filed by"), (LOOSE, "Loose by")):
            connection.execute(
                "INSERT INTO todo (owner_id, id, title, list_id) VALUES (%s, %s, %s, %s)",
                [owner, todo, f"{title} {owner}", LIST if linked and todo == FILED else None],
            )
        if linked:
            connection.execute(
                "INSERT INTO todo_tag (owner_id, todo_id, tag_id) VALUES (%s, %s, %s)",
                [owner, FILED, TAG],
            )


def rows(url: str, owner: str) -> list[list[tuple[object, ...]]]:
    """Return all that an owner has, table by table."""
    with psycopg.connect(url) as connection:
        return [
            connection.execute(
                sql.SQL("SELECT * FROM {} WHERE owner_id = %s ORDER BY 1, 2, 3").format(
                    sql.Identifier(table)
                ),
                [owner],
            ).fetchall()
            for table in TABLES
        ]


def wall(url: str, policies: str, tables: Iterable[str] = TABLES) -> None:
    """ENABLE or DISABLE the policies of tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"ALTER TABLE {table} {policies} ROW LEVEL SECURITY".encode())

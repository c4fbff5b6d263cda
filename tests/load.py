"""Users who do everything at once, and know what the answers must be."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import BaseModel
from sqlmodel import col

from impl.core.database import Database
from impl.core.paging import Cursors
from impl.core.problems import NotFound, Problem, Unavailable
from impl.core.scope import UserScope
from impl.tables import TodoRow


class Todo(BaseModel):
    """What these tests see of a todo."""

    id: UUID
    title: str
    notes: str
    version: int


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    """Open a database with these options of its own."""
    database = Database(url, **options)
    try:
        yield database
    finally:
        await database.close()


def scope_of(database: Database, owner: str) -> UserScope:
    """Return the scope of an owner."""
    return UserScope(owner, frozenset(), database, Cursors(b"key"))


class Load:
    """Users who do everything at once, each of whom knows what the answers must be.

    A user's todos are titled with the user's name and their place; each gets its own id as notes.
    """

    def __init__(self, database: Database, owner: str, users: int, seed: int = 7) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same load each time
        self.seen: Counter[str] = Counter()
        self.scopes = [scope_of(database, f"{owner}-{each}") for each in range(users)]
        self.todos: dict[str, list[Todo]] = {scope.owner_id: [] for scope in self.scopes}

    async def fill(self) -> None:
        """Store three todos of each user."""
        for scope in self.scopes:
            for place in range(3):
                title = f"{scope.owner_id}/{place}"
                self.todos[scope.owner_id].append(await scope.add(TodoRow, {"title": title}, Todo))

    async def run(self, requests: int, workers: int = 200) -> None:
        """Send this many requests, as many at once as there are workers."""

        async def work() -> None:
            while self.seen.total() < requests:
                await self.request()

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())

    async def request(self) -> None:
        """Send one request of a random user, and check its answer."""
        kinds = (
            self.read, self.read_foreign, self.list, self.count, self.touch,
            self.add_and_remove, self.add_wrong, self.change_wrong, self.give_up,
        )  # fmt: skip
        kind, scope = self.random.choice(kinds), self.random.choice(self.scopes)
        try:
            await kind(scope)
        except Unavailable:
            self.seen["unavailable"] += 1
        else:
            self.seen[kind.__name__] += 1

    def todo(self, scope: UserScope) -> Todo:
        """Return one of the user's todos."""
        return self.random.choice(self.todos[scope.owner_id])

    async def read(self, scope: UserScope) -> None:
        """Read a todo."""
        todo = self.todo(scope)
        found = await scope.get(TodoRow, todo.id, Todo)
        assert (found.id, found.title) == (todo.id, todo.title)

    async def read_foreign(self, scope: UserScope) -> None:
        """Ask for somebody else's todo, which does not exist."""
        other = self.random.choice([each for each in self.scopes if each is not scope])
        with pytest.raises(NotFound):
            await scope.get(TodoRow, self.todo(other).id, Todo)

    async def list(self, scope: UserScope) -> None:
        """List the todos that the user began with."""
        mine = col(TodoRow.title).in_([each.title for each in self.todos[scope.owner_id]])
        found = await scope.find(TodoRow, Todo, mine, limit=9)
        assert [each.title for each in found] == [each.title for each in self.todos[scope.owner_id]]

    async def count(self, scope: UserScope) -> None:
        """Count the todos of one title."""
        assert await scope.count(TodoRow, col(TodoRow.title) == self.todo(scope).title) == 1

    async def touch(self, scope: UserScope) -> None:
        """Change a todo."""
        todo = self.todo(scope)
        changed = await scope.change(TodoRow, todo.id, {"notes": str(todo.id)}, Todo)
        assert (changed.id, changed.title, changed.notes) == (todo.id, todo.title, str(todo.id))

    async def add_and_remove(self, scope: UserScope) -> None:
        """Store another todo, and delete it."""
        title = f"{scope.owner_id}/{uuid4()}"
        added = await scope.add(TodoRow, {"title": title}, Todo)
        assert added.title == title
        await scope.remove(TodoRow, added.id)

    async def add_wrong(self, scope: UserScope) -> None:
        """Try to store what cannot be stored."""
        wrong = self.random.choice(["x" * 201, "", "\0", "\ud800"])
        with pytest.raises(Problem) as refused:
            await scope.add(TodoRow, {"title": wrong}, Todo)
        self.expect_422(refused.value)

    async def change_wrong(self, scope: UserScope) -> None:
        """Try to change a todo to what cannot be stored."""
        with pytest.raises(Problem) as refused:
            await scope.change(TodoRow, self.todo(scope).id, {"priority": "urgent"}, Todo)
        self.expect_422(refused.value)

    def expect_422(self, problem: Problem) -> None:
        """Check a refusal, unless it is for the time being."""
        if isinstance(problem, Unavailable):
            raise problem
        assert problem.status_code == 422

    async def give_up(self, scope: UserScope) -> None:
        """Ask, and go away before the answer comes, or not."""
        given_up = asyncio.create_task(self.read(scope))
        for _ in range(self.random.randrange(4)):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)

    def check_rows(self, postgres: psycopg.Connection, owner: str) -> None:
        """Check that every row in the database is as its owner stored it."""
        rows = postgres.execute(
            "SELECT owner_id, id::text, title, notes FROM todo WHERE starts_with(owner_id, %s)",
            (owner,),
        ).fetchall()
        assert len(rows) >= sum(map(len, self.todos.values()))
        for each, key, title, notes in rows:
            assert title.startswith(f"{each}/")
            assert notes in {"", key}

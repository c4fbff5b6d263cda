"""FastAPI with asyncpg and statements written by hand."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

type Priority = Literal["low", "normal", "high"]
type Pool = Any  # asyncpg has no types

GET = """
SELECT id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version
FROM todo WHERE owner_id = $1 AND id = $2
"""
PAGE = """
SELECT id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version
FROM todo WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3
"""
POST = """
INSERT INTO todo (owner_id, id, title, notes, done, priority, due_at, list_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version
"""
PATCH = """
UPDATE todo SET {}, version = version + 1, updated_at = now() WHERE owner_id = $1 AND id = $2
RETURNING id, title, notes, done, priority, due_at, list_id, created_at, updated_at, version
"""


class TodoContent(BaseModel):
    """The body of POST."""

    title: str = Field(min_length=1, max_length=200)
    notes: str = Field(default="", max_length=10_000)
    done: bool = False
    priority: Priority = "normal"
    due_at: datetime | None = None
    list_id: UUID | None = None


class TodoPatch(BaseModel):
    """The body of PATCH."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=10_000)
    done: bool | None = None
    priority: Priority | None = None
    due_at: datetime | None = None
    list_id: UUID | None = None


class Todo(TodoContent):
    """A todo as it is answered."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int


class TodoPage(BaseModel):
    """A page of todos."""

    items: list[Todo]
    next_cursor: str | None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the pool for as long as the server runs."""
    async with asyncpg.create_pool(min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


async def get_pool(request: Request) -> Pool:
    """Return the pool."""
    return request.app.state.pool


async def get_user_id(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    """Return the user whom the token names."""
    try:
        claims = jwt.decode(
            credentials.credentials,
            os.environ["JWT_SECRET"],
            algorithms=["HS256"],
            audience=os.environ["JWT_AUDIENCE"],
            issuer=os.environ["JWT_ISSUER"],
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Invalid token") from None
    return str(claims["sub"])


PoolDep = Annotated[Pool, Depends(get_pool)]
UserId = Annotated[str, Depends(get_user_id)]


def found(row: Any) -> Todo:
    """Return the todo of a row, or answer 404."""
    if row is None:
        raise HTTPException(404, "Todo not found")
    return Todo(**row)


@app.get("/api/todos")
async def list_todos(
    pool: PoolDep,
    user_id: UserId,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> TodoPage:
    """Answer a page; the cursor is an offset."""
    rows = await pool.fetch(PAGE, user_id, limit + 1, cursor)
    following = str(cursor + limit) if len(rows) > limit else None
    return TodoPage(items=[Todo(**row) for row in rows[:limit]], next_cursor=following)


@app.post("/api/todos", status_code=201)
async def create_todo(pool: PoolDep, user_id: UserId, body: TodoContent) -> Todo:
    """Store a todo."""
    values = (body.title, body.notes, body.done, body.priority, body.due_at, body.list_id)
    return found(await pool.fetchrow(POST, user_id, uuid4(), *values))


@app.get("/api/todos/{todo_id}")
async def get_todo(pool: PoolDep, user_id: UserId, todo_id: UUID) -> Todo:
    """Answer a todo."""
    return found(await pool.fetchrow(GET, user_id, todo_id))


@app.patch("/api/todos/{todo_id}")
async def change_todo(pool: PoolDep, user_id: UserId, todo_id: UUID, body: TodoPatch) -> Todo:
    """Change a todo."""
    values = body.model_dump(exclude_unset=True)
    if not values:
        return await get_todo(pool, user_id, todo_id)
    # The names are those of the model's fields: nothing that was sent becomes part of a statement.
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 3))
    return found(await pool.fetchrow(PATCH.format(changes), user_id, todo_id, *values.values()))

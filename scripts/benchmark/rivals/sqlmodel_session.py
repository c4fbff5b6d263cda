"""FastAPI with an asynchronous SQLModel session, as tutorials write it."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import DateTime, Field, SQLModel, Text, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

type Priority = Literal["low", "normal", "high"]


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


class TodoBase(SQLModel):
    """What a user writes of a todo."""

    title: str = Field(min_length=1, max_length=200)
    notes: str = Field(default="", max_length=10_000)
    done: bool = False
    priority: Priority = Field(default="normal", sa_type=Text)
    due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    list_id: UUID | None = None


class Todo(TodoBase, table=True):
    """A row."""

    __tablename__ = "todo"

    owner_id: str = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    version: int = 1


class TodoCreate(TodoBase):
    """The body of POST."""


class TodoUpdate(SQLModel):
    """The body of PATCH."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=10_000)
    done: bool | None = None
    priority: Priority | None = None
    due_at: datetime | None = None
    list_id: UUID | None = None


class TodoRead(TodoBase):
    """A todo as it is answered."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int


class TodoPage(SQLModel):
    """A page of todos."""

    items: list[TodoRead]
    next_cursor: str | None


engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=10,
    max_overflow=0,
)
app = FastAPI()
bearer = HTTPBearer()


async def get_session() -> AsyncIterator[AsyncSession]:
    """Lend a session to a request."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


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


Session = Annotated[AsyncSession, Depends(get_session)]
UserId = Annotated[str, Depends(get_user_id)]


async def find(session: AsyncSession, user_id: str, todo_id: UUID) -> Todo:
    """Return a user's todo, or answer 404."""
    query = select(Todo).where(col(Todo.owner_id) == user_id, col(Todo.id) == todo_id)
    todo = (await session.exec(query)).one_or_none()
    if todo is None:
        raise HTTPException(404, "Todo not found")
    return todo


@app.get("/api/todos", response_model=TodoPage)
async def list_todos(
    session: Session,
    user_id: UserId,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> object:
    """Answer a page; the cursor is an offset."""
    query = (
        select(Todo)
        .where(col(Todo.owner_id) == user_id)
        .order_by(col(Todo.created_at).desc(), col(Todo.id).desc())
        .offset(cursor)
        .limit(limit + 1)
    )
    todos = (await session.exec(query)).all()
    following = str(cursor + limit) if len(todos) > limit else None
    return {"items": todos[:limit], "next_cursor": following}


@app.post("/api/todos", response_model=TodoRead, status_code=201)
async def create_todo(session: Session, user_id: UserId, body: TodoCreate) -> object:
    """Store a todo."""
    todo = Todo.model_validate(body, update={"owner_id": user_id})
    session.add(todo)
    await session.commit()
    await session.refresh(todo)
    return todo


@app.get("/api/todos/{todo_id}", response_model=TodoRead)
async def get_todo(session: Session, user_id: UserId, todo_id: UUID) -> object:
    """Answer a todo."""
    return await find(session, user_id, todo_id)


@app.patch("/api/todos/{todo_id}", response_model=TodoRead)
async def change_todo(session: Session, user_id: UserId, todo_id: UUID, body: TodoUpdate) -> object:
    """Change a todo."""
    todo = await find(session, user_id, todo_id)
    todo.sqlmodel_update(body.model_dump(exclude_unset=True))
    todo.version += 1
    todo.updated_at = now()
    session.add(todo)
    await session.commit()
    await session.refresh(todo)
    return todo

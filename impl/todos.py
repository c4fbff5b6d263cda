"""Todos: what there is to do."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from generated.models import Priority, Todo, TodoContent, TodoPage, TodoPatch
from generated.todos import (
    ChangeTodoOk,
    CreateTodoCreated,
    GetTodoNotModified,
    GetTodoOk,
    ReplaceTodoOk,
)
from impl.core import etags
from impl.core.paging import Order
from impl.core.scope import UserScope
from impl.tables import TodoRow

type Sort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "due_at", "-due_at"]

_SORTS = {
    "created_at": col(TodoRow.created_at),
    "updated_at": col(TodoRow.updated_at),
    "due_at": col(TodoRow.due_at),
}


async def list_todos(
    scope: UserScope,
    done: bool | None,
    priority: Priority | None,
    due_after: datetime | None,
    due_before: datetime | None,
    sort: Sort,
    limit: int,
    cursor: str | None,
) -> TodoPage:
    criteria: list[ColumnElement[bool]] = []
    if done is not None:
        criteria.append(col(TodoRow.done) == done)
    if priority is not None:
        criteria.append(col(TodoRow.priority) == priority)
    if due_after is not None:
        criteria.append(col(TodoRow.due_at) >= due_after)
    if due_before is not None:
        criteria.append(col(TodoRow.due_at) < due_before)
    page = await scope.page(
        TodoRow,
        Todo,
        *criteria,
        order=Order(_SORTS[sort.removeprefix("-")], descending=sort.startswith("-")),
        limit=limit,
        cursor=cursor,
    )
    return TodoPage(items=page.items, next_cursor=page.next_cursor)


async def create_todo(scope: UserScope, body: TodoContent) -> CreateTodoCreated:
    todo = await scope.add(TodoRow, body.model_dump(), Todo)
    return CreateTodoCreated(todo, location=f"/api/todos/{todo.id}", etag=etags.etag(todo.version))


async def get_todo(
    scope: UserScope, todo_id: UUID, if_none_match: str | None
) -> GetTodoOk | GetTodoNotModified:
    todo = await scope.get(TodoRow, todo_id, Todo)
    if etags.unchanged(if_none_match, todo.version):
        return GetTodoNotModified(etags.etag(todo.version))
    return GetTodoOk(todo, etags.etag(todo.version))


async def replace_todo(
    scope: UserScope, todo_id: UUID, if_match: str | None, body: TodoContent
) -> ReplaceTodoOk:
    versions = etags.if_match(if_match)
    todo = await scope.change(TodoRow, todo_id, body.model_dump(), Todo, versions)
    return ReplaceTodoOk(todo, etags.etag(todo.version))


async def change_todo(
    scope: UserScope, todo_id: UUID, if_match: str | None, body: TodoPatch
) -> ChangeTodoOk:
    versions = etags.if_match(if_match)
    todo = await scope.change(TodoRow, todo_id, body.model_dump(), Todo, versions)
    return ChangeTodoOk(todo, etags.etag(todo.version))


async def delete_todo(scope: UserScope, todo_id: UUID, if_match: str | None) -> None:
    await scope.remove(TodoRow, todo_id, etags.if_match(if_match))

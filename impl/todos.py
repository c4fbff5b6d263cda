"""Todos: what there is to do."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import and_, col, func

from generated.models import (
    ByPriority,
    ChangedTodos,
    Priority,
    Todo,
    TodoContent,
    TodoPage,
    TodoPatch,
    TodosPatch,
    TodoSummary,
)
from generated.todos import (
    ChangeTodoOk,
    CreateTodoCreated,
    GetTodoNotModified,
    GetTodoOk,
    ReplaceTodoOk,
)
from impl.core import etags
from impl.core.criteria import matching, related
from impl.core.paging import Order
from impl.core.problems import Problem, UnknownReference
from impl.core.reading import Aggregate
from impl.core.scope import UserScope
from impl.tables import TodoRow, TodoTagRow

type Sort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "due_at", "-due_at"]

_SORTS = {
    "created_at": col(TodoRow.created_at),
    "updated_at": col(TodoRow.updated_at),
    "due_at": col(TodoRow.due_at),
}
_OVERDUE = and_(col(TodoRow.done).is_(False), col(TodoRow.due_at) < func.now())


class Numbers(BaseModel):
    """Numbers of todos of one priority."""

    priority: Priority
    total: int
    done: int
    overdue: int


async def list_todos(
    scope: UserScope,
    done: bool | None,
    priority: Priority | None,
    list_id: UUID | None,
    tag_id: UUID | None,
    q: str | None,
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
    if list_id is not None:
        criteria.append(col(TodoRow.list_id) == list_id)
    if tag_id is not None:
        criteria.append(related(TodoTagRow, col(TodoTagRow.tag_id) == tag_id))
    if q is not None:
        criteria.append(matching(q, col(TodoRow.title), col(TodoRow.notes)))
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
    try:
        todo = await scope.add(TodoRow, body.model_dump(), Todo)
    except UnknownReference:
        raise _no_such_list() from None
    return CreateTodoCreated(todo, location=f"/api/todos/{todo.id}", etag=etags.etag(todo.version))


async def change_todos(scope: UserScope, body: TodosPatch) -> ChangedTodos:
    try:
        todos = await scope.change_several(TodoRow, body.ids, body.change.model_dump(), Todo)
    except UnknownReference:
        raise _no_such_list("#/change/list_id") from None
    return ChangedTodos(items=todos)


async def delete_todos(scope: UserScope, ids: list[UUID]) -> None:
    await scope.remove_several(TodoRow, ids)


async def summarise_todos(scope: UserScope) -> TodoSummary:
    aggregates = {
        "total": Aggregate("count"),
        "done": Aggregate("count", where=col(TodoRow.done).is_(True)),
        "overdue": Aggregate("count", where=_OVERDUE),
    }
    numbers = await scope.aggregate(TodoRow, Numbers, aggregates, limit=3)
    totals = {each.priority: each.total for each in numbers}
    return TodoSummary(
        total=sum(totals.values()),
        done=sum(each.done for each in numbers),
        overdue=sum(each.overdue for each in numbers),
        by_priority=ByPriority(**{"low": 0, "normal": 0, "high": 0, **totals}),
    )


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
    try:
        todo = await scope.change(TodoRow, todo_id, body.model_dump(), Todo, versions)
    except UnknownReference:
        raise _no_such_list() from None
    return ReplaceTodoOk(todo, etags.etag(todo.version))


async def change_todo(
    scope: UserScope, todo_id: UUID, if_match: str | None, body: TodoPatch
) -> ChangeTodoOk:
    versions = etags.if_match(if_match)
    try:
        todo = await scope.change(TodoRow, todo_id, body.model_dump(), Todo, versions)
    except UnknownReference:
        raise _no_such_list() from None
    return ChangeTodoOk(todo, etags.etag(todo.version))


async def delete_todo(scope: UserScope, todo_id: UUID, if_match: str | None) -> None:
    await scope.remove(TodoRow, todo_id, etags.if_match(if_match))


def _no_such_list(pointer: str = "#/list_id") -> Problem:
    """Say where in the body a list is named that is not there, for this caller at least."""
    return Problem(422, errors=[{"pointer": pointer, "detail": "There is no such list"}])

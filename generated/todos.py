# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""todos: What there is to do.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import APIRouter

from . import models
from .models import (
    ChangedTodos,
    EntityTags,
    Priority,
    Timestamp,
    Todo,
    TodoContent,
    TodoIds,
    TodoPage,
    TodoPatch,
    TodosPatch,
    TodoSummary,
)
from .rules import RULES as rules
from .runtime.answers import Answer, Answers, Header
from .runtime.bodies import Body
from .runtime.contents import Json
from .runtime.formats import Uuid
from .runtime.gate import Gate
from .runtime.operation import Declaration, routes
from .runtime.parameters import Parameter
from .runtime.schema import Schema
from .runtime.writers import JsonWriter


@dataclass(slots=True)
class CreateTodoCreated:
    """create_todo, 201: The todo, as stored."""

    body: Todo
    location: str
    etag: str


@dataclass(slots=True)
class GetTodoOk:
    """get_todo, 200: The todo."""

    body: Todo
    etag: str


@dataclass(slots=True)
class GetTodoNotModified:
    """get_todo, 304: The one you hold is current."""

    etag: str


@dataclass(slots=True)
class ReplaceTodoOk:
    """replace_todo, 200: The todo."""

    body: Todo
    etag: str


@dataclass(slots=True)
class ChangeTodoOk:
    """change_todo, 200: The todo."""

    body: Todo
    etag: str


class Todos[Scope](Protocol):
    """What there is to do."""

    async def list_todos(
        self,
        scope: Scope,
        done: bool | None,
        priority: Priority | None,
        list_id: Uuid | None,
        tag_id: Uuid | None,
        q: str | None,
        due_after: Timestamp | None,
        due_before: Timestamp | None,
        sort: Literal[
            "created_at", "-created_at", "updated_at", "-updated_at", "due_at", "-due_at"
        ],
        limit: int,
        cursor: str | None,
    ) -> TodoPage:
        """List your todos

        One page of your todos, filtered and in the order asked for.
        """
        ...

    async def create_todo(
        self,
        scope: Scope,
        body: TodoContent,
    ) -> CreateTodoCreated:
        """Add a todo

        Adds a todo to your list. It is stored when the answer arrives.
        """
        ...

    async def change_todos(
        self,
        scope: Scope,
        body: TodosPatch,
    ) -> ChangedTodos:
        """Change several todos

        Changes the same fields of several todos, as the change of one does. Either all of them are changed
        or, if one does not exist, none.
        """
        ...

    async def delete_todos(
        self,
        scope: Scope,
        ids: TodoIds,
    ) -> None:
        """Delete several todos

        Deletes several todos for good; either all of them or, if one does not exist, none.
        """
        ...

    async def summarise_todos(
        self,
        scope: Scope,
    ) -> TodoSummary:
        """Count your todos

        How many todos you have, and how many of these are done or overdue.
        """
        ...

    async def get_todo(
        self,
        scope: Scope,
        todo_id: Uuid,
        if_none_match: EntityTags | None,
    ) -> GetTodoOk | GetTodoNotModified:
        """Read a todo

        Reads one of your todos, or confirms that the one you hold is still current.
        """
        ...

    async def replace_todo(
        self,
        scope: Scope,
        todo_id: Uuid,
        if_match: EntityTags | None,
        body: TodoContent,
    ) -> ReplaceTodoOk:
        """Replace a todo

        Replaces the whole content of a todo; what is left out takes its default.
        """
        ...

    async def change_todo(
        self,
        scope: Scope,
        todo_id: Uuid,
        if_match: EntityTags | None,
        body: TodoPatch,
    ) -> ChangeTodoOk:
        """Change a todo

        Changes the fields that are sent and leaves the others alone (RFC 7396). `null` clears `due_at`
        and `list_id`; an empty object changes nothing.
        """
        ...

    async def delete_todo(
        self,
        scope: Scope,
        todo_id: Uuid,
        if_match: EntityTags | None,
    ) -> None:
        """Delete a todo

        Deletes a todo for good.
        """
        ...


def router[Scope](todos: Todos[Scope], gate: Gate[Scope]) -> APIRouter:
    """Return the routes of an implementation."""
    return APIRouter(
        routes=[
            *routes(LIST_TODOS, todos.list_todos, gate),
            *routes(CREATE_TODO, todos.create_todo, gate),
            *routes(CHANGE_TODOS, todos.change_todos, gate),
            *routes(DELETE_TODOS, todos.delete_todos, gate),
            *routes(SUMMARISE_TODOS, todos.summarise_todos, gate),
            *routes(GET_TODO, todos.get_todo, gate),
            *routes(REPLACE_TODO, todos.replace_todo, gate),
            *routes(CHANGE_TODO, todos.change_todo, gate),
            *routes(DELETE_TODO, todos.delete_todo, gate),
        ]
    )


LIST_TODOS = Declaration(
    id="list_todos",
    method="GET",
    paths=("/api/todos",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("done", "done", "query", Schema(models.ListTodosDone), kinds=("boolean",)),
        Parameter("priority", "priority", "query", Schema(models.Priority)),
        Parameter("list_id", "list_id", "query", Schema(models.ListTodosListId)),
        Parameter("tag_id", "tag_id", "query", Schema(models.ListTodosTagId)),
        Parameter("q", "q", "query", Schema(models.ListTodosQ)),
        Parameter("due_after", "due_after", "query", Schema(models.Timestamp)),
        Parameter("due_before", "due_before", "query", Schema(models.Timestamp)),
        Parameter("sort", "sort", "query", Schema(models.ListTodosSort), default='"-created_at"'),
        Parameter(
            "limit",
            "limit",
            "query",
            Schema(models.ListTodosLimit),
            kinds=("integer",),
            default="20",
        ),
        Parameter("cursor", "cursor", "query", Schema(models.ListTodosCursor)),
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.TodoPage))}),
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

CREATE_TODO = Declaration(
    id="create_todo",
    method="POST",
    paths=("/api/todos",),
    security=({"bearer": frozenset(["todos:write"])},),
    body=Body(required=True, contents={"application/json": Json(Schema(models.TodoContent))}),
    answers=Answers(
        typed={
            CreateTodoCreated: Answer(
                201,
                {"application/json": JsonWriter(Schema(models.Todo))},
                headers=(
                    Header("location", "Location", Schema(models.CreateTodoCreatedLocation)),
                    Header("etag", "ETag", Schema(models.CreateTodoCreatedETag)),
                ),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 406, 413, 415, 422, 429, 500, 503]),
)

CHANGE_TODOS = Declaration(
    id="change_todos",
    method="PATCH",
    paths=("/api/todos",),
    security=({"bearer": frozenset(["todos:write"])},),
    body=Body(
        required=True,
        contents={"application/json": Json(Schema(models.TodosPatch, rules, "TodosPatch"))},
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.ChangedTodos))}),
    ),
    refusals=frozenset([400, 401, 403, 404, 406, 413, 415, 422, 429, 500, 503]),
)

DELETE_TODOS = Declaration(
    id="delete_todos",
    method="DELETE",
    paths=("/api/todos",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter(
            "ids",
            "ids",
            "query",
            Schema(models.TodoIds, rules, "TodoIds"),
            array=True,
            separator=",",
            required=True,
        ),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 414, 422, 429, 500, 503]),
)

SUMMARISE_TODOS = Declaration(
    id="summarise_todos",
    method="GET",
    paths=("/api/todos/summary",),
    security=({"bearer": frozenset(["todos:read"])},),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.TodoSummary))}),
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

GET_TODO = Declaration(
    id="get_todo",
    method="GET",
    paths=("/api/todos/{todo_id}",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.GetTodoTodoId), required=True),
        Parameter("if_none_match", "If-None-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        typed={
            GetTodoOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Todo))},
                headers=(Header("etag", "ETag", Schema(models.GetTodoOkETag)),),
            ),
            GetTodoNotModified: Answer(
                304, headers=(Header("etag", "ETag", Schema(models.GetTodoNotModifiedETag)),)
            ),
        },
    ),
    refusals=frozenset([401, 403, 404, 406, 422, 429, 500, 503]),
)

REPLACE_TODO = Declaration(
    id="replace_todo",
    method="PUT",
    paths=("/api/todos/{todo_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.ReplaceTodoTodoId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    body=Body(required=True, contents={"application/json": Json(Schema(models.TodoContent))}),
    answers=Answers(
        typed={
            ReplaceTodoOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Todo))},
                headers=(Header("etag", "ETag", Schema(models.ReplaceTodoOkETag)),),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 404, 406, 412, 413, 415, 422, 429, 500, 503]),
)

CHANGE_TODO = Declaration(
    id="change_todo",
    method="PATCH",
    paths=("/api/todos/{todo_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.ChangeTodoTodoId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    body=Body(
        required=True, contents={"application/merge-patch+json": Json(Schema(models.TodoPatch))}
    ),
    answers=Answers(
        typed={
            ChangeTodoOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Todo))},
                headers=(Header("etag", "ETag", Schema(models.ChangeTodoOkETag)),),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 404, 406, 412, 413, 415, 422, 429, 500, 503]),
)

DELETE_TODO = Declaration(
    id="delete_todo",
    method="DELETE",
    paths=("/api/todos/{todo_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.DeleteTodoTodoId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 412, 422, 429, 500, 503]),
)

# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""todos: What there is to do.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from fastapi import APIRouter
from pydantic import ConfigDict, TypeAdapter

from . import models
from .models import EntityTags, Priority, Timestamp, Todo, TodoContent, TodoPage, TodoPatch
from .runtime.answers import Answer, Answers
from .runtime.bodies import Body
from .runtime.formats import Uuid
from .runtime.gate import Gate
from .runtime.operation import Declaration, route
from .runtime.parameters import Parameter

_strict = ConfigDict(strict=True)


@dataclass(frozen=True, slots=True)
class CreateTodoCreated:
    """create_todo, 201: The todo, as stored."""

    body: Todo
    location: str
    etag: str


@dataclass(frozen=True, slots=True)
class GetTodoOk:
    """get_todo, 200: The todo."""

    body: Todo
    etag: str


@dataclass(frozen=True, slots=True)
class GetTodoNotModified:
    """get_todo, 304: The one you hold is current."""

    etag: str


@dataclass(frozen=True, slots=True)
class ReplaceTodoOk:
    """replace_todo, 200: The todo."""

    body: Todo
    etag: str


@dataclass(frozen=True, slots=True)
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

        Changes the fields that are sent and leaves the others alone (RFC 7396). `null` clears `due_at`;
        an empty object changes nothing.
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
            route(LIST_TODOS, todos.list_todos, gate),
            route(CREATE_TODO, todos.create_todo, gate),
            route(GET_TODO, todos.get_todo, gate),
            route(REPLACE_TODO, todos.replace_todo, gate),
            route(CHANGE_TODO, todos.change_todo, gate),
            route(DELETE_TODO, todos.delete_todo, gate),
        ]
    )


LIST_TODOS = Declaration(
    id="list_todos",
    method="GET",
    path="/api/todos",
    security=(frozenset(["todos:read"]),),
    parameters=(
        Parameter(
            "done",
            "done",
            "query",
            TypeAdapter[Any](models.ListTodosDone, config=_strict),
            kinds=("boolean",),
        ),
        Parameter(
            "priority",
            "priority",
            "query",
            TypeAdapter[Any](models.Priority, config=_strict),
        ),
        Parameter(
            "due_after",
            "due_after",
            "query",
            TypeAdapter[Any](models.Timestamp, config=_strict),
        ),
        Parameter(
            "due_before",
            "due_before",
            "query",
            TypeAdapter[Any](models.Timestamp, config=_strict),
        ),
        Parameter(
            "sort",
            "sort",
            "query",
            TypeAdapter[Any](models.ListTodosSort, config=_strict),
            default='"-created_at"',
        ),
        Parameter(
            "limit",
            "limit",
            "query",
            TypeAdapter[Any](models.ListTodosLimit, config=_strict),
            kinds=("integer",),
            default="20",
        ),
        Parameter(
            "cursor",
            "cursor",
            "query",
            TypeAdapter[Any](models.ListTodosCursor, config=_strict),
        ),
    ),
    answers=Answers(
        bare=Answer(200, "application/json", TypeAdapter[Any](models.TodoPage)),
    ),
    refusals=frozenset((401, 403, 406, 422, 500, 503)),
)

CREATE_TODO = Declaration(
    id="create_todo",
    method="POST",
    path="/api/todos",
    security=(frozenset(["todos:write"]),),
    body=Body(
        required=True,
        adapters={
            "application/json": TypeAdapter[Any](models.TodoContent),
        },
    ),
    answers=Answers(
        typed={
            CreateTodoCreated: Answer(
                201,
                "application/json",
                TypeAdapter[Any](models.Todo),
                headers={"location": "Location", "etag": "ETag"},
            ),
        },
    ),
    refusals=frozenset((400, 401, 403, 406, 413, 415, 422, 500, 503)),
)

GET_TODO = Declaration(
    id="get_todo",
    method="GET",
    path="/api/todos/{todo_id}",
    security=(frozenset(["todos:read"]),),
    parameters=(
        Parameter(
            "todo_id",
            "todo_id",
            "path",
            TypeAdapter[Any](models.GetTodoTodoId, config=_strict),
            required=True,
        ),
        Parameter(
            "if_none_match",
            "If-None-Match",
            "header",
            TypeAdapter[Any](models.EntityTags, config=_strict),
        ),
    ),
    answers=Answers(
        typed={
            GetTodoOk: Answer(
                200, "application/json", TypeAdapter[Any](models.Todo), headers={"etag": "ETag"}
            ),
            GetTodoNotModified: Answer(304, headers={"etag": "ETag"}),
        },
    ),
    refusals=frozenset((401, 403, 404, 406, 422, 500, 503)),
)

REPLACE_TODO = Declaration(
    id="replace_todo",
    method="PUT",
    path="/api/todos/{todo_id}",
    security=(frozenset(["todos:write"]),),
    parameters=(
        Parameter(
            "todo_id",
            "todo_id",
            "path",
            TypeAdapter[Any](models.ReplaceTodoTodoId, config=_strict),
            required=True,
        ),
        Parameter(
            "if_match",
            "If-Match",
            "header",
            TypeAdapter[Any](models.EntityTags, config=_strict),
        ),
    ),
    body=Body(
        required=True,
        adapters={
            "application/json": TypeAdapter[Any](models.TodoContent),
        },
    ),
    answers=Answers(
        typed={
            ReplaceTodoOk: Answer(
                200, "application/json", TypeAdapter[Any](models.Todo), headers={"etag": "ETag"}
            ),
        },
    ),
    refusals=frozenset((400, 401, 403, 404, 406, 412, 413, 415, 422, 500, 503)),
)

CHANGE_TODO = Declaration(
    id="change_todo",
    method="PATCH",
    path="/api/todos/{todo_id}",
    security=(frozenset(["todos:write"]),),
    parameters=(
        Parameter(
            "todo_id",
            "todo_id",
            "path",
            TypeAdapter[Any](models.ChangeTodoTodoId, config=_strict),
            required=True,
        ),
        Parameter(
            "if_match",
            "If-Match",
            "header",
            TypeAdapter[Any](models.EntityTags, config=_strict),
        ),
    ),
    body=Body(
        required=True,
        adapters={
            "application/merge-patch+json": TypeAdapter[Any](models.TodoPatch),
        },
    ),
    answers=Answers(
        typed={
            ChangeTodoOk: Answer(
                200, "application/json", TypeAdapter[Any](models.Todo), headers={"etag": "ETag"}
            ),
        },
    ),
    refusals=frozenset((400, 401, 403, 404, 406, 412, 413, 415, 422, 500, 503)),
)

DELETE_TODO = Declaration(
    id="delete_todo",
    method="DELETE",
    path="/api/todos/{todo_id}",
    security=(frozenset(["todos:write"]),),
    parameters=(
        Parameter(
            "todo_id",
            "todo_id",
            "path",
            TypeAdapter[Any](models.DeleteTodoTodoId, config=_strict),
            required=True,
        ),
        Parameter(
            "if_match",
            "If-Match",
            "header",
            TypeAdapter[Any](models.EntityTags, config=_strict),
        ),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset((401, 403, 404, 412, 422, 500, 503)),
)

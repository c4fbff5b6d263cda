# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""tags: What todos are marked with.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from . import models
from .models import EntityTags, Tag, TagContent, TagPage, TagPatch, TodoTagPage
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
class CreateTagCreated:
    """create_tag, 201: The tag, as stored."""

    body: Tag
    location: str
    etag: str


@dataclass(slots=True)
class GetTagOk:
    """get_tag, 200: The tag."""

    body: Tag
    etag: str


@dataclass(slots=True)
class GetTagNotModified:
    """get_tag, 304: The one you hold is current."""

    etag: str


@dataclass(slots=True)
class ChangeTagOk:
    """change_tag, 200: The tag."""

    body: Tag
    etag: str


class Tags[Scope](Protocol):
    """What todos are marked with."""

    async def list_todo_tags(
        self,
        scope: Scope,
        todo_id: Uuid,
        limit: int,
        cursor: str | None,
    ) -> TodoTagPage:
        """List the tags of a todo

        One page of the tags of a todo, by name.
        """
        ...

    async def attach_tag(
        self,
        scope: Scope,
        todo_id: Uuid,
        tag_id: Uuid,
    ) -> None:
        """Mark a todo with a tag

        Attaches a tag to a todo; one that is attached stays so, since the same time.
        """
        ...

    async def detach_tag(
        self,
        scope: Scope,
        todo_id: Uuid,
        tag_id: Uuid,
    ) -> None:
        """Take a tag off a todo

        Detaches a tag from a todo; both stay.
        """
        ...

    async def list_tags(
        self,
        scope: Scope,
        limit: int,
        cursor: str | None,
    ) -> TagPage:
        """List your tags

        One page of your tags, by name.
        """
        ...

    async def create_tag(
        self,
        scope: Scope,
        body: TagContent,
    ) -> CreateTagCreated:
        """Add a tag

        Adds a tag. No two of your tags have the same name.
        """
        ...

    async def get_tag(
        self,
        scope: Scope,
        tag_id: Uuid,
        if_none_match: EntityTags | None,
    ) -> GetTagOk | GetTagNotModified:
        """Read a tag

        Reads one of your tags, or confirms that the one you hold is still current.
        """
        ...

    async def change_tag(
        self,
        scope: Scope,
        tag_id: Uuid,
        if_match: EntityTags | None,
        body: TagPatch,
    ) -> ChangeTagOk:
        """Change a tag

        Changes the fields that are sent (RFC 7396); an empty object changes nothing.
        """
        ...

    async def delete_tag(
        self,
        scope: Scope,
        tag_id: Uuid,
        if_match: EntityTags | None,
    ) -> None:
        """Delete a tag

        Deletes a tag for good, and takes it off all todos.
        """
        ...


def router[Scope](tags: Tags[Scope], gate: Gate[Scope]) -> APIRouter:
    """Return the routes of an implementation."""
    return APIRouter(
        routes=[
            *routes(LIST_TODO_TAGS, tags.list_todo_tags, gate),
            *routes(ATTACH_TAG, tags.attach_tag, gate),
            *routes(DETACH_TAG, tags.detach_tag, gate),
            *routes(LIST_TAGS, tags.list_tags, gate),
            *routes(CREATE_TAG, tags.create_tag, gate),
            *routes(GET_TAG, tags.get_tag, gate),
            *routes(CHANGE_TAG, tags.change_tag, gate),
            *routes(DELETE_TAG, tags.delete_tag, gate),
        ]
    )


LIST_TODO_TAGS = Declaration(
    id="list_todo_tags",
    method="GET",
    paths=("/api/todos/{todo_id}/tags",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.ListTodoTagsTodoId), required=True),
        Parameter(
            "limit",
            "limit",
            "query",
            Schema(models.ListTodoTagsLimit),
            kinds=("integer",),
            default="20",
        ),
        Parameter("cursor", "cursor", "query", Schema(models.ListTodoTagsCursor)),
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.TodoTagPage))}),
    ),
    refusals=frozenset([401, 403, 404, 406, 422, 429, 500, 503]),
)

ATTACH_TAG = Declaration(
    id="attach_tag",
    method="PUT",
    paths=("/api/todos/{todo_id}/tags/{tag_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.AttachTagTodoId), required=True),
        Parameter("tag_id", "tag_id", "path", Schema(models.AttachTagTagId), required=True),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 422, 429, 500, 503]),
)

DETACH_TAG = Declaration(
    id="detach_tag",
    method="DELETE",
    paths=("/api/todos/{todo_id}/tags/{tag_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("todo_id", "todo_id", "path", Schema(models.DetachTagTodoId), required=True),
        Parameter("tag_id", "tag_id", "path", Schema(models.DetachTagTagId), required=True),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 422, 429, 500, 503]),
)

LIST_TAGS = Declaration(
    id="list_tags",
    method="GET",
    paths=("/api/tags",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter(
            "limit",
            "limit",
            "query",
            Schema(models.ListTagsLimit),
            kinds=("integer",),
            default="20",
        ),
        Parameter("cursor", "cursor", "query", Schema(models.ListTagsCursor)),
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.TagPage))}),
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

CREATE_TAG = Declaration(
    id="create_tag",
    method="POST",
    paths=("/api/tags",),
    security=({"bearer": frozenset(["todos:write"])},),
    body=Body(required=True, contents={"application/json": Json(Schema(models.TagContent))}),
    answers=Answers(
        typed={
            CreateTagCreated: Answer(
                201,
                {"application/json": JsonWriter(Schema(models.Tag))},
                headers=(
                    Header("location", "Location", Schema(models.CreateTagCreatedLocation)),
                    Header("etag", "ETag", Schema(models.CreateTagCreatedETag)),
                ),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 406, 409, 413, 415, 422, 429, 500, 503]),
)

GET_TAG = Declaration(
    id="get_tag",
    method="GET",
    paths=("/api/tags/{tag_id}",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("tag_id", "tag_id", "path", Schema(models.GetTagTagId), required=True),
        Parameter("if_none_match", "If-None-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        typed={
            GetTagOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Tag))},
                headers=(Header("etag", "ETag", Schema(models.GetTagOkETag)),),
            ),
            GetTagNotModified: Answer(
                304, headers=(Header("etag", "ETag", Schema(models.GetTagNotModifiedETag)),)
            ),
        },
    ),
    refusals=frozenset([401, 403, 404, 406, 422, 429, 500, 503]),
)

CHANGE_TAG = Declaration(
    id="change_tag",
    method="PATCH",
    paths=("/api/tags/{tag_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("tag_id", "tag_id", "path", Schema(models.ChangeTagTagId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    body=Body(
        required=True, contents={"application/merge-patch+json": Json(Schema(models.TagPatch))}
    ),
    answers=Answers(
        typed={
            ChangeTagOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.Tag))},
                headers=(Header("etag", "ETag", Schema(models.ChangeTagOkETag)),),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 429, 500, 503]),
)

DELETE_TAG = Declaration(
    id="delete_tag",
    method="DELETE",
    paths=("/api/tags/{tag_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("tag_id", "tag_id", "path", Schema(models.DeleteTagTagId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 412, 422, 429, 500, 503]),
)

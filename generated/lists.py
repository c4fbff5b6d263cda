# Written by scripts/generate from the contract. Do not edit: it is rewritten whole.
"""lists: Where todos are put together.

The protocol is what the implementation fulfils; the router is what the framework serves.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from fastapi import APIRouter

from . import models
from .models import EntityTags, List, ListContent, ListPage, ListPatch
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
class CreateListCreated:
    """create_list, 201: The list, as stored."""

    body: List
    location: str
    etag: str


@dataclass(slots=True)
class GetListOk:
    """get_list, 200: The list."""

    body: List
    etag: str


@dataclass(slots=True)
class ChangeListOk:
    """change_list, 200: The list."""

    body: List
    etag: str


class Lists[Scope](Protocol):
    """Where todos are put together."""

    async def list_lists(
        self,
        scope: Scope,
        sort: Literal["created_at", "-created_at", "name", "-name"],
        limit: int,
        cursor: str | None,
    ) -> ListPage:
        """List your lists

        One page of your lists, in the order asked for.
        """
        ...

    async def create_list(
        self,
        scope: Scope,
        body: ListContent,
    ) -> CreateListCreated:
        """Add a list

        Adds a list, with no todos in it yet.
        """
        ...

    async def get_list(
        self,
        scope: Scope,
        list_id: Uuid,
    ) -> GetListOk:
        """Read a list

        Reads one of your lists.
        """
        ...

    async def change_list(
        self,
        scope: Scope,
        list_id: Uuid,
        if_match: EntityTags | None,
        body: ListPatch,
    ) -> ChangeListOk:
        """Change a list

        Changes the fields that are sent (RFC 7396); an empty object changes nothing.
        """
        ...

    async def delete_list(
        self,
        scope: Scope,
        list_id: Uuid,
        if_match: EntityTags | None,
    ) -> None:
        """Delete a list

        Deletes a list for good. Its todos stay, in no list.
        """
        ...


def router[Scope](lists: Lists[Scope], gate: Gate[Scope]) -> APIRouter:
    """Return the routes of an implementation."""
    return APIRouter(
        routes=[
            *routes(LIST_LISTS, lists.list_lists, gate),
            *routes(CREATE_LIST, lists.create_list, gate),
            *routes(GET_LIST, lists.get_list, gate),
            *routes(CHANGE_LIST, lists.change_list, gate),
            *routes(DELETE_LIST, lists.delete_list, gate),
        ]
    )


LIST_LISTS = Declaration(
    id="list_lists",
    method="GET",
    paths=("/api/lists",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("sort", "sort", "query", Schema(models.ListListsSort), default='"-created_at"'),
        Parameter(
            "limit",
            "limit",
            "query",
            Schema(models.ListListsLimit),
            kinds=("integer",),
            default="20",
        ),
        Parameter("cursor", "cursor", "query", Schema(models.ListListsCursor)),
    ),
    answers=Answers(
        bare=Answer(200, {"application/json": JsonWriter(Schema(models.ListPage))}),
    ),
    refusals=frozenset([401, 403, 406, 422, 429, 500, 503]),
)

CREATE_LIST = Declaration(
    id="create_list",
    method="POST",
    paths=("/api/lists",),
    security=({"bearer": frozenset(["todos:write"])},),
    body=Body(required=True, contents={"application/json": Json(Schema(models.ListContent))}),
    answers=Answers(
        typed={
            CreateListCreated: Answer(
                201,
                {"application/json": JsonWriter(Schema(models.List))},
                headers=(
                    Header("location", "Location", Schema(models.CreateListCreatedLocation)),
                    Header("etag", "ETag", Schema(models.CreateListCreatedETag)),
                ),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 406, 413, 415, 422, 429, 500, 503]),
)

GET_LIST = Declaration(
    id="get_list",
    method="GET",
    paths=("/api/lists/{list_id}",),
    security=({"bearer": frozenset(["todos:read"])},),
    parameters=(
        Parameter("list_id", "list_id", "path", Schema(models.GetListListId), required=True),
    ),
    answers=Answers(
        typed={
            GetListOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.List))},
                headers=(Header("etag", "ETag", Schema(models.GetListOkETag)),),
            ),
        },
    ),
    refusals=frozenset([401, 403, 404, 406, 422, 429, 500, 503]),
)

CHANGE_LIST = Declaration(
    id="change_list",
    method="PATCH",
    paths=("/api/lists/{list_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("list_id", "list_id", "path", Schema(models.ChangeListListId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    body=Body(
        required=True, contents={"application/merge-patch+json": Json(Schema(models.ListPatch))}
    ),
    answers=Answers(
        typed={
            ChangeListOk: Answer(
                200,
                {"application/json": JsonWriter(Schema(models.List))},
                headers=(Header("etag", "ETag", Schema(models.ChangeListOkETag)),),
            ),
        },
    ),
    refusals=frozenset([400, 401, 403, 404, 406, 412, 413, 415, 422, 429, 500, 503]),
)

DELETE_LIST = Declaration(
    id="delete_list",
    method="DELETE",
    paths=("/api/lists/{list_id}",),
    security=({"bearer": frozenset(["todos:write"])},),
    parameters=(
        Parameter("list_id", "list_id", "path", Schema(models.DeleteListListId), required=True),
        Parameter("if_match", "If-Match", "header", Schema(models.EntityTags)),
    ),
    answers=Answers(
        bare=Answer(204),
    ),
    refusals=frozenset([401, 403, 404, 412, 422, 429, 500, 503]),
)

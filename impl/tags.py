"""Tags: what todos are marked with."""

from uuid import UUID

from sqlmodel import col

from generated.models import Tag, TagContent, TagPage, TagPatch, TodoTag, TodoTagPage
from generated.tags import ChangeTagOk, CreateTagCreated, GetTagNotModified, GetTagOk
from impl.core import etags
from impl.core.paging import Order
from impl.core.problems import NotFound, UnknownReference
from impl.core.scope import UserScope
from impl.core.source import Join
from impl.tables import TagRow, TodoRow, TodoTagRow

_BY_NAME = Order(col(TagRow.name))


async def list_tags(scope: UserScope, limit: int, cursor: str | None) -> TagPage:
    page = await scope.page(TagRow, Tag, order=_BY_NAME, limit=limit, cursor=cursor)
    return TagPage(items=page.items, next_cursor=page.next_cursor)


async def create_tag(scope: UserScope, body: TagContent) -> CreateTagCreated:
    tag = await scope.add(TagRow, body.model_dump(), Tag)
    return CreateTagCreated(tag, location=f"/api/tags/{tag.id}", etag=etags.etag(tag.version))


async def get_tag(
    scope: UserScope, tag_id: UUID, if_none_match: str | None
) -> GetTagOk | GetTagNotModified:
    tag = await scope.get(TagRow, tag_id, Tag)
    if etags.unchanged(if_none_match, tag.version):
        return GetTagNotModified(etags.etag(tag.version))
    return GetTagOk(tag, etags.etag(tag.version))


async def change_tag(
    scope: UserScope, tag_id: UUID, if_match: str | None, body: TagPatch
) -> ChangeTagOk:
    versions = etags.if_match(if_match)
    tag = await scope.change(TagRow, tag_id, body.model_dump(), Tag, versions)
    return ChangeTagOk(tag, etags.etag(tag.version))


async def delete_tag(scope: UserScope, tag_id: UUID, if_match: str | None) -> None:
    await scope.remove(TagRow, tag_id, etags.if_match(if_match))


async def list_todo_tags(
    scope: UserScope, todo_id: UUID, limit: int, cursor: str | None
) -> TodoTagPage:
    page = await scope.page(
        Join(TagRow, TodoTagRow),
        TodoTag,
        col(TodoTagRow.todo_id) == todo_id,
        order=_BY_NAME,
        limit=limit,
        cursor=cursor,
    )
    if not page.items and not await scope.exists(TodoRow, col(TodoRow.id) == todo_id):
        raise NotFound
    return TodoTagPage(items=page.items, next_cursor=page.next_cursor)


async def attach_tag(scope: UserScope, todo_id: UUID, tag_id: UUID) -> None:
    by = (col(TodoTagRow.todo_id), col(TodoTagRow.tag_id))
    try:
        await scope.put(TodoTagRow, {"todo_id": todo_id, "tag_id": tag_id}, by=by)
    except UnknownReference:
        raise NotFound from None


async def detach_tag(scope: UserScope, todo_id: UUID, tag_id: UUID) -> None:
    this = (col(TodoTagRow.todo_id) == todo_id, col(TodoTagRow.tag_id) == tag_id)
    if not await scope.remove_where(TodoTagRow, *this):
        raise NotFound

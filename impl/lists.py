"""Lists: where todos are put together."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import col

from generated.lists import ChangeListOk, CreateListCreated, GetListOk
from generated.models import List, ListContent, ListPage, ListPatch
from impl.core import etags
from impl.core.paging import Order
from impl.core.reading import Aggregate
from impl.core.scope import UserScope
from impl.tables import ListRow, TodoRow

type Sort = Literal["created_at", "-created_at", "name", "-name"]

_SORTS = {"created_at": col(ListRow.created_at), "name": col(ListRow.name)}


class StoredList(BaseModel):
    """A list without what is counted."""

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime
    version: int


class OpenTodos(BaseModel):
    """How many todos of a list are not done."""

    list_id: UUID
    number: int


async def list_lists(scope: UserScope, sort: Sort, limit: int, cursor: str | None) -> ListPage:
    page = await scope.page(
        ListRow,
        StoredList,
        order=Order(_SORTS[sort.removeprefix("-")], descending=sort.startswith("-")),
        limit=limit,
        cursor=cursor,
    )
    return ListPage(items=await _counted(scope, page.items), next_cursor=page.next_cursor)


async def create_list(scope: UserScope, body: ListContent) -> CreateListCreated:
    stored = await scope.add(ListRow, body.model_dump(), StoredList)
    made = List(**stored.model_dump(), open_todos=0)
    return CreateListCreated(made, location=f"/api/lists/{made.id}", etag=etags.etag(made.version))


async def get_list(scope: UserScope, list_id: UUID) -> GetListOk:
    (found,) = await _counted(scope, [await scope.get(ListRow, list_id, StoredList)])
    return GetListOk(found, etags.etag(found.version))


async def change_list(
    scope: UserScope, list_id: UUID, if_match: str | None, body: ListPatch
) -> ChangeListOk:
    versions = etags.if_match(if_match)
    stored = await scope.change(ListRow, list_id, body.model_dump(), StoredList, versions)
    (changed,) = await _counted(scope, [stored])
    return ChangeListOk(changed, etags.etag(changed.version))


async def delete_list(scope: UserScope, list_id: UUID, if_match: str | None) -> None:
    async with scope.transaction() as together:
        # The list goes first: whoever is putting a todo into it is waited for, and then seen.
        await together.remove(ListRow, list_id, etags.if_match(if_match))
        inside = col(TodoRow.list_id) == list_id
        await together.change_where(TodoRow, {"list_id": None}, inside)


async def _counted(scope: UserScope, lists: list[StoredList]) -> list[List]:
    """Return lists with the numbers of their open todos, all of which one statement counts."""
    counted = await scope.aggregate(
        TodoRow,
        OpenTodos,
        {"number": Aggregate("count")},
        col(TodoRow.list_id).in_([each.id for each in lists]),
        col(TodoRow.done).is_(False),
        limit=len(lists),
    )
    numbers = {each.list_id: each.number for each in counted}
    return [List(**each.model_dump(), open_todos=numbers.get(each.id, 0)) for each in lists]

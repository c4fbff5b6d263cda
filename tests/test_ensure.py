"""A row that has its id before it is stored is stored once, and only for its owner."""

import asyncio
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from impl.tables import TagRow
from tests.conftest import scopes


class Tag(BaseModel):
    """What these tests see of a tag."""

    id: UUID
    name: str
    version: int


def test_a_row_is_stored_once_and_stays_as_it_is(database_url: str, owner: str) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope:
            key, mine, theirs = uuid4(), scope(owner), scope(f"bob-{owner}")
            await mine.ensure(TagRow, key, {"name": "first"})
            await theirs.ensure(TagRow, key, {"name": "theirs"})
            await asyncio.gather(*(mine.ensure(TagRow, key, {"name": "late"}) for _ in range(8)))
            assert await mine.get(TagRow, key, Tag) == Tag(id=key, name="first", version=1)
            assert await theirs.get(TagRow, key, Tag) == Tag(id=key, name="theirs", version=1)
            assert await mine.count(TagRow) == 1

    asyncio.run(steps())


@pytest.mark.parametrize("name", ["owner_id", "id", "version", "created_at", "nothing"])
def test_what_is_not_for_the_caller_to_write_is_refused(
    database_url: str, owner: str, name: str
) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope:
            with pytest.raises(ValueError, match=name):
                await scope(owner).ensure(TagRow, uuid4(), {"name": "a", name: "b"})
            assert await scope(owner).count(TagRow) == 0

    asyncio.run(steps())

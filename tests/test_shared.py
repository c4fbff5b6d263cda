"""Tables without owners: refused everywhere, unless their class says why they have none."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import BaseModel
from sqlmodel import Field, ForeignKeyConstraint, MetaData, SQLModel, col

from impl.core.criteria import related
from impl.core.owned import Owned, Shared, owned_tables
from impl.core.paging import Order
from impl.core.reading import Aggregate
from impl.core.scope import UserScope
from impl.core.source import Join
from impl.tables import TodoRow
from tests.conftest import scopes
from tests.twins import Todo

ELSEWHERE = MetaData()  # these tables are no part of the project
TABLES = """
    CREATE TABLE country (code varchar(2) PRIMARY KEY, name varchar(50) NOT NULL);
    INSERT INTO country VALUES ('GB', 'Great Britain'), ('FR', 'France'), ('DE', 'Germany');
    GRANT SELECT ON country TO freehold_user;
    CREATE TABLE visit (owner_id varchar(128), id uuid, code varchar(2) REFERENCES country,
                        PRIMARY KEY (owner_id, id));
    GRANT ALL ON visit TO freehold_user;
    CREATE TABLE secret (owner_id varchar(128), id uuid PRIMARY KEY);
    INSERT INTO secret VALUES ('somebody', gen_random_uuid());
    GRANT ALL ON secret TO freehold_user;
"""


class CountryRow(Shared, table=True):
    """A country, the same for everybody."""

    __tablename__ = "country"
    metadata = ELSEWHERE
    reason: ClassVar[str] = "What countries there are depends on nobody."

    code: str = Field(primary_key=True, max_length=2)
    name: str = Field(max_length=50)


class VisitRow(Owned, table=True):
    """Where an owner has been."""

    __tablename__ = "visit"
    __table_args__ = (ForeignKeyConstraint(["code"], ["country.code"]),)
    metadata = ELSEWHERE

    id: UUID = Field(primary_key=True)
    code: str = Field(max_length=2)


class SecretRow(SQLModel, table=True):
    """A table that looks as if it had owners, and is neither `Owned` nor `Shared`."""

    __tablename__ = "secret"
    metadata = ELSEWHERE

    owner_id: str = ""
    id: UUID = Field(primary_key=True)


class Country(BaseModel):
    """What is read of a country."""

    code: str
    name: str


class Number(BaseModel):
    """How many there are."""

    number: int


@pytest.fixture
def countries(own_database: str) -> str:
    """Return the URL of a database with three tables more, of which none has a policy."""
    with psycopg.connect(own_database, autocommit=True) as connection:
        connection.execute(TABLES)
    return own_database


def run(url: str, steps: Callable[[Callable[[str], UserScope]], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with scopes(url) as scope_of:
            await steps(scope_of)

    asyncio.run(opened())


def test_a_shared_table_is_read_by_everybody(countries: str, owner: str) -> None:
    async def steps(scope_of: Callable[[str], UserScope]) -> None:
        for scope in (scope_of(owner), scope_of(f"{owner}-neighbour")):
            found = await scope.find(CountryRow, Country, limit=9)
            assert [each.code for each in found] == ["DE", "FR", "GB"]
            assert await scope.count(CountryRow, col(CountryRow.name).like("G%")) == 2
            assert await scope.exists(CountryRow)
            aggregates = {"number": Aggregate("count")}
            assert await scope.aggregate(CountryRow, Number, aggregates, limit=1) == [
                Number(number=3)
            ]

    run(countries, steps)


def test_beside_a_shared_table_an_owned_one_keeps_its_owner(countries: str, owner: str) -> None:
    with psycopg.connect(countries, autocommit=True) as connection:
        for visitor, code in ((owner, "FR"), (f"{owner}-neighbour", "DE")):
            connection.execute(
                "INSERT INTO visit VALUES (%s, gen_random_uuid(), %s)", [visitor, code]
            )

    async def steps(scope_of: Callable[[str], UserScope]) -> None:
        scope = scope_of(owner)
        visited = await scope.find(Join(VisitRow, CountryRow), Country, limit=9)
        assert visited == [Country(code="FR", name="France")]
        mine = await scope.find(CountryRow, Country, related(VisitRow), limit=9)
        assert mine == visited

    run(countries, steps)


def test_nobody_writes_to_a_shared_table(countries: str, owner: str) -> None:
    async def steps(scope_of: Callable[[str], UserScope]) -> None:
        scope, named = scope_of(owner), col(CountryRow.code) == "FR"
        attempts: list[Awaitable[object]] = [
            scope.add(CountryRow, {"code": "IT"}, Country),  # type: ignore[arg-type]  # on purpose
            scope.put(CountryRow, {"code": "IT"}, by=(col(CountryRow.code),)),  # type: ignore[arg-type]  # the same
            scope.change_where(CountryRow, {"name": "x"}, named),  # type: ignore[arg-type]  # the same
            scope.remove_where(CountryRow, named),  # type: ignore[arg-type]  # the same
            scope.remove(CountryRow, uuid4()),  # type: ignore[arg-type]  # the same
            scope.remove_several(CountryRow, [uuid4()]),  # type: ignore[arg-type]  # the same
        ]
        for attempt in attempts:
            with pytest.raises(TypeError, match="has no owners"):
                await attempt
        assert await scope.count(CountryRow) == 3

    run(countries, steps)


def test_a_table_that_says_nothing_of_owners_is_refused_everywhere(
    countries: str, owner: str
) -> None:
    async def steps(scope_of: Callable[[str], UserScope]) -> None:
        scope, secret = scope_of(owner), SecretRow
        anything, order = col(SecretRow.owner_id) != "", Order(col(SecretRow.id))
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: scope.get(secret, uuid4(), Todo),  # type: ignore[arg-type]  # on purpose
            lambda: scope.find(secret, Todo, limit=1),  # type: ignore[arg-type]  # the same
            lambda: scope.page(secret, Todo, order=order, limit=1, cursor=None),  # type: ignore[arg-type]  # the same
            lambda: scope.count(secret),  # type: ignore[arg-type]  # the same
            lambda: scope.exists(secret, anything),  # type: ignore[arg-type]  # the same
            lambda: scope.aggregate(secret, Number, {}, limit=1),  # type: ignore[arg-type]  # the same
            lambda: scope.count(TodoRow, related(secret)),  # type: ignore[arg-type]  # the same
            lambda: scope.count(Join(TodoRow, secret)),  # type: ignore[arg-type]  # the same
            lambda: scope.mine(secret, Todo),  # type: ignore[arg-type]  # the same
            lambda: scope.put(secret, {"id": uuid4()}),  # type: ignore[arg-type]  # the same
            lambda: scope.change(secret, uuid4(), {}, Todo),  # type: ignore[arg-type]  # the same
            lambda: scope.change_several(secret, [uuid4()], {}, Todo),  # type: ignore[arg-type]  # the same
            lambda: scope.change_where(secret, {"owner_id": "x"}, anything),  # type: ignore[arg-type]  # the same
            lambda: scope.remove(secret, uuid4()),  # type: ignore[arg-type]  # the same
            lambda: scope.remove_where(secret, anything),  # type: ignore[arg-type]  # the same
        ]
        for attempt in attempts:
            with pytest.raises(TypeError, match="owners"):
                await attempt()

    run(countries, steps)


def test_a_shared_table_gives_its_reason() -> None:
    with pytest.raises(TypeError, match="let its `reason` say why"):
        type("CityRow", (Shared,), {})


def test_every_other_table_is_to_have_policies() -> None:
    assert {table.name for table in owned_tables(ELSEWHERE)} == {"visit", "secret"}
    assert "todo" in {table.name for table in owned_tables(SQLModel.metadata)}

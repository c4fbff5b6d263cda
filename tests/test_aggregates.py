"""Figures of many rows, and rows found by their words."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel
from sqlmodel import and_, col

from impl.core.criteria import matching, related
from impl.core.reading import Aggregate
from impl.core.scope import UserScope
from impl.core.source import Join
from impl.tables import ListRow, TagRow, TodoRow, TodoTagRow
from tests.conftest import scopes
from tests.twins import Todo

DUES = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), None)
type Step = Callable[[UserScope], Awaitable[None]]


class Numbers(BaseModel):
    """What is counted for each priority."""

    priority: str
    number: int
    done: int
    first: datetime | None
    last: datetime | None
    versions: int | None


class Number(BaseModel):
    """A number of all."""

    number: int
    greatest: int | None = None


class InLists(BaseModel):
    """What is counted in each list, by its name."""

    name: str
    number: int


NUMBERS = {
    "number": Aggregate("count"),
    "done": Aggregate("count", where=col(TodoRow.done).is_(True)),
    "first": Aggregate("min", col(TodoRow.due_at)),
    "last": Aggregate("max", col(TodoRow.due_at), where=col(TodoRow.done).is_(False)),
    "versions": Aggregate("sum", col(TodoRow.version)),
}
NUMBER = {"number": Aggregate("count"), "greatest": Aggregate("max", col(TodoRow.version))}


def run(url: str, owner: str, steps: Step) -> None:
    async def opened() -> None:
        async with scopes(url) as scope_of:
            await steps(scope_of(owner))

    asyncio.run(opened())


async def fill(scope: UserScope) -> None:
    """Store ten todos: of two priorities, with three due dates, every fifth done."""
    for number in range(10):
        values = {
            "title": f"Todo {number}",
            "priority": ("low", "high")[number % 2],
            "done": number % 5 == 0,
            "due_at": DUES[number % 3],
        }
        await scope.add(TodoRow, values, Todo)


def test_figures_are_of_each_group(database_url: str, owner: str) -> None:
    async def steps(scope: UserScope) -> None:
        await fill(scope)
        high, low = await scope.aggregate(TodoRow, Numbers, NUMBERS, limit=9)
        first, second, _ = DUES
        assert high == Numbers(
            priority="high", number=5, done=1, first=first, last=second, versions=5
        )
        assert low == Numbers(
            priority="low", number=5, done=1, first=first, last=second, versions=5
        )
        async with scope.transaction() as together:
            assert await together.aggregate(TodoRow, Numbers, NUMBERS, limit=9) == [high, low]

    run(database_url, owner, steps)


def test_only_rows_that_meet_the_criteria_count(database_url: str, owner: str) -> None:
    async def steps(scope: UserScope) -> None:
        await fill(scope)
        never = and_(col(TodoRow.due_at).is_(None), col(TodoRow.priority) == "high")
        (high,) = await scope.aggregate(TodoRow, Numbers, NUMBERS, never, limit=9)
        dated = {"number": Aggregate("count", col(TodoRow.due_at)), "greatest": Aggregate("count")}
        assert await scope.aggregate(TodoRow, Number, dated, limit=1) == [
            Number(number=7, greatest=10)
        ]
        assert (high.number, high.done, high.first, high.last) == (1, 1, None, None)
        assert len(await scope.aggregate(TodoRow, Numbers, NUMBERS, limit=1)) == 1
        (every,) = await scope.aggregate(TodoRow, Number, NUMBER, limit=1)
        assert every == Number(number=10, greatest=1)
        nothing = col(TodoRow.title) == "x"
        assert await scope.aggregate(TodoRow, Numbers, NUMBERS, nothing, limit=9) == []
        assert await scope.aggregate(TodoRow, Number, NUMBER, nothing, limit=1) == [
            Number(number=0)
        ]

    run(database_url, owner, steps)


def test_figures_are_of_the_callers_rows_alone(twins_database: str, owner: str) -> None:
    by_list = {"number": Aggregate("count")}

    async def steps(scope: UserScope) -> None:
        assert await scope.aggregate(TodoRow, Number, NUMBER, limit=9) == [
            Number(number=2, greatest=1)
        ]
        tagged = Aggregate("count", where=related(TodoTagRow))
        assert await scope.aggregate(TodoRow, Number, {**NUMBER, "number": tagged}, limit=9) == [
            Number(number=0, greatest=1)
        ]
        in_lists = Join(TodoRow, ListRow)
        assert await scope.aggregate(in_lists, InLists, by_list, limit=9) == []

    run(twins_database, owner, steps)

    async def twin(scope: UserScope) -> None:
        assert await scope.aggregate(Join(TodoRow, ListRow), InLists, by_list, limit=9) == [
            InLists(name=f"{owner}-twin", number=1)
        ]

    run(twins_database, f"{owner}-twin", twin)


@pytest.mark.parametrize(
    "aggregates",
    [
        {},
        {"number": Aggregate("count"), "greatest": Aggregate("max", col(TagRow.name))},
        {**NUMBER, "number": Aggregate("count", where=col(TagRow.name) == "x")},
        {**NUMBER, "more": Aggregate("count")},
        {**NUMBER, "number": Aggregate("sum")},
        {**NUMBER, "number": Aggregate("pg_sleep", col(TodoRow.version))},  # type: ignore[arg-type]  # on purpose
    ],
)
def test_figures_of_anything_else_are_refused(
    database_url: str, owner: str, aggregates: dict[str, Aggregate]
) -> None:
    async def steps(scope: UserScope) -> None:
        with pytest.raises(TypeError):
            await scope.aggregate(TodoRow, Number, aggregates, limit=1)

    run(database_url, owner, steps)


TEXTS = [
    ("Water the plants", "The fern too"),
    ("Buy milk", "and PLANTS"),
    ("Café", "crème brûlée; O'Reilly"),
    ("Rest", ""),
]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("plants", ["Water the plants", "Buy milk"]),
        ("plant", []),
        ("PLANTS milk", ["Buy milk"]),
        ("plants -milk", ["Water the plants"]),
        ("milk or rest", ["Buy milk", "Rest"]),
        ('"the plants"', ["Water the plants"]),
        ('"plants water"', []),
        ("plants fern", ["Water the plants"]),
        ("café", ["Café"]),
        ("brûlée", ["Café"]),
        ("the", ["Water the plants"]),
        ("", []),
        ("!!! & | ( :* ' \\ \"", []),
    ],
)
def test_words_are_found_as_in_a_search_engine(
    database_url: str, owner: str, words: str, titles: Sequence[str]
) -> None:
    async def steps(scope: UserScope) -> None:
        for title, notes in TEXTS:
            await scope.add(TodoRow, {"title": title, "notes": notes}, Todo)
        criterion = matching(words, col(TodoRow.title), col(TodoRow.notes))
        found = await scope.find(TodoRow, Todo, criterion, limit=9)
        assert [each.title for each in found] == titles
        async with scope.transaction() as together:
            assert await together.count(TodoRow, criterion) == len(titles)

    run(database_url, owner, steps)


def test_words_are_looked_for_in_the_callers_rows_alone(twins_database: str, owner: str) -> None:
    async def steps(scope: UserScope) -> None:
        found = await scope.find(TodoRow, Todo, matching("by", col(TodoRow.title)), limit=9)
        assert {each.title for each in found} == {f"Filed by {owner}", f"Loose by {owner}"}
        twin = matching('"twin"', col(TodoRow.title))
        assert not await scope.exists(TodoRow, twin)
        with pytest.raises(TypeError):
            await scope.count(TodoRow, matching("by", col(ListRow.name)))

    run(twins_database, owner, steps)

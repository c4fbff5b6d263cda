"""Criteria: what is kept of them between requests is their shape, never their values."""

import asyncio

import pytest
from sqlalchemy import ColumnElement
from sqlmodel import and_, bindparam, col, func, not_, or_, tuple_

from impl.core.criteria import Conditions
from impl.core.problems import Problem
from impl.core.source import source
from impl.tables import TodoRow
from tests.conftest import scopes
from tests.load import Todo

TITLE, DONE = col(TodoRow.title), col(TodoRow.done)
TITLES = ["Bread", "Eggs", "Milk", "Tea"]
CASES: list[tuple[ColumnElement[bool], list[str]]] = [
    (TITLE == "Milk", ["Milk"]),
    (TITLE == "Eggs", ["Eggs"]),
    (TITLE != "Eggs", ["Bread", "Milk", "Tea"]),
    (TITLE.in_(["Milk", "Tea"]), ["Milk", "Tea"]),
    (TITLE.in_(["Milk", "Tea", "Bread"]), ["Bread", "Milk", "Tea"]),
    (TITLE.in_(["Milk", "x" * 300]), ["Milk"]),
    (TITLE.in_([]), []),
    (TITLE.not_in(["Milk", "Tea"]), ["Bread", "Eggs"]),
    (TITLE.not_in([]), TITLES),
    (not_(TITLE.in_(["Milk"])), ["Bread", "Eggs", "Tea"]),
    (func.lower(TITLE) == "milk", ["Milk"]),
    (func.lower(TITLE) == "tea", ["Tea"]),
    (func.coalesce(TITLE, "x").in_(["Tea"]), ["Tea"]),
    (TITLE.like("%e%"), ["Bread", "Tea"]),
    (TITLE.between("C", "N"), ["Eggs", "Milk"]),
    (or_(TITLE == "Milk", and_(TITLE == "Tea", DONE.is_(False))), ["Milk", "Tea"]),
    (or_(TITLE == "Eggs", and_(TITLE == "Tea", DONE.is_(True))), ["Eggs"]),
    (tuple_(TITLE, DONE) > tuple_("Eggs", True), ["Milk", "Tea"]),
    (col(TodoRow.version) % 2 == 1, TITLES),
    (col(TodoRow.due_at).is_(None), TITLES),
    (col(TodoRow.version) > 2**62, []),
]


def test_each_criterion_selects_by_its_own_values(database_url: str, owner: str) -> None:
    """Twice, so that all are met by statements that were built for others of their shape."""

    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            scope = scope_of(owner)
            for title in TITLES:
                await scope.add(TodoRow, {"title": title}, Todo)
            for criterion, titles in CASES * 2:
                found = await scope.find(TodoRow, Todo, criterion, limit=9)
                assert [each.title for each in found] == titles, str(criterion)
                assert await scope.count(TodoRow, criterion) == len(titles)
            async with scope.transaction() as together:
                for criterion, titles in CASES:
                    assert await together.count(TodoRow, criterion) == len(titles)

    asyncio.run(steps())


def test_criteria_of_one_shape_are_equal_and_others_are_not() -> None:
    todo = source(TodoRow)
    shapes = [Conditions(todo, [criterion]) for criterion, _ in CASES]
    assert shapes[0] == shapes[1] != shapes[2]
    assert shapes[3] == shapes[4] == shapes[5] == shapes[6] != shapes[7]
    assert shapes[0] != Conditions(todo, [TITLE == "Milk", TITLE == "Milk"])
    assert shapes[0] != Conditions(todo, [col(TodoRow.notes) == "Milk"])
    assert [each.values["criterion__0"] for each in shapes[:2]] == ["Milk", "Eggs"]


@pytest.mark.parametrize(
    "criterion",
    [
        TITLE.like(bindparam("scope__owner", "x")),
        TITLE.like(bindparam("x")),
        tuple_(TITLE, DONE).in_([("Milk", True)]),
    ],
    ids=str,
)
def test_parameters_with_names_and_lists_of_tuples_are_refused(
    criterion: ColumnElement[bool],
) -> None:
    with pytest.raises(TypeError):
        Conditions(source(TodoRow), [criterion])


def test_numbers_that_no_column_holds_are_unprocessable(database_url: str, owner: str) -> None:
    async def steps() -> None:
        async with scopes(database_url) as scope_of:
            for number in (2**63, -(2**63) - 1, 10**400):
                with pytest.raises(Problem) as refusal:
                    await scope_of(owner).count(TodoRow, col(TodoRow.version) == number)
                assert refusal.value.status_code == 422

    asyncio.run(steps())

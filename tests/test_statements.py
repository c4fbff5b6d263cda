"""Statements: each of them names the owner, for every table that it touches."""

import re

import pytest
from sqlalchemy import ColumnElement, MetaData, Table
from sqlmodel import Column, Uuid, col, insert, not_, or_

from impl.core import reading, writing
from impl.core.criteria import Conditions, matching, related
from impl.core.paging import Order, Start, keyset
from impl.core.prepared import NEW, Prepared, bind
from impl.core.reading import Figure
from impl.core.source import Join, Readable, source
from impl.tables import ListRow, ProfileRow, TagRow, TodoRow, TodoTagRow
from tests.twins import Attached, Todo

TODO, TAG, LINK, PROFILE = (row.__table__ for row in (TodoRow, TagRow, TodoTagRow, ProfileRow))
TAGS_OF_TODOS = Join(TagRow, TodoTagRow)
DEEP = related(TodoTagRow, related(TagRow, col(TagRow.name) == "x"))
ORDER = keyset(source(TodoRow), Order(col(TodoRow.due_at)))
NUMBER = (Figure("id", "count", None, filtered=True),)


def conditions(of: Readable, *criteria: ColumnElement[bool]) -> Conditions:
    return Conditions(source(of), criteria)


STATEMENTS: dict[str, tuple[Prepared, list[str]]] = {
    "get": (reading.get(source(TodoRow), Todo), ["todo"]),
    "find": (
        reading.find(source(TodoRow), Todo, conditions(TodoRow, matching("x", col(TodoRow.title)))),
        ["todo"],
    ),
    "page": (
        reading.page(source(TodoRow), Todo, conditions(TodoRow), ORDER, Start.AFTER_VALUE),
        ["todo", "todo"],
    ),
    "page by what is related": (
        reading.page(source(TodoRow), Todo, conditions(TodoRow, DEEP), ORDER, Start.FIRST),
        ["tag", "todo", "todo_tag"],
    ),
    "count": (
        reading.count(
            source(TodoRow),
            conditions(TodoRow, or_(not_(DEEP), related(ListRow), col(TodoRow.done).is_(True))),
        ),
        ["list", "tag", "todo", "todo_tag"],
    ),
    "exists": (
        reading.exists(source(TodoRow), conditions(TodoRow, DEEP)),
        ["tag", "todo", "todo_tag"],
    ),
    "join": (
        reading.find(source(TAGS_OF_TODOS), Attached, conditions(TAGS_OF_TODOS)),
        ["tag", "todo_tag"],
    ),
    "count of a join": (
        reading.count(source(TAGS_OF_TODOS), conditions(TAGS_OF_TODOS)),
        ["tag", "todo_tag"],
    ),
    "aggregate": (
        reading.aggregate(source(TodoRow), Todo, NUMBER, conditions(TodoRow, DEEP)),
        ["tag", "todo", "todo_tag"],
    ),
    "there": (writing.there(TODO), ["todo"]),
    "lock": (writing.lock(TODO), ["todo"]),
    "put": (writing.put(PROFILE, ("locale",), ()), ["profile"]),
    "change": (writing.change(TODO, Todo, ("done",), keyed=True, versioned=True), ["todo"]),
    "change_several": (writing.change_several(TODO, Todo, ("done",)), ["todo"]),
    "change_where": (
        writing.change_where(TODO, ("done",), conditions(TodoRow, DEEP)),
        ["tag", "todo", "todo_tag"],
    ),
    "remove": (writing.remove(TODO, versioned=False), ["todo"]),
    "remove_several": (writing.remove_several(TODO), ["todo"]),
    "remove_where": (
        writing.remove_where(LINK, conditions(TodoTagRow, related(TodoRow, related(ListRow)))),
        ["list", "todo", "todo_tag"],
    ),
}
INSERTS: dict[str, Prepared] = {
    "add": writing.add(TODO, Todo, ("title",)),
    "ensure": writing.ensure(PROFILE),
    "put": writing.put(LINK, ("todo_id", "tag_id"), ("todo_id", "tag_id")),
    "put by name": writing.put(TAG, ("name",), ("name",)),
}


def owner_of(prepared: Prepared) -> str:
    """Return the parameter of the owner, as the statement writes it."""
    parameters = prepared.statement.compile().params  # type: ignore[attr-defined]  # all but DDL have it
    values = {name.removeprefix(NEW): None for name in parameters}
    dumped = prepared.dumped("the owner", values)
    return rf"\${dumped.index(b'the owner') + 1}\b"


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_table_of_a_statement_is_the_owners(name: str) -> None:
    prepared, tables = STATEMENTS[name]
    sql = prepared.sql.decode()
    named = re.findall(rf"(\w+)\.owner_id = {owner_of(prepared)}", sql)
    assert sorted(named) == tables
    touched = re.findall(r"(?:FROM|UPDATE|INTO|,) (list|todo|tag|todo_tag|profile)\b(?!\.)", sql)
    assert sorted(set(touched)) == sorted(set(tables))


@pytest.mark.parametrize("name", INSERTS)
def test_every_row_that_is_inserted_is_the_owners(name: str) -> None:
    prepared = INSERTS[name]
    found = re.search(r"INSERT INTO \w+ \(([^)]+)\) VALUES \((.+?)\)(?: |$)", prepared.sql.decode())
    assert found is not None
    columns, values = (part.split(", ") for part in found.groups())
    assert re.match(owner_of(prepared), values[columns.index("owner_id")])


def test_a_column_that_is_named_like_a_parameter_is_refused() -> None:
    """Their values could not be told apart."""
    odd = Table("odd", MetaData(), Column("id", Uuid), Column(reading.KEY, Uuid))
    row = {"id": bind(reading.KEY, Uuid()), reading.KEY: bind(NEW + reading.KEY, Uuid())}
    with pytest.raises(ValueError, match="the name of another parameter"):
        Prepared(insert(odd).values(row))

"""The rules of tables, on what breaks them and what nearly does."""

from pathlib import Path

import pytest

from tests.reviewed import reviewed, rules

OWNED = """\
from typing import ClassVar
from sqlmodel import Field, SQLModel

class Owned(SQLModel):
    owner_id: str = Field(primary_key=True)

class Entity(Owned):
    id: str = Field(primary_key=True)

class Shared(SQLModel):
    reason: ClassVar[str] = ""
"""
HEAD = """\
import sqlalchemy as sa
from sqlmodel import (
    Column, Field, ForeignKeyConstraint, Index, MetaData, PrimaryKeyConstraint, SQLModel, Table,
    UniqueConstraint,
)
from impl.core.owned import Entity as E, Owned, Shared

"""


def table(*lines: str, bases: str = "E, table=True") -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"class NoteRow({bases}):\n    title: str\n{body}\n"


def arguments(*calls: str) -> str:
    return table(f"__table_args__ = ({', '.join(calls)},)")


def shared(reason: str) -> str:
    return table(f"reason: ClassVar[str] = {reason}", bases="Shared, table=True")


TO_LIST = '"list_id"], ["list.owner_id", "list.id"]'

BAD = [
    ("FH301", table(bases="SQLModel, table=True")),
    ("FH301", table(bases="Shared, table=True")),
    ("FH301", shared('" "')),
    ("FH301", shared('""')),
    ("FH301", shared("REASON")),
    ("FH301", table(bases='Shared, table=True, reason="a keyword that SQLModel refuses"')),
    ("FH306", table("noterow_id: str")),
    ("FH306", arguments('ForeignKeyConstraint(["x"], ["noterow.id"])') + "    noterow_id: str"),
    ("FH301", 'notes = Table("note", MetaData(), Column("id"))'),
    ("FH302", table("owner_id: str = Field(index=True)")),
    ("FH302", arguments('PrimaryKeyConstraint("id", "owner_id")')),
    ("FH303", arguments('UniqueConstraint("title")')),
    ("FH303", arguments('sa.UniqueConstraint("title", "owner_id")')),
    ("FH303", arguments('Index("x", "title", unique=True)')),
    ("FH303", table("slug: str = Field(unique=True)")),
    ("FH303", table('slug: str = Field(sa_column_kwargs={"unique": True})')),
    ("FH303", table("slug: str = Field(sa_column=Column(unique=True))")),
    ("FH304", table('list_id: str = Field(foreign_key="list.id")')),
    ("FH304", table('list_id: str = Field(sa_column=Column(sa.ForeignKey("list.id")))')),
    ("FH304", arguments('ForeignKeyConstraint(["list_id"], ["list.id"])')),
    ("FH304", arguments('ForeignKeyConstraint(["owner_id", "list_id"], ["list.id", "list.x"])')),
    ("FH304", arguments(f'ForeignKeyConstraint(["owner_id", {TO_LIST}, ondelete="SET NULL")')),
    ("FH304", arguments(f'ForeignKeyConstraint(["owner_id", {TO_LIST}, onupdate="CASCADE")')),
    ("FH305", arguments('Index("x", "title", "owner_id")')),
    ("FH305", table("slug: str = Field(index=True)")),
]
NEAR = [
    ("FH301", table()),
    ("FH301", table(bases="SQLModel")),
    ("FH301", shared('"the same for all"')),
    ("FH301", table('reason = "the same for all"', bases="Shared, table=True")),
    ("FH306", table("other_id: str")),
    ("FH306", table('noterow_id: str = Field(foreign_key="noterow.id")')),
    (
        "FH306",
        arguments('ForeignKeyConstraint(["owner_id", "noterow_id"], ["noterow.owner_id", "x"])')
        + "    noterow_id: str",
    ),
    ("FH301", 'notes = Table("note", MetaData(), Column("owner_id"), Column("id"))'),
    ("FH301", 'notes = Table("pg_class", MetaData(schema="pg_catalog"), Column("oid"))'),
    ("FH302", arguments('PrimaryKeyConstraint("owner_id", "id")')),
    ("FH303", arguments('UniqueConstraint("owner_id", "title")')),
    ("FH303", arguments('Index("x", "owner_id", "title", unique=True)')),
    ("FH303", table("slug: str = Field(unique=False)")),
    ("FH304", arguments(f'ForeignKeyConstraint(["owner_id", {TO_LIST}, ondelete="CASCADE")')),
    (
        "FH304",
        arguments(f'ForeignKeyConstraint(["owner_id", {TO_LIST}, ondelete="SET NULL (list_id)")'),
    ),
    ("FH305", arguments('Index("x", "owner_id", "title", "id")')),
]


@pytest.mark.parametrize(("rule", "code"), BAD)
def test_a_table_that_crosses_owners_is_found(tmp_path: Path, rule: str, code: str) -> None:
    files = {"impl/core/owned.py": OWNED, "impl/tables.py": HEAD + code + "\n"}
    assert rule in rules(tmp_path, files)


@pytest.mark.parametrize(("rule", "code"), NEAR)
def test_a_table_of_one_owner_is_not(tmp_path: Path, rule: str, code: str) -> None:
    files = {"impl/core/owned.py": OWNED, "impl/tables.py": HEAD + code + "\n"}
    assert not {rule, "FH901"} & rules(tmp_path, files)


def test_a_table_declared_to_have_no_owner_is_listed_as_an_exception(tmp_path: Path) -> None:
    code = HEAD + shared('"the same for all"')
    found = reviewed(tmp_path, {"impl/core/owned.py": OWNED, "impl/tables.py": code})
    assert [each.what for each in found.exceptions] == ["noterow has no owner: the same for all"]


ORDER = """\
from impl.core.paging import Order
from impl.tables import NoteRow
from sqlmodel import col

_SORTS = {"title": col(NoteRow.title), "id": col(NoteRow.id)}

async def list_notes(scope, sort):
    return await scope.page(NoteRow, Note, order=Order(_SORTS[sort]), limit=1, cursor=None)
"""


@pytest.mark.parametrize("order", [ORDER, ORDER.replace("_SORTS[sort]", "col(NoteRow.title)")])
def test_a_list_sorted_by_a_column_without_an_index_is_warned_of(
    tmp_path: Path, order: str
) -> None:
    files = {"impl/core/owned.py": OWNED, "impl/tables.py": HEAD + table(), "impl/notes.py": order}
    files["impl/core/paging.py"] = "class Order:\n    pass\n"
    found = reviewed(tmp_path, files).findings
    assert [each.fault.what for each in found if each.rule.id == "FH305"] == [
        "no index (owner_id, title, ...) serves this order"
    ]
    for serves in (
        "Index('x', 'owner_id', 'title', 'id')",
        "UniqueConstraint('owner_id', 'title')",
    ):
        files["impl/tables.py"] = HEAD + arguments(serves)
        assert "FH305" not in rules(tmp_path, files)
    files["impl/tables.py"] = HEAD + arguments("UniqueConstraint('owner_id', 'slug', 'title')")
    assert "FH305" in rules(tmp_path, files)

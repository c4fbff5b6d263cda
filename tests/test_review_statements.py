"""The owner's criterion on statements: found to be missing, and found to be there."""

from pathlib import Path

import pytest

from tests.reviewed import rules

HEAD = """\
import sqlalchemy as sa
from sqlalchemy import Table, and_, or_, not_, true, union_all, exists, func, literal, bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased
from sqlmodel import select, update, delete, insert, col
from impl.tables import TodoRow, TagRow, CountryRow

OWNER = "scope__owner"

def bind(name, kind):
    return bindparam(name, type_=kind)

def _owner(table: Table):
    return bind(OWNER, table.c.owner_id.type)

def _owned(table: Table):
    return table.c.owner_id == _owner(table)

def _not_owned(table: Table):
    return table.c.id == _owner(table)

def _all(table: Table, more):
    return [_owned(table), *more]

def _same(one: Table, other: Table):
    return and_(one.c.owner_id == other.c.owner_id, one.c.id == other.c.id)

def _limited(statement, table: Table):
    return statement.where(_owned(table)).limit(1)

def _unlimited(statement):
    return statement.limit(1)

"""
TABLES = """\
from typing import ClassVar
from sqlmodel import Field, SQLModel
from impl.core.owned import Shared

class TodoRow(SQLModel, table=True):
    owner_id: str = Field(primary_key=True)

class TagRow(SQLModel, table=True):
    owner_id: str = Field(primary_key=True)

class CountryRow(Shared, table=True):
    reason: ClassVar[str] = "the same for all"
    code: str = Field(primary_key=True)
"""

EXPOSED = [
    "return select(table.c.id)",
    "return sa.select(table.c.id).where(table.c.id == key)",
    "return select(TodoRow)",
    "return select(*columns(table)).limit(1)",
    "return select(func.count()).select_from(table)",
    "return select(func.max(table.c.due_at))",
    "return select(table.c.id).where(_not_owned(table))",
    "return select(table.c.id).where(true())",
    "return select(table.c.id).where(or_(_owned(table), table.c.id == key))",
    "return select(table.c.id).where(not_(_owned(table)))",
    "return select(table.c.id).where(~_owned(table))",
    "return select(table.c.id).where(table.c.owner_id == key)",
    "return select(table.c.id).where(table.c.owner_id == 'ada')",
    "return select(table.c.id).where(table.c.owner_id.is_not(None))",
    "return select(table.c.id).where(_owned(other))",
    "return select(table.c.id).having(_owned(table))",
    "return select(table.c.id).order_by(_owned(table))",
    "return select(table.c.id).where(*[_owned(table)][:0])",
    "return select(table.c.id).where(_owned(table) if key else true())",
    "rows = select(table.c.id)\n    if key: rows = rows.where(_owned(table))\n    return rows",
    "rows = select(table.c.id)\n    return [rows.where(_owned(table)), rows]",
    "them = [_owned(table)]\n    them.clear()\n    return select(table.c.id).where(*them)",
    (
        "criteria = []\n    if key:\n        criteria.append(_owned(table))\n"
        "    return select(table.c.id).where(*criteria)"
    ),
    "return select(table.c.id).join(other, other.c.id == table.c.id).where(_owned(table))",
    (
        "return select(table.c.id).select_from(table.join(other, table.c.id == other.c.id))"
        ".where(_owned(table))"
    ),
    "return select(table.c.id, other.c.id).where(_owned(table))",
    "return select(table.c.id).where(_owned(table), other.c.id == table.c.id)",
    "again = table.alias()\n    return select(again.c.id).where(_owned(table))",
    "again = aliased(TodoRow)\n    return select(again.title).where(TodoRow.owner_id == owner_id)",
    "return union_all(select(table.c.id).where(_owned(table)), select(table.c.id))",
    "part = select(table.c.id).cte()\n    return select(part.c.id)",
    (
        "part = select(table.c.id).subquery()\n"
        "    return select(other.c.id).where(_owned(other), other.c.id.in_(select(part.c.id)))"
    ),
    "return select(table.c.id).where(_owned(table), exists(select(other.c.id)))",
    "return select(table.c.id).where(_owned(table), exists().where(other.c.id == key))",
    "return select(exists().where(table.c.id == key))",
    "return select(table.c.id).where(_owned(table), table.c.id.in_(select(other.c.id)))",
    "return update(table).where(table.c.id == key).values(done=True)",
    "return update(table).values(done=True)",
    "return delete(table)",
    "return delete(TodoRow).where(col(TodoRow.id) == key)",
    "return table.delete().where(table.c.id == key)",
    "return TodoRow.__table__.select()",
    "return _unlimited(select(table.c.id))",
    "return select(table.c.id).filter_by(id=key)",
    "return select(table.c.id).where(table.c.owner_id == body.owner_id)",
    "return update(table).where(_owned(table), table.c.id == other.c.id).values(done=True)",
    "own = select\n    return own(table.c.id)",
    "return [select(each.c.id) for each in (table, other)]",
    "rows = select(table.c.id)\n    run(rows)\n    rows = rows.where(_owned(table))\n    return 1",
    (
        "rows = select(table.c.id).where(_owned(table))\n    for each in key:\n"
        "        rows = rows.join(other, other.c.id == each)\n    return rows"
    ),
    "them = [_owned(table)]\n    them[0] = true()\n    return select(table.c.id).where(*them)",
    "return list(map(select, [table.c.id]))",
    "return partial(select, table.c.id)",
    "return select(table.c.id).where(_owned(table) and table.c.id == key)",
    "return (lambda each: select(each.c.id))(table)",
    "return select(columns(key)).where(_keyed(key))",
    "return delete(key)",
    "them = [_owned(table)]\n    them = them[1:]\n    return select(table.c.id).where(*them)",
    (
        "them = [_owned(table)]\n    them = [each for each in them if key]\n"
        "    return select(table.c.id).where(*them)"
    ),
    "owner_id = owner_id or key\n    return select(table.c.id).where(table.c.owner_id == owner_id)",
    "table, other = other, table\n    one = table\n    table = one\n    return select(table)",
    "table = col(other)\n    other = col(table)\n    return select(table)",
]

CONFINED = [
    (
        "them = [_owned(table)]\n    them = them + [table.c.id == key]\n    them = [*them, key]\n"
        "    return select(table.c.id).where(*them)"
    ),
    (
        "rows = select(table.c.id).where(_owned(table))\n    for each in key:\n"
        "        rows = rows.join(each, _same(each, table))\n    return rows"
    ),
    "return select(table.c.id).join(other, _same(other, table)).where(_owned(table))",
    "return select(table.c.id).where(_owned(table))",
    "return select(*columns(table)).where(_owned(table), table.c.id == key)",
    "return select(table.c.id).where(table.c.id == key).where(_owned(table))",
    "return select(table.c.id).where(and_(_owned(table), table.c.id == key))",
    "return select(table.c.id).where(_owned(table) & (table.c.id == key))",
    "return select(table.c.id).where(or_(_owned(table), _owned(table)))",
    "return select(table.c.id).where(table.c.owner_id == owner_id)",
    "return select(table.c.id).where(owner_id == table.c['owner_id'])",
    "return select(table.c.id).where(*_all(table, []))",
    "return select(table.c.id).where(*[_owned(table), table.c.id == key])",
    "return select(TodoRow).where(TodoRow.owner_id == owner_id)",
    "return select(TodoRow).where(col(TodoRow.owner_id) == owner_id)",
    "return select(TodoRow).where(TodoRow.__table__.c.owner_id == owner_id)",
    "rows = select(table.c.id)\n    rows = rows.where(_owned(table))\n    return rows.limit(1)",
    "rows = select(table.c.id)\n    return [rows.where(_owned(table)).where(each) for each in key]",
    "rows = select(table.c.id).where(_owned(table))\n    return rows if key else rows.limit(1)",
    (
        "criteria = [table.c.id == key]\n    criteria.append(_owned(table))\n"
        "    return select(table.c.id).where(*criteria)"
    ),
    "return _limited(select(table.c.id), table)",
    (
        "return select(table.c.id).join(other, and_(other.c.owner_id == table.c.owner_id, "
        "other.c.id == table.c.id)).where(_owned(table))"
    ),
    "return select(table.c.id, other.c.id).where(_owned(table), _owned(other))",
    (
        "return select(table.c.id).select_from(table.outerjoin(other, "
        "(other.c.owner_id == table.c.owner_id) & (other.c.id == table.c.id))).where(_owned(table))"
    ),
    "again = table.alias()\n    return select(again.c.id).where(_owned(again))",
    "again = aliased(TodoRow)\n    return select(again).where(again.owner_id == owner_id)",
    "return union_all(*(select(each.c.id).where(_owned(each)) for each in (table, other)))",
    "part = select(table.c.id).where(_owned(table)).cte()\n    return select(part.c.id)",
    (
        "part = select(table.c.id).where(_owned(table)).subquery()\n"
        "    return select(func.count()).select_from(part)"
    ),
    (
        "return select(table.c.id).where(_owned(table), exists().where("
        "other.c.owner_id == table.c.owner_id, other.c.id == table.c.id))"
    ),
    "return select(table.c.id).where(_owned(table), exists(select(other).where(_owned(other))))",
    "return select(literal(1))",
    "return select(func.set_config('app.user_id', owner_id, True))",
    "return select(func.count()).select_from(table).where(_owned(table))",
    "total = func.count(table.c.id).label('n')\n    return select(total).where(_owned(table))",
    "return select(CountryRow)",
    "return update(table).where(_owned(table), table.c.id == key).values(done=True)",
    "return delete(table).where(_owned(table)).returning(table.c.id)",
    "return table.delete().where(_owned(table))",
    "return select(table.c.id).filter_by(owner_id=owner_id)",
    "return {'a': 1}.update({'b': 2}), key.delete(), [].insert(0, 1)",
]

FOREIGN = [
    "return insert(table).values(title='x')",
    "return insert(table).values({'title': 'x'})",
    "return insert(table).values(owner_id=key)",
    "return insert(table).values({'owner_id': _owner(table), **key})",
    "return insert(table)",
    "return upsert(table).values(owner_id='ada').on_conflict_do_nothing()",
    "return insert(table).values([{'owner_id': _owner(table)}, {'id': key}])",
    "return insert(table).from_select(['id'], select(table.c.id).where(_owned(table)))",
    "row = {'title': key}\n    return insert(table).values(row)",
    "return insert(table).values(owner_id=body.owner_id)",
    "return update(table).where(_owned(table)).values(owner_id=owner_id)",
    "return update(table).where(_owned(table)).values({'owner_id': key})",
    "row = {'owner_id': key}\n    return update(table).where(_owned(table)).values({**row})",
    (
        "return upsert(table).values(owner_id=owner_id)"
        ".on_conflict_do_update(index_elements=['id'], set_={'title': key})"
    ),
    (
        "return upsert(table).values(owner_id=owner_id)"
        ".on_conflict_do_update(index_elements=['owner_id', 'id'], set_={'owner_id': key})"
    ),
]

OWN = [
    "return insert(table).values(owner_id=_owner(table), title='x')",
    "return insert(table).values({**key, 'owner_id': owner_id})",
    "row = dict(key)\n    row['owner_id'] = owner_id\n    return insert(table).values(row)",
    "row = dict(key)\n    row |= {'owner_id': _owner(table)}\n    return insert(table).values(row)",
    "return insert(table).values([{**each, 'owner_id': owner_id} for each in key])",
    "return upsert(table).values(owner_id=_owner(table)).on_conflict_do_nothing()",
    (
        "return insert(table).from_select(['owner_id', 'id'], "
        "select(table.c.owner_id, table.c.id).where(_owned(table)))"
    ),
    "return update(table).where(_owned(table)).values({'title': key})",
    (
        "return upsert(table).values(owner_id=owner_id)"
        ".on_conflict_do_update(index_elements=['owner_id', 'id'], set_={'title': key})"
    ),
    "row = insert(table)\n    return row.values(owner_id=owner_id)",
]


def broken(root: Path, body: str) -> set[str]:
    arguments = "table: Table, other: Table, owner_id: str, key, body"
    code = f"{HEAD}def made({arguments}):\n    print_ = owner_id\n    {body}\n"
    return rules(root, {"impl/core/statements.py": code, "impl/tables.py": TABLES})


def test_helpers_of_other_modules_and_of_classes_are_followed(tmp_path: Path) -> None:
    helper = "def owned(table, owner_id):\n    return table.c.owner_id == owner_id\n"
    code = (
        "from sqlmodel import select\nfrom impl.core.statements import owned as mine\n"
        "class Made:\n    def rows(self, table):\n        return select(table.c.id).where("
        "self._own(table))\n    def _own(self, table):\n"
        "        return mine(table, self._owner_id)\n"
    )
    package = {
        "impl/core/statements/__init__.py": "from .criteria import owned\n",
        "impl/core/statements/criteria.py": helper,
        "impl/core/made.py": code,
    }
    assert rules(tmp_path, package) == set()
    package["impl/core/statements/criteria.py"] = helper.replace("c.owner_id", "c.id")
    assert rules(tmp_path, package) == {"FH201"}


@pytest.mark.parametrize("body", EXPOSED)
def test_a_statement_that_reaches_rows_of_others_is_found(tmp_path: Path, body: str) -> None:
    assert "FH201" in broken(tmp_path, body)


@pytest.mark.parametrize("body", CONFINED)
def test_a_statement_that_keeps_to_the_owner_is_not(tmp_path: Path, body: str) -> None:
    assert not {"FH201", "FH202", "FH901"} & broken(tmp_path, body)


@pytest.mark.parametrize("body", FOREIGN)
def test_a_row_that_is_not_made_the_owners_is_found(tmp_path: Path, body: str) -> None:
    assert "FH202" in broken(tmp_path, body)


@pytest.mark.parametrize("body", OWN)
def test_a_row_that_is_the_owners_is_not(tmp_path: Path, body: str) -> None:
    assert not {"FH201", "FH202"} & broken(tmp_path, body)

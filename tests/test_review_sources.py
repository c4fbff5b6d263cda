"""Conditions that travel: in sources, through parameters, and to statements that helpers return."""

from pathlib import Path

import pytest

from tests.reviewed import rules

HEAD = """\
from dataclasses import dataclass, replace
from functools import partial
from sqlalchemy import ColumnElement, Select, Table, Update
from sqlmodel import bindparam, delete, func, select, update
from impl.core.owned import Owned, Shared

OWNER = "scope__owner"

def owned(table: Table):
    return table.c.owner_id == bindparam(OWNER)

@dataclass(frozen=True)
class Source:
    tables: tuple[Table, ...]
    conditions: tuple[ColumnElement[bool], ...]

    def columns(self):
        return self.tables[0].c

class Related:
    def __init__(self, of):
        self.source = made_of(of)
        self.table = self.source.tables[0]

def _table(of) -> Table:
    return of.__table__

def _owner(of):
    return () if issubclass(of, Shared) else (owned(of.__table__),)

def made_of(of) -> Source:
    return Source((_table(of),), _owner(of))

"""
MADE = "return Source((_table(of),), _owner(of))"
USED = "def made(source: Source, other: Source, related: Related, table: Table, key):\n    "

EXPOSED = [
    "return select(source.columns())",
    "return select(*source.tables[0].primary_key)",
    "return select(func.count()).select_from(*source.tables)",
    "return select(source.columns()).where(*source.conditions[:1])",
    "return select(source.columns()).where(*other.conditions)",
    "return select(source.columns(), other.columns()).where(*source.conditions)",
    "return select(source.columns()).where(*(source.conditions if key else ()))",
    "return select(source.columns()).where(*source.conditions, table.c.id == key)",
    "return select(related.table.c.id).where(*source.conditions)",
    "return select(related.table.c.id).where(*related.conditions)",
    "here = source.tables[0]\n    return select(here.c.id)",
    "one = made_of(key)\n    return select(one.columns()).where(*source.conditions)",
    "return select(key.columns()).where(*key.conditions)",
    (
        "inner = select(table.c.id).where(table.c.id == source.tables[0].c.id)\n"
        "    return inner.correlate(source.tables[0]).exists()"
    ),
    (
        "inner = select(table.c.id).where(owned(table), table.c.id == source.tables[0].c.id)\n"
        "    return inner.correlate(source.tables[0])"
    ),
]
CONFINED = [
    "return select(source.columns()).where(*source.conditions)",
    "return select(*source.tables[0].primary_key).where(*source.conditions, key)",
    "return select(func.count()).select_from(*source.tables).where(*source.conditions)",
    "return select(source.columns(), other.columns()).where(*source.conditions, *other.conditions)",
    "return select(related.table.c.id).where(*related.source.conditions)",
    "here = source.tables[0]\n    return select(here.c.id).where(*source.conditions)",
    "here = source\n    return select(here.columns()).where(*here.conditions)",
    "one = made_of(key)\n    return select(one.columns()).where(*one.conditions)",
    (
        "inner = select(table.c.id).where(owned(table), table.c.id == source.tables[0].c.id)\n"
        "    return inner.correlate(source.tables[0]).exists()"
    ),
]

UNFOUNDED = [
    HEAD.replace(MADE, "return Source((_table(of),), ())"),
    HEAD.replace(MADE, "return Source(conditions=_owner(of), tables=(_table(of), TABLE))"),
    HEAD.replace(MADE, "return Source((_table(of),))"),
    HEAD.replace("issubclass(of, Shared)", "issubclass(of, Owned)"),
    HEAD.replace("issubclass(of, Shared)", "of.reason"),
    HEAD.replace("() if issubclass", "(owned(of.__table__),) if issubclass").replace(
        "else (owned(of.__table__),)", "else ()"
    ),
    HEAD + "def bare(source: Source):\n    return replace(source, conditions=())\n",
    HEAD + "def more(source: Source, table: Table):\n    return replace(source, tables=(table,))\n",
]
FOUNDED = [
    HEAD.replace(MADE, "return Source(conditions=_owner(of), tables=(_table(of),))"),
    HEAD.replace(MADE, "here = of.__table__\n    return Source((here,), (owned(here),))"),
    HEAD + "def same(source: Source):\n    return replace(source, tables=source.tables)\n",
]

TAKES = "def taken(table: Table, shown, *matching):\n    return {statement}\n\n"
UPDATED = TAKES.format(statement="update(table).where(*matching).values(done=True)")
BARE = "def bare(table: Table):\n    return select(table.c.id)\n\n"
CTE = (
    "def counted(rows: Update):\n    done = rows.cte('done')\n"
    "    return select(func.count()).select_from(done)\n\n"
)
CALLED = [
    (UPDATED + "def f(table: Table):\n    return taken(table, 1, owned(table))\n", True),
    (UPDATED + "def f(table: Table):\n    return taken(table, 1, 2, *[owned(table)])\n", True),
    (UPDATED + "def f(one: Table):\n    return taken(shown=1, table=one, *[owned(one)])\n", False),
    (UPDATED + "def f(one: Table, two: Table):\n    return taken(one, 1, owned(two))\n", False),
    (UPDATED + "def f(table: Table):\n    return taken(table, owned(table))\n", False),
    (UPDATED, False),
    (
        UPDATED + "def f(t: Table):\n    return taken(t, 1, owned(t))\n"
        "def g(t: Table):\n    return taken(t, 1)\n",
        False,
    ),
    (
        UPDATED + "def f(t: Table):\n    return taken(t, 1, owned(t))\ng = partial(taken, 1)\n",
        False,
    ),
    (BARE + "def f(t: Table):\n    return bare(t).where(owned(t))\n", True),
    (BARE + "def f(t: Table):\n    rows = bare(t)\n    return rows.where(owned(t))\n", True),
    (BARE + "def f(t: Table, u: Table):\n    return bare(t).where(owned(u))\n", False),
    (BARE + "def f(t: Table):\n    return bare(t).limit(1)\n", False),
    (
        BARE + "def f(t: Table):\n    return bare(t).where(owned(t))\n"
        "def g(t: Table):\n    return bare(t)\n",
        False,
    ),
    (BARE + "def f(t: Table):\n    return bare(t).where(owned(t))\nRUN = [bare]\n", False),
    (CTE + "def f(t: Table):\n    return counted(update(t).where(owned(t)))\n", True),
    (CTE + "def f(t: Table):\n    return counted(update(t))\n", False),
    (CTE + "def f(t: Table):\n    return counted(delete(t))\n", False),
]  # fmt: skip - one case after the other


def found(root: Path, code: str) -> bool:
    return "FH201" in rules(root, {"impl/core/made.py": code})


@pytest.mark.parametrize("body", EXPOSED)
def test_a_source_without_its_own_conditions_is_found(tmp_path: Path, body: str) -> None:
    assert found(tmp_path, f"{HEAD}{USED}{body}\n")


@pytest.mark.parametrize("body", CONFINED)
def test_a_source_with_its_conditions_is_not(tmp_path: Path, body: str) -> None:
    assert not found(tmp_path, f"{HEAD}{USED}{body}\n")


@pytest.mark.parametrize("code", UNFOUNDED)
def test_a_source_that_is_made_without_the_owner_is_found(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code)


@pytest.mark.parametrize("code", [HEAD, *FOUNDED])
def test_a_source_that_is_made_with_the_owner_is_not(tmp_path: Path, code: str) -> None:
    assert not found(tmp_path, code)


def test_a_source_that_may_be_changed_confines_nothing(tmp_path: Path) -> None:
    code = f"{HEAD}{USED}{CONFINED[0]}\n"
    assert found(tmp_path, code.replace("(frozen=True)", ""))


@pytest.mark.parametrize(("code", "confined"), CALLED)
def test_what_counts_is_what_every_caller_gives_and_adds(
    tmp_path: Path, code: str, *, confined: bool
) -> None:
    assert found(tmp_path, HEAD + code) is not confined

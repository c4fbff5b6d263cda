"""The rules of implementations, on code that breaks them and on code that nearly does."""

from pathlib import Path

import pytest

from tests.reviewed import rules

BAD = [
    ("FH101", "import sqlmodel\nx = sqlmodel.select(1)"),
    ("FH101", "import sqlmodel as s\ndef _f(t):\n    return s.delete(t)"),
    ("FH101", "import sqlalchemy as sa\nq = sa.sql.expression.update"),
    ("FH101", "from sqlalchemy.dialects.postgresql import insert as put"),
    ("FH101", "from sqlmodel import *\nx = select(1)"),
    ("FH101", "import importlib\nx = importlib.import_module('sqlmodel').select(1)"),
    ("FH101", "x = __import__('sqlalchemy').text('x')"),
    ("FH101", "import sqlmodel\nx = getattr(sqlmodel, 'select')(1)"),
    ("FH101", "from sqlalchemy.ext.asyncio import AsyncSession"),
    ("FH101", "from sqlalchemy.orm import sessionmaker as s\nx = s()"),
    ("FH101", "import psycopg"),
    ("FH101", "from sqlalchemy import create_engine"),
    ("FH101", "from impl.tables import TodoRow\nq = TodoRow.__table__.delete()"),
    ("FH101", "from impl.helpers import pick\nq = pick(1)"),
    ("FH101", "import impl.helpers as h\nq = h.pick(1)"),
    ("FH101", "async def _f(scope, connection):\n    await connection.cursor()"),
    ("FH102", "from impl.core import statements"),
    ("FH102", "from impl.core import criteria\nx = criteria.related"),
    ("FH102", "from impl.core.criteria import Conditions"),
    ("FH102", "from impl.core.criteria import related, select"),
    ("FH102", "from impl.core.source import Join, owned"),
    ("FH102", "from impl.core.reading import get"),
    ("FH102", "from impl.core.writing import remove"),
    ("FH102", "from impl.core.paging import Cursors"),
    ("FH102", "from impl.core.criteria import *"),
    ("FH102", "import impl.core.etags\nx = impl.core.reading.get(1)"),
    ("FH102", "from impl.core import paging as p\nx = p.bind"),
    ("FH102", "import impl.core.prepared"),
    ("FH102", "from impl.core.lanes import Lanes as L"),
    ("FH102", "from importlib import import_module\nx = import_module('impl.core.database')"),
    ("FH103", "def _f(c, n):\n    c.execute(f'SELECT * FROM {n} WHERE x')"),
    ("FH103", "def _f(n):\n    return 'DELETE FROM todo WHERE id = ' + n"),
    ("FH103", "def _f(n):\n    return 'UPDATE todo SET x = %s' % n"),
    ("FH103", "def _f(n):\n    return 'INSERT INTO {} VALUES (1)'.format(n)"),
    ("FH103", "def _f(c):\n    c.execute('SELECT id FROM todo')"),
    ("FH103", "Q = 'SELECT id FROM todo'\ndef _f(c):\n    c.execute(Q)"),
    ("FH103", "from sqlalchemy import text as t\nq = t('x')"),
    ("FH104", "def _f(scope):\n    return scope.__database"),
    ("FH104", "def _f(scope):\n    return getattr(scope, '_UserScope__run')"),
    ("FH104", "def _f(scope):\n    return vars(scope)"),
    ("FH104", "def _f(mine: 'UserScope'):\n    return mine._anything"),
    ("FH104", "def _f(scope):\n    scope.owner_id = 'eve'"),
    ("FH104", "def _f(scope):\n    other = scope\n    return other._UserScope__owner_id"),
    ("FH104", "from operator import attrgetter\nx = attrgetter('_UserScope__run')"),
    ("FH105", "from impl.core.scope import UserScope as U\ndef _f(d):\n    return U('eve', d)"),
    ("FH105", "import impl.core.scope\ndef _f(d):\n    return impl.core.scope.UserScope('e')"),
    ("FH105", "def _f(scope):\n    return type(scope)('eve')"),
    ("FH105", "import copy\ndef _f(scope):\n    return copy.copy(scope)"),
    ("FH106", "async def f(scope, user_id):\n    return await scope.get(T, user_id, V)"),
    ("FH106", "async def f(scope, body):\n    return await scope.add(T, {'by': body.user_id}, V)"),
    ("FH106", "async def f(scope, body):\n    return body['owner_id']"),
    ("FH106", "async def f(scope, filters):\n    return filters.get('owner_id')"),
    ("FH106", "async def f(scope, body):\n    return await scope.add(T, {'owner_id': 1}, V)"),
    ("FH106", "async def f(scope, v):\n    v['owner_id'] = scope.owner_id"),
    ("FH106", "from sqlmodel import col\ndef f(T, who):\n    return col(TodoRow.owner_id) == who"),
    ("FH106", "async def f(scope, user_id):\n    who = user_id\n    return who"),
    ("FH106", "async def f(scope, owner_id):\n    return await scope.add(T, dict(by=owner_id), V)"),
    ("FH107", "_seen = []\ndef _f(x):\n    _seen.append(x)"),
    (
        "FH107",
        "from collections import defaultdict\n_n = defaultdict(int)\ndef _f():\n    _n[1] += 1",
    ),
    ("FH107", "_count = 0\ndef _f():\n    global _count\n    _count += 1"),
    ("FH107", "class Store:\n    kept = {}\n    def put(self, k, v):\n        self.kept[k] = v"),
    ("FH107", "import sqlite3"),
    ("FH107", "from redis.asyncio import Redis"),
    ("FH107", "def _f(x):\n    open('/data/x', 'w').write(x)"),
    ("FH107", "def _f(p, x):\n    p.write_text(x)"),
    ("FH107", "def _f(p):\n    return p.open(mode='ab')"),
    ("FH108", "import functools\n@functools.cache\nasync def _f(key):\n    return key"),
    ("FH108", "from functools import lru_cache\n@lru_cache(10)\ndef _f(scope):\n    return 1"),
    ("FH108", "from functools import cache as c\ndef _f(scope):\n    return 1\n_g = c(_f)"),
    ("FH111", "from impl.core.problems import Problem\ndef _f():\n    raise Problem(403)"),
    ("FH111", "from fastapi import HTTPException as E\ndef _f():\n    raise E(status_code=403)"),
    (
        "FH111",
        (
            "from fastapi import status as s\nfrom impl.core import problems\n"
            "def _f():\n    raise problems.Problem(s.HTTP_403_FORBIDDEN)"
        ),
    ),
    (
        "FH111",
        (
            "from impl.core.problems import Problem\nclass No(Problem):\n"
            "    def __init__(self):\n        super().__init__(403)\ndef _f():\n    raise No"
        ),
    ),
    (
        "FH112",
        (
            "async def f(scope, key):\n    row = await load(key)\n"
            "    if scope.owner_id != row.user_id:\n        return None"
        ),
    ),
    ("FH113", "async def list_todos(scope):\n    '''All.'''\n    pass"),
    ("FH113", "async def list_todos(scope):\n    raise NotImplementedError('soon')"),
    ("FH113", "from impl.core.problems import Problem\ndef _f():\n    raise Problem(501)"),
    ("FH113", "X = 1  # TODO: all the rest"),
    ("FH116", "def _f():\n    try:\n        go()\n    except:\n        pass"),
    (
        "FH116",
        (
            "from impl.core.problems import Problem as P\ndef _f():\n    try:\n        go()\n"
            "    except (ValueError, P):\n        return 1"
        ),
    ),
    (
        "FH116",
        "import contextlib\ndef _f():\n    with contextlib.suppress(Exception):\n        go()",
    ),
    ("FH117", "def _f():\n    import json\n    return json"),
    ("FH602", "print('x')"),
]  # fmt: skip - one case after the other

NEAR = [
    ("FH101", "from sqlmodel import col, func\nfrom sqlalchemy import ColumnElement, and_, or_"),
    ("FH101", "def select(x):\n    return x\ny = select(1)"),
    ("FH101", "def _f(select):\n    return select.text('x')"),
    ("FH101", "class Text:\n    pass\ntext = Text()\ntext.delete = 1"),
    ("FH102", "from impl.core import etags, problems\nfrom impl.core.scope import UserScope"),
    ("FH102", "from impl.core.criteria import matching, related as r\nx = r(1)"),
    ("FH102", "from impl.core.paging import Order\nfrom impl.core.source import Join"),
    ("FH102", "from impl.core.reading import Aggregate\nx = Aggregate('count')"),
    ("FH102", "from impl.core.problems import NotFound as N\nimport impl.core.etags"),
    ("FH103", "def _f(n):\n    return f'Select one of {n} todos'"),
    ("FH103", "def _f(a):\n    return 'Update ' + a + ' settings'"),
    ("FH103", "def _f(job):\n    job.execute('the plan')"),
    ("FH104", "def _f(scope):\n    return scope.owner_id, scope.scopes"),
    ("FH104", "class A:\n    def f(self):\n        return self._UserScope, self.__x"),
    ("FH105", "from impl.core.scope import UserScope\ndef _f(scope: UserScope) -> None:\n    go()"),
    ("FH106", "async def f(scope, user_id):\n    return await scope.mine(T, V)"),
    ("FH106", "async def f(scope, user_id):\n    return f'/api/users/{user_id}/photo'"),
    ("FH106", "async def f(scope, body):\n    return await scope.add(T, {'title': body.title}, V)"),
    ("FH106", "async def f(scope):\n    return Profile(id=scope.owner_id)"),
    ("FH107", "_SORTS = {'a': 1}\ndef _f(k):\n    return _SORTS[k]"),
    ("FH107", "def _f(x):\n    seen = []\n    seen.append(x)\n    return seen"),
    ("FH107", "_x = []\ndef _f(_x):\n    _x.append(1)"),
    ("FH107", "def _f(p):\n    return open(p).read() + p.read_text()"),
    (
        "FH108",
        "from functools import cache\n@cache\ndef _f(priority):\n    return priority.title()",
    ),
    ("FH111", "from impl.core.problems import Problem\ndef _f():\n    raise Problem(409)"),
    (
        "FH112",
        (
            "async def f(scope, a):\n    row = await scope.get(T, a, V)\n    if row.id != a:\n"
            "        return None"
        ),
    ),
    ("FH113", "from typing import Protocol\nclass P(Protocol):\n    def f(self) -> int: ..."),
    ("FH113", "NAME = 'TODO'  # the table of todos"),
    (
        "FH116",
        "def _f():\n    try:\n        go()\n    except Exception:\n        undo()\n        raise",
    ),
    (
        "FH116",
        (
            "from impl.core.problems import NotFound\ndef _f():\n    try:\n        go()\n"
            "    except NotFound:\n        return None"
        ),
    ),
    ("FH602", "def _f(printer):\n    printer.print('x')"),
]  # fmt: skip - one case after the other

HELPERS = "from sqlmodel import select\npick = select\n"
TABLES = "from impl.core.owned import Entity\nclass TodoRow(Entity, table=True):\n    title: str\n"
PROBLEMS = (
    "from starlette.exceptions import HTTPException\n"
    "class Problem(HTTPException):\n"
    "    def __init__(self, status):\n        super().__init__(status)\n"
    "class NotFound(Problem):\n    def __init__(self):\n        super().__init__(404)\n"
)


def broken(root: Path, code: str) -> set[str]:
    files = {
        "impl/todos.py": code + "\n",
        "impl/tables.py": TABLES,
        "impl/core/problems.py": PROBLEMS,
    }
    return rules(root, files | ({"impl/helpers.py": HELPERS} if "impl.helpers" in code else {}))


@pytest.mark.parametrize(("rule", "code"), BAD)
def test_what_an_implementation_must_not_do_is_found(tmp_path: Path, rule: str, code: str) -> None:
    assert rule in broken(tmp_path, code)


@pytest.mark.parametrize(("rule", "code"), NEAR)
def test_what_only_looks_like_it_is_not(tmp_path: Path, rule: str, code: str) -> None:
    assert rule not in broken(tmp_path, code)


def test_what_the_assembly_and_the_core_do_is_theirs(tmp_path: Path) -> None:
    code = "from impl.core.database import Database\nx = Database()\n"
    assert not {"FH101", "FH102"} & rules(tmp_path, {"impl/app.py": code, "impl/core/x.py": code})
    code = "from sqlalchemy import create_engine\n"
    assert "FH101" not in rules(tmp_path, {"impl/core/x.py": code})
    assert "FH101" in rules(tmp_path, {"impl/app.py": code})

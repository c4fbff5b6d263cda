"""The rules of the core beside its statements, on what breaks them and what nearly does."""

from pathlib import Path

import pytest

from tests.reviewed import rules

GATE = """\
class Gate:
    def admit(self, connection, security, user_id):
        caller = connection["caller"]
        if not any(self._meets(each, caller) for each in security):
            raise Forbidden
        if user_id is not None and user_id != caller.user_id:
            raise Forbidden
        return UserScope(caller.user_id)

    def _meets(self, alternative, caller):
        for scopes in alternative.values():
            if not scopes <= caller.scopes:
                return False
        return True
"""

BAD = [
    ("FH108", "from functools import cache\n@cache\nasync def page(table):\n    return 1"),
    (
        "FH108",
        "from functools import cache\nclass UserScope:\n @cache\n def page(self):\n  ...",
    ),
    (
        "FH108",
        (
            "from functools import cache\nclass A:\n    @cache\n    def key(self):\n"
            "        return self._owner_id"
        ),
    ),
    (
        "FH108",
        "class A:\n    async def get(self, key):\n        self._kept[key] = await self.run(key)",
    ),
    ("FH203", "from sqlmodel import func as f\nx = f.set_config('role', 'r', False)"),
    ("FH203", "from sqlmodel import func\nx = func.set_config('role', 'r')"),
    ("FH203", "from sqlmodel import func, false\nx = func.set_config('role', 'r', false())"),
    ("FH203", "Q = 'SET ROLE freehold_user'"),
    ("FH203", "Q = 'set session authorization x'"),
    ("FH203", "Q = \"SELECT set_config('app.user_id', $1, false)\""),
    ("FH203", "Q = 'RESET ROLE'"),
    ("FH204", "def f(c):\n    c.execution_options(isolation_level='autocommit')"),
    ("FH204", "import psycopg\nx = psycopg.connect('x', autocommit=True)"),
    ("FH204", "async def f(c):\n    await c.set_autocommit(True)"),
    ("FH205", "OPTIONS = '-c row_security=off'"),
    ("FH205", "Q = 'ALTER ROLE x BYPASSRLS'"),
    ("FH205", "Q = 'ALTER TABLE todo DISABLE ROW LEVEL SECURITY'"),
    ("FH206", "def etag(owner_id, version):\n    return str(version)"),
    (
        "FH206",
        "def sealed(owner_id):\n    return owner_id\ndef f(order):\n    return sealed(order)",
    ),
    ("FH206", "def f(self, order, at):\n    return self.cursors.seal(repr(order), None, at)"),
    ("FH206", "def f(cursors, order):\n    where = repr(order)\n    return cursors.open(where, 1)"),
    ("FH207", "def f(token, known):\n    return token == known"),
    ("FH207", "def f(s, sent):\n    return s.get_secret_value() != sent"),
    ("FH207", "import hmac\ndef f(a, b, k):\n    return hmac.digest(k, a, 'sha256') == b"),
    ("FH207", "def f(h, b):\n    return h.hexdigest() == b"),
    ("FH208", "import jwt\nx = jwt.decode('t', 'k', ['HS256'])"),
    (
        "FH208",
        "from jwt import decode as d\nx = d('t', 'k', options={'require': ['exp', 'iat', 'sub']})",
    ),
    (
        "FH208",
        (
            "import jwt\nO = {'require': ['exp', 'iat', 'sub'], 'verify_signature': False}\n"
            "x = jwt.decode('t', 'k', algorithms=['HS256'], options=O)"
        ),
    ),
    (
        "FH208",
        "import jwt\nx = jwt.decode('t', 'k', algorithms=['HS256'], options={'require': ['exp']})",
    ),
    ("FH208", "ALGORITHMS = ['HS256', 'none']"),
    ("FH208", "import jwt\nx = jwt.decode('t', 'k', algorithms=['None'])"),
    (
        "FH209",
        (
            "class Gate:\n    def admit(self, c, security, user_id):\n"
            "        if user_id != c.user_id:\n            raise Forbidden"
        ),
    ),
    (
        "FH209",
        (
            "class Gate:\n    def admit(self, c, security, user_id):\n"
            "        for each in security:\n            raise Forbidden\n"
            "        if user_id:\n            log()"
        ),
    ),
    ("FH209", GATE.replace("not scopes <= caller.scopes", "not scopes")),
    ("FH209", GATE.replace("return False", "pass")),
    ("FH209", GATE.replace("UserScope(caller.user_id)", "UserScope(user_id)")),
    ("FH209", GATE.replace("UserScope(caller.user_id)", "UserScope(user_id or caller.user_id)")),
    ("FH210", "def f(scope):\n    scope['caller'] = Caller('anonymous', frozenset())"),
    ("FH210", "def f(scope):\n    who = nobody()\n    scope['caller'] = who"),
    (
        "FH210",
        (
            "class A:\n    def f(self, scope):\n        try:\n            self.prove(scope)\n"
            "        except Unauthenticated:\n            return self._app(scope)"
        ),
    ),
    ("FH111", "from impl.core.problems import Problem\ndef f():\n    raise Problem(403)"),
    (
        "FH111",
        (
            "from impl.core.problems import Forbidden, NotFound\ndef f(there):\n"
            "    raise Forbidden if there else NotFound"
        ),
    ),
    (
        "FH111",
        (
            "from impl.core.problems import InsufficientScope\ndef f(scope):\n"
            "    raise InsufficientScope({'a'}, {'a'})"
        ),
    ),
    ("FH107", "_seen = {}\ndef f(key):\n    _seen[key] = 1"),
    (
        "FH602",
        "import logging\nlogger = logging.getLogger()\ndef f(body):\n    logger.info('%s', body)",
    ),
    ("FH602", "import logging\ndef f(request):\n    logging.info('%s', request.headers)"),
    ("FH602", "def f(self, r):\n    self._log.debug('%s', r.get('Authorization'))"),
    ("FH603", "import logging as l\nlog = l.getLogger()\ndef f(x):\n    log.error('a %s' % x)"),
    ("FH603", "def f(logger, x):\n    logger.error('a {}'.format(x))"),
    ("FH603", "def f(logger, x):\n    logger.warning('a ' + x)"),
    ("FH604", "def f(logger):\n    logger.error('failed', exc_info=True)"),
    ("FH604", "import traceback as t\ndef f(e):\n    return t.format_exc()"),
]  # fmt: skip - one case after the other

NEAR = [
    ("FH108", "from functools import cache\n@cache\ndef columns(table, view):\n    return table.c"),
    (
        "FH108",
        "from functools import cache\n@cache\ndef f(owner_id, key):\n    return owner_id + key",
    ),
    (
        "FH108",
        (
            "class A:\n    async def get(self, owner_id, key):\n"
            "        self._kept[owner_id, key] = await self.run(key)"
        ),
    ),
    ("FH203", "from sqlmodel import func\nx = func.set_config('role', 'r', True)"),
    (
        "FH203",
        "from sqlmodel import func, literal\nT = literal(True)\nx = func.set_config(1, 2, T)",
    ),
    ("FH203", "Q = 'SET LOCAL ROLE freehold_user'"),
    ("FH203", "Q = 'set up the role'"),
    ("FH204", "def f(c):\n    c.execution_options(isolation_level='SERIALIZABLE')"),
    ("FH204", "import psycopg\nx = psycopg.connect('x', autocommit=False)"),
    ("FH205", "Q = 'CREATE ROLE x NOBYPASSRLS'"),
    ("FH205", "def f():\n    '''Tell whether row_security is on.'''\n    return 1"),
    ("FH206", "def f(owner_id, order):\n    return repr((owner_id, order))"),
    (
        "FH206",
        (
            "def sealed(owner_id):\n    return owner_id\nclass A:\n    def f(self):\n"
            "        return sealed(self.__owner_id)"
        ),
    ),
    (
        "FH206",
        (
            "def f(cursors, owner_id, order):\n    where = repr((owner_id, order))\n"
            "    return cursors.open(where, 1)"
        ),
    ),
    ("FH206", "def f(path):\n    return path.open('cursors')"),
    ("FH207", "def f(token):\n    return token == '' or len(token) == MAX"),
    ("FH207", "def f(etag, version):\n    return etag == version"),
    ("FH208", "import jwt\nx = jwt.encode({}, 'k', 'HS256')"),
    ("FH208", "import json\nx = json.decode('t')"),
    ("FH209", GATE),
    ("FH209", GATE.replace("not scopes <= caller.scopes", "not scopes.issubset(caller.scopes)")),
    ("FH210", "def f(scope, verifier):\n    scope['caller'] = verifier.verify(scope)"),
    ("FH210", "async def f(s, v):\n    who = await v.verify(s)\n    s['caller'] = who"),
    (
        "FH210",
        (
            "class A:\n    def f(self, scope):\n        try:\n            self.prove(scope)\n"
            "        except Unauthenticated:\n            return self._refuse(scope)"
        ),
    ),
    ("FH111", "from impl.core.problems import Problem\ndef f():\n    raise Problem(404)"),
    ("FH209", "class Door:\n    def admit(self, c, security, user_id):\n        return c"),
    (
        "FH602",
        "import logging as l\nlogger = l.getLogger()\ndef f(body):\n  logger.info(1, len(body))",
    ),
    ("FH602", "def f(table, body):\n    table.info(body)"),
    ("FH603", "def f(logger, x):\n    logger.error('a %s', x)"),
    ("FH603", "import math\ndef f(x):\n    return math.log(x + 1)"),
    ("FH604", "def f(logger):\n    logger.error('failed', exc_info=False)"),
    ("FH604", "import traceback\ndef f(e):\n    return traceback.format_tb(e.__traceback__)"),
]  # fmt: skip - one case after the other


@pytest.mark.parametrize(("rule", "code"), BAD)
def test_what_the_core_must_not_do_is_found(tmp_path: Path, rule: str, code: str) -> None:
    assert rule in rules(tmp_path, {"impl/core/made.py": code + "\n"})


@pytest.mark.parametrize(("rule", "code"), NEAR)
def test_what_only_looks_like_it_is_not(tmp_path: Path, rule: str, code: str) -> None:
    assert not {rule, "FH901"} & rules(tmp_path, {"impl/core/made.py": code + "\n"})

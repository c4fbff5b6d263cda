"""The review finds what is broken in a copy of this project."""

from pathlib import Path

import pytest

from scripts.reviewing.project import opened
from scripts.reviewing.review import review
from tests.reviewed import copied, replace

STATEMENTS = "impl/core/statements.py"
MIGRATION = "migrations/versions/0001_owned_todos.py"
OWNED = "_owned(table)"
ISOLATED = '    isolate("profile")\n'

MUTATIONS = [
    ("FH201", STATEMENTS, ".where(_owned(table), _keyed(table))", ".where(_keyed(table))"),
    (
        "FH201",
        STATEMENTS,
        "view)).where(_owned(table), *conditions.clauses)\n    return",
        "view)).where(*conditions.clauses)\n    return",
    ),
    (
        "FH201",
        STATEMENTS,
        "select(*chosen).where(_owned(table), *conditions.clauses)",
        "select(*chosen).where(*conditions.clauses)",
    ),
    ("FH201", STATEMENTS, "every.where(_owned(table), *cond", "every.where(*cond"),
    ("FH201", STATEMENTS, "owner_id).where(_owned(table), *", "owner_id).where(*"),
    ("FH201", STATEMENTS, "one = [_owned(table)]", "one = []"),
    ("FH201", STATEMENTS, "one = [_owned(table)]", "one = [true()]"),
    (
        "FH201",
        STATEMENTS,
        "    one = [_owned(table)]\n    if keyed:\n",
        "    one = []\n    if keyed:\n        one.append(_owned(table))\n",
    ),
    ("FH201", STATEMENTS, "return table.c.owner_id == _owner", "return table.c.id == _owner"),
    ("FH201", STATEMENTS, "return table.c.owner_id == _owner", "return table.c.owner_id != _owner"),
    ("FH201", STATEMENTS, "return table.c.owner_id == _owner(table)", "return true()"),
    (
        "FH201",
        STATEMENTS,
        "return table.c.owner_id == _owner(table)",
        "return table.c.owner_id == table.c.owner_id",
    ),
    ("FH201", STATEMENTS, "return bind(OWNER, ", "return bind(KEY, "),
    (
        "FH201",
        STATEMENTS,
        ".where(_owned(table), _keyed(table))",
        ".where(or_(_owned(table), _keyed(table)))",
    ),
    (
        "FH201",
        STATEMENTS,
        ".where(_owned(table), _keyed(table))",
        ".where(_owned(table) | _keyed(table))",
    ),
    ("FH201", STATEMENTS, "update(table).where(*matching)", "update(table).where(_keyed(table))"),
    ("FH201", STATEMENTS, "delete(table).where(*matching)", "delete(table)"),
    (
        "FH201",
        STATEMENTS,
        "return Prepared(union_all(*parts)",
        (
            "parts.append(select(*chosen).where(*conditions.clauses))\n"
            "    return Prepared(union_all(*parts)"
        ),
    ),
    (
        "FH201",
        STATEMENTS,
        "    rows: Select[Any] = select(*chosen).where(_owned(table), *conditions.clauses)",
        (
            "    rows: Select[Any] = select(*chosen).where(*conditions.clauses)\n"
            "    if order.descending:\n        rows = rows.where(_owned(table))"
        ),
    ),
    ("FH202", STATEMENTS, '{"owner_id": _owner(table), "id"', '{"id"'),
    ("FH202", STATEMENTS, '"owner_id": _owner(table)', '"owner_id": bind(NEW, table.c.id.type)'),
    ("FH202", STATEMENTS, ".values(owner_id=_owner(table))", ".values()"),
    ("FH202", STATEMENTS, 'history = {"version"', 'history = {"owner_id": names, "version"'),
    ("FH203", "impl/core/database.py", "local = _inline(True)", "local = _inline(False)"),
    ("FH203", "impl/core/database.py", "value, local) for", "value) for"),
    ("FH206", "impl/core/paging.py", "(owner_id, order.column", "(order.column"),
    ("FH206", "impl/core/scope.py", "context(self.__owner_id, ", "context(table.__name__, "),
    (
        "FH207",
        "impl/core/auth.py",
        'hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)',
        'hmac.digest(secret, signed, "sha256") == signature',
    ),
    (
        "FH207",
        "impl/core/paging.py",
        "not hmac.compare_digest(tag, self._tag(where, payload))",
        "tag != self._tag(where, payload)",
    ),
    ("FH209", "impl/core/gate.py", "if user_id is not None and user_id != caller.user_id", "if 0"),
    ("FH209", "impl/core/gate.py", "user_id != caller.user_id", "not user_id"),
    ("FH209", "impl/core/gate.py", "for alternative in security", "for alternative in ()"),
    ("FH108", "impl/core/scope.py", "    async def count(", "    @cache\n    async def count("),
    ("FH301", "impl/tables.py", "class TodoRow(Entity, ", "class TodoRow(SQLModel, "),
    ("FH305", "impl/tables.py", '"todo_by_due_at", "owner_id", ', '"todo_by_due_at", '),
    ("FH401", MIGRATION, ISOLATED, ""),
    ("FH401", MIGRATION, "FORCE ROW", "ENABLE ROW"),
    ("FH401", MIGRATION, "GRANT SELECT, INSERT, UPDATE, DELETE", "GRANT SELECT"),
    ("FH402", MIGRATION, 'PrimaryKeyConstraint("owner_id", "id")', 'PrimaryKeyConstraint("id")'),
    ("FH404", MIGRATION, "NOINHERIT NOBYPASSRLS", "NOINHERIT BYPASSRLS"),
    ("FH406", MIGRATION, "USING ({owner})", "USING (true)"),
    ("FH406", MIGRATION, " WITH CHECK ({owner})", ""),
    ("FH407", MIGRATION, 'isolate("profile")', "isolate(input())"),
    (
        "FH408",
        MIGRATION,
        '"profile",\n        sa.Column("owner_id"',
        '"person",\n        sa.Column("owner_id"',
    ),
    ("FH501", "openapi.yaml", "security: [{bearer: ['todos:read']}]", "security: [{}]"),
    ("FH114", "impl/todos.py", "async def delete_todo(", "async def remove_todo("),
    (
        "FH110",
        "impl/todos.py",
        "    await scope.remove(",
        "    raise Problem(409)\n    await scope.remove(",
    ),
    ("FH106", "impl/users.py", "body.model_dump(), Profile", '{"locale": user_id}, Profile'),
]  # fmt: skip - one place after the other

IMPORTS = {
    "true()": "from sqlmodel import true\n",
    "or_(": "from sqlalchemy import or_\n",
    "Problem(409)": "from impl.core.problems import Problem\n",
    "@cache": "from functools import cache\n",
    "(SQLModel, ": "from sqlmodel import SQLModel\n",
}


@pytest.mark.parametrize(("rule", "path", "old", "new"), MUTATIONS)
def test_a_fault_put_into_this_project_is_found(
    tmp_path: Path, rule: str, path: str, old: str, new: str
) -> None:
    copied(tmp_path)
    replace(tmp_path, path, old, new)
    if wanted := next((line for use, line in IMPORTS.items() if use in new), None):
        text = (tmp_path / path).read_text()
        (tmp_path / path).write_text(text.replace("\nfrom ", f"\n{wanted}from ", 1))
    found = {each.rule.id for each in review(opened(tmp_path)).findings}
    assert rule in found, f"only {found}"


def test_a_copy_of_this_project_is_clean(tmp_path: Path) -> None:
    assert review(opened(copied(tmp_path))).findings == []


def test_statements_that_become_a_package_are_still_followed(tmp_path: Path) -> None:
    core = copied(tmp_path) / "impl/core"
    text = (core / "statements.py").read_text()
    start, end = text.index("def _owned("), text.index("def _keyed(")
    (core / "statements.py").unlink()
    (core / "statements").mkdir()
    own = text[start:end].replace("_owned", "owned").replace("_owner(table)", "owner(table)")
    bound = "def owner(table):\n    return bind(OWNER, table.c.owner_id.type)\n"
    head = (
        "from sqlalchemy import ColumnElement, Table\nfrom impl.core.prepared import OWNER, bind\n"
    )
    (core / "statements/ownership.py").write_text(f"{head}\n{bound}\n{own}")
    imported = "from impl.core.statements.ownership import owned as _owned\n"
    rest = (text[:start] + text[end:]).replace("\nfrom pydantic", f"\n{imported}from pydantic")
    (core / "statements/__init__.py").write_text(rest)
    assert review(opened(tmp_path)).findings == []
    replace(tmp_path, "impl/core/statements/ownership.py", "c.owner_id ==", "c.id ==")
    assert {each.rule.id for each in review(opened(tmp_path)).findings} == {"FH201"}

"""The review finds what is broken in a copy of this project."""

from pathlib import Path

import pytest

from scripts.reviewing.project import opened
from scripts.reviewing.review import review
from tests.reviewed import copied, replace, write

READING, WRITING = "impl/core/reading.py", "impl/core/writing.py"
SOURCE, CRITERIA, GATE = "impl/core/source.py", "impl/core/criteria.py", "impl/core/gate.py"
MIGRATION = "migrations/versions/0001_owned_todos.py"
LISTS = "migrations/versions/0002_lists_and_tags.py"
ISOLATED = '    isolate("profile")\n'
OWNERS = "(*_owner(of.table), *_owner(of.other))"
OWN = ', "owner_id": _owner(table)}'

MUTATIONS = [
    (
        "FH201",
        READING,
        "_rows(source, view).where(keyed",
        "select(source.columns(view)).where(keyed",
    ),
    ("FH201", READING, "return rows.where(*source.conditions)", "return rows"),
    ("FH201", READING, "(*chosen).where(*source.conditions, ", "(*chosen).where("),
    ("FH201", READING, "every.where(*source.conditions, ", "every.where("),
    ("FH201", READING, "key).where(*source.conditions)", "key)"),
    ("FH201", READING, "key).where(*source.conditions)", "key).where(*source.conditions[1:])"),
    ("FH201", READING, "tables).where(*source.conditions, ", "tables).where("),
    (
        "FH201",
        READING,
        "(*chosen).where(*source.conditions, *conditions.clauses)",
        "(*chosen).where(*(conditions.clauses or source.conditions))",
    ),
    (
        "FH201",
        READING,
        "return Prepared(union_all(*parts)",
        (
            "parts.append(select(*chosen).where(*conditions.clauses))\n"
            "    return Prepared(union_all(*parts)"
        ),
    ),
    (
        "FH201",
        READING,
        "    rows: Select[Any] = select(*chosen).where(*source.conditions, ",
        (
            "    rows: Select[Any] = select(*chosen)\n"
            "    if order.descending:\n        rows = rows.where(*source.conditions)\n"
            "    rows = rows.where("
        ),
    ),
    ("FH201", CRITERIA, ".where(*related.source.conditions, ", ".where("),
    ("FH201", CRITERIA, ".where(*related.source.conditions, ", ".where(*source.conditions, "),
    ("FH201", CRITERIA, "rows.correlate(table).exists()", "rows.exists()"),
    ("FH201", SOURCE, "return column == bind(OWNER", "return column != bind(OWNER"),
    ("FH201", SOURCE, "return column == bind(OWNER", "return table.c.id == bind(OWNER"),
    ("FH201", SOURCE, "return column == bind(OWNER, column.type)", "return column == column"),
    ("FH201", SOURCE, "bind(OWNER, column.type)", "bind(KEY, column.type)"),
    ("FH201", SOURCE, OWNERS, "_owner(of.table)"),
    ("FH201", SOURCE, OWNERS, "(*_owner(of.table), *_owner(of.table))"),
    ("FH201", SOURCE, "(*owners, *links))", "(*links,))"),
    ("FH201", SOURCE, "if issubclass(of, Shared)", "if issubclass(of, Owned)"),
    ("FH201", SOURCE, "if issubclass(of, Shared)", "if not issubclass(of, Shared)"),
    ("FH201", SOURCE, "@dataclass(frozen=True, eq=False)", "@dataclass(eq=False)"),
    ("FH201", SOURCE, "_owner(of))\n", "())\n"),
    ("FH201", WRITING, "one = [owned(table)]", "one = []"),
    ("FH201", WRITING, "one = [owned(table)]", "one = [true()]"),
    (
        "FH201",
        WRITING,
        "    one = [owned(table)]\n    if keyed:\n",
        "    one = []\n    if keyed:\n        one.append(owned(table))\n",
    ),
    ("FH201", WRITING, "_one(table, keyed=True)))", "_one(table, keyed=True)[1:]))"),
    ("FH201", WRITING, ".where(owned(table), _among(table))", ".where(_among(table))"),
    (
        "FH201",
        WRITING,
        ".where(owned(table), _among(table))",
        ".where(or_(owned(table), _among(table)))",
    ),
    ("FH201", WRITING, "names, owned(table), _among(table)", "names, _among(table)"),
    ("FH201", WRITING, "names, *matching)\n", "names, *matching[1:])\n"),
    ("FH201", WRITING, "update(table).where(*matching)", "update(table).where(*matching[1:])"),
    ("FH201", WRITING, "delete(table).where(*matching)", "delete(table)"),
    ("FH201", WRITING, "update(table).where(owned(table), ", "update(table).where("),
    (
        "FH201",
        WRITING,
        "_counted(delete(table).where(owned(table), ",
        "_counted(delete(table).where(",
    ),
    ("FH202", WRITING, OWN, "}"),
    ("FH202", WRITING, OWN, ', "owner_id": bind(NEW, table.c.id.type)}'),
    ("FH202", WRITING, "{**_written(table, names)" + OWN, '{"owner_id": _owner(table), **names}'),
    (
        "FH202",
        WRITING,
        "values(_new(table, names))\n    return Prepared(row.on_conflict_do_nothing(), ",
        "values(_written(table, names))\n    return Prepared(row.on_conflict_do_nothing(), ",
    ),
    ("FH202", WRITING, 'return {"version"', 'return {"owner_id": bind(NEW, 1), "version"'),
    ("FH202", WRITING, 'SERVED = frozenset({"owner_id", ', "SERVED = frozenset({"),
    ("FH202", WRITING, '        raise ValueError(f"not for', '        print(f"not for'),
    ("FH202", WRITING, 'target = ["owner_id", *by]', 'target = ["id", *by]'),
    ("FH203", "impl/core/database.py", "local = _inline(True)", "local = _inline(False)"),
    ("FH203", "impl/core/database.py", "value, local) for", "value) for"),
    ("FH206", "impl/core/paging.py", "(owner_id, order.column", "(order.column"),
    ("FH206", "impl/core/reader.py", "context(self._owner_id, ", "context(view.__name__, "),
    (
        "FH207",
        "impl/core/keys.py",
        'hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)',
        'hmac.digest(secret, signed, "sha256") == signature',
    ),
    (
        "FH207",
        "impl/core/paging.py",
        "not hmac.compare_digest(tag, self._tag(where, payload))",
        "tag != self._tag(where, payload)",
    ),
    ("FH209", GATE, "if user_id is not None and user_id != caller.user_id", "if 0"),
    ("FH209", GATE, "user_id != caller.user_id", "not user_id"),
    (
        "FH209",
        GATE,
        "            if security:\n                raise self._refusal(security, caller)\n",
        "            pass\n",
    ),
    ("FH209", GATE, "if not scopes <= caller.scopes", "if not scopes"),
    (
        "FH209",
        GATE,
        "            caller.user_id, caller",
        "            user_id or caller.user_id, caller",
    ),
    (
        "FH210",
        "impl/core/auth.py",
        "                return self._refuse(",
        (
            "                if not scope['path']:\n                    return self._app(scope)\n"
            "                return self._refuse("
        ),
    ),
    (
        "FH111",
        "impl/core/reader.py",
        "            raise NotFound\n",
        "            raise Forbidden\n",
    ),
    ("FH108", "impl/core/reader.py", "    async def count(", "    @cache\n    async def count("),
    ("FH301", "impl/tables.py", "class TodoRow(Entity, ", "class TodoRow(SQLModel, "),
    ("FH305", "impl/tables.py", '"todo_by_due_at", "owner_id", ', '"todo_by_due_at", '),
    ("FH401", MIGRATION, ISOLATED, ""),
    ("FH401", MIGRATION, "FORCE ROW", "ENABLE ROW"),
    ("FH401", MIGRATION, "GRANT SELECT, INSERT, UPDATE, DELETE", "GRANT SELECT"),
    ("FH402", MIGRATION, 'PrimaryKeyConstraint("owner_id", "id")', 'PrimaryKeyConstraint("id")'),
    ("FH401", LISTS, '    isolate("tag")\n', ""),
    ("FH402", LISTS, '        sa.Column("owner_id"', '        sa.Column("user_id"'),
    ("FH403", LISTS, 'sa.UniqueConstraint("owner_id", ', "sa.UniqueConstraint("),
    ("FH403", LISTS, '["owner_id", f"{table}_id"]', '[f"{table}_id"]'),
    ("FH403", LISTS, '["owner_id", "list_id"],\n', '["list_id"],\n'),
    ("FH409", LISTS, "    op.create_foreign_key(", "    dict("),
    ("FH409", LISTS, '        reference("tag"),\n', ""),
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
    "raise Forbidden": "from impl.core.problems import Forbidden\n",
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


def test_a_core_that_becomes_a_package_is_still_followed(tmp_path: Path) -> None:
    core = copied(tmp_path) / "impl/core"
    text = (core / "source.py").read_text()
    start, end = text.index("def owned("), text.index("def _named(")
    (core / "source.py").unlink()
    head = (
        "from sqlalchemy import ColumnElement, Table\nfrom impl.core.prepared import OWNER, bind\n"
    )
    imported = "from impl.core.source.ownership import owned\n"
    rest = (text[:start] + text[end:]).replace("\nfrom pydantic", f"\n{imported}from pydantic")
    package = {"ownership.py": f"{head}\n\n{text[start:end]}", "__init__.py": rest}
    write(core / "source", package)
    assert review(opened(tmp_path)).findings == []
    replace(tmp_path, "impl/core/source/ownership.py", "column == bind", "column != bind")
    assert {each.rule.id for each in review(opened(tmp_path)).findings} == {"FH201"}

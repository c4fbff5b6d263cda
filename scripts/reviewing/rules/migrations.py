"""Rules on migrations: each table is walled in as it is made, and stays so."""

import re
from collections.abc import Iterator

from scripts.reviewing.history import TableHistory, columns, history, parts
from scripts.reviewing.owners import OWNER_COLUMN
from scripts.reviewing.project import Project
from scripts.reviewing.rule import Fault, Rule, at
from scripts.reviewing.rules.references import faults_of_reference, refers
from scripts.reviewing.tables import declared, is_true, keyword
from scripts.reviewing.tracing import Step

_SETTING = re.compile(r"current_setting\s*\(\s*'[\w.]*(user|owner)[\w.]*'", re.IGNORECASE)
_COMPARES = re.compile(r"\bowner_id\b\"?\s*=|=\s*\(?\"?owner_id\b", re.IGNORECASE)
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_CODE = (
    (
        re.compile(r"SECURITY\s+DEFINER", re.IGNORECASE),
        "a SECURITY DEFINER function bypasses policies",
    ),
    (re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER", re.IGNORECASE), "a trigger"),
    (re.compile(r"CREATE\s+(OR\s+REPLACE\s+)?RULE", re.IGNORECASE), "a rule rewrites statements"),
    (re.compile(r"CREATE\s+MATERIALIZED\s+VIEW", re.IGNORECASE), "a copy without policies"),
    (
        re.compile(
            r"CREATE\s+(OR\s+REPLACE\s+)?(TEMP\w*\s+)?VIEW(?!.*security_invoker\s*=\s*(true|on|1))"
            r"(?!.*security_invoker\s*[,)])",
            re.IGNORECASE | re.DOTALL,
        ),
        "a view without security_invoker reads as its maker",
    ),
)
_BYPASS = re.compile(r"(?<!NO)BYPASSRLS|(?<!NO)SUPERUSER|row_security\s*=\s*off", re.IGNORECASE)


def _shared(project: Project) -> set[str]:
    every = declared(project.names, [*project.implementation, *project.core])
    return {each.name for each in every if each.shared_because}


def _owned(project: Project) -> list[TableHistory]:
    shared = _shared(project)
    return [each for name, each in history(project).tables.items() if name not in shared]


def _open(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        for what in _gaps(table):
            yield at(table.made.module, table.made.call, f"{table.name} {what}")


def _gaps(table: TableHistory) -> Iterator[str]:
    if not table.is_enabled:
        yield "does not ENABLE ROW LEVEL SECURITY"
    if not table.is_forced:
        yield "does not FORCE ROW LEVEL SECURITY"
    if not table.policies:
        yield "has no policy"
    granted = " ".join(table.grants)
    if "ALL" not in granted and (missing := [each for each in _RIGHTS if each not in granted]):
        yield f"does not GRANT {', '.join(missing)} to the restricted role"


def _unkeyed(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        if OWNER_COLUMN not in table.columns:
            yield at(table.made.module, table.made.call, f"{table.name} has no owner_id")
        elif table.key[:1] != [OWNER_COLUMN]:
            what = f"the key of {table.name} does not begin with owner_id"
            yield at(table.made.module, table.made.call, what)


def _crossing(project: Project) -> Iterator[Fault]:
    shared = _shared(project)
    for step in history(project).steps:
        if step.text(0) not in shared and step.text(1) not in shared:
            yield from (at(part.module, part.call, what) for part, what in _crossings(step))


def _crossings(step: Step) -> Iterator[tuple[Step, str]]:
    """Yield the constraints of a step that reach across owners."""
    call = step.call
    if step.operation in {"create_table", "add_column"}:
        yield from _in_table(step)
    elif step.operation == "create_unique_constraint" or (
        step.operation == "create_index" and is_true(keyword(call, "unique"))
    ):
        if columns(step, step.argument(2, "columns"))[:1] != [OWNER_COLUMN]:
            yield step, "values are unique across owners"
    elif step.operation == "create_foreign_key":
        local, remote = step.argument(3, "local_cols"), step.argument(4, "remote_cols")
        if not all(columns(step, each)[:1] == [OWNER_COLUMN] for each in (local, remote)):
            yield step, "the reference does not begin with owner_id on both sides"


def _in_table(step: Step) -> Iterator[tuple[Step, str]]:
    for unique in parts(step, "UniqueConstraint"):
        if unique.text(0) != OWNER_COLUMN:
            yield unique, "values are unique across owners"
    for column in parts(step, "Column"):
        if is_true(keyword(column.call, "unique")):
            yield column, "values are unique across owners"
    for single in parts(step, "ForeignKey"):
        yield single, "the reference does not begin with owner_id on both sides"
    for both in parts(step, "ForeignKeyConstraint"):
        own, other = (columns(both, node) for node in (both.argument(0), both.argument(1)))
        for what in faults_of_reference(own, other, both.call):
            yield both, what


def _unbound(project: Project) -> Iterator[Fault]:
    tables = history(project).tables
    for table in tables.values():
        bound = [own for columns in table.references.values() for own in columns]
        for name, step in table.columns.items():
            if refers(name, tables) and name not in bound and not table.is_text:
                yield at(step.module, step.call, f"{name} of {table.name} references nothing")


def _undone(project: Project) -> Iterator[Fault]:
    past = history(project)
    for step, name, what in past.dismantled:
        table = past.tables.get(name)
        restored = table is None or not list(_gaps(table))
        if not restored:
            yield at(step.module, step.call, f"{what} leaves {name} open")
    for said in past.said:
        if found := _BYPASS.search(said.text or ""):
            yield at(said.step.module, said.step.call, f"{found[0]} takes policies out of force")


def _code(project: Project) -> Iterator[Fault]:
    for said in history(project).said:
        for pattern, what in _CODE:
            if pattern.search(said.text or ""):
                yield at(said.step.module, said.step.call, f"{what} is made")


def _policies(project: Project) -> Iterator[Fault]:
    for table in _owned(project):
        for step, text in table.policies:
            for what in _laxities(text):
                yield at(step.module, step.call, f"the policy of {table.name} {what}")


def _laxities(policy: str) -> Iterator[str]:
    using, _, check = policy.upper().partition("WITH CHECK")
    if "RESTRICTIVE" in using:
        return
    if "USING" not in using:
        yield "has no USING"
    if not check:
        yield "has no WITH CHECK"
    for clause in (using, check):
        if clause and not (_SETTING.search(clause) and _COMPARES.search(clause)):
            yield "does not compare owner_id with the owner that is set"
        elif re.search(r"\bOR\b|\bTRUE\s*\)\s*$", clause.strip()):
            yield "lets in more than the owner"


def _built(project: Project) -> Iterator[Fault]:
    for said in history(project).said:
        if said.text is None:
            yield at(said.step.module, said.step.call, "this SQL is not known before it runs")


def _differing(project: Project) -> Iterator[Fault]:
    every = declared(project.names, [*project.implementation, *project.core])
    made = history(project).tables
    if project.migrations:
        for table in every:
            if table.name not in made:
                yield at(table.module, table.node, f"no migration creates {table.name}")
    for name, past in made.items() if every else ():
        if name not in {each.name for each in every}:
            what = f"{name} is created and declared by no class"
            yield at(past.made.module, past.made.call, what)


_HEAD = """\
# file: migrations/versions/0001_notes.py
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

def isolate(table):
    owner = "owner_id = NULLIF(current_setting('app.user_id', true), '')"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO freehold_user")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} USING ({owner}) WITH CHECK ({owner})")

def upgrade():
"""
_CREATE = """\
    op.create_table(
        "note",
        sa.Column("owner_id", sa.String(128)),
        sa.Column("id", sa.Uuid),
        sa.PrimaryKeyConstraint("owner_id", "id"),
    )
"""
_WHOLE = f'{_HEAD}{_CREATE}    isolate("note")\n'
_CLASS = """\
# file: impl/tables.py
from sqlmodel import Field, SQLModel

class NoteRow(SQLModel, table=True):
    __tablename__ = "{name}"
    owner_id: str = Field(primary_key=True)
"""

RULES = (
    Rule(
        "FH401",
        "table-not-isolated",
        "The policies hold where a statement is wrong; without FORCE the table's owner is exempt.",
        "Call isolate(table) as in migrations/versions/0001_owned_todos.py.",
        _HEAD + _CREATE,
        _WHOLE,
        _open,
    ),
    Rule(
        "FH402",
        "table-key-without-owner",
        "Look-ups stay with one owner, and references compare owners, if the key begins with it.",
        'Give the table owner_id, and the key sa.PrimaryKeyConstraint("owner_id", "id").',
        _WHOLE.replace('Constraint("owner_id", ', "Constraint("),
        _WHOLE,
        _unkeyed,
    ),
    Rule(
        "FH403",
        "constraint-across-owners",
        "Unique values and foreign keys bypass the policies: without the owner they reach any row.",
        "Begin every unique constraint and both sides of every foreign key with owner_id.",
        f'{_WHOLE}    op.create_unique_constraint("one_title", "note", ["title"])\n',
        f'{_WHOLE}    op.create_unique_constraint("one_title", "note", ["owner_id", "title"])\n',
        _crossing,
    ),
    Rule(
        "FH404",
        "isolation-undone",
        "A policy that is dropped, or a role that is exempt, opens every table to everybody.",
        "Leave policies in force; replace one in the migration that drops it.",
        f'{_WHOLE}    op.execute("ALTER TABLE note DISABLE ROW LEVEL SECURITY")\n',
        f'{_WHOLE}    op.execute("DROP POLICY owner ON note")\n    isolate("note")\n',
        _undone,
    ),
    Rule(
        "FH405",
        "code-in-the-database",
        "Triggers, views and functions act for their maker, past the policies of who calls.",
        "Write it in impl/core, or make the view WITH (security_invoker = true).",
        f'{_WHOLE}    op.execute("CREATE VIEW notes AS TABLE note")\n',
        f'{_WHOLE}    op.execute("CREATE VIEW notes WITH (security_invoker = true) AS SELECT 1")\n',
        _code,
    ),
    Rule(
        "FH406",
        "policy-that-lets-in-others",
        "A policy that does not compare the owner lets anybody in, as does one joined by OR.",
        "USING and WITH CHECK: owner_id = NULLIF(current_setting('app.user_id', true), '').",
        _WHOLE.replace("USING ({owner})", "USING (true)"),
        _WHOLE,
        _policies,
    ),
    Rule(
        "FH407",
        "sql-not-constant",
        "What a migration runs must be known when it is reviewed.",
        "Use constants, and helpers that are called with constants.",
        f"{_WHOLE}    import os\n    op.execute(os.environ['SQL'])\n",
        _WHOLE,
        _built,
    ),
    Rule(
        "FH408",
        "tables-and-migrations-differ",
        "A table that no migration creates is not there; one that no class declares is forgotten.",
        "Write the migration, or declare the class.",
        _CLASS.format(name="memo") + _WHOLE,
        _CLASS.format(name="note") + _WHOLE,
        _differing,
    ),
    Rule(
        "FH409",
        "column-that-references-nothing",
        "Only a foreign key sees to it that what is named is there, and is the same owner's.",
        "Add op.create_foreign_key(name, table, other, [owner_id, other_id], [owner_id, id]).",
        f'{_WHOLE}    op.add_column("note", sa.Column("note_id", sa.Uuid))\n',
        f'{_WHOLE}    op.add_column("note", sa.Column("note_id", sa.Uuid))\n'
        '    op.create_foreign_key("x", "note", "note", ["owner_id", "note_id"], '
        '["owner_id", "id"])\n',
        _unbound,
    ),
)

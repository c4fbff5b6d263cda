"""The rules of migrations, on what breaks them and what nearly does."""

from pathlib import Path

import pytest

from scripts.reviewing.rule import files
from scripts.reviewing.rules.migrations import RULES
from tests.reviewed import rules

PATH = "migrations/versions/0001_notes.py"
WHOLE = files(next(each for each in RULES if each.id == "FH401").good)[PATH]
OWNER = "owner_id = NULLIF(current_setting('app.user_id', true), '')"


def also(*lines: str) -> str:
    return WHOLE + "".join(f"    {line}\n" for line in lines)


HELPED = (
    also()
    .replace(
        WHOLE[WHOLE.index("def upgrade") :],
        """\
def upgrade():
    op.create_table(
        "note",
        *entity(),
        *named(),
        reference("note"),
        sa.PrimaryKeyConstraint("owner_id", "id"),
    )
    isolate("note")
""",
    )
    .replace(
        "def isolate",
        """\
def entity():
    return [sa.Column("owner_id", sa.String(128)), sa.Column("id", sa.Uuid), moment("made_at")]

def named():
    columns = [text("title"), sa.Column("note_id", sa.Uuid)]
    return columns

def text(name):
    return sa.Column(name, sa.Text)

def moment(name):
    return sa.Column(name, sa.DateTime)

def reference(table):
    return sa.ForeignKeyConstraint(
        ["owner_id", f"{table}_id"], [f"{table}.owner_id", f"{table}.id"], name=f"{table}_there"
    )

def isolate""",
    )
)

BAD = [
    ("FH401", WHOLE.replace('    isolate("note")\n', "")),
    ("FH401", WHOLE.replace("ENABLE ROW", "FORCE ROW")),
    ("FH401", WHOLE.replace("FORCE ROW", "ENABLE ROW")),
    ("FH401", WHOLE.replace("CREATE POLICY", "COMMENT ON POLICY")),
    ("FH401", WHOLE.replace("GRANT SELECT, INSERT, UPDATE, DELETE", "GRANT SELECT")),
    ("FH401", also('op.execute("CREATE TABLE memo (owner_id text, PRIMARY KEY (owner_id))")')),
    ("FH402", WHOLE.replace('        sa.Column("owner_id", sa.String(128)),\n', "")),
    ("FH402", WHOLE.replace('"owner_id", "id"),', '"id", "owner_id"),')),
    ("FH403", also('op.create_index("x", "note", ["title"], unique=True)')),
    ("FH403", also('op.create_foreign_key("x", "note", "list", ["list_id"], ["id"])')),
    ("FH403", WHOLE.replace("sa.Uuid)", "sa.Uuid, unique=True)")),
    ("FH403", WHOLE.replace("sa.Uuid)", 'sa.Uuid, sa.ForeignKey("list.id"))')),
    ("FH402", HELPED.replace('sa.Column("owner_id"', 'sa.Column("user_id"')),
    ("FH403", HELPED.replace('["owner_id", f"{table}_id"]', '[f"{table}_id"]')),
    ("FH403", HELPED.replace('f"{table}.owner_id"', 'f"{table}.id"')),
    ("FH403", HELPED.replace("*named(),", 'sa.UniqueConstraint("id"), *named(),')),
    ("FH403", also('op.add_column("note", sa.Column("slug", sa.Text, unique=True))')),
    ("FH409", also('op.add_column("note", sa.Column("note_id", sa.Uuid))')),
    ("FH409", HELPED.replace('        reference("note"),\n', "")),
    ("FH409", HELPED + '    op.drop_constraint("note_there", "note")\n'),
    ("FH404", also('op.execute("DROP POLICY owner ON note")')),
    ("FH404", also('op.execute("ALTER TABLE note NO FORCE ROW LEVEL SECURITY")')),
    ("FH404", also('op.execute("ALTER ROLE freehold_user BYPASSRLS")')),
    (
        "FH404",
        also('op.get_bind().execute(sa.text("ALTER TABLE note DISABLE ROW LEVEL SECURITY"))'),
    ),
    ("FH405", also('op.execute("CREATE TRIGGER t BEFORE INSERT ON note EXECUTE FUNCTION f()")')),
    ("FH405", also('op.execute("CREATE FUNCTION f() RETURNS int SECURITY DEFINER AS $$$$")')),
    ("FH405", also('op.execute("CREATE OR REPLACE VIEW v AS SELECT 1")')),
    ("FH405", also('op.execute("CREATE MATERIALIZED VIEW v AS SELECT 1")')),
    ("FH406", WHOLE.replace("USING ({owner})", "USING (true)")),
    ("FH406", WHOLE.replace("WITH CHECK ({owner})", "WITH CHECK (owner_id IS NOT NULL)")),
    ("FH406", WHOLE.replace("USING ({owner})", "USING ({owner} OR id IS NULL)")),
    ("FH406", WHOLE.replace("'app.user_id'", "'app.other'")),
    ("FH406", WHOLE.replace("owner_id = NULLIF", "id = NULLIF")),
    ("FH407", also("op.execute(open('x').read())")),
    ("FH407", also("for each in tables():", "    isolate(each)")),
    ("FH407", also("op.execute('DROP TABLE ' + name)")),
    ("FH407", also("op.get_bind().exec_driver_sql(f'DROP TABLE {name}')")),
]
NEAR = [
    WHOLE,
    HELPED,
    HELPED.replace("*named(),", "*(text(each) for each in ('title', 'slug')),"),
    also('op.add_column("note", sa.Column("other_id", sa.Uuid))'),
    HELPED
    + '    op.drop_constraint("note_there", "note")\n    op.drop_column("note", "note_id")\n',
    WHOLE.replace('isolate("note")', 'for each in ("note",):\n        isolate(each)'),
    WHOLE.replace('isolate("note")', 'isolate(table="note")'),
    WHOLE.replace("GRANT SELECT, INSERT, UPDATE, DELETE", "GRANT ALL"),
    also('op.execute("ALTER TABLE note NO FORCE ROW LEVEL SECURITY")', 'isolate("note")'),
    also('op.execute("CREATE ROLE r NOBYPASSRLS")'),
    also('op.execute("CREATE VIEW v WITH (security_invoker = on) AS SELECT 1")'),
    also('op.create_index("x", "note", ["owner_id", "title"], unique=True)'),
    also('op.create_foreign_key("x", "note", "list", ["owner_id", "a"], ["owner_id", "id"])'),
    also('op.execute(sa.update(sa.table("note")).values(title=""))'),
    also('op.drop_table("note")').replace('    isolate("note")\n', ""),
    also('op.rename_table("note", "memo")'),
]


@pytest.mark.parametrize(("rule", "code"), BAD)
def test_a_migration_that_leaves_a_table_open_is_found(
    tmp_path: Path, rule: str, code: str
) -> None:
    assert rule in rules(tmp_path, {PATH: code})


@pytest.mark.parametrize("code", NEAR)
def test_a_migration_that_isolates_its_table_is_not(tmp_path: Path, code: str) -> None:
    assert rules(tmp_path, {PATH: code}) == set()


def test_a_helper_that_migrations_share_is_followed(tmp_path: Path) -> None:
    start = WHOLE.index("def isolate")
    end = WHOLE.index("def upgrade")
    shared = "from alembic import op\n\n" + WHOLE[start:end]
    code = "from migrations.isolation import isolate\n" + WHOLE[:start] + WHOLE[end:]
    made = {PATH: code, "migrations/isolation.py": shared}
    assert rules(tmp_path, made) == set()
    made["migrations/isolation.py"] = shared.replace("FORCE ROW", "ENABLE ROW")
    assert rules(tmp_path, made) == {"FH401"}


def test_a_later_migration_that_opens_a_table_is_found(tmp_path: Path) -> None:
    later = (
        'from alembic import op\nrevision = "0000"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.execute("DROP POLICY owner ON note")\n'
    )
    made = {PATH: WHOLE, "migrations/versions/0000_later.py": later}
    assert rules(tmp_path, made) == {"FH401", "FH404"}


def test_a_table_of_no_class_and_a_class_of_no_table_are_found(tmp_path: Path) -> None:
    tables = (
        "from sqlmodel import Field, SQLModel\nclass MemoRow(SQLModel, table=True):\n"
        "    owner_id: str = Field(primary_key=True)\n"
    )
    assert rules(tmp_path, {PATH: WHOLE, "impl/tables.py": tables}) == {"FH408"}
    named = tables.replace("class MemoRow", "class Note")
    assert rules(tmp_path, {PATH: WHOLE, "impl/tables.py": named}) == set()

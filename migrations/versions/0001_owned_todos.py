"""Todos and profiles, each owner's rows walled in by row-level security.

The statements in text are those for which SQLAlchemy has no construct.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

# Roles belong to the whole server: other databases may have this one too, and may be making or
# granting it at this moment. Before PostgreSQL 16 every member of a role may act as it; since
# then that is a right of its own, which the role's maker does not get unasked.
TAKE_ROLE = """
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'freehold_user') THEN
            CREATE ROLE freehold_user NOLOGIN NOINHERIT NOBYPASSRLS;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    BEGIN
        IF current_setting('server_version_num')::integer < 160000 THEN
            IF NOT pg_has_role('freehold_user', 'MEMBER') THEN
                GRANT freehold_user TO CURRENT_USER;
            END IF;
        ELSIF NOT pg_has_role('freehold_user', 'SET') THEN
            EXECUTE 'GRANT freehold_user TO CURRENT_USER WITH SET TRUE, INHERIT FALSE';
        END IF;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO freehold_user', current_schema());
END
$$
"""

LEAVE_ROLE = """
DO $$
BEGIN
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM freehold_user', current_schema());
    BEGIN
        DROP ROLE freehold_user;
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        NULL;
    END;
END
$$
"""


def isolate(table: str) -> None:
    """Let the restricted role use a table, and everybody see only the rows of the owner set.

    The policy is for all roles and forced, so that it holds for the table's owner as well. An
    owner that is not set, or empty after an earlier transaction set it, matches no row.
    """
    owner = "owner_id = NULLIF(current_setting('app.user_id', true), '')"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO freehold_user")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO PUBLIC USING ({owner}) WITH CHECK ({owner})")


def upgrade() -> None:
    op.execute(TAKE_ROLE)
    create_todo()
    create_profile()


def downgrade() -> None:
    op.drop_table("profile")
    op.drop_table("todo")
    op.execute(LEAVE_ROLE)


def create_todo() -> None:
    op.create_table(
        "todo",
        sa.Column("owner_id", sa.String(128), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        *history(),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("notes", sa.String(10_000), server_default="", nullable=False),
        sa.Column("done", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("priority", sa.Text, server_default="normal", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("owner_id", "id"),
        sa.CheckConstraint("title <> ''", name="todo_title_not_empty"),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high')", name="todo_priority_known"),
    )
    for column in ("created_at", "updated_at", "due_at"):
        op.create_index(f"todo_by_{column}", "todo", ["owner_id", column, "id"])
    isolate("todo")


def create_profile() -> None:
    op.create_table(
        "profile",
        sa.Column("owner_id", sa.String(128), nullable=False),
        *history(),
        sa.Column("display_name", sa.String(100)),
        sa.Column("locale", sa.String(6)),
        sa.PrimaryKeyConstraint("owner_id"),
        sa.CheckConstraint("display_name <> ''", name="profile_display_name_not_empty"),
    )
    isolate("profile")


def history() -> list[sa.Column[object]]:
    """Return the columns that tell when a row was written, and how often."""
    now = sa.func.now()
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("version", sa.BigInteger, server_default="1", nullable=False),
    ]

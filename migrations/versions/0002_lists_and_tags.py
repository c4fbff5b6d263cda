"""Lists that todos are put into, and tags that they are marked with.

The statements in text are those for which SQLAlchemy has no construct.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def isolate(table: str) -> None:
    """Let the restricted role use a table, and everybody see only the rows of the owner set."""
    owner = "owner_id = NULLIF(current_setting('app.user_id', true), '')"
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO freehold_user")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner ON {table} TO PUBLIC USING ({owner}) WITH CHECK ({owner})")


def upgrade() -> None:
    create_list()
    put_todos_into_lists()
    create_tag()
    create_todo_tag()


def downgrade() -> None:
    op.drop_table("todo_tag")
    op.drop_table("tag")
    op.drop_index("todo_by_list", "todo")
    op.drop_constraint("todo_list_exists", "todo")
    op.drop_column("todo", "list_id")
    op.drop_table("list")


def create_list() -> None:
    op.create_table(
        "list",
        *entity(),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id"),
        sa.CheckConstraint("name <> ''", name="list_name_not_empty"),
    )
    op.create_index("list_by_created_at", "list", ["owner_id", "created_at", "id"])
    op.create_index("list_by_name", "list", ["owner_id", "name", "id"])
    isolate("list")


def put_todos_into_lists() -> None:
    op.add_column("todo", sa.Column("list_id", sa.Uuid))
    op.create_foreign_key(
        "todo_list_exists",
        "todo",
        "list",
        ["owner_id", "list_id"],
        ["owner_id", "id"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_index("todo_by_list", "todo", ["owner_id", "list_id", "created_at", "id"])


def create_tag() -> None:
    op.create_table(
        "tag",
        *entity(),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id"),
        sa.UniqueConstraint("owner_id", "name", name="tag_name_taken"),
        sa.CheckConstraint("name <> ''", name="tag_name_not_empty"),
    )
    isolate("tag")


def create_todo_tag() -> None:
    op.create_table(
        "todo_tag",
        sa.Column("owner_id", sa.String(128), nullable=False),
        sa.Column("todo_id", sa.Uuid, nullable=False),
        sa.Column("tag_id", sa.Uuid, nullable=False),
        moment("attached_at"),
        sa.PrimaryKeyConstraint("owner_id", "todo_id", "tag_id"),
        reference("todo"),
        reference("tag"),
    )
    op.create_index("todo_tag_by_tag", "todo_tag", ["owner_id", "tag_id", "todo_id"])
    isolate("todo_tag")


def reference(table: str) -> sa.ForeignKeyConstraint:
    """Return the reference of `todo_tag` to a row of the same owner, with which it goes."""
    return sa.ForeignKeyConstraint(
        ["owner_id", f"{table}_id"],
        [f"{table}.owner_id", f"{table}.id"],
        name=f"todo_tag_{table}_exists",
        ondelete="CASCADE",
    )


def entity() -> list[sa.Column[object]]:
    """Return the columns of everything that an owner has many of."""
    return [
        sa.Column("owner_id", sa.String(128), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        moment("created_at"),
        moment("updated_at"),
        sa.Column("version", sa.BigInteger, server_default="1", nullable=False),
    ]


def moment(name: str) -> sa.Column[object]:
    """Return a column that says when a row was written."""
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)

"""Grants: by which refresh tokens follow one another.

The statements in text are those for which SQLAlchemy has no construct.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
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
    op.create_table(
        "grant_",
        sa.Column("owner_id", sa.String(128), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.Boolean, server_default=sa.false(), nullable=False),
        moment("created_at"),
        moment("updated_at"),
        sa.Column("version", sa.BigInteger, server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id"),
        sa.CheckConstraint("generation >= 0", name="grant_generation_not_negative"),
    )
    op.create_index("grant_by_created_at", "grant_", ["owner_id", "created_at", "id"])
    op.create_index("grant_by_expires_at", "grant_", ["owner_id", "expires_at"])
    isolate("grant_")


def downgrade() -> None:
    op.drop_table("grant_")


def moment(name: str) -> sa.Column[object]:
    """Return a column that says when a row was written."""
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)

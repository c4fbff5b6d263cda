"""The tables. Their bounds are the contract's, so that neither accepts what the other refuses."""

from datetime import datetime

from sqlmodel import CheckConstraint, Field, Index, Text, column, false

from impl.core.owned import Entity, Versioned


class TodoRow(Entity, table=True):
    """Something to do."""

    __tablename__ = "todo"
    __table_args__ = (
        CheckConstraint(column("title") != "", name="todo_title_not_empty"),
        CheckConstraint(
            column("priority").in_(["low", "normal", "high"]), name="todo_priority_known"
        ),
        Index("todo_by_created_at", "owner_id", "created_at", "id"),
        Index("todo_by_updated_at", "owner_id", "updated_at", "id"),
        Index("todo_by_due_at", "owner_id", "due_at", "id"),
    )

    title: str = Field(max_length=200)
    notes: str = Field(max_length=10_000, sa_column_kwargs={"server_default": ""})
    done: bool = Field(sa_column_kwargs={"server_default": false()})
    priority: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "normal"})
    due_at: datetime | None


class ProfileRow(Versioned, table=True):
    """What a user tells about themselves: one row per owner."""

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint(column("display_name") != "", name="profile_display_name_not_empty"),
    )

    display_name: str | None = Field(max_length=100)
    locale: str | None = Field(max_length=6)

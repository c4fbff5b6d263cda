"""The tables. Their bounds are the contract's, so that neither accepts what the other refuses."""

from datetime import datetime
from uuid import UUID

from sqlmodel import (
    CheckConstraint,
    Field,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    column,
    false,
    func,
)

from impl.core.owned import Entity, Owned, Versioned


class ListRow(Entity, table=True):
    """Where todos are put together."""

    __tablename__ = "list"
    __table_args__ = (
        CheckConstraint(column("name") != "", name="list_name_not_empty"),
        Index("list_by_created_at", "owner_id", "created_at", "id"),
        Index("list_by_name", "owner_id", "name", "id"),
    )

    name: str = Field(max_length=50)


class TodoRow(Entity, table=True):
    """Something to do."""

    __tablename__ = "todo"
    __table_args__ = (
        CheckConstraint(column("title") != "", name="todo_title_not_empty"),
        CheckConstraint(
            column("priority").in_(["low", "normal", "high"]), name="todo_priority_known"
        ),
        # At the end of a transaction: a list goes first, and its todos leave it then.
        ForeignKeyConstraint(
            ["owner_id", "list_id"],
            ["list.owner_id", "list.id"],
            name="todo_list_exists",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("todo_by_created_at", "owner_id", "created_at", "id"),
        Index("todo_by_updated_at", "owner_id", "updated_at", "id"),
        Index("todo_by_due_at", "owner_id", "due_at", "id"),
        Index("todo_by_list", "owner_id", "list_id", "created_at", "id"),
    )

    title: str = Field(max_length=200)
    notes: str = Field(max_length=10_000, sa_column_kwargs={"server_default": ""})
    done: bool = Field(sa_column_kwargs={"server_default": false()})
    priority: str = Field(sa_type=Text, sa_column_kwargs={"server_default": "normal"})
    due_at: datetime | None
    list_id: UUID | None


class TagRow(Entity, table=True):
    """A word that todos are marked with."""

    __tablename__ = "tag"
    __table_args__ = (
        CheckConstraint(column("name") != "", name="tag_name_not_empty"),
        UniqueConstraint("owner_id", "name", name="tag_name_taken"),
    )

    name: str = Field(max_length=50)


class TodoTagRow(Owned, table=True):
    """That a todo is marked with a tag; it goes with either of them."""

    __tablename__ = "todo_tag"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "todo_id"],
            ["todo.owner_id", "todo.id"],
            name="todo_tag_todo_exists",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["owner_id", "tag_id"],
            ["tag.owner_id", "tag.id"],
            name="todo_tag_tag_exists",
            ondelete="CASCADE",
        ),
        Index("todo_tag_by_tag", "owner_id", "tag_id", "todo_id"),
    )

    todo_id: UUID = Field(primary_key=True)
    tag_id: UUID = Field(primary_key=True)
    attached_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})


class GrantRow(Entity, table=True):
    """That a user may go on: the refresh tokens that follow from one, of which one is current.

    `token_hash` is the hash of the current one, which was given at `last_used_at`. A grant that
    was ended stays until it expires: without its row, its first token would begin it again.
    """

    __tablename__ = "grant_"
    __table_args__ = (
        CheckConstraint(column("generation") >= 0, name="grant_generation_not_negative"),
        Index("grant_by_created_at", "owner_id", "created_at", "id"),
        Index("grant_by_expires_at", "owner_id", "expires_at"),
    )

    scope: str = Field(sa_type=Text)
    generation: int = Field(sa_type=Integer)
    token_hash: str = Field(max_length=64)
    last_used_at: datetime
    expires_at: datetime
    revoked: bool = Field(sa_column_kwargs={"server_default": false()})


class ProfileRow(Versioned, table=True):
    """What a user tells about themselves: one row per owner."""

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint(column("display_name") != "", name="profile_display_name_not_empty"),
    )

    display_name: str | None = Field(max_length=100)
    locale: str | None = Field(max_length=6)

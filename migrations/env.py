"""Alembic's entry: where the database is, what it should look like, and one migrator at a time."""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import URL, TypeDecorator
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel, create_engine, func, select

import impl.tables  # noqa: F401 - importing the tables is what puts them into the metadata
from impl.core.database import driver_url

MIGRATORS = 0x46726565686F6C64  # the key of the advisory lock: "Freehold" in ASCII


def target() -> URL:
    """Return the URL that a script put into the configuration, or else `DATABASE_URL`."""
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("DATABASE_URL is not set: postgresql://user@host/name")
    return driver_url(url)


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write SQLModel's types into migrations as what they are in the database."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def configure(**place: Any) -> None:
    """Describe the database to Alembic; `place` is a connection or, to print SQL, a URL."""
    context.configure(
        **place,
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        render_item=plain_type,
        transactional_ddl=True,
        transaction_per_migration=False,
    )


def migrate() -> None:
    """Run the migrations in one transaction; a second migrator waits, and finds them done."""
    engine = create_engine(target(), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        configure(connection=connection)
        with context.begin_transaction():
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATORS)))
            context.run_migrations()


def print_sql() -> None:
    """Print the migrations as SQL, for databases that are changed by other hands."""
    configure(url=target(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    migrate()

"""The check at start-up: a database that cannot isolate its owners is refused."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Executable, Row, and_
from sqlalchemy.dialects.postgresql import OID
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import Boolean, Column, MetaData, Table, Text, func, select

from impl.core.faults import sqlstate
from impl.core.prepared import Prepared

OLDEST_MAJOR_VERSION = 15
SETTING = "app.user_id"  # the policies' word for the owner
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")
MIGRATE = "run scripts/migrate"

CATALOG = MetaData(schema="pg_catalog")
CLASSES = Table(
    "pg_class",
    CATALOG,
    Column("oid", OID),
    Column("relname", Text),
    Column("relrowsecurity", Boolean),
    Column("relforcerowsecurity", Boolean),
)
POLICIES = Table(
    "pg_policy",
    CATALOG,
    Column("polrelid", OID),
    Column("polpermissive", Boolean),
    Column("polqual", Text),
    Column("polwithcheck", Text),
)
ATTRIBUTES = Table(
    "pg_attribute",
    CATALOG,
    Column("attrelid", OID),
    Column("attname", Text),
    Column("attnotnull", Boolean),
)


class DatabaseRefused(Exception):  # noqa: N818 - a verdict on the database, not a failure of ours
    """The database cannot be served from; each of `faults` is a line that says what to do."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


async def verify(engine: AsyncEngine, identity: Prepared, tables: Sequence[Table]) -> None:
    """Raise `DatabaseRefused` unless the database can serve these tables and isolate owners.

    `identity` takes the restricted role, for nobody. Everything is asked in that role: whether
    policies are active depends on who asks.
    """
    try:
        async with engine.connect() as connection:
            _require_version(connection)
            await _take_role(connection, identity)
            faults = [fault for table in tables for fault in await _faults(connection, table)]
    except DBAPIError as error:
        raise DatabaseRefused(_unreachable(engine, error)) from None
    if faults:
        raise DatabaseRefused(*faults)


def _require_version(connection: AsyncConnection) -> None:
    version, *_ = connection.dialect.server_version_info or (0,)
    if int(version) < OLDEST_MAJOR_VERSION:
        raise DatabaseRefused(
            f"PostgreSQL {version} is too old: use {OLDEST_MAJOR_VERSION} or newer"
        )


async def _take_role(connection: AsyncConnection, identity: Prepared) -> None:
    try:
        await connection.execute(identity.statement, identity.bound("", {}))
    except DBAPIError as error:
        if sqlstate(error.orig) == "22023":
            raise DatabaseRefused(f"the role freehold_user does not exist: {MIGRATE}") from None
        if sqlstate(error.orig) == "42501":
            raise DatabaseRefused(
                "the database user may not act as freehold_user: let it run scripts/migrate, "
                "or grant it the role"
            ) from None
        raise


async def _faults(connection: AsyncConnection, table: Table) -> list[str]:
    """Return what keeps the policies of one table from biting, and what lets nulls into it."""
    name = table.name
    state = (await connection.execute(_state(name))).one_or_none()
    if state is None:
        return [f"the table {name} does not exist or is out of reach: {MIGRATE}"]
    policies = (await connection.execute(_policies(name))).all()
    faults = [f"the table {name} {fault}: {MIGRATE}" for fault in _gaps(state, policies)]
    required = {column.name for column in table.columns if not column.nullable}
    lenient = required - {row.attname for row in await connection.execute(_required(name))}
    faults += [f"the column {name}.{each} may be null: {MIGRATE}" for each in sorted(lenient)]
    # review: allow FH201: it asks whether the policies bite, in the role that must see nothing
    if state.may_use and (await connection.execute(select(*table.primary_key).limit(1))).first():
        faults.append(f"the table {name} shows rows to nobody in particular: {MIGRATE}")
    return faults


def _gaps(state: Row[Any], policies: Sequence[Row[Any]]) -> Iterator[str]:
    if not state.may_use:
        yield "is not granted to freehold_user"
    if not state.relrowsecurity:
        yield "has no row-level security"
    if not state.relforcerowsecurity:
        yield "does not force row-level security on its owner"
    if not state.active:
        yield "does not apply row-level security to freehold_user"
    permissive = [policy for policy in policies if policy.polpermissive]
    if not permissive:
        yield "has no policy"
    rules = [rule for policy in permissive for rule in (policy.using, policy.check) if rule]
    if not all(SETTING in rule for rule in rules):
        yield f"has a policy that does not ask for {SETTING}"


def _state(name: str) -> Executable:
    oid = CLASSES.c.oid
    return select(
        CLASSES.c.relrowsecurity,
        CLASSES.c.relforcerowsecurity,
        func.row_security_active(oid).label("active"),
        and_(*(func.has_table_privilege(oid, each) for each in PRIVILEGES)).label("may_use"),
    ).where(CLASSES.c.relname == name, func.pg_table_is_visible(oid))


def _required(name: str) -> Executable:
    """Select the columns that take no null, which whoever reads them relies on."""
    return (
        select(ATTRIBUTES.c.attname)
        .join(CLASSES, CLASSES.c.oid == ATTRIBUTES.c.attrelid)
        .where(CLASSES.c.relname == name, func.pg_table_is_visible(CLASSES.c.oid))
        .where(ATTRIBUTES.c.attnotnull)
    )


def _policies(name: str) -> Executable:
    table = POLICIES.c.polrelid
    return (
        select(
            POLICIES.c.polpermissive,
            func.pg_get_expr(POLICIES.c.polqual, table).label("using"),
            func.pg_get_expr(POLICIES.c.polwithcheck, table).label("check"),
        )
        .join(CLASSES, CLASSES.c.oid == table)
        .where(CLASSES.c.relname == name, func.pg_table_is_visible(table))
    )


def _unreachable(engine: AsyncEngine, error: DBAPIError) -> str:
    """Say why PostgreSQL cannot be reached, in the words of libpq but for the password."""
    reason = str(error.orig).strip().splitlines()[0]
    password = engine.url.password
    if password:
        reason = reason.replace(str(password), "***")
    return f"DATABASE_URL leads to no usable PostgreSQL: {reason}"

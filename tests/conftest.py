"""What the tests share."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql

from impl.core.auth import Verifier
from impl.core.claims import access_tokens
from impl.core.database import Database
from impl.core.embedded import EmbeddedPostgres
from impl.core.keyring import configured
from impl.core.paging import Cursors
from impl.core.scope import UserScope
from impl.core.settings import Settings, load
from tests import twins
from tests.forgeries import ISSUER, KEY, NOW
from tests.running import Running, serving
from tests.silence import told

PROJECT = Path(__file__).parents[1]


def migrations(url: str) -> Config:
    """Return Alembic's configuration of this project, for one database."""
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["url"] = url
    return config


@asynccontextmanager
async def scopes(url: str) -> AsyncIterator[Callable[[str], UserScope]]:
    """Open a database; lend a function from owners to their scopes."""
    database, cursors = Database(url), Cursors(b"a secret of the tests")
    try:
        yield lambda owner: UserScope(owner, frozenset(), database, cursors)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL of the test run's own, migrate it to head and lend its URL."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as url:
        command.upgrade(migrations(url), "head")
        yield url


@pytest.fixture
def postgres(database_url: str) -> Iterator[psycopg.Connection]:
    """Lend a connection that no policy restricts."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def bare_database(database_url: str, postgres: psycopg.Connection) -> Iterator[str]:
    """Lend the URL of a database with nothing in it."""
    name = f"own_{uuid4().hex}"
    postgres.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield database_url.replace("/freehold?", f"/{name}?")
    postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def own_database(bare_database: str) -> str:
    """Return the URL of a migrated database that a test may spoil."""
    command.upgrade(migrations(bare_database), "head")
    return bare_database


@pytest.fixture(params=["ENABLE", "DISABLE"])
def twins_database(own_database: str, owner: str, request: pytest.FixtureRequest) -> str:
    """Return the URL of a database, with policies or without, of an owner and their twin.

    The owner's rows are not linked to each other; the twin's, which have the same ids, are.
    """
    twins.store(own_database, owner, linked=False)
    twins.store(own_database, f"{owner}-twin")
    twins.wall(own_database, request.param)
    return own_database


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings by which the tokens of `tests.forgeries` are right."""
    environ = {"JWT_SECRET": KEY, "JWT_ISSUER": ISSUER}
    return load(tmp_path_factory.mktemp("data"), env_file=None, environ=environ)


@pytest.fixture(scope="session")
def verifier(settings: Settings) -> Verifier:
    """Return a verifier whose clock stands still."""
    return Verifier(configured(settings), access_tokens(settings), clock=lambda: NOW)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run the real server, on ports and a database of the test run's own."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which something was logged that no log may hold."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert told("\n".join(record.getMessage() for record in records)) == []


@pytest.fixture
def owner() -> str:
    """Return an owner whom no other test knows."""
    return f"user-{uuid4()}"

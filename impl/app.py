"""Assembly: settings, generated routers and implementations make the ASGI application."""

import gc
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from sqlmodel import SQLModel
from starlette.types import ASGIApp

from generated import api
from generated.runtime.application import Application
from impl import todos, users
from impl.core import keyring, problems
from impl.core.auth import Authentication, Verifier
from impl.core.claims import access_tokens
from impl.core.database import Database
from impl.core.gate import Limits, OwnerGate
from impl.core.paging import Cursors
from impl.core.settings import Settings, SettingsError, load

PROJECT = Path(__file__).resolve().parents[1]
ENV_FILE = Path(os.environ.get("ENV_FILE") or PROJECT / ".env")
CONTRACT = PROJECT / "generated" / "openapi.json"
OWNED_TABLES = SQLModel.metadata.sorted_tables
# Requests leave no cycles behind to speak of, so the collector may come by more seldom.
COLLECTION = (20_000, 50, 1_000)


def create() -> ASGIApp:
    """Return the application, configured from the environment; an ASGI server's factory.

    Raises SettingsError for a configuration that is not usable.
    """
    settings = load(PROJECT / ".data", env_file=ENV_FILE)
    if settings.database_url is None:
        raise SettingsError(["DATABASE_URL is required without scripts/serve, which embeds one"])
    return assemble(settings, connect(settings, settings.database_url.get_secret_value()))


def connect(settings: Settings, url: str) -> Database:
    """Return the database at a URL, within the limits of the settings."""
    return Database(
        url,
        lanes=settings.database_lanes,
        pool_size=settings.database_pool_size,
        prepared_statements=settings.database_prepared_statements,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        connect_timeout_s=settings.connect_timeout_s,
        pool_timeout_s=settings.pool_timeout_s,
    )


def assemble(
    settings: Settings, database: Database, clock: Callable[[], float] = time.time
) -> ASGIApp:
    """Return the application on a database; `clock` gives seconds since the epoch.

    No exception leaves it with its text, and nothing of it is reached without a valid token:
    both hold for any middleware that is added to the FastAPI application inside.
    """
    keys = keyring.configured(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.verify(OWNED_TABLES)
        # What has been made so far lives as long as the process: no use in looking through it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTION)
        async with keys:
            yield
        await database.close()

    app = Application(
        lifespan=lifespan,
        openapi_url=None,  # documentation is served on the management port
    )
    contract = json.loads(CONTRACT.read_bytes())
    # FastAPI would replace a schema that is merely set by one of the routes that it knows.
    app.openapi = lambda: contract  # type: ignore[method-assign]  # the documented way
    problems.install(app)
    limits = Limits(
        settings.max_body_bytes,
        settings.body_timeout_s,
        settings.max_upload_bytes,
        settings.upload_timeout_s,
    )
    tokens = [name for name, scheme in api.SCHEMES.items() if scheme.carries_token]
    gate = OwnerGate(database, Cursors(settings.cursor_key), limits, tokens)
    api.include(app, gate, todos=todos, users=users)
    verifier = Verifier(keys, access_tokens(settings), clock)
    return problems.ErrorBoundary(Authentication(app, verifier))

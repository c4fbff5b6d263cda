"""Assembly: settings, generated routers and implementations make the ASGI application."""

import gc
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from sqlmodel import SQLModel
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from generated import api
from generated.runtime.application import Application
from impl import lists, tags, todos, tokens, users
from impl.core import auth, keyring, problems, refreshing
from impl.core.auth import Authentication, Reserved, Verifier
from impl.core.claims import access_tokens
from impl.core.contract import Document
from impl.core.cors import CrossOrigin
from impl.core.database import Database
from impl.core.gate import Limits, OwnerGate
from impl.core.owned import owned_tables
from impl.core.paging import Cursors
from impl.core.ratelimits import RateLimits, rate_limits
from impl.core.settings import Settings, SettingsError, load
from impl.core.unauthenticated import Unauthenticated

PROJECT = Path(__file__).resolve().parents[1]
ENV_FILE = Path(os.environ.get("ENV_FILE") or PROJECT / ".env")
CONTRACT = PROJECT / "generated" / "openapi.json"
OWNED_TABLES = owned_tables(SQLModel.metadata)
# Requests leave no cycles behind to speak of, so the collector may come by more seldom.
REFRESH = "refresh"  # the security scheme of refresh tokens
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


def limit(settings: Settings, database: Database, contract: Document) -> RateLimits | None:
    """Return the limits on the rate of requests, or None when there are none."""
    return rate_limits(settings, contract, owner=f"{PROJECT} {database.address}")


def assemble(
    settings: Settings, database: Database, clock: Callable[[], float] = time.time
) -> ASGIApp:
    """Return the application on a database; `clock` gives seconds since the epoch.

    No exception leaves it with its text, and nothing of it is reached without a valid token:
    both hold for any middleware that is added to the FastAPI application inside.
    """
    contract = _contract()
    rates = limit(settings, database, contract)
    keys = keyring.configured(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.verify(OWNED_TABLES)
        if rates:
            await rates.counts.open()
        # What has been made so far lives as long as the process: no use in looking through it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTION)
        async with keys:
            yield
        await database.close()
        if rates:
            await rates.counts.close()

    app = Application(
        lifespan=lifespan,
        openapi_url=None,  # documentation is served on the management port
    )
    # FastAPI would replace a schema that is merely set by one of the routes that it knows.
    app.openapi = _contract  # type: ignore[method-assign]  # the documented way
    problems.install(app)
    limits = Limits(
        settings.max_body_bytes,
        settings.body_timeout_s,
        settings.max_upload_bytes,
        settings.upload_timeout_s,
    )
    schemes = [name for name, scheme in api.SCHEMES.items() if scheme.carries_token]
    gate = OwnerGate(database, Cursors(settings.cursor_key), limits, schemes, refresh=REFRESH)
    api.include(app, gate, lists=lists, tags=tags, todos=todos, tokens=tokens, users=users)
    verifier = Verifier(keys, access_tokens(settings), clock)
    refresh = refreshing.verifier(settings, clock)
    reserved = Reserved(refresh, refreshing.calls(REFRESH, app.calls))
    return _surrounded(app, verifier, reserved, settings=settings, rates=rates, contract=contract)


def _contract() -> dict[str, Any]:
    """Return the contract, which nobody needs once the application is made."""
    document: dict[str, Any] = json.loads(CONTRACT.read_bytes())
    return document


def _surrounded(
    app: Application,
    verifier: Verifier,
    reserved: Reserved,
    *,
    settings: Settings,
    rates: RateLimits | None,
    contract: Document,
) -> ASGIApp:
    """Return an application behind what every request passes first; what is off costs nothing."""
    refuse = rates.refuse if rates else auth.refuse
    app.add_exception_handler(Unauthenticated, auth.handler(refuse))
    limited = rates.before(app) if rates else app
    outer: ASGIApp = Authentication(limited, verifier, refuse, reserved)
    outer = problems.ErrorBoundary(outer)
    if settings.cors_origins:
        outer = CrossOrigin(outer, settings.cors_origins, contract)
    if settings.trusted_proxies:
        trusted = list(settings.trusted_proxies)
        outer = cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", outer), trusted))
    return outer

"""The processes of a server: workers that serve the API, and the management port beside them."""

import asyncio
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from threading import Thread

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from impl.app import CONTRACT, PROJECT, connect
from impl.core import keyring
from impl.core.management import application
from impl.core.settings import Settings
from scripts.serving.connection import Connection

WRITTEN = PROJECT / "openapi.yaml"
GRACE = 10
"""How many seconds requests have to finish when the server is asked to end."""


class Workers(Multiprocess):
    """Worker processes, replaced when they end, of which it is known whether they serve."""

    serving = False

    def keep_subprocess_alive(self) -> None:
        """Look after the workers; this is where their pipes may be read."""
        super().keep_subprocess_alive()
        self.serving = any(process.is_ready() for process in self.processes)

    def terminate_all(self) -> None:
        """Ask the workers to finish what they do."""
        self.serving = False
        super().terminate_all()


@dataclass(frozen=True)
class Listeners:
    """The sockets that a server listens on."""

    api: socket
    management: socket


@dataclass(frozen=True)
class Plan:
    """What is to be served, from where, and by how many processes."""

    app: ASGIApp
    settings: Settings
    url: str
    listeners: Listeners
    workers: int


def serve(plan: Plan) -> None:
    """Serve until a signal ends it; says where the API is as soon as it serves.

    A single process serves the application that it has; several make their own.
    """
    single = plan.workers == 1
    config = Config(
        plan.app if single else "impl.app:create",
        factory=not single,
        access_log=False,
        http=Connection,
        log_level="warning",
        loop="uvloop",
        proxy_headers=False,  # the application itself knows whom to believe
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        workers=plan.workers,
        ws="none",
    )
    if single:
        server = Server(config)
        _beside(plan, lambda: server.started and not server.should_exit)
        server.run([plan.listeners.api])
    else:
        supervisor = Workers(config, [plan.listeners.api])
        _beside(plan, lambda: supervisor.serving)
        supervisor.run()


def _beside(plan: Plan, serving: Callable[[], bool]) -> None:
    """Run the management port in a thread, so that a busy API does not make it look dead."""
    database = connect(plan.settings.model_copy(update={"database_pool_size": 1}), plan.url)
    keys = keyring.configured(plan.settings)
    app = application(CONTRACT, WRITTEN, serving, [database, keys])
    server = Server(Config(app, access_log=False, log_level="warning", server_header=False))

    async def manage() -> None:
        async with keys, asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve([plan.listeners.management]))
            tasks.create_task(_announce(plan, serving))

    Thread(target=asyncio.run, args=[manage()], daemon=True).start()


async def _announce(plan: Plan, serving: Callable[[], bool]) -> None:
    while not serving():  # noqa: ASYNC110 - other threads and processes set no event of this loop
        await asyncio.sleep(0.02)
    public = "http://{}:{}".format(*plan.listeners.api.getsockname())
    private = "http://{}:{}".format(*plan.listeners.management.getsockname())
    lines = [f"API            {public}", f"Documentation  {private}/docs"]
    lines += [f"Health         {private}/readyz"]
    if plan.settings.environment == "development" and "HS256" in plan.settings.jwt_algorithms:
        lines += ["", "Try it:", _curl(plan.settings, public)]
    print(*lines, sep="\n", flush=True)


def _curl(settings: Settings, api: str) -> str:
    # Signing takes 9 MiB, which a server that issues no tokens has no use for.
    from impl.core.tokens import mint  # noqa: PLC0415
    from scripts.tokens import declared_scopes  # noqa: PLC0415

    lifetime = min(3600, settings.jwt_max_lifetime_s)
    token = mint(settings, "ada", declared_scopes(), lifetime)
    return f"curl -i {api}/api/todos -H {shlex.quote(f'Authorization: Bearer {token}')}"

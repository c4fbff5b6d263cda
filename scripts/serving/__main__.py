"""scripts/serve: the database, the API and the management port, in one command."""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from socket import create_server, socket

from impl.app import CONTRACT, OWNED_TABLES, assemble, connect, limit
from impl.core import keyring
from impl.core.settings import Settings, SettingsError
from scripts.configuration import DATA, database_url, faults, settings
from scripts.serving.processes import Listeners, Plan, serve

SEVERAL_WORKERS = (
    "RATE_LIMIT_STORAGE_URL is required with --workers, which count requests together: "
    'name a Redis or Valkey, or set every RATE_LIMIT_ rate to "off"'
)


def main() -> int:
    """Return 0 after an orderly end, 2 when the server cannot start."""
    arguments = _arguments()
    # The embedded database ends with this process, however it is asked to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with faults(), ExitStack() as stack:
        configuration = settings(arguments.data)
        asyncio.run(_check_keys(configuration))
        listeners = _listen(stack, arguments)
        url = database_url(configuration, arguments.data, stack)
        if configuration.database_url is None:
            _migrate(url)
        asyncio.run(_check(configuration, url, arguments.workers))
        app = assemble(configuration, connect(configuration, url))
        _hand_on(configuration, url)
        try:
            serve(Plan(app, configuration, url, listeners, arguments.workers))
        except KeyboardInterrupt:
            return 0
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/serve",
        description="Serve the API, its management port and, without DATABASE_URL, its database.",
        epilog="Exit codes: 0 ended in order, 2 the configuration or the database is at fault.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="of the API; 0 for any (8000)")
    parser.add_argument(
        "--management-port",
        type=int,
        default=9000,
        metavar="PORT",
        help="of health and documentation; keep it private; 0 for any (9000)",
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that serve the API (1)")
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="where the embedded database lives"
    )
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error("--workers must be at least 1")
    return arguments


def _listen(stack: ExitStack, arguments: argparse.Namespace) -> Listeners:
    ports = {"--port": arguments.port, "--management-port": arguments.management_port}
    sockets: list[socket] = []
    for option, port in ports.items():
        try:
            listener = create_server((arguments.host, port), backlog=2048)
        except (OSError, OverflowError) as error:
            print(f"{option}: cannot listen on {arguments.host}:{port}: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        sockets.append(stack.enter_context(listener))
    return Listeners(*sockets)


def _migrate(url: str) -> None:
    # What migrates takes 10 MiB, which a server on a database of its own has no use for.
    from scripts.migrating import upgrade  # noqa: PLC0415

    upgrade(url)


async def _check_keys(configuration: Settings) -> None:
    async with keyring.configured(configuration):
        pass


async def _check(configuration: Settings, url: str, workers: int) -> None:
    """Refuse what the workers would refuse one by one."""
    database = connect(configuration, url)
    rates = limit(configuration, database, json.loads(CONTRACT.read_bytes()))
    try:
        await database.verify(OWNED_TABLES)
        if rates and workers > 1 and configuration.rate_limit_storage_url is None:
            raise SettingsError([SEVERAL_WORKERS])
        if rates:
            await rates.counts.open()
    finally:
        await database.close()
        if rates:
            await rates.counts.close()


def _hand_on(configuration: Settings, url: str) -> None:
    """Workers read their settings from the environment, as under any other ASGI server."""
    os.environ["DATABASE_URL"] = url
    if configuration.jwt_secret is not None:
        os.environ["JWT_SECRET"] = configuration.jwt_secret.get_secret_value()


if __name__ == "__main__":
    sys.exit(main())

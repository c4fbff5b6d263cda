"""The stage: a database with rows in it, tokens, requests, and the contenders as they run."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from psycopg.conninfo import conninfo_to_dict

from impl.app import PROJECT
from impl.core.ratelimits import Policies
from impl.core.settings import Settings, load
from impl.core.tokens import mint
from scripts.benchmark import contenders, installing, processes, workload
from scripts.benchmark.contenders import Contender, HttpServer, Load
from scripts.benchmark.dataset import Dataset
from scripts.benchmark.operations import Operation
from scripts.benchmark.pgbench import Pgbench
from scripts.serving.connection import Connection

SCOPES = ("todos:read", "todos:write")
NAMES = {
    "sqlmodel": "FastAPI + SQLModel session",
    "asyncpg": "FastAPI + asyncpg by hand",
    "fastify": "Fastify + pg (Node)",
    "constant": "ASGI constant, Freehold's HTTP",
    "uvicorn": "ASGI constant, uvicorn's HTTP",
}
MODULES = {
    "sqlmodel": "sqlmodel_session",
    "asyncpg": "asyncpg_by_hand",
}
UNLIMITED = {f"RATE_LIMIT_{name.upper()}": "off" for name in Policies.__slots__}
FOREIGN = ("CORS_", "DATABASE_URL", "ENVIRONMENT", "JWT_", "PG", "PYTHON", "RATE_LIMIT_")


def settings() -> Settings:
    """Return settings with a secret of this run's own: no other token is good here."""
    return load(PROJECT, env_file=None, environ={"JWT_SECRET": token_hex(32)})


def loads(
    dataset: Dataset,
    configuration: Settings,
    operations: list[Operation],
    folder: Path,
    threads: int = 1,
) -> Load:
    """Return the requests of some operations, and write them down below a folder."""
    lifetime = configuration.jwt_max_lifetime_s
    users = range(dataset.users)
    tokens = [mint(configuration, dataset.owner(user), SCOPES, lifetime) for user in users]
    made = workload.Workload(dataset, tokens)
    requests = {operation: made.requests(operation) for operation in operations}
    files = {
        operation: workload.write(each, folder / f"{operation}.requests")
        for operation, each in requests.items()
    }
    return Load(requests, files, dataset, threads)


@dataclass(frozen=True)
class Stage:
    """Where contenders are started: each of them ends with the stack.

    `limited` is whether Freehold limits rates, which takes a single process unless there is a
    store in which several count together.
    """

    stack: ExitStack
    data: Path
    configuration: Settings
    load: Load
    workers: int
    say: Callable[[str], None]
    limited: bool = True

    def contender(self, key: str) -> Contender:
        """Start the contender of a key. Raises BenchmarkError if it does not start."""
        if key == "freehold":
            return self.freehold()
        if key == "pgbench":
            return Pgbench(self.load.dataset, self._environ(), self.data)
        if key == "fastify":
            return self._fastify()
        if key == "constant":
            return self._constant(key, f"{Connection.__module__}:{Connection.__qualname__}")
        if key == "uvicorn":
            return self._constant(key, "httptools")
        return self._python(key)

    def freehold(
        self, name: str = "Freehold", module: str = "scripts.serving", *paths: Path
    ) -> HttpServer:
        """Start Freehold, by another module or with further folders to import from if need be."""
        port = processes.free_port()
        command = contenders.freehold_command(port, self.workers, module)
        environ = {**self._environ(*paths), "PYTHONNODEBUGRANGES": "1"}  # as scripts/serve has it
        if not self.limited:
            environ |= UNLIMITED
        return self._serve(name, command, environ, port)

    def _python(self, key: str) -> HttpServer:
        port = processes.free_port()
        command = contenders.uvicorn_command(port, self.workers, MODULES[key])
        environ = self._environ(installing.install_python(self.data, self.say))
        return self._serve(NAMES[key], command, environ, port)

    def _constant(self, key: str, http: str) -> HttpServer:
        """Start what shows the cost of the server alone, with one way or another to read HTTP."""
        port = processes.free_port()
        command = contenders.uvicorn_command(port, self.workers, "constant", http)
        return self._serve(NAMES[key], command, self._environ(), port, stored=False)

    def _fastify(self) -> HttpServer:
        folder = installing.install_node(self.data, self.say)
        port = processes.free_port()
        own = {"PORT": str(port), "WORKERS": str(self.workers), "NODE_ENV": "production"}
        command: list[str | Path] = ["node", folder / "server.js"]
        return self._serve(NAMES["fastify"], command, {**self._environ(), **own}, port)

    def _serve(
        self,
        name: str,
        command: list[str | Path],
        environ: dict[str, str],
        port: int,
        *,
        stored: bool = True,
    ) -> HttpServer:
        self.say(f"starting {name}")
        log = self.data / f"{port}.log"
        self.stack.callback(log.unlink, missing_ok=True)
        process = self.stack.enter_context(processes.running(name, command, environ, log))
        contenders.await_listening(process, port)
        return HttpServer(name, process, port, self.load, stored)

    def _environ(self, *paths: Path) -> dict[str, str]:
        """Return the environment of a contender: the caller's is not to change what is measured."""
        plain = {name: each for name, each in os.environ.items() if not name.startswith(FOREIGN)}
        url = self.load.dataset.url
        address = conninfo_to_dict(url)
        return {
            **plain,
            "DATABASE_URL": url,
            "ENV_FILE": os.devnull,
            "ENVIRONMENT": "production",
            "JWT_SECRET": self.configuration.shared_secrets[0],
            "JWT_ISSUER": self.configuration.jwt_issuer[0],
            "JWT_AUDIENCE": self.configuration.jwt_audience[0],
            "PGHOST": str(address["host"]),
            "PGPORT": str(address["port"]),
            "PGUSER": str(address["user"]),
            "PGDATABASE": str(address["dbname"]),
            "PYTHONPATH": os.pathsep.join(map(str, (*paths, PROJECT))),
        }

"""Who is compared: each contender answers the same requests, and says what that cost it."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from typing import Protocol

from scripts.benchmark.checking import fetch, require_content, require_shape
from scripts.benchmark.dataset import Dataset
from scripts.benchmark.figures import BenchmarkError, Slice
from scripts.benchmark.load import replay
from scripts.benchmark.operations import Operation
from scripts.benchmark.processes import MEBIBYTE, Running
from scripts.benchmark.workload import Request

START_S = 60


class Contender(Protocol):
    """Something whose cost per request can be measured."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    def check(self, operation: Operation, turn: int) -> None:
        """Raise BenchmarkError unless one request is answered as it should be."""
        ...

    def measure(self, operation: Operation, seconds: int) -> Slice:
        """Put it under load. Raises BenchmarkError if anything was answered with a failure."""
        ...


@dataclass(frozen=True)
class Load:
    """The requests of all operations: to be looked at, and as files to be replayed."""

    requests: dict[Operation, list[Request]]
    files: dict[Operation, Path]
    dataset: Dataset
    threads: int


@dataclass(frozen=True)
class HttpServer:
    """A server on a port of this machine. `stored` tells whether its answers are of the table."""

    name: str
    process: Running
    port: int
    load: Load
    stored: bool = True

    def check(self, operation: Operation, turn: int) -> None:
        """Ask once; of the mix, the turn decides which kind of request."""
        requests = self.load.requests[operation]
        request = requests[turn % len(requests)]
        try:
            status, body = fetch(self.port, request)
            require_shape(request, status, body)
            if self.stored:
                require_content(request, body, self.load.dataset)
        except BenchmarkError as error:
            raise BenchmarkError(f"{self.name}: {error}") from error

    def measure(self, operation: Operation, seconds: int) -> Slice:
        """Replay the requests of an operation."""
        before = self.process.usage()
        try:
            file = self.load.files[operation]
            result = replay(self.port, file, seconds, self.load.threads)
        except BenchmarkError as error:
            raise BenchmarkError(f"{self.name}, {operation}: {error}") from error
        after = self.process.usage()
        return Slice(
            cpu_us=(after.cpu_s - before.cpu_s) * 1e6 / result.requests,
            rate=result.requests * 1e6 / result.duration_us,
            p50_ms=result.p50_us / 1000,
            p99_ms=result.p99_us / 1000,
            memory_mib=after.memory_bytes / MEBIBYTE,
        )


def await_listening(process: Running, port: int) -> None:
    """Wait until a process takes connections. Raises BenchmarkError if it ends or never does."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        process.require()
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchmarkError(f"{process.name} does not listen after {START_S} s")


def freehold_command(port: int, workers: int, module: str = "scripts.serving") -> list[str | Path]:
    """Return the command that serves Freehold."""
    options = [f"--port={port}", "--management-port=0", f"--workers={workers}"]
    return [sys.executable, "-P", "-m", module, *options]


def uvicorn_command(
    port: int, workers: int, module: str, http: str = "httptools"
) -> list[str | Path]:
    """Return the command that serves a rival in Python, with uvicorn set up as Freehold's is."""
    options = ["--loop=uvloop", f"--http={http}", "--log-level=warning", "--no-access-log"]
    options += ["--no-server-header", f"--port={port}", f"--workers={workers}"]
    application = f"scripts.benchmark.rivals.{module}:app"
    return [sys.executable, "-P", "-m", "uvicorn", application, *options]

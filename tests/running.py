"""A server of the tests' own: the real command, on ports and in a folder that are free."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from impl.core.settings import load
from impl.core.tokens import mint, mint_refresh
from scripts.tokens import declared_scopes
from tests.silence import assert_silent_file

PROJECT = Path(__file__).parents[1]
CONFIGURED = ("CORS_", "DATABASE_URL", "ENVIRONMENT", "JWT_", "RATE_LIMIT_", "TRUSTED_")
ADDRESS = re.compile(r"^(API|Documentation) +(http://[0-9.]+:[0-9]+)", re.MULTILINE)


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a command: nothing of the product but what is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURED)}
    fixed = {"ENV_FILE": os.devnull, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    return {**plain, **fixed, **variables}


@dataclass
class Running:
    """A server that runs: its process, its addresses, and what it has said so far."""

    process: subprocess.Popen[str]
    data: Path
    log: Path
    api: str
    management: str

    def token(self, user_id: str, scopes: Iterable[str] | None = None) -> str:
        """Return an access token of a user, by default with every scope."""
        settings = load(self.data, env_file=None, environ={})
        return mint(settings, user_id, declared_scopes() if scopes is None else scopes, 3600)

    def refresh_token(self, user_id: str, scopes: Iterable[str] | None = None) -> str:
        """Return a refresh token that begins a grant of a user, by default with every scope."""
        settings = load(self.data, env_file=None, environ={})
        return mint_refresh(settings, user_id, declared_scopes() if scopes is None else scopes)

    def client(
        self, user_id: str, scopes: Iterable[str] | None = None, *, refresh: bool = False
    ) -> httpx2.Client:
        """Return a client of the API that acts for a user, by a refresh token if so asked."""
        token = (self.refresh_token if refresh else self.token)(user_id, scopes)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(
            base_url=self.api,
            headers=headers,
            timeout=10,
            trust_env=False,
            verify=False,  # without TLS on loopback, reading certificates would only take time
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the server and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(30)


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/serve where it is expected to refuse, with an end to waiting."""
    command = [sys.executable, "-P", "-m", "scripts.serving", "--port=0", "--management-port=0"]
    return subprocess.run(
        [*command, *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@contextmanager
def serving(
    data: Path, *arguments: str, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run scripts/serve until the block ends."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "serve.log"
    command = [sys.executable, "-P", "-m", "scripts.serving", "--port=0", "--management-port=0"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--data={data}", *arguments],
            env=environment(**(environ or {})),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield _announced(process, data, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        assert_silent_file(log.read_text())


def _announced(process: subprocess.Popen[str], data: Path, log: Path) -> Running:
    """Wait until the server says where it is."""
    while len(addresses := dict(ADDRESS.findall(log.read_text()))) < 2:
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the server ended:\n{log.read_text()}")
    return Running(process, data, log, addresses["API"], addresses["Documentation"])

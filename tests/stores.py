"""A Redis or Valkey of the tests' own, from the packages of the system."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


class Store:
    """A server of Redis or Valkey on loopback, which keeps nothing and may be started again."""

    def __init__(self, folder: Path) -> None:
        self._command = shutil.which("valkey-server") or shutil.which("redis-server")
        if self._command is None:
            pytest.skip("neither valkey-server nor redis-server is installed")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        plain = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        address = ["--bind", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [str(self._command), *address, *plain], stdout=subprocess.DEVNULL
        )
        while self.say("PING") != "+PONG":
            assert self._process.poll() is None
            time.sleep(0.02)

    def say(self, command: str) -> str:
        """Send a command and return the first line of the answer; nothing when there is none."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as peer:
            peer.sendall(f"{command}\r\n".encode())
            return peer.recv(1024).decode().partition("\r\n")[0]
        return ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its process."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it at once, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextmanager
def storing(folder: Path) -> Iterator[Store]:
    """Run a store until the block ends; skip the test where there is none to run."""
    store = Store(folder)
    try:
        store.start()
        yield store
    finally:
        store.stop()

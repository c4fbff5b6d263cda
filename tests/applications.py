"""ASGI applications of the tests' own, served for real."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from scripts.serving.connection import Connection


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an ASGI application on loopback as the API is served; yield its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, http=Connection, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def exchange(port: int, request: bytes) -> bytes:
    """Send bytes on a new connection and return all that comes back until it is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        parts = iter(lambda: connection.recv(65_536), b"")
        return b"".join(parts)

"""A real browser: Chromium, without a window, on pages of the tests' own."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

PAGE = """<!doctype html><script type="module">
async function call(path, options = {}) {
  try {
    const answer = await fetch(path, options);
    const headers = Object.fromEntries(answer.headers);
    return {status: answer.status, headers, body: await answer.text()};
  } catch (error) {
    return {error: error.name};
  }
}
async function calls() { SCRIPT }
await fetch("/said", {method: "POST", body: JSON.stringify(await calls())});
</script>"""
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--no-proxy-server",
)  # fmt: skip


class Site:
    """A site that serves one page: a script which has `call` for requests, and returns a value."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._script = ""
        self._said: Queue[Any] = Queue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def origin(self) -> str:
        """The origin of its page."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def run(self, script: str) -> Any:
        """Open the page in a browser and return what its script returns."""
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser is None:
            pytest.skip("chromium is not installed")
        self._script = script
        profile = f"--user-data-dir={self._folder / 'profile'}"
        with subprocess.Popen(
            [browser, *OPTIONS, profile, f"{self.origin}/"], stderr=subprocess.DEVNULL
        ) as process:
            try:
                return self._said.get(timeout=60)
            finally:
                process.terminate()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(PAGE.replace("SCRIPT", site._script).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._reply(b"")
                site._said.put(json.loads(body))

            def _reply(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Serve a site until the block ends."""
    served = Site(folder)
    thread = threading.Thread(target=served.server.serve_forever)
    thread.start()
    try:
        yield served
    finally:
        served.server.shutdown()
        thread.join()
        served.server.server_close()
